"""Azure takes the machine under a member of a service within minutes. Nobody can agree to that in time, and nobody has
to: what only a person may give up is left alone, and everything else is done that can be."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from shared.model.mesos import Generation
from shared.model.operations import OperationState, Plan
from tests.healing.test_announced_ends import scheduled
from tests.scene import Scene
from tests.stateful.grounds import CASSANDRA, KAFKA, RIAK
from tests.stateful.test_a_working_node_is_emptied import ring, scene_of
from tests.watched import Call

FIVE_MINUTES = 5 / 60
EVERY = pytest.mark.parametrize("generation", list(Generation))


async def hears_of_its_end(scene: Scene, *numbers: int) -> None:
    await scene.sweeps()
    for number in numbers:
        await scene.hears(scheduled(scene, "Preempt", hours=FIVE_MINUTES, number=number))


def tasks_of(scene: Scene, number: int) -> set[str]:
    """What runs on the machine, by the names of its tasks."""
    return {key.partition(":")[2] for key in scene.scheduler.agents[scene.agent_of(number)].tasks}


@EVERY
async def test_a_broker_that_only_a_person_may_give_up_stays_until_its_machine_goes(
    generation: Generation,
) -> None:
    scene = ring(generation, KAFKA, "kafka")
    agent = scene.agent_of(1)
    await hears_of_its_end(scene, 1)
    await scene.after(minutes=4)
    assert scene.works.is_up("kafka", "kafka-1")
    assert tasks_of(scene, 1) <= {"kafka-1-server"} | ({"web"} & _comes_back(generation))
    assert scene.scheduler.agents[agent].deactivated or scene.scheduler.windows, "and nothing new comes"
    assert (scene.ordered, scene.destroyed) == ([1], [])


def _comes_back(generation: Generation) -> set[str]:
    """Marathon before 1.6 places tasks also where a window is."""
    return {"web"} if generation is Generation.MAINTENANCE else set()


@EVERY
async def test_when_azure_has_taken_it_the_service_is_whole_again(generation: Generation) -> None:
    scene = ring(generation, KAFKA, "kafka")
    await hears_of_its_end(scene, 1)
    await scene.after(minutes=5)
    await scene.hears(scene.machine_is_deleted(1))
    await scene.after(minutes=30)
    assert all(scene.works.is_up("kafka", f"kafka-{number}") for number in range(3))
    assert (scene.connected, scene.running_tasks, await scene.open_incidents()) == (6, 12, {})
    assert scene.destroyed == []


async def test_what_nobody_knows_how_to_move_is_left_to_a_person_when_it_is_lost() -> None:
    scene = ring(Generation.MARK_GONE, RIAK, "riak")
    agent = scene.agent_of(1)
    await hears_of_its_end(scene, 1)
    await scene.after(minutes=5)
    await scene.hears(scene.machine_is_deleted(1))
    await scene.after(minutes=30)
    assert agent not in scene.scheduler.gone, "its scheduler is not told that it may give the member up"
    (operation,) = await scene.closed_operations()
    assert operation.state is OperationState.HANDED_OVER
    assert "stateful_person" in operation.outcome
    assert (scene.capacity, scene.connected) == (6, 6), "the machine itself is made up for"


@pytest.mark.parametrize("generation", [Generation.MARK_GONE, Generation.DRAIN])
async def test_of_two_that_end_together_no_two_members_are_ended_by_us(generation: Generation) -> None:
    scene = scene_of(generation)
    scene.policy = scene.policy.replace("capacity:", "disruption: {deadline_reserve: 2}\n        capacity:")
    scene.works.serve("cassandra", ["node-0", "node-1", "node-2"], CASSANDRA)
    most = list[int]()

    async def counted(call: Call) -> Any:
        answer = await call.go()
        most.append(sum(not scene.works.is_up("cassandra", f"node-{number}") for number in range(3)))
        return answer

    scene.app = scene.new_app(counted)
    await hears_of_its_end(scene, 1, 2)
    assert [one.plan for one in await scene.running()] == [Plan.REPLACE_ENDING] * 2
    await scene.after(minutes=4)
    assert max(most) <= 1
    assert not {"web"} & (tasks_of(scene, 1) | tasks_of(scene, 2))


@EVERY
async def test_it_is_waited_for_no_longer_than_the_time_that_is_left(generation: Generation) -> None:
    """An application cannot be whole, so its last tasks would be waited for."""
    scene = scene_of(generation)
    scene.works.minimum_health = 1.0
    scene.works.serve("kafka", ["kafka-0", "kafka-1", "kafka-2"], KAFKA)
    await hears_of_its_end(scene, 1)
    end = scene.clock.now() + timedelta(minutes=5, seconds=15)
    while scene.clock.now() < end:
        await scene.after(seconds=5)
    (operation,) = await scene.running()
    assert operation.step == "await_end"
    assert all(not grace or grace <= timedelta(minutes=5) for grace in scene.scheduler.graces.values())
