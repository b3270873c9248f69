"""Event Grid: what happened to VMs and scale sets, as Azure Resource Manager and Resource Health tell it.

An event is looked at in this order:

1. It is not an object with type, subject, id and time, or these could not be kept: poison.
2. Its type is none that this version knows: poison, so that somebody sees it.
3. Its subject is no machine of a pool in the policy: not ours.
4. It tells of a write of our own identity: an echo.
5. Otherwise it is a signal of the kind that its operation name means.

Events of Azure Resource Manager exist only for calls to its API: a crash or an eviction by the platform is told by
Resource Health alone. Calls on a whole set carry no list of instances, so they ask for a look at the pool.
Sources: MicrosoftDocs/azure-docs articles/event-grid/event-schema-resource-groups.md, event-schema-health-resources.md
and articles/service-health/resource-health-vm-annotation.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from shared.errors import Poison
from shared.model.signals import Signal, SignalKind, Source
from shared.policy.schema import ClusterPolicy, Policy, PoolPolicy

from .resource_ids import SetResource, scale_set_of

_MANAGER = {
    f"Microsoft.Resources.Resource{verb}{result}"
    for verb in ("Write", "Delete", "Action")
    for result in ("Success", "Failure", "Cancel")
}
_ANNOTATED = "Microsoft.ResourceNotifications.HealthResources.ResourceAnnotated"
_AVAILABILITY = "Microsoft.ResourceNotifications.HealthResources.AvailabilityStatusChanged"

# JSON may hold half of a surrogate pair, which no UTF-8 text can.
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")

_BOOTS = ("start", "restart", "redeploy", "reimage", "reimageall", "performmaintenance")
_OF_INSTANCE = {
    "delete": SignalKind.VM_DELETED,
    "deallocate/action": SignalKind.VM_DEALLOCATED,
    "poweroff/action": SignalKind.VM_STOPPED,
    **{f"{verb}/action": SignalKind.VM_RESTARTED for verb in _BOOTS},
}
_OF_SET = {
    "write": SignalKind.POOL_RESIZED,
    "delete/action": SignalKind.VM_DELETED,
    "deallocate/action": SignalKind.VM_DEALLOCATED,
    "poweroff/action": SignalKind.VM_STOPPED,
    **{f"{verb}/action": SignalKind.VM_RESTARTED for verb in _BOOTS},
}


# An id of Azure Resource Manager has some hundred characters. What is longer is none, and would burst a queue message.
LONGEST = 2000


class Event(Struct, frozen=True):
    """Both schemas in one. `type`, `source` and `time` are CloudEvents' names, the others Event Grid's."""

    id: str
    subject: str
    event_type: str
    time: datetime
    data: dict[str, Any] = field(default_factory=dict[str, Any])


class Ear(StrEnum):
    SIGNAL = "signal"
    NOT_OURS = "not_ours"
    ECHO = "echo"


class Heard(Struct, frozen=True):
    """What an event means. `cluster` is empty when it is nobody's; `signal` is there when `ear` says so."""

    ear: Ear
    cluster: str
    subject: str
    why: str
    event_id: str
    signal: Signal | None = None


def hear(raw: object, policy: Policy, own: frozenset[str], now: datetime) -> Heard:
    """Translate one event, any JSON value. `own` are our own object and application ids. Raises `Poison` alone."""
    event = read(raw)
    if event.event_type not in _MANAGER and event.event_type not in {_ANNOTATED, _AVAILABILITY}:
        raise Poison(f"event {event.id} is of type {event.event_type!r}, which this version does not know")
    target = scale_set_of(event.subject)
    owner = policy.owner_of(target.address) if target else None
    if target is None or owner is None:
        why = "it is about no scale set of the policy"
        return Heard(Ear.NOT_OURS, "", event.subject, why, event.id)
    cluster, pool = owner
    if event.event_type in _MANAGER and _by_us(event.data, own):
        return Heard(Ear.ECHO, cluster.name, event.subject, "we did it ourselves", event.id)
    signal = _signal(event, target, cluster, pool, now)
    return Heard(Ear.SIGNAL, cluster.name, event.subject, signal.kind.value, event.id, signal)


