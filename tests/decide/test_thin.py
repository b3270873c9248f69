"""How many nodes are left when thin agents are emptied: the rules of `shared/decide/thin.py`, by their numbers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from msgspec.structs import replace

from shared.decide.repair import Situation
from shared.decide.thin import needs_work
from shared.model.load import UNASKED_LOAD
from shared.model.readings import Value
from shared.model.workloads import NOT_ASKED
from shared.policy.scaling import Constant, Foresight, Scaling, Thin, Waiting
from shared.scale.load import Demand
from tests.builders import NOW, Cluster, disruption, name, read
from tests.decide.sizing import Sizing, scaled

LESS_THAN_HALF = Thin(0.5)


def thin(*tasks: int, signal: Thin = LESS_THAN_HALF) -> Sizing:
    """Agents of four cores, each with so many tasks of one core of an application that runs everywhere."""
    pool = Sizing(len(tasks), scaled(signal))
    runs = [number for number, count in enumerate(tasks, 1) for _ in range(count)]
    pool.runs("/web", *runs)
    pool.is_idle()
    return pool


def demand(pool: Sizing) -> Demand | None:
    """None: nobody knows."""
    reading = pool.sized().demands[0]
    return reading.value if isinstance(reading, Value) else None


def left(pool: Sizing) -> int | None:
    found = demand(pool)
    return found.nodes if found is not None else None


@pytest.mark.parametrize(
    ("tasks", "nodes"),
    [
        ((1, 1, 1, 1), 1),
        ((1, 1, 1, 2), 2),
        ((3, 3, 1, 1), 2),
        ((4, 4, 1, 1), 3),
        ((3, 3, 3), 3),
        ((2, 2, 2, 2), 4),
        ((4, 4, 4, 1), 4),
        ((0, 0, 4), 1),
    ],
)
def test_as_many_are_left_as_hold_what_runs_on_thin_ones(tasks: tuple[int, ...], nodes: int) -> None:
    assert left(thin(*tasks)) == nodes


def test_below_is_below_and_not_equal() -> None:
    assert left(thin(1, 1, 1, 1, signal=Thin(0.25))) == 4
    assert left(thin(1, 1, 1, 1, signal=Thin(0.26))) == 1


def test_rule_1_it_never_has_a_pool_grow() -> None:
    pool = thin(4, 4, 4)
    found = demand(pool)
    assert found is not None
    assert (found.nodes, found.grow_below, found.shrink_above) == (3, 0, 3)


def test_rule_2_while_work_waits_none_is_emptied() -> None:
    pool = thin(1, 1, 1, 1)
    pool.waits("/elsewhere", 1)
    assert left(pool) == 4


def is_lost(pool: Sizing) -> None:
    pool.is_unreachable(1)


def is_new(pool: Sizing) -> None:
    pool.is_new(5)
    pool.ledger = replace(pool.ledger, wanted=5)


@pytest.mark.parametrize(("happens", "nodes"), [(is_lost, 4), (is_new, 5)])
def test_rule_3_while_a_machine_is_not_well_none_is_emptied(
    happens: Callable[[Sizing], None], nodes: int
) -> None:
    pool = thin(1, 1, 1, 1)
    happens(pool)
    assert left(pool) == nodes


def queue_is_unread(pool: Sizing) -> None:
    pool.load = UNASKED_LOAD


def work_is_unread(pool: Sizing) -> None:
    pool.workloads = NOT_ASKED


def masters_are_unread(pool: Sizing) -> None:
    pool.unreadable.add("scheduler")


def work_was_read_long_ago(pool: Sizing) -> None:
    assert isinstance(pool.workloads, Value)
    pool.workloads = replace(pool.workloads, taken_at=NOW - timedelta(minutes=6))


@pytest.mark.parametrize(
    "happens", [queue_is_unread, work_is_unread, work_was_read_long_ago, masters_are_unread]
)
def test_rule_4_what_could_not_be_read_is_a_demand_unknown(happens: Callable[[Sizing], None]) -> None:
    pool = thin(1, 1, 1, 1)
    happens(pool)
    assert demand(pool) is None


def test_rule_5_what_nothing_else_runs_meanwhile_is_not_moved_for_it() -> None:
    pool = thin(1, 1, 4, signal=Thin(0.6))
    pool.runs("/alone", 1)
    assert left(pool) == 2
    pool.runs("/alone-too", 2)
    assert left(pool) == 3


def test_rule_5_new_machines_and_those_that_are_held_stay() -> None:
    pool = thin(1, 1, 1, 1)
    for number in (1, 2, 3):
        pool.remembers(number, joined_at=NOW - timedelta(minutes=5))
    assert left(pool) == 3
    pool.becomes(4, is_protected_from_scale_in=True)
    assert left(pool) == 4


def test_rule_5_only_thin_ones_are_emptied() -> None:
    assert left(thin(2, 2, 2, 1)) == 3


def test_rule_6_while_one_is_emptied_the_answer_is_the_same() -> None:
    pool = thin(1, 1, 1, 3)
    entry = replace(disruption(1), shrinks=True)
    pool.ledger = replace(pool.ledger, active=(entry,))
    pool.busy.add(name(1))
    assert (pool.sized().size, left(pool)) == (3, 2)
    pool.agents["agent-S1"] = replace(pool.agents["agent-S1"], deactivated=True)
    assert left(pool) == 2
    pool.runs("/web-again", 2)
    pool.ledger = replace(pool.ledger, wanted=3, active=(replace(entry, surge=True, leaving=True),))
    assert (pool.sized().size, left(pool)) == (3, 2)


def test_what_runs_is_read_only_where_one_is_thin() -> None:
    def reads(pool: Cluster) -> bool:
        situation: Situation = pool.situation()
        return needs_work(situation)

    assert reads(thin(1, 4))
    assert not reads(thin(3, 4))
    assert not reads(Sizing(3, scaled(Waiting(), Constant(2))))


def test_a_forecast_does_not_learn_from_it_because_it_follows_the_size() -> None:
    pool = thin(1, 1, 1, 1)
    scaling = Scaling(signals=(LESS_THAN_HALF, Constant(1)), forecast=Foresight())
    pool.policy = replace(pool.policy, pools=(replace(pool.policy.pools[0], scaling=scaling),))
    pool.waits("/elsewhere", 1)
    pool.load = replace(pool.load, pasts=read({}))
    assert left(pool) == 4
    assert set(pool.sized().wanted.course.needed.values()) == {1}
