"""The use cases of the firehose: a body in, messages for the signals queue out.

Between two bodies this process keeps the index of the policy's rules, the roster of nodes (read anew each minute), and
its courses. Rows of other instances are read each 30 seconds. A body that changes nothing costs no request at all.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from shared.errors import Poison
from shared.firehose.body import FORMS, Sender
from shared.firehose.index import Index
from shared.firehose.keep import Transition, refresh, settle
from shared.firehose.number import Rubbish
from shared.firehose.plain import hear_datapoints, hear_prometheus, hear_snapshot
from shared.firehose.roster import Roster
from shared.firehose.silence import forget_gone, look_for_silence, write_heard
from shared.firehose.tally import Tally
from shared.firehose.telegraf import hear_batch, joined
from shared.firehose.tell import signals_of
from shared.firehose.watching import Watching
from shared.policy.schema import Policy
from shared.ports.store import Store
from shared.records import Records
from shared.records.quarantine import quarantine

ROSTER_S = 60.0
ROWS_S = 30.0
HEARD_S = 60.0
EXAMPLE_S = 600.0
"""Seconds between two examples of the same kind of rubbish in the quarantine: a host that writes nonsense writes it
each ten seconds."""

SOURCE = "firehose"

type Reader = Callable[[bytes, Watching, float, Sender], Tally]


def _telegraf(body: bytes, watching: Watching, now_s: float, sender: Sender) -> Tally:
    return hear_batch(body, watching, now_s, sender.cluster)


READERS: dict[str, Reader] = dict(
    zip(FORMS, (_telegraf, hear_datapoints, hear_prometheus, hear_snapshot), strict=True)
)


class HeardMetrics(Struct, frozen=True):
    """What came of a body: messages for the signals queue, and counts by reason."""

    messages: list[str]
    counts: dict[str, int]


class MetricsEar:
    """One per process. `worker` names this process in rows."""

    def __init__(self, store: Store, records: Records, worker: str) -> None:
        self._store, self._records, self._worker = store, records, worker
        self._watching = Watching(Index(()), Roster(), worker)
        self._policy: Policy | None = None
        self._roster_at = self._rows_at = self._heard_at = 0.0
        self._examples: dict[str, float] = {}
        self._settling = asyncio.Lock()

    async def hear(
        self, form: str, body: bytes, sender: Sender, policy: Policy, now: datetime
    ) -> HeardMetrics:
        """Judge a body in one of the forms of `READERS`. `Poison` when nothing of it can be read; it is in the
        quarantine then. `Retry` and `Unknown` when storage does not answer: the sender has to send it again."""
        watching = await self._prepare(policy, now.timestamp())
        try:
            tally = READERS[form](body, watching, now.timestamp(), sender)
        except Poison as poison:
            await self._keep_example(f"{form} is no {form}", poison.why, body.decode("utf-8", "replace"), now)
            raise
        messages = await self._settle(watching, now)
        for why, example in tally.examples.items():
            # What is late or unknown to us is no fault of its writer, but worth a look all the same.
            await self._keep_example(why, _counted(why, tally), example, now)
        return HeardMetrics(messages, tally.counts())

    async def hear_events(self, bodies: Sequence[bytes], policy: Policy, now: datetime) -> HeardMetrics:
        """Events of an event hub, each with one metric or a batch in Telegraf's JSON. Those that are no JSON are
        passed over: the others would come again with them otherwise."""
        batch, broken = joined(bodies)
        if broken:
            why = f"{len(broken)} of {len(bodies)} events are no JSON of metrics"
            await self._keep_example("broken events", why, broken[0].decode("utf-8", "replace"), now)
        return await self.hear("telegraf", batch, Sender(), policy, now)

    async def tick(self, policy: Policy, now: datetime) -> list[str]:
        """Each minute: look for silence, let go of what is gone. Messages for the signals queue."""
        now_s = now.timestamp()
        watching = await self._prepare(policy, now_s)
        for cluster in policy.clusters:
            await look_for_silence(self._store, watching, cluster.name, now_s)
            forget_gone(watching, cluster.name, now_s)
        return await self._settle(watching, now)

    async def agents(self, policy: Policy, now: datetime) -> Mapping[str, Collection[str]]:
        """Addresses of the nodes that the inventory remembers, by cluster."""
        return (await self._prepare(policy, now.timestamp())).roster.agents

    async def _prepare(self, policy: Policy, now_s: float) -> Watching:
        """Index, roster and rows as new as they have to be. What could not be read is read again with the next body."""
        if policy is not self._policy:
            watching = Watching(Index(policy.clusters), self._watching.roster, self._worker)
            watching.carry_over(self._watching)
            self._watching, self._policy = watching, policy
            self._roster_at = self._rows_at = 0.0
        watching = self._watching
        if now_s - self._roster_at >= ROSTER_S:
            memories = [await self._records.inventory.between(one.name, "", "") for one in policy.clusters]
            plain = [{row: kept.value for row, kept in rows.items()} for rows in memories]
            watching.roster = Roster(zip(policy.clusters, plain, strict=True))
            watching.forget_old(now_s)
            self._roster_at = now_s
        if now_s - self._rows_at >= ROWS_S:
            async with self._settling:
                for cluster in policy.clusters:
                    await refresh(self._store, watching, cluster.name)
            self._rows_at = now_s
        return watching

    async def _settle(self, watching: Watching, now: datetime) -> list[str]:
        """Write what changed; what follows for whole pools is counted, and written, after that."""
        now_s = now.timestamp()
        async with self._settling:
            done: list[Transition] = list(await settle(self._store, watching))
            watching.count_pools(now_s)
            done.extend(await settle(self._store, watching))
            if now_s - self._heard_at >= HEARD_S:
                self._heard_at = now_s
                await write_heard(self._store, watching, self._worker)
        return [msgspec.json.encode(signal).decode() for signal in signals_of(done, now)]

    async def _keep_example(self, kind: str, why: str, example: str, now: datetime) -> None:
        now_s = now.timestamp()
        if now_s - self._examples.get(kind, 0.0) >= EXAMPLE_S:
            self._examples[kind] = now_s
            await quarantine(self._store, SOURCE, why, example, now)


def _counted(why: Rubbish, tally: Tally) -> str:
    return f"{tally.rubbish[why]} of {tally.metrics} in one body: {why.value}; they were not judged"