def read(raw: object) -> Event:
    """The event, in whichever schema it came, its time in UTC. `Poison` when it is not one."""
    if not isinstance(raw, Mapping):
        raise Poison(f"this is not an event of Event Grid: it is no object but {type(raw).__name__}")
    names = ("type", "time") if "specversion" in raw else ("eventType", "eventTime")
    fields = {
        "id": raw.get("id"),
        "subject": raw.get("subject"),
        "event_type": raw.get(names[0]),
        "time": raw.get(names[1]),
        "data": raw.get("data") or {},
    }
    try:
        event = msgspec.convert(fields, Event)
    except msgspec.ValidationError as error:
        raise Poison(f"this is not an event of Event Grid: {error}") from error
    except UnicodeEncodeError as error:
        raise Poison("this is not an event of Event Grid: a part of it is no Unicode text") from error
    for name, text in (("id", event.id), ("subject", event.subject), ("type", event.event_type)):
        if not _can_be_kept(text):
            raise Poison(f"this is not an event of Event Grid: its {name} {_described(text)}")
    if event.time.tzinfo is None:
        raise Poison(f"the time of event {event.id} has no zone")
    try:
        return replace(event, time=event.time.astimezone(UTC))
    except OverflowError as error:
        raise Poison(f"the time of event {event.id} is outside the calendar") from error


def _can_be_kept(text: str) -> bool:
    return 0 < len(text) <= LONGEST and not _LONE_SURROGATE.search(text)


def _described(text: str) -> str:
    """What is wrong with a text that can not be kept."""
    if not text:
        return "is empty"
    return f"has {len(text)} characters" if len(text) > LONGEST else "is no Unicode text"


def _signal(
    event: Event, target: SetResource, cluster: ClusterPolicy, pool: PoolPolicy, now: datetime
) -> Signal:
    kind = _kind(event, target)
    return Signal(
        kind=kind,
        source=Source.EVENT_GRID,
        cluster=cluster.name,
        event_id=event.id,
        occurred_at=event.time,
        heard_at=now,
        pool=pool.name,
        node=f"{pool.scale_set}_{target.instance_id}" if target.instance_id else None,
        by=min(_actors(event.data), default=None),
    )


def _kind(event: Event, target: SetResource) -> SignalKind:
    """A failed or cancelled operation has changed something or nothing: it asks for a look."""
    other = SignalKind.VM_CHANGED if target.instance_id else SignalKind.POOL_CHANGED
    if event.event_type == _ANNOTATED:
        annotation = _text(event.data, "resourceInfo", "properties", "annotationName")
        return SignalKind.VM_EVICTED if annotation == "VirtualMachinePreempted" else other
    if event.event_type not in _MANAGER or not event.event_type.endswith("Success"):
        return other
    operation = _text(event.data, "operationName").lower()
    for prefix, kinds in (
        ("microsoft.compute/virtualmachinescalesets/virtualmachines/", _OF_INSTANCE),
        ("microsoft.compute/virtualmachinescalesets/", _OF_SET),
    ):
        if operation.startswith(prefix):
            return kinds.get(operation.removeprefix(prefix), other)
    return other


def _actors(data: Mapping[str, Any]) -> frozenset[str]:
    """Who did it: object id and application id, lower case."""
    ids = (
        _text(data, "authorization", "evidence", "principalId"),
        _text(data, "claims", "appid"),
        _text(data, "claims", "http://schemas.microsoft.com/identity/claims/objectidentifier"),
    )
    return frozenset(one.lower() for one in ids if _can_be_kept(one))


def _by_us(data: Mapping[str, Any], own: frozenset[str]) -> bool:
    """Whether one of our ids is among the actors, written with hyphens or without."""
    plain = {one.lower().replace("-", "") for one in own}
    return any(actor.replace("-", "") in plain for actor in _actors(data))


def _text(data: Mapping[str, Any], *path: str) -> str:
    """The text at a path; empty when there is none. Nothing in `data` is taken for granted."""
    here: Any = data
    for name in path:
        here = here.get(name) if isinstance(here, Mapping) else None
    return here if isinstance(here, str) else ""
