"""The use cases of the firehose: a body in, signals out.

Between two bodies this process keeps the index of the policy's rules, the roster of nodes (read anew each minute), and
its courses. Rows of other instances are read each 30 seconds. A body that changes nothing costs no request at all.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from shared.errors import Poison
from shared.firehose.body import FORMS, Sender
from shared.firehose.index import Index
from shared.firehose.keep import settle
from shared.firehose.keep_followed import forget_followed, write_followed
from shared.firehose.number import Rubbish
from shared.firehose.plain import hear_datapoints, hear_prometheus, hear_snapshot
from shared.firehose.recall import refresh
from shared.firehose.roster import Roster
from shared.firehose.shares import count_pools
from shared.firehose.silence import look_for_silence, read_heard, write_heard
from shared.firehose.tally import LONGEST_EXAMPLE, Tally
from shared.firehose.telegraf import hear_batch, joined
from shared.firehose.tell import Teller
from shared.firehose.watching import Watching
from shared.policy.schema import Policy
from shared.ports.queues import Queues
from shared.ports.store import Store
from shared.ports.telemetry import Point, Telemetry, Untold
from shared.records import Records
from shared.records.quarantine import quarantine
from shared.telemetry.measures import FIREHOSE

ROSTER_S = 60.0
ROWS_S = 30.0
HEARD_S = 60.0
EXAMPLE_S = 600.0
"""Seconds between two examples of the same kind of rubbish in the quarantine: a host that writes nonsense writes it
each ten seconds."""

SOURCE = "firehose"

type Reader = Callable[[bytes, Watching, float, Sender], Tally]
type Counts = Mapping[str, int]
"""What came of a body, by reason: how many metrics, how many were wanted and judged, and how much was rubbish."""

READERS: dict[str, Reader] = dict(
    zip(FORMS, (hear_batch, hear_datapoints, hear_prometheus, hear_snapshot), strict=True)
)


class MetricsEar:
    """One per process. `worker` names this process in rows. Signals are sent from here and not handed back, because
    they count as told only when they are in their queue."""

    def __init__(
        self, store: Store, records: Records, queues: Queues, worker: str, telemetry: Telemetry | None = None
    ) -> None:
        self._telemetry = telemetry or Untold()
        self._store, self._records, self._worker = store, records, worker
        self._teller = Teller(store, queues)
        self._watching = Watching(Index(()), Roster(), worker)
        self._policy: Policy | None = None
        self._roster_at = self._rows_at = self._heard_at = 0.0
        self._examples: dict[str, float] = {}
        self._settling = asyncio.Lock()

    async def hear(self, form: str, body: bytes, sender: Sender, policy: Policy, now: datetime) -> Counts:
        """Judge a body in one of the forms of `READERS`. `Poison` when nothing of it can be read; it is in the
        quarantine then. `Retry` and `Unknown` when storage does not answer: the sender has to send it again, and what
        was written of it by then is told by that."""
        watching = await self._prepare(policy, now.timestamp())
        try:
            tally = READERS[form](body, watching, now.timestamp(), sender)
        except Poison as poison:
            await self._keep_example(f"{form} is no {form}", poison.why, _begin(body), now)
            raise
        await self._settle(watching, now)
        for why, example in tally.examples.items():
            # What is late or unknown to us is no fault of its writer, but worth a look all the same.
            await self._keep_example(why, _counted(why, tally), example, now)
        counts = tally.counts()
        self._telemetry.points(
            [Point(FIREHOSE.name, many, {"what": what}) for what, many in counts.items() if many]
        )
        return counts

    async def hear_events(self, bodies: Sequence[bytes], policy: Policy, now: datetime) -> Counts:
        """Events of an event hub, each with one metric or a batch in Telegraf's JSON. Those that are no JSON are
        passed over: the others would come again with them otherwise."""
        batch, broken = joined(bodies)
        if broken:
            why = f"{len(broken)} of {len(bodies)} events are no JSON of metrics"
            await self._keep_example("broken events", why, _begin(broken[0]), now)
        return await self.hear("telegraf", batch, Sender(), policy, now)

    async def tick(self, policy: Policy, now: datetime) -> None:
        """Each minute: look for silence, let go of what is gone."""
        now_s = now.timestamp()
        watching = await self._prepare(policy, now_s)
        for cluster in policy.clusters:
            await read_heard(self._store, watching, cluster.name, now_s)
        look_for_silence(watching, now_s)
        watching.forget_gone(now_s)
        await forget_followed(self._store, watching, now_s)
        await self._settle(watching, now)

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
                    await refresh(self._store, watching, cluster.name, now_s)
                    await read_heard(self._store, watching, cluster.name, now_s)
            self._rows_at = now_s
        return watching

    async def _settle(self, watching: Watching, now: datetime) -> None:
        """Write what changed, and tell of it; what follows for whole pools is counted after nodes are written."""
        now_s = now.timestamp()
        async with self._settling:
            await settle(self._store, watching, now_s)
            count_pools(watching, now_s)
            await settle(self._store, watching, now_s)
            await self._teller.tell(watching, now)
            if now_s - self._heard_at >= HEARD_S:
                self._heard_at = now_s
                await write_heard(self._store, watching)
                await write_followed(self._store, watching, now_s)

    async def _keep_example(self, kind: str, why: str, example: str, now: datetime) -> None:
        now_s = now.timestamp()
        if now_s - self._examples.get(kind, 0.0) >= EXAMPLE_S:
            self._examples[kind] = now_s
            await quarantine(self._store, SOURCE, why, example, now)


def _begin(body: bytes) -> str:
    return body[:LONGEST_EXAMPLE].decode("utf-8", "replace")


def _counted(why: Rubbish, tally: Tally) -> str:
    return f"{tally.rubbish[why]} of {tally.metrics} in one body: {why.value}; they were not judged"
