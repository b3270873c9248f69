"""Put what is in the quarantine back to work, or drop it.

A replay is for the time after the cause was mended: a version that understands the event, a policy with the cluster, a
setting with an address. What it asks of the app is never more than a new look at the world:

1. It was replayed before: refused, unless it is asked for once more.
2. Only its beginning was kept: refused.
3. It is metrics: refused, what they said then says nothing about now.
4. It is not understood now either: refused, it would come back.
5. Its cluster is not in the policy: refused.
6. It asks for nothing, by the policy of now: refused.
7. The wake-up of an operation: sent as it is, because the operation's row says what is to be done.
8. A letter: sent as for the first time, and it says of when it is.
9. Signals, also those of an event or alerts: sent as they are within `YOUNG` of the time at which they were heard.
   After that they are not: an alert may be over and an end called off, with nobody who remembered it. A look at the
   cluster is sent in their place, which finds what is so now.

The row is marked on its etag first, so that of two who replay it one is told no; then the audit has it, then it is
sent. Where that fails the mark is taken off again. After a crash in between the row says replayed, and it has to be
asked for once more.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from shared.audit import AuditLog
from shared.errors import Poison, PoolkeeperError, Refused
from shared.model.audit import NOBODYS, AuditKind, AuditRecord
from shared.model.mark import Mark
from shared.model.signals import Signal, SignalKind, Source
from shared.policy.schema import Policy
from shared.ports.queues import Queue, Queues
from shared.ports.store import Store
from shared.records import Kept
from shared.records.quarantine import Quarantine, Quarantined, Replayed
from shared.signals.alertmanager import hear_alertmanager
from shared.signals.azure_monitor import hear_azure_monitor
from shared.signals.event_grid import Heard, hear
from shared.signals.parcel import packed

from .contents import METRICS, Contents, contents_of, letter_of, signals_of, wake_of

GUARD = "replay"
YOUNG = timedelta(minutes=10)
"""The time in which a failing pass becomes poison and a person is there. Most of what is said of a node is over or said
again after that."""


class Back(Struct, frozen=True):
    """What is sent: messages of one queue. `is_look`: a look at the cluster, in place of what was said."""

    queue: Queue
    messages: tuple[bytes, ...]
    cluster: str
    is_look: bool = False


@dataclass(frozen=True)
class Replays:
    """`own` are our own object and application ids, `mark` is on our requests: by them events are known as echoes."""

    store: Store
    queues: Queues
    audit: AuditLog
    policy: Policy
    own: frozenset[str]
    mark: Mark
    now: datetime

    async def replay(self, row: str, kept: Kept[Quarantined], who: str, why: str, again: bool) -> Back:
        """Back to work with it. `Refused` by the rules above, `Conflict` when somebody else had it; nothing was sent
        then."""
        before = kept.value
        if before.replayed is not None and not again:
            said = before.replayed
            raise Refused(
                GUARD, "replayed_before", {"who": said.who, "at": f"{said.at:%Y-%m-%d %H:%M:%S} UTC"}
            )
        back, room = self._back(row, before), Quarantine(self.store)
        etag = await room.put(row, replace(before, replayed=Replayed(self.now, who, why)), kept.etag)
        try:
            how = ", as a look at the cluster" if back.is_look else ""
            await self._tell(before, row, f"{who} replays {_what(contents_of(before))}{how}: {why}")
            for message in back.messages:
                await self.queues.send(back.queue, message, timedelta(0))
        except PoolkeeperError:
            await room.put(row, before, etag)
            raise
        return back

    async def drop(self, row: str, kept: Kept[Quarantined], who: str, why: str) -> None:
        """Away with it. `Conflict` when somebody else had it."""
        await self._tell(kept.value, row, f"{who} drops {_what(contents_of(kept.value))}: {why}")
        await Quarantine(self.store).drop(row, kept.etag)

    def _back(self, row: str, kept: Quarantined) -> Back:
        """Rules 2 to 9."""
        if not kept.is_whole:
            raise Refused(GUARD, "not_whole", {"characters": kept.size, "kept": len(kept.body)})
        match kept.source:
            case Queue.OPERATIONS.value:
                wake = wake_of(kept.body)
                if wake is None:
                    raise _not_understood("this is no wake-up")
                self._known(wake.cluster)
                return Back(Queue.OPERATIONS, (kept.body.encode(),), wake.cluster)
            case Queue.NOTIFICATIONS.value:
                return _letter(kept)
            case source if source == METRICS:
                raise Refused(GUARD, "metrics_are_old", {"kept_at": f"{kept.at:%Y-%m-%d %H:%M:%S} UTC"})
            case _:
                return self._signals(row, kept)

    def _signals(self, row: str, kept: Quarantined) -> Back:
        """Rule 9."""
        signals = self._said(kept)
        clusters = dict.fromkeys(one.cluster for one in signals)
        for cluster in clusters:
            self._known(cluster)
        first = next(iter(clusters))
        if all(self.now - one.heard_at <= YOUNG for one in signals):
            return Back(Queue.SIGNALS, tuple(one.encode() for one in packed(signals)), first)
        event = f"replay-{row}-{self.now.isoformat()}"
        looks = [Signal(SignalKind.WAKE, Source.OPERATOR, one, event, self.now, self.now) for one in clusters]
        return Back(Queue.SIGNALS, tuple(msgspec.json.encode(one) for one in looks), first, True)

    def _said(self, kept: Quarantined) -> tuple[Signal, ...]:
        """The signals of it, at least one; those of an event or of alerts as if they had been understood at once."""
        if kept.source == Queue.SIGNALS.value:
            signals = signals_of(kept.body)
            if not signals:
                raise _not_understood("this is no signal")
            return signals
        try:
            heard = self._heard(kept)
        except Poison as poison:
            raise _not_understood(poison.why) from poison
        signals = tuple(one.signal for one in heard if one.signal is not None)
        if not signals:
            why = next((one.why for one in heard), "it says nothing")
            raise Refused(GUARD, "asks_for_nothing", {"why": why})
        return signals

    def _heard(self, kept: Quarantined) -> Iterable[Heard]:
        match kept.source:
            case Source.EVENT_GRID.value:
                try:
                    raw = msgspec.json.decode(kept.body)
                except (msgspec.MsgspecError, RecursionError) as error:
                    raise Poison(f"this is not JSON: {error}") from error
                return hear(raw, self.policy, self.own, kept.at, self.mark)
            case Source.ALERTMANAGER.value:
                return hear_alertmanager(kept.body.encode(), self.policy, kept.at).heard
            case Source.AZURE_MONITOR.value:
                return hear_azure_monitor(kept.body.encode(), self.policy, self.own, kept.at).heard
            case source:
                raise Poison(f"this version keeps nothing of {source!r}")

    def _known(self, cluster: str) -> None:
        if self.policy.cluster(cluster) is None:
            raise Refused(GUARD, "no_such_cluster", {"cluster": cluster})

    async def _tell(self, kept: Quarantined, row: str, text: str) -> None:
        contents = contents_of(kept)
        cluster = contents.cluster if self.policy.cluster(contents.cluster) is not None else NOBODYS
        data = {"row": row, "at": kept.at, "source": kept.source, "why": kept.why, "size": kept.size}
        is_operation = kept.source == Queue.OPERATIONS.value and contents.cluster
        record = AuditRecord(
            self.now,
            cluster,
            AuditKind.PERSON,
            contents.incident.partition("@")[0] or contents.about or cluster,
            text,
            contents.incident or None,
            contents.about if is_operation else None,
            data,
        )
        await self.audit.append(cluster, [record])


def _letter(kept: Quarantined) -> Back:
    """Rule 8."""
    letter = letter_of(kept.body)
    if letter is None:
        raise _not_understood("this is no letter")
    text = (
        letter.text
        and f"(This could not be told before; it is of {kept.at:%Y-%m-%d %H:%M} UTC.)\n{letter.text}"
    )
    whole = msgspec.json.encode(replace(letter, tries=0, text=text))
    return Back(Queue.NOTIFICATIONS, (whole,), letter.cluster)


def _not_understood(why: str) -> Refused:
    return Refused(GUARD, "not_understood", {"why": why})


def _what(contents: Contents) -> str:
    return f"{contents.kind} about {contents.about}" if contents.about else contents.kind
