"""What somebody outside says of a node, remembered until it is taken back: announced ends, and alerts that count. And
when Azure said that it took a machine away, which is not taken back.

A message says it once and is gone, while what it says holds for minutes or days. So it is kept with the node
(`NodeMemory.notices`), by its story: the source's id, the same from the beginning to the end.

What a signal changes (`told`):

1. It announces an end or a degradation: a notice. A pause of some seconds is none.
2. It is an alert that the policy lets count for repair (`impairs`): a notice.
3. It says anything else in the same story (called off, carried out, resolved): that notice is over.
4. It is older than what is known of its story, by the source's own time: nothing. Messages overtake each other.
5. It is the end of a story that is not known: that is remembered, because the beginning may still be on its way.

What is announced holds (`doom_of`) until

1. it is taken back; or
2. its time is an hour past, and the node is still there: it did not come, or came and is over; or
3. no time was named, and it was last said a week ago; or
4. the node was moved to another host since, and it was the host that is failing.

An alert holds (`alarm_of`) until it is taken back, or was not repeated for five hours: Alertmanager repeats each four
hours what goes on (prometheus/alertmanager:docs/configuration.md, repeat_interval). What was heard in the future, by a
clock that was put back since, says nothing.

What an announced event does (`FATES`) is from MicrosoftDocs/azure-docs articles/virtual-machines/linux/
scheduled-events.md and articles/service-health/resource-health-vm-annotation.md. A reboot keeps all disks and the agent
comes back by itself in minutes, where a replacement would lose its local volumes; a termination is somebody's wish.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from msgspec.structs import replace

from shared.model.nodes import Fate, NodeMemory, Notice
from shared.model.remedies import Remedy
from shared.model.signals import LOSSES, Signal, SignalKind, Source

PAST = timedelta(hours=1)
UNDATED = timedelta(days=7)
UNREPEATED = timedelta(hours=5)
AHEAD = timedelta(minutes=1)
KEPT_OVER = timedelta(days=1)
MOST = 10  # notices of one node; those that are over go first, then the oldest
PAUSE = "freeze"
BY_HAND = "replacement"
"""What a person announces who wants another machine in this one's place."""
FATES: Mapping[str, Fate] = {
    "reboot": Fate.LEFT,
    "redeploy": Fate.MOVES,
    "preempt": Fate.ENDS,
    "terminate": Fate.LEFT,
    BY_HAND: Fate.ENDS,
    "scheduledforservicehealing": Fate.MOVES,
    "migrationscheduledfordegradedhardware": Fate.MOVES,
    "possiblydegradedduetohardwarefailure": Fate.MOVES,
    "possiblydegradedduetohardwarefailurewithredeploydeadline": Fate.MOVES,
}


def told(
    memories: Mapping[str, NodeMemory], signals: Iterable[Signal], now: datetime
) -> dict[str, NodeMemory]:
    """The nodes of which these signals say something new, as they are to be remembered."""
    changed: dict[str, NodeMemory] = {}
    for signal in signals:
        memory = changed.get(signal.node or "") or memories.get(signal.node or "")
        if memory is None:
            continue
        new = replace(
            memory, notices=_with(memory.notices, signal, now), taken_at=_taken(memory.taken_at, signal)
        )
        if new != memory:
            changed[memory.name] = new
    return changed


def doom_of(memory: NodeMemory | None, now: datetime) -> Notice | None:
    """What is announced of the node and holds now; of several what asks for most, then what comes first."""
    if memory is None or not memory.notices:
        return None
    held = [one for one in memory.notices if _is_doom(one, memory, now)]
    urgency = {Fate.ENDS: 0, Fate.MOVES: 1, Fate.LEFT: 2}
    return min(held, key=lambda one: (urgency[fate_of(one)], one.deadline or now + UNDATED), default=None)


def alarm_of(memory: NodeMemory | None, now: datetime) -> Notice | None:
    """The oldest alert about the node that counts for repair and holds now."""
    if memory is None or not memory.notices:
        return None
    held = [one for one in memory.notices if _is_alarm(one, now)]
    return min(held, key=lambda one: one.since, default=None)


def fate_of(notice: Notice) -> Fate:
    """What nobody knows is left to happen."""
    return FATES.get(notice.what.lower().removeprefix("virtualmachine"), Fate.LEFT)


def _with(notices: tuple[Notice, ...], signal: Signal, now: datetime) -> tuple[Notice, ...]:
    """Rules 1 to 5 of what a signal changes."""
    doom, alarm = _announces(signal), signal.kind is SignalKind.NODE_UNWELL and signal.impairs
    story = signal.thread or (signal.what if doom or alarm else "")
    known = next((one for one in notices if one.story == story), None)
    if not story or (known is None and not doom and not alarm and not _is_an_end(signal)):
        return notices
    if known is not None and (signal.occurred_at, not (doom or alarm)) < (known.at, known.is_over):
        return notices
    new = Notice(
        story=story,
        what=signal.what if doom or alarm or known is None else known.what,
        source=signal.source.value,
        since=known.since if known and not known.is_over else signal.heard_at,
        at=signal.occurred_at,
        heard_at=signal.heard_at,
        deadline=signal.deadline or (known.deadline if known else None),
        is_doom=doom or (known is not None and known.is_doom),
        is_over=not (doom or alarm),
    )
    kept = [one for one in notices if one.story != story and not _is_forgotten(one, now)]
    return _latest([*kept, new])


def _latest(notices: list[Notice]) -> tuple[Notice, ...]:
    """`MOST` of them, in the order in which they were heard. What goes on is kept rather than what is over."""
    dearest = sorted(notices, key=lambda one: (not one.is_over, one.heard_at, one.story))[-MOST:]
    return tuple(sorted(dearest, key=lambda one: (one.heard_at, one.story)))


def _is_an_end(signal: Signal) -> bool:
    """Of a story whose beginning would count: an alert's that is let count, or an announcement's."""
    counts = signal.impairs or (signal.source is Source.EVENT_GRID and signal.thread != "")
    return counts and signal.kind not in {SignalKind.NODE_DOOMED, SignalKind.NODE_UNWELL}


def _taken(before: datetime | None, signal: Signal) -> datetime | None:
    """The latest time that Azure's events give, never later than they were heard."""
    if signal.source is not Source.EVENT_GRID or signal.kind not in LOSSES:
        return before
    at = min(signal.occurred_at, signal.heard_at)
    return at if before is None else max(at, before)


def _announces(signal: Signal) -> bool:
    return signal.kind is SignalKind.NODE_DOOMED and signal.what.lower() != PAUSE


def _is_forgotten(notice: Notice, now: datetime) -> bool:
    return now - notice.heard_at > (KEPT_OVER if notice.is_over else UNDATED)


def _is_doom(notice: Notice, memory: NodeMemory, now: datetime) -> bool:
    if notice.is_over or not notice.is_doom or notice.heard_at > now + AHEAD:
        return False
    if notice.deadline is not None and now > notice.deadline + PAST:
        return False
    if notice.deadline is None and now - notice.heard_at > UNDATED:
        return False
    moved = any(one.remedy is Remedy.REDEPLOY and one.at > notice.heard_at for one in memory.helped)
    return not (moved and fate_of(notice) is Fate.MOVES)


def _is_alarm(notice: Notice, now: datetime) -> bool:
    heard = not notice.is_over and not notice.is_doom
    return heard and -AHEAD <= now - notice.heard_at <= UNREPEATED
