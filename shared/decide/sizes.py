"""Which size each pool is to have now, by the clock, by what people said and by load; and who goes when it shrinks.

For every pool that has schedules, follows its load, is evened out, or of whose size somebody has said something; of the
others nothing is worked out, and they stay as they are.

1. The size so far is the one that the ledger wants, without those that are on their way out. A machine that is being
   replaced is wanted, and so is one that was ordered and has not joined. No size was ever read: nothing is worked out.
2. The bounds are those of now, and with the lead those that come: so a pool has grown when its time comes.
3. The lead is what nine of ten of its last machines took at most from their order until they joined; while nobody
   knows, the time that the policy gives them. Nothing goes that will be needed within that time, whatever the lead:
   machines that joined more quickly than was thought would be too early by it, and would go and come again.
4. What load asks for is said by each signal that the policy names (`demands.py`).
   Where it has a forecast, that is one more (`ahead.py`), and so is what it stands in for (`alternates.py`).
5. The size follows by the rule of `shared/scale/rule.py`. Without a signal it stays, but for what the bounds say.
6. It is to shrink: who goes is chosen (`leavers.py`). No more than there are machines beyond the new size: what is
   missing is not missed any more, and nothing goes for it.

The course is what the rule remembers; it goes in at the next look. A change that nothing came of, because nobody may
go or a guard refused, was none: what is remembered of changes is then what was remembered before (`courses_after`).
The same inputs give the same sizes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta

from msgspec import Struct
from msgspec.structs import replace

from shared.model.bounds import PoolBounds
from shared.model.decisions import Decision, Verdict
from shared.model.ledger import Ledger
from shared.model.nodes import Condition, Finding, NodeMemory
from shared.model.overrides import resizes
from shared.model.readings import Failure, Reading
from shared.policy.schema import PoolPolicy
from shared.scale.candidates import Choice
from shared.scale.load import Demand
from shared.scale.pace import Course
from shared.scale.rule import Asked, Wanted, wanted_nodes

from .ahead import foresee, with_needed
from .alternates import stand_ins
from .demands import demands_of
from .leavers import AT_REST, Ground, choose_leavers, is_there
from .one_more import with_one_more
from .repair import Situation
from .schedule import bounds_at
from .settle import ahead_of_time

OF_SIZE = frozenset({Condition.SHORT, Condition.SURPLUS})
"""What is decided about a pool's size, and not about a node that is not well."""

LAST_JOINS = 20
LISTED_SOON = timedelta(minutes=5)
"""A machine is listed within a minute of its order. What was older when it was first seen was there before us."""


class Sized(Struct, frozen=True, kw_only=True):
    """One pool. `size` is the size so far (rule 1), `wanted` what it is to be, with its reason and numbers; `choice` is
    who goes, None where nobody is to go. `there` counts the machines that it has or that are being replaced; None:
    they could not be read. `before` is the course that went in. `misplaced`: it is to have one more for the sake of the
    spread (`even.py`), and so many are out of place before that."""

    pool: str
    size: int
    bounds: PoolBounds
    demands: tuple[Reading[Demand], ...]
    wanted: Wanted
    lead: timedelta
    there: int | None
    before: Course
    choice: Choice | None = None
    misplaced: int | None = None

    @property
    def nodes(self) -> int:
        """The size that it is to have."""
        return self.wanted.nodes

    @property
    def surplus(self) -> int:
        """How many machines are to go: of those that are there, beyond what is wanted."""
        return 0 if self.there is None else max(0, min(self.size, self.there) - self.nodes)


def size_pools(situation: Situation, courses: Mapping[str, Course]) -> tuple[Sized, ...]:
    """As `sizes_wanted`, and who goes.

    Whom a pool may lose depends on what runs for whom. Where that was not read, nobody goes who has any task: so a
    caller who sees a `surplus` reads it and asks again.
    """
    return tuple(_with_leavers(situation, sizes_wanted(situation, courses)))


