"""Whatever is the case with a pool, nothing goes that it needs, and nothing is computed from what is not known."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from shared.decide.capacity import decide_sizes
from shared.decide.repair import decide_repairs
from shared.decide.sizes import Sized, size_pools
from shared.model.decisions import Decision, Verdict
from shared.model.nodes import Condition
from shared.model.remedies import Remedy
from shared.policy.scaling import Aim, Allocated, Constant, Resource, Signal, Waiting
from shared.policy.schema import Capacity
from shared.scale.pace import Course, Look
from tests.builders import DAY, NOW, disruption, name
from tests.decide.sizing import Sizing, number_of, scaled

NODES = 8
NUMBERS = st.integers(1, NODES)
SIGNALS: tuple[Signal, ...] = (Allocated(Resource.CPU, Aim(0.5, 0.1)), Waiting(), Constant(2))
QUIET = Course(
    looks=(Look(NOW - timedelta(minutes=1), 1, 1),),
    since=NOW - DAY,
    seen_at=NOW - timedelta(minutes=1),
)


@st.composite
def pools(draw: st.DrawFn) -> Sizing:
    least = draw(st.integers(1, 6))
    most = draw(st.integers(least, 12))
    signals = draw(st.lists(st.sampled_from(SIGNALS), max_size=3, unique=True))
    pool = Sizing(NODES, scaled(*signals, capacity=Capacity(min=least, max=most)))
    if draw(st.booleans()):
        pool.says(target=draw(st.integers(0, 15)))
    for number in draw(st.lists(NUMBERS, max_size=8)):
        pool.runs(f"/app-{len(pool.apps)}", number, draw(NUMBERS))
    pool.is_idle()
    if draw(st.booleans()):
        pool.waits("/queued", draw(st.integers(0, 40)))
    for number in draw(st.sets(NUMBERS, max_size=4)):
        happens = draw(st.sampled_from(["unreachable", "deleted", "doomed", "new", "leaving", "protected"]))
        if happens == "unreachable":
            pool.is_unreachable(number)
        elif happens == "deleted":
            pool.is_deleted(number)
        elif happens == "doomed":
            pool.is_announced(number, timedelta(hours=1))
        elif happens == "new":
            pool.remembers(number, joined_at=NOW - timedelta(minutes=3))
        elif happens == "protected":
            pool.becomes(number, is_protected_from_scale_in=True)
        else:
            entry = disruption(number, shrinks=True)
            pool.ledger = replace(pool.ledger, active=(*pool.ledger.active, entry))
            pool.busy.add(name(number))
    pool.course = draw(st.sampled_from([Course(), QUIET]))
    return pool


def outcome(pool: Sizing) -> tuple[Sized, list[Decision]]:
    situation = pool.situation()
    sized = size_pools(situation, {"private": pool.course})
    decisions = decide_sizes(situation, sized, decide_repairs(situation))
    return sized[0], [one for one in decisions if one.verdict is Verdict.ACT]


@settings(max_examples=150, deadline=None)
@given(pools())
def test_nothing_goes_that_the_pool_needs(pool: Sizing) -> None:
    sized, acting = outcome(pool)
    capacity = pool.policy.pools[0].capacity
    assert capacity.min <= sized.nodes <= capacity.max
    going = {number_of(one.node) for one in acting if one.remedy is Remedy.SHRINK}
    well = {
        number_of(one.node.name)
        for one in pool.findings()
        if one.condition is Condition.HEALTHY and one.node.name not in pool.busy
    }
    assert going <= well
    assert len(going) <= sized.size - sized.nodes or not going
    assert len(well - going) >= sized.nodes or not going
    for number in going:
        assert pool.memory[name(number)].joined_at == NOW - DAY
        assert not pool.instances[number].is_protected_from_scale_in


@settings(max_examples=60, deadline=None)
@given(pools(), st.sampled_from(["scheduler", "scale_set", "instances", "addresses"]))
def test_what_could_not_be_read_changes_no_size(pool: Sizing, reading: str) -> None:
    pool.unreadable = {reading}
    assert outcome(pool)[1] == []


@settings(max_examples=30, deadline=None)
@given(pools())
def test_the_same_inputs_give_the_same_decisions(pool: Sizing) -> None:
    assert outcome(pool) == outcome(pool)


@settings(max_examples=60, deadline=None)
@given(pools(), st.integers(-1, 40))
def test_growth_is_never_above_the_bounds(pool: Sizing, capacity: int) -> None:
    pool.capacity = capacity
    sized, acting = outcome(pool)
    for one in acting:
        if one.remedy is Remedy.GROW:
            assert (pool.ledger.wanted or 0) < sized.nodes <= pool.policy.pools[0].capacity.max
