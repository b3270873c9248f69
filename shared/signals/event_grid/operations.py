"""Operations that went through Azure Resource Manager: what somebody did to machines and sets, and who it was.

These events exist for writes, deletions and actions alone: a crash or an eviction by the platform is no operation.
Calls on a whole set carry no list of instances, so they ask for a look at the pool. A failed or cancelled operation
has changed something or nothing, which only a look can tell. Operation names are compared without case.
Sources: MicrosoftDocs/azure-docs articles/event-grid/event-schema-resource-groups.md (and that of 2017 for claims in
strings), and the operations of
Microsoft.Compute in articles/role-based-access-control/permissions/compute.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import msgspec

from shared.model.mark import Mark
from shared.model.signals import SignalKind

from .envelope import Event, at, can_be_kept, text
from .said import Row, Said

VERBS, RESULTS = ("Write", "Delete", "Action"), ("Success", "Failure", "Cancel")
TYPES = frozenset(f"Microsoft.Resources.Resource{verb}{result}" for verb in VERBS for result in RESULTS)

MOST_CLAIMS = 65_536  # characters; tokens have some thousand
_WHO = ("appid", "http://schemas.microsoft.com/identity/claims/objectidentifier", "oid", "azp")
_BOOTS = ("start", "restart", "redeploy", "reimage", "reimageall", "performmaintenance")
_BOTH = {
    "deallocate/action": SignalKind.VM_DEALLOCATED,
    "poweroff/action": SignalKind.VM_STOPPED,
    **{f"{verb}/action": SignalKind.VM_RESTARTED for verb in _BOOTS},
}
_OF_INSTANCE = {"delete": SignalKind.VM_DELETED, **_BOTH}
_OF_SET = {"write": SignalKind.POOL_RESIZED, "delete/action": SignalKind.VM_DELETED, **_BOTH}
# The longer one first: the second begins like it.
_PREFIXES = (
    ("microsoft.compute/virtualmachinescalesets/virtualmachines/", _OF_INSTANCE),
    ("microsoft.compute/virtualmachinescalesets/", _OF_SET),
    ("microsoft.compute/virtualmachines/", _OF_INSTANCE),
)


def say(event: Event, is_machine: bool) -> tuple[Said, ...]:
    """What an operation means for a machine or a set."""
    other = SignalKind.VM_CHANGED if is_machine else SignalKind.POOL_CHANGED
    if not event.event_type.endswith("Success"):
        return (Said(other),)
    operation = text(event.data, "operationName").strip().lower()
    for prefix, kinds in _PREFIXES:
        if operation.startswith(prefix):
            return (Said(kinds.get(operation.removeprefix(prefix), other)),)
    return (Said(other),)


def actors(data: Mapping[str, Any]) -> frozenset[str]:
    """Who did it: object id and application id, lower case. Tokens of version 2 name them `oid` and `azp`."""
    evidence, claims = _opened(data, "authorization"), _opened(data, "claims")
    ids = (text(evidence, "evidence", "principalId"), *(claims.get(name) for name in _WHO))
    return frozenset(one.strip().lower() for one in ids if isinstance(one, str) and can_be_kept(one.strip()))


def _opened(data: Mapping[str, Any], name: str) -> dict[str, Any]:
    """An object of the event; older events hold it as JSON in a string."""
    found = at(data, name)
    if isinstance(found, str) and len(found) <= MOST_CLAIMS:
        try:
            found = msgspec.json.decode(found)
        except (msgspec.MsgspecError, RecursionError, UnicodeError):
            return {}
    return found if isinstance(found, dict) else {}


def is_marked(data: Mapping[str, Any], mark: Mark) -> bool:
    """Whether it came of a request of ours, or in the course of one."""
    asked = text(_opened(data, "httpRequest"), "clientRequestId")
    return mark.is_on(asked) or mark.is_on(text(data, "correlationId"))


def is_us(actors: frozenset[str], own: frozenset[str]) -> bool:
    """Whether one of our ids is among the actors, written with hyphens or without."""
    plain = _plain(own)
    return any(actor.replace("-", "") in plain for actor in actors)


@lru_cache(maxsize=8)
def _plain(own: frozenset[str]) -> frozenset[str]:
    """The same for every event of a process."""
    return frozenset(one.lower().replace("-", "") for one in own)


def rows() -> Iterator[Row]:
    """For `docs/signals.md`."""
    short = "`Microsoft.Resources.Resource{}{}`"
    told: dict[SignalKind, list[str]] = {}
    for operation in sorted({**_OF_INSTANCE, **_OF_SET}):
        of_instance, of_set = _OF_INSTANCE.get(operation), _OF_SET.get(operation)
        if of_instance is not None:
            told.setdefault(of_instance, []).append(
                f"`{operation}` of an instance" + (" or a set" if of_set is of_instance else "")
            )
        if of_set is not None and of_set is not of_instance:
            told.setdefault(of_set, []).append(f"`{operation}` of a set")
    for kind, operations in told.items():
        yield Row(short.format("*", "Success"), "done: " + ", ".join(operations), (kind,))
    look, look_set = (SignalKind.VM_CHANGED,), (SignalKind.POOL_CHANGED,)
    yield Row(short.format("*", "Success"), "any other operation, also of another provider", look, look_set)
    yield Row(short.format("*", "Failure"), "tried, and maybe half done", look, look_set)
    yield Row(short.format("*", "Cancel"), "begun, and maybe half done", look, look_set)
