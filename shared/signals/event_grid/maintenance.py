"""What is scheduled for machines: the events that a machine could also read at its metadata service, told centrally.

An event about a set has the set's id and lists its machines by name; each becomes a signal of its own, and an event
without a list is about the pool. The same event comes again with another status under the same id, so the status is
part of a signal's id.

    Scheduled, Started      NODE_DOOMED, with the time before which it does not begin as deadline
    Canceled                NODE_WELL: it will not happen
    Completed               NODE_WELL after a pause, a reboot or a move; after an eviction VM_EVICTED; after a
                            termination a look, because terminations are deletions and scale-ins alike

Once it has begun, `NotBefore` is empty and the deadline is the event's own time.
Source: MicrosoftDocs/azure-compute-docs, "Scheduled Events - Event Grid", whose table and samples spell the type
differently; articles/virtual-machines/linux/scheduled-events.md for kinds and times.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from shared.model.signals import Severity, SignalKind

from .envelope import Event, at, text, word
from .said import Row, Said

EMITTED = "Microsoft.ResourceNotifications.MaintenanceResources.ScheduledEventEmitted"
WRITTEN = "microsoft.maintenance/scheduledevents/write"
MOST_MEMBERS = 1000  # machines that a scale set can have

_SEVERITIES = {
    "freeze": Severity.INFO,
    "reboot": Severity.WARNING,
    "redeploy": Severity.WARNING,
    "preempt": Severity.CRITICAL,
    "terminate": Severity.CRITICAL,
}
_COMPLETED = {"preempt": SignalKind.VM_EVICTED, "terminate": SignalKind.VM_CHANGED}
_CANCELED = frozenset({"canceled", "cancelled"})
_FIRST_YEAR = 2000  # services write the year 1 for "no time"
_FRACTION = re.compile(r"(\.\d{6})\d+")


def say(event: Event, is_machine: bool) -> tuple[Said, ...]:
    """One for each machine that is listed."""
    facts = ("resourceInfo", "properties")
    what = word(text(event.data, *facts, "EventType"))
    status = word(text(event.data, *facts, "EventStatus")).lower()
    kind = _kind(what.lower(), status)
    doomed = kind is SignalKind.NODE_DOOMED
    deadline = not_before(at(event.data, *facts, "NotBefore")) if doomed else None
    if doomed and deadline is None and status == "started":
        deadline = event.time
    severity = _SEVERITIES.get(what.lower(), Severity.WARNING) if doomed else Severity.INFO
    listed = at(event.data, *facts, "Resources")
    names = {word(one): None for one in (listed if isinstance(listed, list) else [])[:MOST_MEMBERS]}
    members = [""] if is_machine else [name for name in names if name] or [""]
    if not is_machine and members == [""]:
        kind = {
            SignalKind.NODE_WELL: SignalKind.POOL_WELL,
            SignalKind.VM_CHANGED: SignalKind.POOL_CHANGED,
        }.get(kind, kind)
    thread = word(text(event.data, *facts, "EventId"))
    return tuple(Said(kind, what, severity, deadline, name, status, thread) for name in members)


def _kind(what: str, status: str) -> SignalKind:
    """A status that nobody knows counts as scheduled: being wrong about that costs a look."""
    if status in _CANCELED:
        return SignalKind.NODE_WELL
    return _COMPLETED.get(what, SignalKind.NODE_WELL) if status == "completed" else SignalKind.NODE_DOOMED


def not_before(written: object) -> datetime | None:
    """A time in UTC: ISO 8601, or as in mail headers (`Mon, 11 Apr 2026 22:26:58 GMT`; the day of the week does not
    count, published samples have a wrong one). Without a zone it is in UTC. None where there is no time."""
    if not isinstance(written, str):
        return None
    plain = written.strip()[:64]
    for form in (_iso_8601, parsedate_to_datetime):
        try:
            found = form(plain)
            found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        except (ValueError, OverflowError, TypeError, IndexError):
            continue
        return found if found.year >= _FIRST_YEAR else None
    return None


def _iso_8601(written: str) -> datetime:
    return datetime.fromisoformat(_FRACTION.sub(r"\1", written))


def rows() -> Iterator[Row]:
    """For `docs/signals.md`."""
    name = f"`{EMITTED}`, `{WRITTEN}`"
    for what, severity in _SEVERITIES.items():
        means = f"{what.title()} is Scheduled or Started ({severity.value})"
        yield Row(name, means, (SignalKind.NODE_DOOMED,))
    well, pool_well = (SignalKind.NODE_WELL,), (SignalKind.POOL_WELL,)
    yield Row(name, "anything is Canceled", well, pool_well)
    yield Row(name, "Freeze, Reboot or Redeploy is Completed", well, pool_well)
    yield Row(name, "Preempt is Completed", (SignalKind.VM_EVICTED,))
    look, look_set = (SignalKind.VM_CHANGED,), (SignalKind.POOL_CHANGED,)
    yield Row(name, "Terminate is Completed: deleted or scaled in, which it does not tell", look, look_set)
