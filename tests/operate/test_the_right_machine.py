"""The machine that is destroyed is the one that was proved dead, and Mesos is told about its agent alone."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from shared.model.incidents import IncidentState
from shared.model.mesos import Generation
from tests.scene import POOL, Scene
from tests.watched import Call


async def test_an_instance_that_is_another_machine_now_is_not_touched() -> None:
    scene = Scene(agents=6)
    await scene.sweeps()

    async def reused(call: Call) -> Any:
        answer = await call.go()
        return replace(answer, vm_id="another") if call.name == "compute.instance" and answer else answer

    scene.app = scene.new_app(reused)
    scene.agent_dies(1)
    await scene.after(minutes=5)
    assert (scene.destroyed, scene.ordered, scene.scheduler.gone) == ([], [], set())
    incident = (await scene.open_incidents())[scene.name(1)]
    assert incident.state is IncidentState.HANDED_OVER
    assert incident.outcome == "instance 1 is another machine now (another); it was not touched"


async def test_an_agent_that_is_connected_without_a_machine_is_not_marked_gone() -> None:
    scene = Scene(agents=6)
    await scene.sweeps()
    lost = scene.agent_of(1)
    agent = scene.scheduler.agents[lost]

    async def answers_again(call: Call) -> Any:
        answer = await call.go()
        if call.name == "compute.destroy":
            scene.scheduler.join(agent)
        return answer

    scene.app = scene.new_app(answers_again)
    scene.agent_dies(1)
    await scene.after(minutes=40)
    assert (scene.destroyed, scene.ordered, scene.scheduler.gone) == (["1"], [], set())
    (operation,) = await scene.closed_operations()
    assert operation.outcome == (
        f"tell_scheduler took longer than 1800 s: agent {lost} is connected, although Azure has no such machine"
    )


async def test_an_agent_that_came_back_while_its_machine_was_deleted_is_marked_gone_when_it_is_noticed() -> (
    None
):
    scene = Scene(agents=6)
    await scene.sweeps()
    lost = scene.agent_of(1)

    async def answers_again(call: Call) -> Any:
        answer = await call.go()
        if call.name == "compute.destroy":
            scene.agent_returns(lost)
        return answer

    scene.app = scene.new_app(answers_again)
    scene.agent_dies(1)
    await scene.after(minutes=3)
    assert (scene.destroyed, scene.scheduler.gone) == (["1"], set())
    scene.scheduler.disconnect(lost)
    await scene.after(minutes=5)
    assert (scene.scheduler.gone, scene.ordered, scene.connected) == ({lost}, [1], 6)
    assert await scene.open_incidents() == {}


@pytest.mark.parametrize("generation", [Generation.MARK_GONE, Generation.MAINTENANCE])
async def test_a_new_machine_with_the_same_address_is_not_taken_for_the_old_one(
    generation: Generation,
) -> None:
    scene = Scene(agents=6, generation=generation, boot_s=20)
    await scene.sweeps()
    lost = scene.agent_of(1)
    address = scene.scheduler.agents[lost].address
    scene.masters_fall_silent()
    event = scene.machine_is_deleted(1)
    scene.pool_is_resized(6)
    await scene.hears(event)
    await scene.after(minutes=2)
    (new,) = [agent for agent in scene.scheduler.agents.values() if agent.address == address and agent.active]
    scene.all_answer_again()
    await scene.after(minutes=8)
    assert lost not in scene.scheduler.agents
    assert new.agent_id not in scene.scheduler.gone
    assert scene.scheduler.agents[new.agent_id].active
    assert (scene.connected, scene.ordered, scene.destroyed) == (6, [], [])
    assert await scene.open_incidents() == {}


async def test_azure_that_deletes_it_already_is_waited_for() -> None:
    scene = Scene(agents=6, takes_s=90)
    await scene.sweeps()
    scene.machine_is_deallocated(1)
    await scene.compute.destroy(POOL, ["1"])
    await scene.after(minutes=8)
    assert scene.destroyed == ["1"], "that was somebody else's order"
    assert (scene.ordered, scene.connected) == ([1], 6)
    assert await scene.open_incidents() == {}
