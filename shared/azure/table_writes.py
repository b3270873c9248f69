"""One conditional write in the words of Table storage.

etag   body    operation                     refused by the service when
-----  ------  ----------------------------  ---------------------------------------
None   bytes   insert                        409: the row exists
"*"    bytes   insert or replace             never
other  bytes   replace, If-Match             412: another etag; 404: no such row
"*"    None    delete, If-Match: *           404: no such row, which is what was wanted
other  None    delete, If-Match              412: another etag; 404: no such row
None   None    a mistake in our program      ValueError before anything is sent
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from msgspec import Struct

from shared.azure import entities, keys
from shared.errors import Poison
from shared.ports.store import LARGEST_TRANSACTION, Write


class Verb(StrEnum):
    """The SDK's names for the operations of a transaction."""

    CREATE = "create"
    UPSERT = "upsert"
    UPDATE = "update"
    DELETE = "delete"


class TableWrite(Struct, frozen=True):
    """`options` are the keyword arguments of the SDK's method for `verb`."""

    verb: Verb
    row: str
    entity: Mapping[str, str | bytes]
    options: Mapping[str, Any]
    conditional: bool

    @property
    def makes_a_row(self) -> bool:
        return self.verb in (Verb.CREATE, Verb.UPSERT)

    @property
    def may_find_nothing(self) -> bool:
        """A delete of whatever is there, or nothing."""
        return self.verb is Verb.DELETE and not self.conditional


def translate_all(partition: str, writes: Sequence[Write]) -> list[TableWrite]:
    """More than 100 writes, or a row twice, is a `ValueError`; too many bytes together are `Poison`."""
    if len(writes) > 100 or len({write.row for write in writes}) < len(writes):
        raise ValueError(f"a transaction takes at most 100 writes of different rows, not these {len(writes)}")
    size = sum(len(write.body or b"") for write in writes)
    if size > LARGEST_TRANSACTION:
        raise Poison(f"{size} bytes in one transaction are more than the {LARGEST_TRANSACTION} that it takes")
    return [translate(partition, write) for write in writes]


def translate(partition: str, write: Write) -> TableWrite:
    from azure.core import MatchConditions
    from azure.data.tables import UpdateMode

    conditional = write.etag not in (None, "*")
    match = {"etag": write.etag, "match_condition": MatchConditions.IfNotModified} if conditional else {}
    if write.body is None:
        if write.etag is None:
            raise ValueError(f"row {write.row} cannot both be deleted and not exist yet")
        key = {"PartitionKey": keys.encode(partition), "RowKey": keys.encode(write.row)}
        return TableWrite(Verb.DELETE, write.row, key, match, conditional)
    entity = entities.pack(partition, write.row, write.body)
    if write.etag is None:
        return TableWrite(Verb.CREATE, write.row, entity, {}, conditional=True)
    verb = Verb.UPDATE if conditional else Verb.UPSERT
    return TableWrite(verb, write.row, entity, {"mode": UpdateMode.REPLACE, **match}, conditional)
