"""A node that is well again is not touched, however far its operation has come: each final step reads anew first."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from shared.errors import Retry
from shared.model.mesos import Drain, Generation
from shared.model.operations import OperationState
from shared.ports.store import Table
from tests.healing.test_an_impaired_node import NET, Ward
from tests.healing.test_announced_ends import scheduled
from tests.scene import Scene
from tests.watched import Call

REPLACED = "repair: {ladder: [replace]}"
NOT_NOW = Retry("nobody answers", timedelta(seconds=5))


def ward_of(generation: Generation, more: str = REPLACED) -> Ward:
    ward = Ward(more)
    ward.scene.scheduler.generation = generation
    return ward


async def was_given_back(scene: Scene) -> None:
    """Machine 1 works, takes tasks, and nothing is left of what was meant for it."""
    agent = scene.scheduler.agents[scene.agent_of(1)]
    assert set(scene.destroyed) <= {"6"}, "what came for it, if nothing runs there"
    assert (agent.deactivated, agent.drain, scene.scheduler.windows) == (False, Drain.NONE, {})
    assert [one.state for one in await scene.closed_operations()] == [OperationState.WITHDRAWN]
    assert (await scene.open_incidents(), (await scene.ledger()).active) == ({}, ())
    assert scene.running_tasks == 12


@pytest.mark.parametrize("generation", list(Generation))
async def test_one_that_recovers_while_its_tasks_move_keeps_its_machine(generation: Generation) -> None:
    ward = ward_of(generation)

    async def mended(call: Call) -> Any:
        if call.name == "workloads.kill" and ward.dcos.failed:
            ward.scene.clock.advance(timedelta(seconds=70))
            ward.dcos.failed.clear()
        return await call.go()

    ward.scene.app = ward.scene.new_app(mended)
    ward.falls_ill()
    await ward.after(minutes=30)
    assert not ward.dcos.failed, "its tasks were on the move"
    await was_given_back(ward.scene)


async def test_one_whose_end_is_called_off_while_it_is_drained_keeps_its_machine() -> None:
    scene = Scene(agents=6, generation=Generation.DRAIN, more="repair: {ladder: [replace]}")
    scene.works.minimum_health = 0.9
    await scene.sweeps()
    told: list[bool] = []

    async def called_off(call: Call) -> Any:
        answer = await call.go()
        if call.name == "workloads.kill" and not told:
            told.append(True)
            for message in await scene.app.hear_event(scheduled(scene, "Redeploy", "Canceled")):
                await scene.app.work_signal(message)
        return answer

    scene.app = scene.new_app(called_off)
    await scene.hears(scheduled(scene, "Redeploy", hours=2))
    await scene.after(minutes=30)
    assert told
    await was_given_back(scene)


async def test_before_anything_final_dc_os_is_asked_once_more_and_what_is_well_is_left_alone() -> None:
    """It recovers between two rounds, while its successor boots: nobody would have read that in time."""
    ward, kills = Ward(REPLACED), list[str]()
    ward.falls_ill()

    async def mended(call: Call) -> Any:
        if call.name == "compute.set_capacity":
            ward.dcos.failed.clear()
        kills.extend(call.name for _ in range(call.name == "workloads.kill"))
        return await call.go()

    ward.scene.app = ward.scene.new_app(mended)
    await ward.after(minutes=9)
    assert (ward.dcos.failed, kills) == (set(), [])
    await was_given_back(ward.scene)


async def test_while_dc_os_does_not_say_it_anew_nothing_final_is_done() -> None:
    ward, at = Ward(REPLACED), list[datetime]()
    ward.falls_ill()

    async def silent(call: Call) -> Any:
        if call.name == "compute.set_capacity":
            ward.scene.dcos = None
        if call.name == "workloads.kill":
            at.append(ward.scene.clock.now())
        return await call.go()

    ward.scene.app = ward.scene.new_app(silent)
    await ward.after(minutes=10)
    assert at == []
    assert any("DC/OS does not say anew how it is" in line for line in await ward.scene.said())
    await ward.after(minutes=2)
    assert at, "the next round has come"


async def test_one_that_is_connected_again_is_emptied_before_it_is_restarted() -> None:
    """It was unreachable when its operation began, so that nothing was stopped or moved. Now tasks run on it, although
    it is ill."""
    ward = Ward("repair: {ladder: [restart]}")
    scene, restarted_with = ward.scene, list[int]()
    await ward.is_asked()
    await scene.sweeps()
    scene.agent_dies(1)

    async def back_and_ill(call: Call) -> Any:
        if call.name == "compute.restart":
            restarted_with.append(sum(scene.scheduler.agents[scene.agent_of(1)].tasks.values()))
        if call.name == "store.write" and call.args[0] is Table.EVIDENCE and scene.dead:
            scene.clock.advance(timedelta(seconds=10))
            scene.agent_comes_back(1)
            agent = scene.scheduler.agents[scene.agent_of(1)]
            earlier = scene.clock.now() - timedelta(seconds=1)
            scene.scheduler.agents[agent.agent_id] = replace(agent, registered_at=earlier)
            ward.dcos.failed.add((ward.address, NET))
            await ward.is_asked()
        return await call.go()

    scene.app = scene.new_app(back_and_ill)
    await ward.after(minutes=20)
    assert restarted_with == [0]


async def test_one_that_a_new_leader_still_waits_for_gets_tasks_again_when_it_is_there() -> None:
    """Masters keep in their registry that it is deactivated, and do not know it until it comes back to them."""
    scene = Scene(agents=6, generation=Generation.DRAIN, more="repair: {ladder: [replace]}")
    await scene.sweeps()
    scene.compute.faults.always("set_capacity", NOT_NOW)
    await scene.hears(scheduled(scene, "Redeploy"))
    await scene.after(seconds=30)
    agents, first = dict(scene.scheduler.agents), scene.agent_of(1)
    assert agents[first].deactivated
    scene.scheduler.faults.always("state", NOT_NOW)
    await scene.after(seconds=40)
    (operation,) = await scene.running()
    assert operation.step == "give_back"
    scene.booting = False
    scene.all_answer_again()
    scene.scheduler.fail_over("http://master-2:5050")
    await scene.hears(scheduled(scene, "Redeploy", "Canceled"))
    for agent in agents.values():
        if agent.agent_id != first:
            scene.scheduler.join(agent)
    await scene.after(minutes=2)
    scene.scheduler.join(agents[first])
    scene.booting = True
    await scene.after(minutes=20)
    assert not scene.scheduler.agents[first].deactivated
    assert (await scene.running(), await scene.open_incidents(), scene.connected) == ([], {}, 6)
