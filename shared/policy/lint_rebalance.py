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
)
