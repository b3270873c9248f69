"""What nobody has published and may happen all the same: a world that lies, in peace and in the middle of a repair.

Three things are asked of each lie. While it lasts nothing that is well is taken away, and the pool grows to no size
that nobody wanted; when it is over the app finds back to a whole pool by itself, with nobody called to switch it on.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from msgspec.structs import replace

from shared.model.azure import Power, Provisioning
from shared.model.incidents import IncidentState
from shared.model.mesos import Agent
from shared.model.nodes import Condition
from tests.incidents.stage import Stage
from tests.scene import SET

type Situation = Callable[[Stage], None]
AGENTS = 8


def every_second_time(lie: Callable[[Any], Any]) -> Callable[[Any], Any]:
    turns = count()
    return lambda said: lie(said) if next(turns) % 2 else said


def capacity_is(size: Any) -> Situation:
    def tell(stage: Stage) -> None:
        stage.answers("compute.scale_set", lambda said: replace(said, capacity=size))

    return tell


def instances(change: Callable[[Any], Any]) -> Situation:
    return lambda stage: stage.answers("compute.instances", lambda said: tuple(change(one) for one in said))


def agents(change: Callable[[tuple[Agent, ...]], tuple[Agent, ...]]) -> Situation:
    return lambda stage: stage.answers(
        "scheduler.state", lambda said: replace(said, agents=change(tuple(said.agents)))
    )


def addresses_of_two_are_one(stage: Stage) -> None:
    stage.answers("compute.addresses", lambda said: said | {"4": said["5"]})


def addresses_are_crossed(stage: Stage) -> None:
    stage.answers("compute.addresses", lambda said: said | {"4": said["5"], "5": said["4"]})


def nothing_has_an_address(stage: Stage) -> None:
    stage.answers("compute.addresses", lambda said: {})


def of_another_cluster(known: tuple[Agent, ...]) -> tuple[Agent, ...]:
    """The addresses of the masters lead to the masters of somebody else."""
    return tuple(
        replace(one, agent_id=f"foreign-S{number}", address=f"10.99.0.{number}", hostname=f"10.99.0.{number}")
        for number, one in enumerate(known)
    )


def a_new_agent_at_each_address(known: tuple[Agent, ...]) -> tuple[Agent, ...]:
    """Everybody's agent is lost, and another one with its host name has taken its place."""
    lost = tuple(replace(one, active=False) for one in known)
    return lost + tuple(replace(one, agent_id=f"again-{one.agent_id}", active=True) for one in known)


