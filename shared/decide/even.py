"""Which pools are evened out now: the last thing about sizes, after the clock, people and load have said theirs.

A step is two operations: the pool has one more machine, and when that has joined, one less. Here the first begins and
who goes in the second is chosen; which step is worth it says `balance.py`, and how the size is kept between the two
`one_more.py`. A pool gets one more when all of this holds:

1. The policy has it evened out (`rebalance.spread`), and how many it is to have is known.
2. It stays within the largest size that it may have now. A target that the clock says makes room for one more for a
   while; what a person said does not.
3. Nothing is at work on its size, and `balance.py` knows a step.

Guards are asked as for all else, windows and the ledger among them, before it comes and before one goes.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from shared.model.bounds import PoolBounds, Source
from shared.model.sizes import size_of
from shared.policy.schema import PoolPolicy
from shared.scale.rule import UNREAD
from shared.scale.spread import Place, Spread

from .balance import AGAIN, Evening, Gaps, Tried, even_out, goes_on, leaves, zones_of
from .leavers import Ground, is_there
from .one_more import ONE_LESS
from .repair import Situation
from .sizes import Sized

SPREAD = "spread"
"""The reason of a size with one more for the sake of the spread."""


def even_pools(situation: Situation, sized: Sequence[Sized]) -> tuple[Sized, ...]:
    """`sized` with one more where a pool is evened out, and with who goes where one has come. Without what runs for
    whom nobody goes who has any task, so it is read where `depends_on_work`."""
    if not depends_on_work(situation, sized):
        return tuple(sized)
    ground = Ground.of(situation)
    return tuple(_evened(ground, one) for one in sized)


def depends_on_work(situation: Situation, sized: Sequence[Sized]) -> bool:
    """Whether any of these pools is lopsided and is to be evened out, or is in the middle of it."""
    return any(
        one.wanted.reason == ONE_LESS or (_may_begin(situation, one) and not _rests(situation, one))
        for one in sized
    )


def against_one_more(situation: Situation, sized: Sized) -> str:
    """What speaks against one more by now, as far as it can be said without a look at what runs there; empty:
    nothing."""
    pool = _pool(situation, sized)
    if not pool.rebalance.spread:
        return "the policy does not have it evened out any more"
    if sized.size + 1 > most(sized.bounds):
        return f"{most(sized.bounds)} nodes may be there at the most"
    return goes_on(Ground.of(situation), pool, situation.ledgers[pool.name], sized)


def most(bounds: PoolBounds) -> int:
    """Rule 2."""
    is_said = bounds.ceiling.because.source is Source.PERSON
    return bounds.ceiling.nodes if is_said else bounds.max.nodes


def spread_of(situation: Situation, pool: str) -> Spread:
    """Where the machines of a pool are that stay."""
    leaving = {entry.node for entry in situation.ledgers[pool].active if entry.shrinks}
    instances = [
        one.node.instance
        for one in situation.findings
        if one.node.pool == pool and is_there(one) and one.node.name not in leaving
    ]
    places = [Place(one.zone, one.fault_domain) for one in instances if one is not None]
    return Spread.of(places, zones_of(situation, pool))


def _pool(situation: Situation, sized: Sized) -> PoolPolicy:
    return next(pool for pool in situation.cluster.pools if pool.name == sized.pool)


def _may_begin(situation: Situation, sized: Sized) -> bool:
    """Rules 1 to 3, but for the step."""
    book = situation.ledgers[sized.pool]
    return (
        _pool(situation, sized).rebalance.spread
        and sized.wanted.reason not in UNREAD
        and not book.has_one_more
        and sized.size + 1 <= most(sized.bounds)
        and size_of(sized.pool) not in situation.busy
    )


def _rests(situation: Situation, sized: Sized) -> bool:
    """Whether nothing is out of place, or as much as before one more came within the last day."""
    last, misplaced = situation.ledgers[sized.pool].one_more, len(spread_of(situation, sized.pool).swaps())
    did_not_help = last is not None and misplaced >= last.misplaced and situation.now - last.at < AGAIN
    return not misplaced or did_not_help


def _evened(ground: Ground, sized: Sized) -> Sized:
    situation = ground.situation
    pool, book = _pool(situation, sized), situation.ledgers[sized.pool]
    if sized.wanted.reason == ONE_LESS:
        return _with_one_less(ground, pool, sized)
    if not _may_begin(situation, sized):
        return sized
    last = book.one_more
    tried = Tried(last.at, last.misplaced) if last is not None else None
    step = even_out(ground, pool, sized, tried).step
    if step is None:
        return sized
    wanted = replace(sized.wanted, nodes=sized.size + 1, reason=SPREAD, because=_told(step))
    return replace(sized, wanted=wanted, misplaced=step.before)


def _with_one_less(ground: Ground, pool: PoolPolicy, sized: Sized) -> Sized:
    if not sized.surplus:
        return sized
    choice = leaves(ground, pool)
    spread = spread_of(ground.situation, pool.name)
    fullest = spread.fullest
    if fullest is None:
        return replace(sized, choice=choice)
    after = spread.without_one(fullest).gaps
    because = f"{sized.wanted.because}, {fullest}: {_gaps(spread.gaps)} before, {_gaps(after)} after"
    return replace(sized, choice=choice, wanted=replace(sized.wanted, because=because))


def _told(step: Evening) -> str:
    return (
        f"{step.take_from} has most and {step.add_to} fewest: {step.before} out of place before, {step.after} after;"
        f" {_gaps(step.gaps)} now, and at worst {_gaps(step.on_the_way)} on the way. Two operations: one more comes,"
        f" and when it has joined, one goes from where most are then (now {step.node}), which is asked for by itself"
    )


def _gaps(gaps: Gaps) -> str:
    return f"zones differ by {gaps[0]} and fault domains by {gaps[1]}"
