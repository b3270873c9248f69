"""The use cases: what the doors in `functions/` call, one each.

    hear_event       an Event Grid event       -> messages for the signals queue, or why there are none
    hear_alerts      alerts by HTTP            -> the same, of Alertmanager and Azure Monitor
    work_signal      a message of that queue   -> a pass over its cluster, and the first turn of what it began
    work_operation   a message of the operations queue -> one turn of that operation
    beat             each 20 seconds           -> of what follows, what is due (operate/duties.py)
    sweep            each minute               -> every cluster is looked at, whatever overslept is woken
    glance           each 20 seconds           -> clusters whose number of agents has changed are looked at
    check_health     each fifth minute         -> what has changed in DC/OS's own health, as signals
    hear_metrics     a body of metrics         -> signals in their queue, and counts
    ask_for_metrics  each minute               -> the same, of masters and agents of Mesos that are asked
    hear_silence     each minute               -> rules about nodes that are not heard any more
    housekeep        each tenth minute         -> what was kept for long enough: bodies, evidence, words that ran out
    tell_news        three times a minute      -> letters about what is new in the audit
    deliver_letter   a message of their queue  -> whoever is told
    give_up          what failed five times    -> the quarantine, and somebody is told

Input that can never work is kept in the quarantine and counted as done, because trying it again would be useless.
Everything else that fails goes through to the platform, which delivers it again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import msgspec
from msgspec.structs import replace

from shared.errors import Poison, Retry
from shared.firehose.body import Sender, unpacked
from shared.firehose.ear import Counts, MetricsEar
from shared.firehose.rounds import Rounds
from shared.model.audit import NOBODYS, AuditKind, AuditRecord
from shared.model.mark import NO_MARK, Mark
from shared.model.signals import Signal, Source
from shared.news.post import Post
from shared.operate.alerts import Told, hear_alerts
from shared.operate.bodies import bury_bodies
from shared.operate.duties import Beats, Duty
from shared.operate.engine import Wake, resume, send_wake
from shared.operate.failures import Failures
from shared.operate.glances import Glances
from shared.operate.health import hear_health
from shared.operate.heard import heard_late
from shared.operate.outside import Outside
from shared.operate.parked import order_look, park
from shared.operate.words_over import settle_words
from shared.policy.in_force import Change, PolicyInForce
from shared.policy.schema import ClusterPolicy, Policy
from shared.ports.queues import Queue
from shared.records.answers import forget_answers
from shared.records.evidence import EvidenceRoom
from shared.records.quarantine import Quarantine, quarantine
from shared.replay.contents import given_up
from shared.signals.event_grid import Ear, Heard, hear
from shared.signals.parcel import opened, packed
from shared.signals.sample import Sample
from shared.signals.window import WINDOW, Window
from shared.turns import Turns

log = logging.getLogger(__name__)
OVERSLEPT = timedelta(seconds=10)  # a message this late is sent again
EVIDENCE_FOR = timedelta(days=90)
QUARANTINED_FOR = timedelta(days=90)
AT_ONCE = 8  # operations that one invocation carries on side by side


class App:
    """The product behind its doors. `own_ids` are our own object and application ids, lower case, `mark` is on the ids
    of our requests to Azure. `post` None: nobody is told anything."""

    def __init__(
        self,
        outside: Outside,
        policy: PolicyInForce,
        own_ids: frozenset[str],
        mark: Mark = NO_MARK,
        post: Post | None = None,
    ) -> None:
        self._outside, self._policy, self._own_ids, self._mark = outside, policy, own_ids, mark
        self._post = post
        self._turns, self._window, self._sample = Turns(), Window(), Sample()
        self._failures, self._glances = Failures(), Glances()
        self._metrics = MetricsEar(
            outside.store, outside.records, outside.queues, outside.worker, outside.telemetry
        )
        self._rounds = Rounds(outside.http, outside.clock, self._metrics) if outside.http else None
        works = {
            Duty.GLANCE: self.glance,
            Duty.NEWS: self.tell_news,
            Duty.SWEEP: self.sweep,
            Duty.SILENCE: self.hear_silence,
            Duty.METRICS: self.ask_for_metrics,
            Duty.HOUSEKEEPING: self.housekeep,
        }
        self._beats = Beats(outside.clock, outside.sweeping, works)

    async def hear_event(self, raw: Mapping[str, Any]) -> list[str]:
        """Messages for the signals queue. Malformed and unknown events are quarantined: an empty list."""
        policy = await self._policy_in_force()
        now = self._outside.clock.now()
        try:
            heard = hear(raw, policy, self._own_ids, now, self._mark)
        except Poison as poison:
            await self._keep_sample("event_grid", poison.why, _shown(raw))
            return []
        for one in heard:
            if one.signal is None:
                await self._tell_why_not(one)
        signals = [one.signal for one in heard if one.signal is not None]
        return packed(await self._let_through(signals, together=True))

    async def hear_alerts(self, source: Source, body: bytes) -> Told:
        """Messages for the signals queue. `Poison` when the body is no alert."""
        policy = await self._policy_in_force()
        told = await hear_alerts(self._outside, policy, self._own_ids, source, body)
        through = await self._let_through(told.signals, together=True)
        return replace(told, through=len(through), messages=tuple(packed(through)))

    async def work_signal(self, body: str) -> None:
        """A pass over the cluster of the signals in a message. Those that wait for the same cluster share one pass."""
        with self._failures.noted(body):
            await self._work_signal(body)

    async def work_operation(self, body: str) -> None:
        """One turn of an operation. One that is held by another worker is looked at again when its lease ends."""
        with self._failures.noted(body):
            await self._work_operation(body)

    async def beat(self) -> None:
        """Do whatever is due of all that comes again and again. The policy is read first, so that a change of it is
        told once."""
        await self._policy_in_force()
        await self._beats.beat()

    async def sweep(self) -> None:
        """Have every cluster looked at, and wake every operation that should have been woken by now. An alarm outside
        the app listens for its line in the log (infra/app/watch.bicep)."""
        policy = await self._policy_in_force()
        await _each(self._sweep(cluster) for cluster in policy.clusters)
        log.info("swept: clusters to be looked at: %d", len(policy.clusters))

    async def glance(self) -> None:
        """Have those clusters looked at whose masters count other agents than the last time."""
        policy = await self._policy_in_force()
        await _each(self._glances.glance(self._outside, cluster) for cluster in policy.clusters)

    async def check_health(self) -> None:
        """Ask every cluster how it is by its own account. Slow and apart from the sweep, so that nothing waits."""
        policy = await self._policy_in_force()
        await _each(hear_health(self._outside, cluster) for cluster in policy.clusters)

    async def hear_metrics(self, form: str, body: bytes, coding: str, sender: Sender) -> Counts:
        """A body in one of the forms of `shared/firehose/ear.py`. `Poison`: nothing of it can be read."""
        policy = await self._policy_in_force()
        return await self._metrics.hear(
            form, unpacked(body, coding), sender, policy, self._outside.clock.now()
        )

    async def hear_metric_events(self, bodies: Sequence[bytes]) -> Counts:
        """Events of an event hub, each with one metric or a batch in Telegraf's JSON."""
        policy = await self._policy_in_force()
        return await self._metrics.hear_events(bodies, policy, self._outside.clock.now())

    async def ask_for_metrics(self) -> Mapping[str, int]:
        """Ask masters and agents of Mesos for their metrics. Counts of how that went, empty when nobody was asked."""
        if self._rounds is None:
            return {}
        return await self._rounds.go(await self._policy_in_force())

    async def hear_silence(self) -> None:
        """Signals about nodes that fell silent, or are heard again."""
        await self._metrics.tick(await self._policy_in_force(), self._outside.clock.now())

    async def housekeep(self) -> None:
        """Take away what was kept for long enough."""
        policy, now = await self._policy_in_force(), self._outside.clock.now()
        for cluster in policy.clusters:
            await bury_bodies(self._outside, cluster)
            await EvidenceRoom(self._outside.store).forget(cluster.name, now - EVIDENCE_FOR)
            await settle_words(self._outside, cluster.name)
        await Quarantine(self._outside.store).forget(now - QUARANTINED_FOR)
        await forget_answers(self._outside.store, now)

    async def tell_news(self) -> None:
        """Send letters about what is new. Apart from everything that heals."""
        if self._post is not None:
            await self._post.tell(await self._policy_in_force())

    async def deliver_letter(self, body: str) -> None:
        """Hand a letter to whoever is to read it."""
        if self._post is None:
            return
        try:
            await self._post.deliver(body)
        except Poison as poison:
            await self.keep_poison("notifications", poison.why, body)

    async def give_up(self, source: str, body: str) -> None:
        """Keep a message that failed as often as the host tries, with the last reason where that is known. The wake-up
        of an operation comes again each minute, with the same body: of those an example is kept."""
        now = self._outside.clock.now()
        if source == Queue.OPERATIONS and self._outside.samples.take((source, body), now) is None:
            return
        last = self._failures.last(body)
        why = "it failed as often as the host tries" + (f", the last time with {last}" if last else "")
        row = await self.keep_poison(source, why, body)
        record = given_up(source, body, row, why, now)
        if record is not None:
            await self._outside.audit.append(record.cluster, [record])

    async def keep_poison(self, source: str, why: str, body: str) -> str:
        """Keep what can never work. The row of the quarantine."""
        return await quarantine(self._outside.store, source, why, body, self._outside.clock.now())

    async def _work_signal(self, body: str) -> None:
        try:
            signals = opened(body)
        except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
            await self.keep_poison("signals", f"this is not a signal: {error}", body)
            return
        name = signals[0].cluster
        cluster = (await self._policy_in_force()).cluster(name)
        if cluster is None:
            await self.keep_poison("signals", f"cluster {name!r} is not in the policy", body)
            return
        begun = await self._turns.take(self._outside, cluster, signals)
        gate = asyncio.Semaphore(AT_ONCE)
        await _each(self._first_turn(cluster, operation, gate) for operation in begun)

    async def _work_operation(self, body: str) -> None:
        try:
            wake = msgspec.json.decode(body, type=Wake)
        except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
            await self.keep_poison("operations", f"this is not a wake-up: {error}", body)
            return
        cluster = (await self._policy_in_force()).cluster(wake.cluster)
        if cluster is None:
            await self.keep_poison("operations", f"cluster {wake.cluster!r} is not in the policy", body)
            return
        await self._turn(cluster, wake.operation)

    async def _sweep(self, cluster: ClusterPolicy) -> None:
        now = self._outside.clock.now()
        await order_look(self._outside, cluster.name, timedelta(0), "sweep")
        running = await self._outside.records.running_operations(cluster.name)
        for kept in running.values():
            lease = kept.value.lease
            held = lease is not None and lease.expires_at > now
            if kept.value.wake_at + OVERSLEPT < now and not held:
                await send_wake(self._outside, Wake(cluster.name, kept.value.id), timedelta(0))

    async def _first_turn(self, cluster: ClusterPolicy, operation: str, gate: asyncio.Semaphore) -> None:
        async with gate:
            await self._turn(cluster, operation)

    async def _turn(self, cluster: ClusterPolicy, operation: str) -> None:
        try:
            await resume(self._outside, cluster, operation)
        except Retry as busy:
            await send_wake(
                self._outside, Wake(cluster.name, operation), max(busy.after, timedelta(seconds=1))
            )

    async def _let_through(self, signals: Sequence[Signal], together: bool = False) -> tuple[Signal, ...]:
        """Those that are neither doubled nor late, nor of a flood: these are parked for the one look at its end."""
        now = self._outside.clock.now()
        sifted = self._window.sift(signals, now, together)
        for record in heard_late(sifted.late, now):
            await self._outside.audit.append(record.cluster, [record])
        await park(self._outside, sifted.flood)
        for cluster in sifted.looks:
            await order_look(self._outside, cluster, WINDOW)
        return sifted.through

    async def _policy_in_force(self) -> Policy:
        """What is obeyed now; a change of it is told to the audit once."""
        now = self._outside.clock.now()
        current = await self._policy.current(now)
        if current.change is not Change.UNCHANGED:
            faults = [str(fault) for fault in current.faults]
            text = f"policy {current.change.value}, version {current.version} is in force"
            record = AuditRecord(now, NOBODYS, AuditKind.POLICY, "policy", text, data={"faults": faults})
            await self._outside.audit.append(NOBODYS, [record])
        return current.policy

    async def _tell_why_not(self, heard: Heard) -> None:
        kind = AuditKind.NOT_OURS if heard.ear is Ear.NOT_OURS else AuditKind.HEARD
        cluster, now = heard.cluster or NOBODYS, self._outside.clock.now()
        left = self._sample.take((cluster, heard.ear), now)
        if left is None:
            return
        text = heard.why + _others(left)
        record = AuditRecord(now, cluster, kind, heard.subject, text, data={"event": heard.event_id})
        await self._outside.audit.append(cluster, [record])

    async def _keep_sample(self, source: str, why: str, body: str) -> None:
        """Poison of which there may be very much."""
        left = self._sample.take(("poison", source), self._outside.clock.now())
        if left is not None:
            await self.keep_poison(source, why + _others(left), body)


def _others(left: int) -> str:
    return f" ({left} others before it were counted and not kept)" if left else ""


async def _each(works: Iterable[Coroutine[Any, Any, object]]) -> None:
    """All of them, side by side. One alone needs no task of its own: there is mostly one cluster."""
    listed = list(works)
    if len(listed) == 1:
        await listed[0]
    elif listed:
        await asyncio.gather(*listed)


def _shown(raw: Mapping[str, Any]) -> str:
    try:
        return msgspec.json.encode(raw).decode()
    except (TypeError, ValueError):
        return repr(raw)