SITUATIONS: dict[str, Situation] = {
    "capacity 0": capacity_is(0),
    "capacity -1": capacity_is(-1),
    "capacity 3": capacity_is(3),
    "capacity 400": capacity_is(400),
    "instance view missing": instances(lambda one: replace(one, power=Power.UNKNOWN)),
    "all instances failed": instances(lambda one: replace(one, provisioning=Provisioning.FAILED)),
    "half a list each second time": lambda stage: stage.answers(
        "compute.instances", every_second_time(lambda said: said[: len(said) // 2])
    ),
    "an empty list each second time": lambda stage: stage.answers(
        "compute.instances", every_second_time(lambda said: ())
    ),
    "every instance twice": lambda stage: stage.answers("compute.instances", lambda said: (*said, *said)),
    "two agents with one address": addresses_of_two_are_one,
    "crossed addresses": addresses_are_crossed,
    "no addresses": nothing_has_an_address,
    "masters of another cluster": agents(of_another_cluster),
    "no agents": agents(lambda known: ()),
    "all agents disconnected": agents(lambda known: tuple(replace(one, active=False) for one in known)),
    "host names re-used": agents(a_new_agent_at_each_address),
    "registered tomorrow": lambda stage: stage.answers(
        "scheduler.state",
        lambda said: replace(
            said,
            agents=tuple(
                replace(one, registered_at=stage.clock.now() + timedelta(days=1)) for one in said.agents
            ),
        ),
    ),
    "a leader elected tomorrow": lambda stage: stage.answers(
        "scheduler.state", lambda said: replace(said, elected_at=stage.clock.now() + timedelta(days=1))
    ),
}
EACH = pytest.mark.parametrize("situation", SITUATIONS.values(), ids=list(SITUATIONS))


async def test_a_machine_that_is_another_one_by_one_of_two_answers_is_left_to_a_person() -> None:
    """Azure's list and its answer for the one machine name two different ones: which of them is dead is not known."""
    stage = Stage(agents=AGENTS)
    await stage.after(minutes=2)
    instances(lambda one: replace(one, vm_id=f"other-{one.vm_id}"))(stage)
    await stage.after(minutes=10)
    assert await stage.open_incidents() == {}
    stage.agent_dies(2)
    await stage.after(minutes=10)
    stage.answers_truly()
    await stage.after(minutes=40)
    (incident,) = (await stage.open_incidents()).values()
    assert (incident.state, stage.orders) == (IncidentState.HANDED_OVER, [])
    stage.agent_comes_back(2)
    await stage.after(minutes=3)
    await is_whole(stage)


async def is_whole(stage: Stage) -> None:
    open_ones = {one.node: one.because for one in (await stage.open_incidents()).values()}
    assert (stage.harmed, stage.wronged, open_ones) == ([], [], {})
    assert (stage.capacity, stage.connected, stage.poisoned) == (AGENTS, AGENTS, [])


@EACH
async def test_a_world_that_lies_in_peace_loses_nothing_and_is_believed_again(situation: Situation) -> None:
    stage = Stage(agents=AGENTS)
    await stage.after(minutes=2)
    situation(stage)
    await stage.after(minutes=15)
    assert (stage.harmed, stage.ordered_to("set_capacity")) == ([], [])
    stage.answers_truly()
    await stage.after(minutes=20)
    await is_whole(stage)


@EACH
@pytest.mark.parametrize("lead_s", [70, 140])
async def test_a_world_that_begins_to_lie_during_a_repair_costs_time_alone(
    situation: Situation, lead_s: float
) -> None:
    """The agent of one is dead in truth; the lie begins before its machine is destroyed, or while its successor
    is awaited."""
    stage = Stage(agents=AGENTS)
    await stage.after(minutes=2)
    stage.agent_dies(2)
    await stage.after(seconds=lead_s)
    situation(stage)
    await stage.after(minutes=12)
    assert stage.harmed == []
    assert stage.capacity <= AGENTS
    stage.answers_truly()
    await stage.after(minutes=40)
    await is_whole(stage)


@pytest.mark.parametrize("hours", [-3, 3])
async def test_a_clock_that_jumps_during_a_repair_destroys_nothing_more(hours: int) -> None:
    stage = Stage(agents=AGENTS)
    await stage.after(minutes=2)
    stage.agent_dies(2)
    await stage.after(seconds=100)
    stage.clock._now += timedelta(hours=hours)
    stage._next_sweep += timedelta(hours=hours)
    await stage.after(minutes=60)
    assert (stage.harmed, stage.destroyed in ([], ["2"])) == ([], True)


async def test_a_host_name_that_another_set_s_machine_has_now_is_not_repaired_for_ours() -> None:
    """A dead node's address and name come up again with an agent that runs on a machine nobody of ours knows."""
    stage = Stage(agents=AGENTS)
    await stage.after(minutes=2)
    address = stage.scheduler.agents[stage.agent_of(2)].address
    event = stage.machine_is_deleted(2)
    stage.scheduler.join(Agent("stranger-S1", address, address, 5051, True, stage.clock.now()))
    await stage.hears(event)
    await stage.after(minutes=30)
    assert (stage.harmed, stage.ordered_to("mark_gone"), "stranger-S1" in stage.scheduler.gone) == (
        [],
        [],
        False,
    )
    assert stage.capacity == AGENTS or f"{SET}_2" in await stage.open_incidents()
    told = (await stage.open_incidents()).get(f"{SET}_2")
    assert told is None or told.condition in {Condition.UNKNOWN, Condition.GONE}
