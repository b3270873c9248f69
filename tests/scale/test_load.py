"""From readings to nodes: what each signal asks for, and what is a failure and no number."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.model.mesos import Agent, Amounts
from shared.model.readings import Failure, Reading, Value
from shared.policy.scaling import Aim, Resource
from shared.scale.load import FRESH, Demand, allocated, constant, metric, waiting

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
AIM = Aim(0.7, 0.1)
WHOLE = Amounts(8, 32_000, 100_000)


def agent(used: Amounts, total: Amounts = WHOLE, number: int = 1) -> Agent:
    address = f"10.0.0.{number}"
    return Agent(f"S{number}", address, address, 5051, True, NOW, total=total, used=used)


def read[T](value: T, age: timedelta = timedelta(0)) -> Value[T]:
    return Value(value, "mesos", NOW - age)


def demand(reading: Reading[Demand]) -> Demand:
    assert isinstance(reading, Value), reading
    return reading.value


def why(reading: Reading[Demand]) -> str:
    assert isinstance(reading, Failure), reading
    return reading.why


def pool(*cores: float) -> Value[list[Agent]]:
    return read([agent(Amounts(one), number=number) for number, one in enumerate(cores, 1)])


def test_what_is_allocated_becomes_the_nodes_at_which_it_is_the_setpoint() -> None:
    found = demand(allocated(Resource.CPU, pool(8, 8, 8, 4), AIM, NOW))
    assert (found.nodes, found.grow_below, found.shrink_above) == (5, 5, 6)
    assert "88% of the cpu of 4 agents is allocated" in found.because
    assert "70%" in found.because


@pytest.mark.parametrize(
    ("used", "too_few", "too_many"),
    [(5.9, False, False), (6.1, True, False), (4.9, False, False), (4.5, False, True)],
)
def test_within_the_margin_nothing_is_asked_for(used: float, too_few: bool, too_many: bool) -> None:
    found = demand(allocated(Resource.CPU, pool(*[used] * 20), AIM, NOW))
    assert (found.grow_below > 20, found.shrink_above < 20) == (too_few, too_many)


@pytest.mark.parametrize(
    ("resource", "nodes"), [(Resource.CPU, 2), (Resource.MEMORY, 3), (Resource.DISK, 4), (Resource.GPU, 5)]
)
def test_each_resource_is_asked_for_by_itself(resource: Resource, nodes: int) -> None:
    total = Amounts(10, 10, 10, 10)
    agents = read([agent(Amounts(10, 20, 25, 30), total)])
    assert demand(allocated(resource, agents, AIM, NOW)).nodes == nodes


def test_the_answer_does_not_depend_on_how_many_agents_share_the_load() -> None:
    few = demand(allocated(Resource.CPU, pool(8, 8, 8), AIM, NOW))
    many = demand(allocated(Resource.CPU, pool(4, 4, 4, 4, 4, 4), AIM, NOW))
    assert few.nodes == many.nodes


def test_tasks_on_agents_that_get_no_new_ones_count_too() -> None:
    mute = Agent(
        "S9", "10.0.0.9", "10.0.0.9", 5051, False, NOW, total=Amounts(8), used=Amounts(8), deactivated=True
    )
    assert demand(allocated(Resource.CPU, read([agent(Amounts(0), Amounts(8)), mute]), AIM, NOW)).nodes == 2


def test_a_sum_that_is_not_exact_asks_for_no_node_more() -> None:
    agents = read([agent(Amounts(0.1), Amounts(1.0), number) for number in range(1, 22)])
    assert demand(allocated(Resource.CPU, agents, Aim(0.7, 0.1), NOW)).nodes == 3


@pytest.mark.parametrize("agents", [[], [agent(Amounts())]])
def test_without_what_is_shared_nothing_is_said(agents: list[Agent]) -> None:
    assert "nothing to divide by" in why(allocated(Resource.GPU, read(agents), AIM, NOW))


@pytest.mark.parametrize("used", [math.nan, math.inf, -1.0])
def test_what_cannot_be_is_a_failure(used: float) -> None:
    assert "can't be" in why(allocated(Resource.CPU, pool(used), AIM, NOW))
    assert "no amount" in why(metric("queue", read(used), 10, 0.1, NOW))


def test_a_failed_reading_is_a_failure_with_its_reason() -> None:
    broken = Failure("no master answers", "mesos", NOW)
    for found in (
        allocated(Resource.CPU, broken, AIM, NOW),
        waiting(broken, 3, NOW),
        metric("queue", broken, 10, 0.1, NOW),
    ):
        assert found == broken


def test_what_was_read_too_long_ago_is_a_failure() -> None:
    assert demand(waiting(read(2, FRESH), 3, NOW)).nodes == 5
    late = waiting(read(2, FRESH + timedelta(seconds=1)), 3, NOW)
    assert "301 s old" in why(late)


def test_waiting_work_comes_on_top_of_the_agents_that_have_no_room_for_it() -> None:
    found = demand(waiting(read(3), 10, NOW))
    assert (found.nodes, found.grow_below, found.shrink_above) == (13, 13, 13)
    assert demand(waiting(read(3), 0, NOW)).nodes == 3


def test_where_nothing_waits_nothing_is_asked_for() -> None:
    assert demand(waiting(read(0), 10, NOW)).nodes == 0
    assert "can't wait" in why(waiting(read(-1), 10, NOW))


def test_a_metric_is_divided_by_what_is_right_for_a_node() -> None:
    found = demand(metric("queue.depth", read(950.0), 100, 0.1, NOW))
    assert (found.of, found.nodes, found.grow_below, found.shrink_above) == ("queue.depth", 10, 10, 11)
    assert "950" in found.because


def test_a_constant_is_what_it_says() -> None:
    assert demand(constant(4, NOW)).nodes == 4


@pytest.mark.parametrize(
    ("setpoint", "margin"), [(0.0, 0.0), (0.7, 0.7), (0.96, 0.1), (1.2, 0.1), (0.7, -0.1)]
)
def test_an_aim_that_cannot_be_kept_to_is_refused(setpoint: float, margin: float) -> None:
    with pytest.raises(ValueError, match="can't be kept to"):
        Aim(setpoint, margin)


@pytest.mark.parametrize(("per_node", "margin"), [(0.0, 0.1), (-5.0, 0.1), (5.0, 1.0), (math.nan, 0.1)])
def test_a_metric_that_cannot_be_kept_to_is_refused(per_node: float, margin: float) -> None:
    with pytest.raises(ValueError, match="can't be kept to"):
        metric("queue", read(1.0), per_node, margin, NOW)


@given(
    st.lists(st.floats(0, 8), min_size=1, max_size=30), st.sampled_from([(0.7, 0.1), (0.5, 0.2), (0.9, 0.1)])
)
def test_too_few_right_and_too_many_come_in_this_order(cores: list[float], aim: tuple[float, float]) -> None:
    found = demand(allocated(Resource.CPU, pool(*cores), Aim(*aim), NOW))
    assert 0 <= found.grow_below <= found.nodes <= found.shrink_above


def test_what_is_from_a_time_to_come_is_not_fresh_until_then() -> None:
    assert demand(metric("depth", read(7.0, -FRESH), 1, 0, NOW)).nodes == 7
    ahead = metric("depth", read(7.0, timedelta(hours=-3)), 1, 0, NOW)
    assert "10800 s from now" in why(ahead)
