"""What random tales have brought to light, each as a story of its own that is told without chance."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from shared.model.mesos import Generation
from shared.model.operations import OperationState
from tests.healing.test_announced_ends import scheduled
from tests.scene import POOL, Scene
from tests.watched import Call

CALM = "storm: {unhealthy: 100%, hold: 1m}"


async def test_a_place_that_was_filled_before_is_not_waited_for_because_another_node_failed_since() -> None:
    """One order brings the machines for two losses. The second one finds its successor there already, while an agent
    is lost that has nothing to do with either; waiting for one more to join would block the pool for good."""
    scene = Scene(agents=6, more=f"{CALM}\n        disruption: {{at_once: 1, per_fault_domain: none}}")
    await scene.sweeps()
    first, second = scene.machine_is_deleted(1), scene.machine_is_deleted(2)
    await scene.hears(first)
    await scene.hears(second)
    await scene.after(seconds=130)
    scene.agent_dies(5)
    await scene.after(minutes=60)
    states = {one.state for one in await scene.closed_operations()}
    assert OperationState.HANDED_OVER not in states
    assert await scene.open_incidents() == {}
    assert (scene.connected, scene.capacity, len(scene.listed)) == (6, 6, 6)
    assert scene.wronged == []


async def test_an_old_answer_that_lists_the_destroyed_machine_does_not_fill_its_place() -> None:
    scene = Scene(agents=5, more=CALM, boot_s=200)
    await scene.sweeps()
    listed = await scene.compute.instances(POOL)
    stale = False

    async def around(call: Call) -> Any:
        answer = await call.go()
        return listed if stale and call.name == "compute.instances" else answer

    scene.app = scene.new_app(around)
    scene.agent_dies(1)
    await scene.after(seconds=150)
    stale = True
    await scene.after(seconds=30)
    assert [one.step for one in await scene.running()] == ["await_join"]
    stale = False
    await scene.after(minutes=10)
    assert [one.state for one in await scene.closed_operations()] == [OperationState.DONE]
    assert (scene.connected, scene.capacity, await scene.open_incidents()) == (5, 5, {})


@pytest.mark.parametrize("generation", [Generation.MAINTENANCE, Generation.MARK_GONE])
async def test_the_window_of_a_node_that_was_replaced_is_not_left_to_who_gets_its_address(
    generation: Generation,
) -> None:
    """Azure gives the address to the next machine, and Marathon would start nothing there for a day."""
    scene = Scene(agents=6, more=CALM, generation=generation)
    await scene.sweeps()
    await scene.hears(scheduled(scene, "Redeploy"))
    await scene.after(minutes=30)
    assert scene.destroyed == ["1"]
    assert (scene.scheduler.windows, scene.connected) == ({}, 6)


async def test_a_machine_that_came_for_one_that_recovered_stays_while_others_are_missing() -> None:
    """It is healthy, and the pool needs it: destroying it would take away what the next repair brings back."""
    scene = Scene(
        agents=6, more=f"{CALM}\n        disruption: {{at_once: 1, per_fault_domain: none}}", boot_s=20
    )
    await scene.sweeps()
    await scene.hears(scheduled(scene, "Redeploy"))
    await scene.after(seconds=10)
    scene.agent_dies(3)
    scene.agent_dies(4)
    await scene.hears(scheduled(scene, "Redeploy", "Canceled"))
    await scene.after(minutes=10)
    assert scene.wronged == []
    assert scene.connected >= 6


async def test_an_announcement_that_arrives_after_its_own_cancellation_changes_nothing() -> None:
    scene = Scene(agents=6, more=CALM)
    await scene.sweeps()
    announced = scheduled(scene, "Redeploy")
    await scene.after(seconds=30)
    await scene.hears(scheduled(scene, "Redeploy", "Canceled"))
    scene.restarts()
    await scene.hears(announced)
    await scene.after(minutes=10)
    assert await scene.open_incidents() == {}
    assert (scene.scheduler.windows, scene.capacity, len(scene.listed)) == ({}, 6, 6)


async def test_no_empty_machine_is_sent_away_while_azure_gives_the_pool_a_nonsensical_size() -> None:
    """A size of -1 stands for a reading that went wrong: nothing else that was read with it is a reason to destroy."""
    scene = Scene(agents=6, more=CALM, boot_s=20)
    await scene.sweeps()
    is_wrong = False

    async def around(call: Call) -> Any:
        answer = await call.go()
        return replace(answer, capacity=-1) if is_wrong and call.name == "compute.scale_set" else answer

    scene.app = scene.new_app(around)
    await scene.hears(scheduled(scene, "Redeploy", hours=2))
    await scene.after(seconds=10)
    is_wrong = True
    await scene.hears(scheduled(scene, "Redeploy", "Canceled"))
    await scene.after(minutes=10)
    assert scene.destroyed == []
    said = await scene.said()
    assert any("stays: refused by capacity (capacity_zero)" in line for line in said), said
    assert not any(agent.deactivated for agent in scene.scheduler.agents.values())
