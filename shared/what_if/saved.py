"""A saved snapshot: everything that a pass over one cluster goes by, as one document.

Readings are kept as they were, failures too, and rows as they lie in the tables, so that what this version reads of
them is found out when it is decided, as it would be live. Left out is what is nobody's business: tokens of running
operations of Azure, which embed a request of ours, and the labels of applications that nothing is decided by, in
which people keep passwords. Like the policy, it has no secrets then, but names and addresses of machines.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct, structs

from shared.errors import Poison
from shared.model.azure import Machine, PoolAddress
from shared.model.load import Pending, Queue
from shared.model.masters import MastersSaid
from shared.model.readings import Reading, Value
from shared.model.snapshot import Snapshot
from shared.model.workloads import App, WorkloadState
from shared.ports.store import Stored, Table

FORMAT = 1
MOST_BYTES = 256 * 1024 * 1024
LABELS = frozenset({"DCOS_PACKAGE_NAME", "DCOS_PACKAGE_FRAMEWORK_NAME", "DCOS_SERVICE_NAME"})
"""Of applications: by these it is known what a service is, and whether a Marathon is one that nobody is asked about."""


class SavedRow(Struct, frozen=True):
    """A row of a table; `body` is its JSON."""

    table: Table
    partition: str
    row: str
    body: str


class SavedPolicy(Struct, frozen=True):
    """The policy that was in force: its file's name, its version, and its text with the iCalendar files behind it."""

    source: str
    version: str
    text: str


class SavedWork(Struct, frozen=True):
    """What ran for whom, and what waited for room, as `shared/ports/workloads.py` tells it."""

    state: Reading[WorkloadState]
    queue: Reading[Queue]
    others: Mapping[str, Reading[Queue]] = {}
    pending: Mapping[str, Reading[tuple[Pending, ...]]] = {}


class Saved(Struct, frozen=True, kw_only=True):
    """`taken_at` is when the last answer had come: the time at which is decided. `addresses` are those of the pools in
    `snapshot`. `masters` None: nobody asks them. `machines` are those of the masters; None: the policy names none."""

    format: int = FORMAT
    cluster: str
    taken_at: datetime
    policy: SavedPolicy
    addresses: Mapping[str, PoolAddress]
    snapshot: Snapshot
    work: SavedWork
    masters: MastersSaid | None = None
    machines: Reading[tuple[Machine, ...]] | None = None
    rows: tuple[SavedRow, ...] = ()


class _Form(Struct):
    format: int


def to_bytes(saved: Saved) -> bytes:
    return msgspec.json.format(msgspec.json.encode(saved), indent=1) + b"\n"


def from_bytes(raw: bytes) -> Saved:
    """`Poison` says why it is none that this version reads."""
    if len(raw) > MOST_BYTES:
        raise Poison(f"{len(raw)} bytes are more than a snapshot has")
    try:
        form = msgspec.json.decode(raw, type=_Form).format
        if form != FORMAT:
            raise Poison(f"it is a snapshot of format {form}, and this version reads format {FORMAT}")
        return msgspec.json.decode(raw, type=Saved)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Poison(f"it is not a saved snapshot ({error})") from None


def row_of(table: Table, partition: str, stored: Stored) -> SavedRow:
    return SavedRow(table, partition, stored.row, _without_token(table, stored.body))


def without_labels(state: Reading[WorkloadState]) -> Reading[WorkloadState]:
    """With the labels alone that something is decided by."""
    if not isinstance(state, Value):
        return state
    work = state.value
    return structs.replace(
        state, value=structs.replace(work, apps=_unlabelled(work.apps), pods=_unlabelled(work.pods))
    )


def _unlabelled(apps: Reading[tuple[App, ...]]) -> Reading[tuple[App, ...]]:
    if not isinstance(apps, Value):
        return apps
    return structs.replace(apps, value=tuple(_known_labels(app) for app in apps.value))


def _known_labels(app: App) -> App:
    return structs.replace(app, labels={name: text for name, text in app.labels.items() if name in LABELS})


def _without_token(table: Table, body: bytes) -> str:
    """A row that is no JSON is kept as far as it is text: it cannot be read here either."""
    text = body.decode("utf-8", "replace")
    if table is not Table.OPERATIONS:
        return text
    try:
        row: Any = msgspec.json.decode(body)
    except msgspec.MsgspecError:
        return '"a row that is no JSON"'
    if isinstance(row, dict) and row.get("token") is not None:
        row["token"] = None
    return msgspec.json.encode(row).decode()
