"""Hearing an event: whose it is, what it means, and whether it still counts.

An event is looked at in this order:

1. It is not an object with type, subject, id and time, or these could not be kept: poison.
2. Its type is none that this version knows: poison, so that somebody sees it.
3. Its subject is no machine of a pool in the policy: not ours.
4. It tells of an operation that we asked for, or of one of our identity: an echo.
5. It is older than `STALE`, or from further in the future than `EARLY`: noted.
6. What it says asks for nothing: noted, with the reason.
7. Otherwise it is a signal, or one for each machine that it lists.

The same event twice is not dropped here, where nothing is remembered; an incident takes each event id once.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec.structs import replace

from shared.errors import Poison
from shared.model.mark import NO_MARK, Mark
from shared.model.signals import Signal, Source
from shared.policy.schema import Policy

from . import health, maintenance, operations, resources
from .envelope import Event, read
from .said import Ear, Heard, Row, Said, Translator
from .target import Target, target_of

STALE = timedelta(hours=24)
"""Event Grid gives an event up after 24 hours at most (MicrosoftDocs/azure-docs
articles/event-grid/delivery-and-retry.md). What is older was sent again by somebody, and the sweep has seen since what
it could tell."""

EARLY = timedelta(minutes=5)
"""More than clocks of services differ: a time like that says nothing about when it was."""

TYPES: dict[str, Translator] = {
    **dict.fromkeys(sorted(operations.TYPES), operations.say),
    health.AVAILABILITY: health.say_availability,
    health.ANNOTATED: health.say_annotation,
    maintenance.EMITTED: maintenance.say,
    maintenance.WRITTEN: maintenance.say,
    resources.WRITTEN: resources.say,
    resources.DELETED: resources.say,
}
"""Every type of event that this version knows."""

_LISTED = {name.lower(): name for name in TYPES}


def hear(
    raw: object, policy: Policy, own: frozenset[str], now: datetime, mark: Mark = NO_MARK
) -> tuple[Heard, ...]:
    """Translate one event, any JSON value; at least one answer. `own` are our own object and application ids, `mark` is
    on the ids of our requests. Raises `Poison` alone."""
    event = read(raw)
    heard = mean(event, policy, own, now, mark)
    why = _untimely(event.time, now)
    if not why or heard[0].ear is not Ear.SIGNAL:
        return heard
    return (Heard(Ear.NOTED, heard[0].cluster, event.subject, why, event.id),)


def mean(
    event: Event, policy: Policy, own: frozenset[str], now: datetime, mark: Mark = NO_MARK
) -> tuple[Heard, ...]:
    """What the event means, however old it is. Raises `Poison` alone."""
    if event.event_type not in TYPES:
        event = replace(event, event_type=_LISTED.get(event.event_type.lower(), event.event_type))
    translate = TYPES.get(event.event_type)
    if translate is None:
        raise Poison(f"event {event.id} is of type {event.event_type!r}, which this version does not know")
    target = target_of(event, policy)
    if target is None:
        return (Heard(Ear.NOT_OURS, "", event.subject, "it is about no scale set of the policy", event.id),)
    cluster = target.cluster.name
    is_operation = event.event_type in operations.TYPES
    actors = operations.actors(event.data) if is_operation else frozenset[str]()
    if is_operation and operations.is_marked(event.data, mark):
        return (Heard(Ear.ECHO, cluster, event.subject, "it came of our own request", event.id),)
    if operations.is_us(actors, own):
        return (Heard(Ear.ECHO, cluster, event.subject, "we did it ourselves", event.id),)
    said = translate(event, target.is_machine)
    if isinstance(said, str):
        return (Heard(Ear.NOTED, cluster, event.subject, said, event.id),)
    by = min(actors, default=None)
    signals = (_signal(event, one, target, now, by) for one in said)
    return tuple(
        Heard(Ear.SIGNAL, cluster, event.subject, one.kind.value, one.event_id, one) for one in signals
    )


def rows() -> Iterator[Row]:
    """What `docs/signals.md` says of Event Grid."""
    for part in (operations, health, maintenance, resources):
        yield from part.rows()


def _untimely(time: datetime, now: datetime) -> str:
    """Why its time makes it worthless; empty when it does not."""
    if time < now - STALE:
        return f"it is older than {STALE.total_seconds() / 3600:g} hours, nothing is done because of it"
    if time > now + EARLY:
        return f"it is from more than {EARLY.total_seconds() / 60:g} minutes ahead, nothing is done because of it"
    return ""


def _signal(event: Event, said: Said, target: Target, now: datetime, by: str | None) -> Signal:
    place = target.member(said.member) if said.member else target
    parts = [event.id, *(part for part in (said.part, said.member) if part)]
    return Signal(
        kind=target.kind_of(said.kind),
        source=Source.EVENT_GRID,
        cluster=target.cluster.name,
        event_id="|".join(parts),
        occurred_at=event.time,
        heard_at=now,
        pool=target.pool.name,
        node=place.node,
        by=by,
        deadline=said.deadline,
        what=said.what,
        severity=said.severity,
        about=place.about,
        thread=said.thread,
    )
