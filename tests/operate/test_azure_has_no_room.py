"""Azure has no room: a lost machine is waited for, a working one stays, a person is called when it lasts."""

from __future__ import annotations

from msgspec.structs import replace

from shared.errors import Refused
from shared.model.azure import Power, Provisioning
from shared.model.incidents import IncidentState
from shared.model.mesos import Generation
from shared.model.operations import OperationState
from tests.healing.test_announced_ends import scheduled
from tests.scene import POOL, Scene

NO_ROOM = "Allocation failed. We do not have sufficient capacity for the requested VM size in this region."
QUOTA = Refused("azure", "quota_exceeded", {"limit": 20, "needed": 21})
TWO = "disruption: {at_once: 2, per_fault_domain: none}"
TROUBLE = "(private room)"


def fails(scene: Scene, times: int = 1) -> None:
    for _ in range(times):
        scene.compute.fail_operation("AllocationFailed", NO_ROOM)


async def no_room(times: int = 1, more: str = "") -> Scene:
    """A machine was deleted, and Azure has no room for another one the next so many times."""
    scene = Scene(agents=10, more=more)
    await scene.sweeps()
    fails(scene, times)
    await scene.hears(scene.machine_is_deleted(1))
    await scene.after(minutes=3)
    return scene


async def test_a_lost_machine_is_ordered_again_when_the_back_off_is_over() -> None:
    scene = await no_room()
    (operation,) = await scene.running()
    assert operation.step == "grow"
    assert f"Azure has no room: AllocationFailed: {NO_ROOM}" in operation.notes["waiting"]
    short = (await scene.ledger()).no_room
    assert short is not None
    assert (short.code, short.tries) == ("AllocationFailed", 1)
    await scene.after(minutes=6)
    assert (scene.capacity, scene.connected, await scene.open_incidents()) == (10, 10, {})
    assert (await scene.ledger()).no_room is None


async def test_what_runs_on_a_lost_machine_does_not_wait_for_room() -> None:
    scene = await no_room()
    assert scene.running_tasks == 20


async def test_it_is_asked_ever_more_seldom_and_a_person_is_called_when_it_lasts() -> None:
    scene = await no_room(times=5)
    asked = [line for line in await scene.said() if "growing dcos" in line]
    assert len(asked) == 1
    await scene.after(minutes=30)
    incident = (await scene.open_incidents())[TROUBLE]
    assert incident.state is IncidentState.HANDED_OVER
    assert "Azure has no room for machines of pool private since" in incident.outcome
    assert len([line for line in await scene.said() if "growing dcos" in line]) == 3, "at 0, 5 and 15 minutes"
    assert [one.step for one in await scene.running()] == ["grow"], "it goes on"
    await scene.after(minutes=130)
    assert (scene.connected, await scene.open_incidents()) == (10, {})
    (ended,) = [one for one in await scene.closed_incidents() if one.node == TROUBLE]
    assert ended.state is IncidentState.RESOLVED


async def test_two_that_wait_for_the_same_order_both_get_a_machine() -> None:
    """The second one's machine was ordered by the first one's order, which failed."""
    scene = Scene(agents=10, more=TWO)
    await scene.sweeps()
    fails(scene, 2)
    events = [scene.machine_is_deleted(number) for number in (1, 2)]
    for event in events:
        await scene.hears(event)
    await scene.after(minutes=40)
    assert (scene.capacity, scene.connected, await scene.open_incidents()) == (10, 10, {})
    assert {one.state for one in await scene.closed_operations()} == {OperationState.DONE}


async def test_a_machine_that_could_be_helped_otherwise_is_not_destroyed_meanwhile() -> None:
    scene = await no_room(times=3, more=TWO)
    scene.agent_dies(5)
    await scene.after(minutes=5)
    assert scene.destroyed == []
    decision = (await scene.open_incidents())[scene.name(5)].decision
    assert decision is not None
    assert [answer.reason for answer in decision.answers if not answer.allowed] == ["no_room"]


async def test_a_cheaper_rung_is_tried_meanwhile() -> None:
    scene = await no_room(times=3, more=TWO + "\n        repair: {ladder: [replace, restart]}")
    scene.agent_dies(5)
    await scene.after(minutes=8)
    assert ([verb for verb, _ in scene.compute.acted], scene.destroyed) == (["restart"], [])


async def test_a_working_node_stays_and_its_order_is_taken_back() -> None:
    scene = Scene(agents=6, generation=Generation.DRAIN)
    await scene.sweeps()
    fails(scene)
    await scene.hears(scheduled(scene, "Redeploy"))
    await scene.after(minutes=2)
    assert (scene.capacity, len(scene.listed), scene.connected) == (6, 6, 6)
    assert not scene.scheduler.agents[scene.agent_of(1)].deactivated
    (operation,) = await scene.closed_operations()
    assert operation.state is OperationState.WITHDRAWN
    book = await scene.ledger()
    assert (book.wanted, book.active) == (6, ())
    await scene.after(minutes=20)
    assert (scene.destroyed, scene.connected, scene.wronged) == (["1"], 6, ["1"]), "when there was room again"


async def test_what_azure_lists_and_could_not_start_is_removed_before_it_is_ordered_again() -> None:
    scene = await no_room()
    scene.compute._grow(POOL, scene.compute._pools[POOL], 1)
    there = scene.compute._pools[POOL].instances
    there["10"] = replace(
        there["10"], provisioning=Provisioning.FAILED, power=Power.STOPPED, failure="AllocationFailed"
    )
    await scene.after(minutes=8)
    assert (scene.destroyed, scene.capacity, scene.connected) == (["10"], 10, 10)


async def test_when_a_person_finds_room_it_is_forgotten_and_the_next_one_is_replaced() -> None:
    scene = await no_room(times=9)
    scene.agent_dies(5)
    await scene.after(minutes=5)
    scene.compute._failures.clear()
    await scene.hears(scene.pool_is_resized(10))
    await scene.after(minutes=12)
    assert scene.destroyed == ["5"]
    assert scene.connected == 10
    assert await scene.open_incidents() == {}
    assert (await scene.ledger()).active == ()


async def test_a_quota_is_waited_for_like_room() -> None:
    scene = Scene(agents=10)
    await scene.sweeps()
    scene.compute.faults.always("set_capacity", QUOTA)
    await scene.hears(scene.machine_is_deleted(1))
    await scene.after(minutes=30)
    (operation,) = await scene.running()
    assert operation.step == "grow"
    assert "azure refuses (quota_exceeded: limit=20, needed=21)" in str(await scene.said())
    assert set(await scene.open_incidents()) == {scene.name(1), TROUBLE}
    scene.compute.faults.clear()
    await scene.after(minutes=10)
    assert (scene.ordered, scene.connected, await scene.open_incidents()) == ([1], 10, {})
