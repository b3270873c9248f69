"""Agents of which little is in use: how many nodes are left when they are emptied onto the others.

This is a demand as those of other signals are (`demands.py`), so that windows, pauses, the choice of who goes and all
guards are those of any shrinking. Asked about one pool:

1. It never asks for more nodes than the pool is to have.
2. Work waits anywhere in the cluster: for as many.
3. A machine of the pool is not well, missing or on its way, or no agent is thin: for as many.
4. It could not be read what runs where: that is a demand unknown.
5. Otherwise as many fewer as can be emptied one after the other, by the rules by which machines go from a pool
   (`leavers.py`): thin ones alone, which run nothing but what others of its kind run elsewhere meanwhile, and which all
   fits onto those that stay. For a machine less to pay nothing is away for a while, and no data is copied.
6. Machines that are on their way out for this count as if they stood still: while they are emptied the answer is the
   same, and nobody goes for what they leave to others.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from shared.model.ledger import Ledger
from shared.model.nodes import Condition, Finding
from shared.model.readings import Failure, Reading, Value
from shared.policy.scaling import Thin
from shared.policy.schema import PoolPolicy
from shared.scale.candidates import Holds
from shared.scale.load import Left
from shared.scale.offers import fullness
from shared.scale.victims import choose
from shared.scale.work import Work

from .leavers import MOST, Ground, asked_about, is_there
from .repair import Situation

MOVES = frozenset({Holds.NOTHING, Holds.MOVABLE})


def needs_work(situation: Situation) -> bool:
    """Whether what runs where has to be read, because an agent is thin in a pool that follows that."""
    return any(
        _is_thin(one, signal)
        for pool in situation.cluster.pools
        for signal in (pool.scaling.signals if pool.scaling else ())
        if isinstance(signal, Thin)
        for one in situation.findings
        if one.node.pool == pool.name
    )


def nodes_left(
    ground: Ground, pool: PoolPolicy, signal: Thin, waits: Value[tuple[Work, ...]]
) -> Reading[Left]:
    """`waits` is what waits for room in the whole cluster."""
    book = ground.situation.ledgers[pool.name]
    size, going = book.ordinary, _going(book)
    counted = {one.node for one in book.active if one.leaving}
    machines = [one for one in ground.findings[pool.name] if one.node.name not in counted]
    thin = [one.node.name for one in machines if _is_thin(one, signal) or one.node.name in going]
    against = "work waits" if waits.value else _against(machines)
    if against or not thin:
        because = f"none is emptied: {against or f'no agent is less than {signal.below:.0%} full'}"
        return Value(Left(size, because), waits.source, waits.taken_at)
    unread = _unread(ground.situation)
    if unread is not None:
        return unread
    count = _emptied(ground, pool, book, thin)
    told = f"{count} of {len(machines)} agents are less than {signal.below:.0%} full and fit onto the others"
    taken_at = min(waits.taken_at, ground.situation.snapshot.workloads.taken_at)
    return Value(Left(min(size, size + len(going) - count), told), waits.source, taken_at)


def _going(book: Ledger) -> frozenset[str]:
    """Those that are on their way out and are not counted out yet."""
    return frozenset(one.node for one in book.active if one.shrinks and not one.leaving)


def _against(machines: Sequence[Finding]) -> str:
    """Rule 3."""
    unwell = (one for one in machines if one.condition is not Condition.HEALTHY or not is_there(one))
    first = next(unwell, None)
    return "" if first is None else f"{first.node.name} is not well"


def _is_thin(finding: Finding, signal: Thin) -> bool:
    agent = finding.node.agent
    return agent is not None and agent.active and fullness(agent.used, agent.total) < signal.below


def _unread(situation: Situation) -> Failure | None:
    """Rule 4."""
    work = situation.snapshot.workloads
    if isinstance(work, Failure):
        return work
    return next((one for one in (work.value.apps, work.value.pods) if isinstance(one, Failure)), None)


def _emptied(ground: Ground, pool: PoolPolicy, book: Ledger, thin: Sequence[str]) -> int:
    """Rules 5 and 6."""
    going = _going(book)
    still = replace(book, active=tuple(one for one in book.active if one.node not in going))
    if going:
        ground = Ground.of(replace(ground.situation, busy=ground.situation.busy - going))
    asked = asked_about(ground, pool, still, min(len(thin), MOST))
    candidates = [
        one if one.node in thin and one.holds in MOVES else replace(one, kept=one.kept or "it stays")
        for one in asked.candidates
    ]
    return len(choose(replace(asked, candidates=candidates)).nodes)
