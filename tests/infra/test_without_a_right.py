"""What the page of permissions says of a right that is missing is what happens."""

from __future__ import annotations

import pytest

from shared.errors import Refused
from shared.model.azure import Power
from shared.model.incidents import IncidentState
from tests.healing.test_a_body_is_kept import KEEP
from tests.masters.hall import VMS, Hall
from tests.scene import POOL, Scene

NO = Refused("azure", "not_authorized", {"status": 403})
ACTS = {"run_command": "restart_unit", "restart": "restart", "redeploy": "redeploy", "reimage": "reimage"}


async def scene_without(call: str, more: str, minutes: int = 60) -> Scene:
    """An agent dies in a pool of six, and this call is answered 403."""
    scene = Scene(agents=6, more=more)
    scene.cured_by = frozenset()
    await scene.sweeps()
    scene.compute.faults.always(call, NO)
    if call == "reimage":
        scene.compute.silence(POOL, "1")
    scene.agent_dies(1)
    await scene.after(minutes=minutes)
    return scene


async def handed_over(scene: Scene) -> bool:
    incidents = (await scene.open_incidents()).values()
    return any(one.state is IncidentState.HANDED_OVER for one in incidents)


@pytest.mark.parametrize("call", ["scale_set", "instances", "addresses"])
async def test_a_pool_that_cannot_be_read_is_left_alone(call: str) -> None:
    scene = await scene_without(call, "")
    assert (scene.compute.acted, scene.destroyed, scene.ordered) == ([], [], [])
    assert await handed_over(scene)


@pytest.mark.parametrize("call", ACTS)
async def test_a_rung_that_is_refused_leads_to_the_next_one(call: str) -> None:
    scene = await scene_without(call, f"repair: {{ladder: [{ACTS[call]}, replace]}}")
    assert (scene.compute.acted, scene.destroyed, scene.connected) == ([], ["1"], 6)


@pytest.mark.parametrize("call", ACTS)
async def test_when_the_last_rung_is_refused_a_person_is_called(call: str) -> None:
    scene = await scene_without(call, f"repair: {{ladder: [{ACTS[call]}]}}")
    assert (scene.compute.acted, scene.destroyed) == ([], [])
    assert await handed_over(scene)


async def test_what_may_not_be_destroyed_is_left_to_a_person_before_anything_is_lost() -> None:
    scene = await scene_without("destroy", "")
    assert (scene.destroyed, scene.ordered, scene.scheduler.gone) == ([], [], set())
    assert await handed_over(scene)


async def test_what_may_not_be_ordered_is_missing_and_a_person_is_called() -> None:
    scene = await scene_without("set_capacity", "")
    assert (scene.destroyed, scene.ordered, scene.connected) == (["1"], [], 5)
    assert await handed_over(scene)


async def test_what_cannot_be_followed_is_ordered_three_times_at_most() -> None:
    scene = await scene_without("look", "repair: {ladder: [restart, replace]}")
    assert [verb for verb, _ in scene.compute.acted] == ["restart"] * 3
    assert (scene.destroyed, scene.connected) == (["1"], 6)


async def test_what_may_not_be_stopped_is_destroyed_and_what_may_not_be_protected_is_kept() -> None:
    assert (await scene_without("power_off", KEEP)).destroyed == ["1"]
    kept = await scene_without("protect", KEEP)
    assert kept.destroyed == []
    assert kept.compute._pools[POOL].instances["1"].power is Power.STOPPED


async def hall_without(call: str) -> Hall:
    hall = Hall(policy=f"{{vms: {VMS}}}")
    await hall.sweeps()
    hall.machines.faults.always(call, NO)
    return hall


async def test_masters_whose_machines_are_not_seen_are_left_to_a_person() -> None:
    hall = await hall_without("machines")
    hall.hangs(1)
    await hall.after(minutes=60)
    assert hall.done == []
    assert await handed_over(hall)


async def test_a_master_whose_unit_may_not_be_restarted_is_restarted_itself() -> None:
    hall = await hall_without("run_command")
    hall.process_dies(1)
    await hall.after(minutes=30)
    assert [verb for verb, _ in hall.done] == ["restart"]


async def test_a_master_that_may_not_be_started_stays_off_and_a_person_is_called() -> None:
    hall = await hall_without("start")
    hall.is_stopped(1)
    await hall.after(minutes=60)
    assert hall.done == []
    assert await handed_over(hall)


async def test_with_the_right_given_back_the_missing_machine_is_ordered() -> None:
    scene = await scene_without("set_capacity", "")
    told = [one.outcome for one in (await scene.open_incidents()).values() if "forbids" in one.outcome]
    assert [("not_authorized" in one, "a role that the app has no more" in one) for one in told] == [
        (True, True)
    ]
    scene.compute.faults.clear()
    await scene.after(minutes=60)
    assert (scene.ordered, scene.connected, await scene.open_incidents()) == ([1], 6, {})
