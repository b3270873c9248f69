"""Readings that contradict each other, or miss what they should have: the node is unknown, nothing is done, and the
audit says why. One story for each, through the whole product."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from msgspec.structs import replace

from shared.model.azure import Instance, Power
from shared.model.decisions import Verdict
from shared.model.mesos import Agent
from shared.model.nodes import Condition
from tests.incidents.stage import Stage
from tests.scene import POOL

type Story = Callable[[Stage], None]


def lies_about(stage: Stage, number: int, how: Callable[[Instance], Instance]) -> None:
    """What Azure says of one machine."""
    stage.answers(
        "compute.instances",
        lambda said: tuple(how(one) if one.instance_id == str(number) else one for one in said),
    )


def a_second_agent_at_its_address(stage: Stage) -> None:
    """Its own agent is lost, and two others announce its address."""
    address = stage.compute._pools[POOL].addresses["1"]
    stage.scheduler.lose(stage.agent_of(1))
    for id in ("stranger-1", "stranger-2"):
        stage.scheduler.agents[id] = Agent(id, address, address, 5051, True, stage.clock.now())


def not_listed_while_its_agent_is_connected(stage: Stage) -> None:
    stage.answers("compute.instances", lambda said: tuple(one for one in said if one.instance_id != "1"))


def deallocated_while_its_agent_is_connected(stage: Stage) -> None:
    lies_about(stage, 1, lambda one: replace(one, power=Power.DEALLOCATED))


def without_a_power_state(stage: Stage) -> None:
    stage.agent_dies(1)
    lies_about(stage, 1, lambda one: replace(one, power=Power.UNKNOWN))


def created_in_the_future(stage: Stage) -> None:
    """A machine that somebody ordered, and that never joins."""
    stage.booting = False
    stage.pool_is_resized(7)
    later = stage.clock.now() + timedelta(days=400)
    lies_about(stage, 6, lambda one: replace(one, created_at=later))


STORIES: list[tuple[Story, int, str]] = [
    (a_second_agent_at_its_address, 1, "2 agents announce its address"),
    (not_listed_while_its_agent_is_connected, 1, "Azure does not list it, but its agent is connected"),
    (deallocated_while_its_agent_is_connected, 1, "Azure says deallocated, but its agent is connected"),
    (without_a_power_state, 1, "Azure gives no power state"),
    (created_in_the_future, 6, "Azure created it "),
]


@pytest.mark.parametrize(("story", "number", "reason"), STORIES, ids=lambda one: getattr(one, "__name__", ""))
async def test_what_contradicts_itself_is_unknown_and_left_alone_with_the_reason(
    story: Story, number: int, reason: str
) -> None:
    stage = Stage(agents=6)
    await stage.sweeps()
    story(stage)
    await stage.after(minutes=40)
    assert (stage.orders, stage.scheduler.gone, stage.scheduler.down) == ([], set(), set())
    incident = (await stage.open_incidents())[stage.name(number)]
    assert (incident.condition, incident.decision.verdict if incident.decision else None) == (
        Condition.UNKNOWN,
        Verdict.HOLD,
    )
    assert any(line.startswith(f"{stage.name(number)}: {reason}") for line in await stage.said())


@pytest.mark.parametrize("capacity", [-1, 0, 60])
async def test_a_size_that_cannot_be_freezes_the_pool_with_its_numbers(capacity: int) -> None:
    stage = Stage(agents=6)
    await stage.sweeps()
    stage.answers("compute.scale_set", lambda said: replace(said, capacity=capacity))
    stage.agent_dies(1)
    await stage.after(minutes=20)
    assert stage.orders == []
    decision = (await stage.open_incidents())[stage.name(1)].decision
    assert decision is not None
    (refused,) = [answer for answer in decision.answers if not answer.allowed]
    assert (refused.guard, refused.numbers["capacity"], refused.numbers["listed"]) == (
        "capacity",
        capacity,
        6,
    )


async def test_an_agent_on_a_host_that_nobody_knows_is_nobodys() -> None:
    stage = Stage(agents=6)
    stage.scheduler.agents["stranger"] = Agent(
        "stranger", "10.99.0.1", "10.99.0.1", 5051, True, stage.clock.now()
    )
    await stage.sweeps()
    stage.scheduler.disconnect("stranger")
    await stage.after(minutes=20)
    assert (stage.orders, stage.scheduler.gone, await stage.open_incidents()) == ([], set(), {})


async def test_two_machines_with_one_address_are_told_apart_by_what_is_remembered() -> None:
    """Azure gives the address of the second machine for the third as well; both their agents are connected."""
    stage = Stage(agents=6)
    await stage.sweeps()
    stage.answers("compute.addresses", lambda said: {**said, "2": said["1"]})
    await stage.after(minutes=20)
    assert (stage.orders, await stage.open_incidents()) == ([], {})


@pytest.mark.parametrize("by", [timedelta(minutes=-10), timedelta(minutes=10), timedelta(days=-400)])
async def test_a_clock_of_ours_that_is_wrong_stops_everything_and_says_so(by: timedelta) -> None:
    """The master's clock is right, and says another time in each answer."""
    stage = Stage(agents=6)
    stage.scheduler.elected_at = stage.clock.now() - timedelta(days=800)
    await stage.sweeps()
    stage.scheduler.clock_differs_by = -by
    stage.agent_dies(1)
    await stage.after(minutes=20)
    assert stage.orders == []
    assert await stage.refusals_of(1) == {"clock_differs"}


async def test_on_a_leap_day_a_lost_agent_is_replaced_as_on_every_other_day() -> None:
    stage = Stage(agents=6, more="windows: [{cron: '0 12 29 2 *', zone: Europe/London, for: 1h}]")
    stage.clock.advance(timedelta(days=464, hours=20, minutes=58))
    assert (stage.clock.now().month, stage.clock.now().day) == (2, 29)
    stage.scheduler.elected_at = stage.clock.now() - timedelta(days=1)
    stage.sleeps(minutes=0)
    await stage.sweeps()
    stage.agent_dies(1)
    await stage.after(minutes=20)
    assert (stage.destroyed, stage.connected, await stage.open_incidents()) == (["1"], 6, {})
    assert stage.clock.now().day == 1, "it went on over midnight"
