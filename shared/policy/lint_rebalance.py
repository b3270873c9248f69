"""Valid but unwise: what a policy says about evening out, and an operator will regret."""

from __future__ import annotations

from shared.policy.advice import Inside, Rule

FULL, LITTLE = 0.6, 0.05


def _half_empty(at: Inside) -> str | None:
    rebalance = at.pool.rebalance
    if not rebalance.load or rebalance.hot >= FULL:
        return None
    return f"agents that are {rebalance.hot:.0%} full are called hot, and tasks end so that they are less so"


def _for_little(at: Inside) -> str | None:
    rebalance = at.pool.rebalance
    if not rebalance.load or rebalance.pays >= LITTLE:
        return None
    return f"a task is ended so that an agent is {rebalance.pays:.0%} less full: the next one is soon as worth it"


def _never_one_more(at: Inside) -> str | None:
    capacity = at.pool.capacity
    if not at.pool.rebalance.spread or capacity.min < capacity.max:
        return None
    return f"it has {capacity.max} machines at all times, so that none can come before one goes: it is never evened out"


REBALANCE_RULES: tuple[Rule[Inside], ...] = (
    Rule(
        "hot-half-empty", "rebalance.hot", "load is evened out where hot is less than 60 %", "", _half_empty
    ),
    Rule(
        "moves-for-little",
        "rebalance.pays",
        "load is evened out, and a task moves for less than a twentieth of an agent",
        "",
        _for_little,
    ),
    Rule(
        "spread-no-room",
        "rebalance.spread",
        "a pool is evened out whose capacity.min is its capacity.max",
        "",
        _never_one_more,
    ),
)