def sizes_wanted(situation: Situation, courses: Mapping[str, Course]) -> tuple[Sized, ...]:
    """In the order of the policy, without who goes, which takes longest to find out. `courses` are by pool; one that
    has none is looked at for the first time."""
    pools = [pool for pool in situation.cluster.pools if is_sized(situation, pool)]
    known = [pool for pool in pools if situation.ledgers[pool.name].wanted is not None]
    findings: dict[str, list[Finding]] = {pool.name: [] for pool in situation.cluster.pools}
    for one in situation.findings:
        findings[one.node.pool].append(one)
    leads = {pool.name: lead_of(pool, _memories(findings[pool.name])) for pool in known}
    bounds = {pool.name: _bounds(situation, pool, leads[pool.name]) for pool in known}
    demands = demands_of(situation, bounds)
    asks = {
        pool.name: (*demands.get(pool.name, ()), *foresee(situation, pool, leads[pool.name]))
        for pool in known
    }
    standing = stand_ins(situation, bounds, asks)
    sized: list[Sized] = []
    for pool in known:
        name, book = pool.name, situation.ledgers[pool.name]
        course, size, pace = courses.get(name, Course()), book.so_far, (pool.scaling or AT_REST).pace
        all_asked = standing.of(name, size, asks[name])
        asked = Asked(book.ordinary, all_asked, bounds[name], pace)
        wanted = wanted_nodes(asked, course, situation.now)
        wanted = with_one_more(wanted, book, findings[name])
        sized.append(
            Sized(
                pool=name,
                size=size,
                bounds=bounds[name],
                demands=all_asked,
                wanted=replace(
                    wanted, course=with_needed(situation, pool, wanted.course, demands.get(name, ()))
                ),
                lead=leads[name],
                there=_there(situation, book, findings[name]),
                before=course,
            )
        )
    return tuple(sized)


def _with_leavers(situation: Situation, sized: Sequence[Sized]) -> Iterator[Sized]:
    """Rule 6. Who goes from one pool takes no tasks of those that go from another."""
    if not any(one.surplus for one in sized):
        yield from sized
        return
    ground, pools = Ground.of(situation), {pool.name: pool for pool in situation.cluster.pools}
    for one in sized:
        if not one.surplus:
            yield one
            continue
        choice = choose_leavers(ground, pools[one.pool], situation.ledgers[one.pool], one.surplus)
        ground = ground.without(choice.nodes)
        yield replace(one, choice=choice)


def courses_after(sized: Iterable[Sized], decisions: Iterable[Decision]) -> dict[str, Course]:
    """What is to be remembered for the next look, by pool."""
    acted = {one.pool for one in decisions if one.verdict is Verdict.ACT and one.condition in OF_SIZE}
    return {one.pool: one.wanted.course if one.pool in acted else _unmoved(one) for one in sized}


def is_sized(situation: Situation, pool: PoolPolicy) -> bool:
    """Whether the pool's size is worked out at all. Not where Azure's own autoscale moves it."""
    if pool.azure_autoscale is not None:
        return False
    said = resizes(situation.overrides, pool.name, situation.now)
    is_evened = pool.rebalance.spread or situation.ledgers[pool.name].has_one_more
    return bool(pool.schedules or pool.scaling or said or is_evened)


def lead_of(pool: PoolPolicy, memories: Iterable[NodeMemory]) -> timedelta:
    """Rule 3."""
    took = [(one.joined_at, time) for one in memories if one.joined_at and (time := _join_time(one))]
    last = sorted(time for _, time in sorted(took)[-LAST_JOINS:])
    if not last:
        return pool.repair.join_timeout
    return min(last[math.ceil(0.9 * len(last)) - 1], pool.repair.join_timeout)


def _join_time(memory: NodeMemory) -> timedelta | None:
    """How long it took from its order, or from when it was first seen; None where that was not seen."""
    begun = memory.first_seen_at
    if memory.created_at is not None:
        if begun - memory.created_at > LISTED_SOON:
            return None
        begun = min(begun, memory.created_at)
    joined = memory.joined_at
    return joined - begun if joined is not None and joined > memory.first_seen_at else None


def _memories(findings: Iterable[Finding]) -> Iterator[NodeMemory]:
    return (one.node.memory for one in findings if one.node.memory is not None)


def _bounds(situation: Situation, pool: PoolPolicy, lead: timedelta) -> PoolBounds:
    """Rules 2 and 3."""
    now, said = situation.now, resizes(situation.overrides, pool.name, situation.now)
    bounds, size = bounds_at(pool, now, said, lead), situation.ledgers[pool.name].so_far
    if size <= bounds.floor.nodes:
        return bounds
    coming = bounds_at(pool, now, said, pool.repair.join_timeout).floor
    return ahead_of_time(bounds, replace(coming, nodes=min(size, coming.nodes)))


def _there(situation: Situation, book: Ledger, findings: Iterable[Finding]) -> int | None:
    """Machines that are listed and stay, and those that are missing and being replaced."""
    if isinstance(situation.snapshot.pools[book.pool].instances, Failure):
        return None
    leaving = {entry.node for entry in book.active if entry.shrinks}
    return sum(
        one.node.name not in leaving and (is_there(one) or one.node.name in situation.busy)
        for one in findings
    )


def _unmoved(sized: Sized) -> Course:
    """With what was seen now, and the changes of before."""
    before, now = sized.before, sized.wanted.course
    return replace(
        now,
        changed_at=before.changed_at,
        grown_at=before.grown_at,
        turned_at=before.turned_at,
        way=before.way,
    )
