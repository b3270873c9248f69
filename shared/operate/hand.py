"""The hand that holds one operation while it is carried on: its row, its etag, its fresh readings.

Every write goes out on the etag of the last one. A worker whose lease ran out and was taken over cannot write any
more, whatever it still believes: its etag is old. Because the world outside knows no etags, the row is written once
more just before anything is changed there (`about_to`): who lost the lease stops here.

What is told to the audit is written before the row, before something is changed, and before the hand lets go.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec.structs import replace

from shared.decide.sizes import Sized
from shared.errors import Conflict, Retry
from shared.guards import Question
from shared.guards.place import elsewhere_of
from shared.guards.self_doubt import OLDEST
from shared.model.audit import AuditKind, AuditRecord
from shared.model.ledger import Disruption
from shared.model.nodes import Condition, Finding, Node
from shared.model.operations import Lease, Operation
from shared.model.readings import Reading, Value
from shared.model.remedies import CHANGE_SIZES, Remedy
from shared.model.sizes import regarded, short
from shared.model.workloads import WorkloadState
from shared.policy.schema import ClusterPolicy, PoolPolicy

from .books import change
from .last_word import forbidden_by, forbidden_now
from .outside import Outside
from .recall import Recalled, recall
from .situate import Picture, situate
from .sizes import sized_now
from .work import is_needed, read_work

LEASE = timedelta(seconds=90)
FRESH = timedelta(seconds=6)  # younger readings of this turn are not taken again: ten lists a minute at most
MOVING = "moving"
"""The note that says that what runs on the node is being moved away: from then on it is not as it was."""
MOVE = "move_tasks"
"""The step that does it, and that keeps the pace by itself."""


class Stale(Retry):
    """The worker was too slow: what it has read justifies nothing any more. Look again, and ask again."""


class Hand:
    """One worker's hold on one operation."""

    def __init__(
        self, outside: Outside, cluster: ClusterPolicy, pool: PoolPolicy, operation: Operation, etag: str
    ) -> None:
        self.outside, self.cluster, self.pool = outside, cluster, pool
        self.operation = operation
        self._etag = etag
        self._picture: tuple[Picture, Recalled] | None = None
        self._work: Reading[WorkloadState] | None = None
        self._sized: tuple[Picture, Sized | None] | None = None
        self._not_before = outside.clock.now()
        self._asked_about: datetime | None = None
        self._forbade = frozenset[str]()
        self._told: list[AuditRecord] = []

    @property
    def etag(self) -> str:
        return self._etag

    @property
    def now(self) -> datetime:
        return self.outside.clock.now()

    async def fresh(self) -> tuple[Picture, Recalled]:
        """The cluster as it is now: readings of this turn, at most `FRESH` old."""
        known = self._picture
        oldest = max(self._not_before, self.now - FRESH)
        if known is None or known[0].situation.snapshot.started_at < oldest:
            recalled, snapshot = await asyncio.gather(
                recall(self.outside, self.cluster),
                self.outside.looks.since(self.outside.eyes, self.cluster, oldest),
            )
            known = situate(self.cluster, snapshot, recalled, (), self.now), recalled
            self._picture = known
        return known

    async def question(self) -> Question:
        """What the guards are asked about this operation, with fresh readings."""
        picture, _ = await self.fresh()
        situation, operation = picture.situation, self.operation
        finding = await self.finding() or self._missing()
        snapshot = situation.snapshot
        if is_needed(finding):
            snapshot = replace(snapshot, workloads=await self.work())
        return Question(
            cluster=self.cluster,
            pool=self.pool,
            snapshot=snapshot,
            tally=situation.tallies[self.pool.name],
            finding=finding,
            remedy=operation.remedy,
            ledger=situation.ledgers[self.pool.name],
            overrides=situation.overrides,
            incident=operation.incident,
            operation=operation.id,
            begun_at=operation.created_at,
            now=self.now,
            suspects=situation.suspects,
            elsewhere=elsewhere_of(situation.ledgers, self.pool.name),
            moving=MOVING in operation.notes and operation.step == MOVE,
            aim=await self._aim(),
        )

    async def finding(self) -> Finding | None:
        """What its subject is now, as this operation sees it."""
        finding = (await self.fresh())[0].findings.get(self.operation.subject.node)
        if self.operation.remedy is Remedy.GROW:
            return short(self.pool.name, "it is to have more machines")
        return None if finding is None else regarded(finding, self.operation.remedy)

    async def sized(self) -> Sized | None:
        """The size that the pool is to have now; None: nothing says anything of it any more."""
        picture, _ = await self.fresh()
        if self._sized is None or self._sized[0] is not picture:
            sized = await sized_now(self.outside, self.cluster, picture, self.pool.name)
            self._sized = picture, sized
        return self._sized[1]

    async def _aim(self) -> int | None:
        sized = await self.sized() if self.operation.remedy in CHANGE_SIZES else None
        return sized.nodes if sized is not None else None

    def _missing(self) -> Finding:
        node = Node(
            self.operation.subject.node, self.pool.name, None, None, None, self.operation.subject.address
        )
        return Finding(node, Condition.GONE, 3, "nothing is remembered of it any more")

    async def work(self) -> Reading[WorkloadState]:
        """What runs for whom, as it is now: at most `FRESH` old, and read after the picture."""
        known, (picture, _) = self._work, await self.fresh()
        oldest = max(picture.situation.snapshot.started_at, self.now - FRESH)
        if known is None or known.taken_at < oldest:
            scheduler = picture.situation.snapshot.scheduler
            mesos = scheduler.value if isinstance(scheduler, Value) else None
            self._work = known = await read_work(self.outside, self.cluster, mesos)
        return known

    def forget_readings(self) -> None:
        """After something was changed in the world: the next look is a new one."""
        self._picture, self._work, self._not_before = None, None, self.now

    def again(self) -> timedelta:
        """How long to wait before the same step is looked at again: soon at first, then every 10 s, because Azure
        allows about 15 looks at an operation a minute."""
        return timedelta(seconds=min(10, 1.6 ** min(self.operation.attempt, 10)))

    def later(self) -> timedelta:
        """How long to wait after an error, however soon it says that it may be tried again: each time longer, up to
        half a minute. Published: what was retried after failed drains flooded the API with ever more requests
        (aws/aws-node-termination-handler#1172)."""
        return timedelta(seconds=min(30, 1.6 ** min(self.operation.attempt, 10)))

    async def save(self, operation: Operation) -> None:
        """Write what was told, then the operation. In this order a crash between the two tells it twice, not never."""
        await self.tell_now()
        await self._keep(operation)

    def asked_about(self, question: Question) -> None:
        """What is done from here on rests on these readings."""
        self._asked_about = question.snapshot.started_at
        self._forbade = forbidden_by(question.overrides, question.now)

    async def about_to(self, text: str) -> None:
        """Before something is changed in the world: what comes is written down, the operation is still ours, what the
        guards were asked about was read a moment ago, and nobody has paused anything since. Else it raises `Stale`."""
        self._raise_if_stale()
        self.tell(AuditKind.STEP, text)
        await self.tell_now()
        try:
            await self._keep(self.operation)
        except Conflict:
            self.tell(AuditKind.STEP, "another worker took the operation over meanwhile; nothing was done")
            await self.tell_now()
            raise
        await self._raise_if_forbidden()
        self._raise_if_stale()
        self.forget_readings()

    def note(self, key: str, value: str) -> None:
        """Leave something for later steps, written with the next `about_to` or `save`."""
        self.operation = replace(self.operation, notes={**self.operation.notes, key: value})

    def restore_notes(self, before: Operation) -> None:
        """The notes as they were: what was noted ahead was surely not done."""
        self.operation = replace(self.operation, notes=before.notes)

    async def books(self, how: Callable[[Disruption], Disruption]) -> None:
        """Change entries of the pool's ledger."""
        await change(
            self.outside,
            self.cluster.name,
            self.pool.name,
            lambda book: replace(book, active=tuple(how(entry) for entry in book.active)),
        )

    async def tell_now(self) -> None:
        """Write what was told. What could not be written is told with the next try."""
        await self.outside.audit.append(self.operation.cluster, self._told)
        self._told = []

    async def _keep(self, operation: Operation) -> None:
        """Write the row on its etag, renewing the lease if there is one. `Conflict` also when the lease has run out
        before that or while it took: another worker may be at work by now, or will be in a moment."""
        self._raise_if_run_out(operation.lease)
        if operation.lease is not None:
            lease = Lease(operation.lease.owner, self.now + LEASE, operation.lease.fence)
            operation = replace(operation, lease=lease)
        self._etag = await self.outside.records.keep_operation(operation, self._etag)
        self.operation = operation
        self._raise_if_run_out(operation.lease)

    def _raise_if_stale(self) -> None:
        age = self.now - self._asked_about if self._asked_about is not None else timedelta(0)
        if age > OLDEST:
            raise Stale(f"what was read is {age.total_seconds():.0f} s old by now", timedelta(seconds=1))

    async def _raise_if_forbidden(self) -> None:
        if self._asked_about is None:
            return
        more = await forbidden_now(self.outside, self.cluster.name) - self._forbade
        if more:
            said = ", ".join(sorted(row.replace("|", " of ").removesuffix(" of ") for row in more))
            self.tell(
                AuditKind.STEP, f"somebody has said {said} meanwhile; it was not done, and is asked again"
            )
            raise Stale("somebody has forbidden something meanwhile", timedelta(seconds=1))

    def _raise_if_run_out(self, lease: Lease | None) -> None:
        if lease is not None and self.now >= lease.expires_at:
            raise Conflict(f"the lease of operation {self.operation.id}, which ran out")

    def tell(self, kind: AuditKind, text: str, **data: object) -> None:
        """One line of the audit about this operation, written with the next `save`."""
        operation = self.operation
        record = AuditRecord(
            self.now,
            operation.cluster,
            kind,
            operation.subject.node,
            text,
            operation.incident,
            operation.id,
            {"step": operation.step, **data},
        )
        self._told.append(record)
