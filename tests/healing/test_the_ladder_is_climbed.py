"""An agent dies and its machine goes on: the mildest rung comes first, and the next one only when that did not help."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from shared.errors import Unknown
from shared.model.azure import Progress, ProgressState
from shared.model.incidents import IncidentState
from shared.model.mesos import Generation
from shared.model.nodes import Helped
from shared.model.operations import OperationState
from shared.model.remedies import Remedy
from tests.scene import POOL, Scene
from tests.watched import Call

LADDER = "repair: {ladder: [restart_unit, restart, redeploy, reimage, replace]}"
ALL = frozenset({"restart_unit", "restart", "redeploy"})


def scene_where(*cures: str, more: str = LADDER) -> Scene:
    """A pool of six in which the dead agent comes back by these acts alone."""
    scene = Scene(agents=6, more=more)
    scene.cured_by = frozenset(cures)
    return scene


async def acts_of(scene: Scene, minutes: int = 90) -> list[str]:
    await scene.sweeps()
    scene.agent_dies(1)
    await scene.after(minutes=minutes)
    return [verb for verb, _ in scene.compute.acted]


async def test_a_unit_that_can_be_restarted_is_all_that_is_restarted() -> None:
    scene = scene_where("restart_unit")
    assert await acts_of(scene) == ["run_command"]
    assert (scene.destroyed, scene.ordered, scene.connected) == ([], [], 6)
    assert await scene.open_incidents() == {}


async def test_without_a_guest_agent_the_machine_is_restarted() -> None:
    scene = scene_where("restart")
    scene.compute.silence(POOL, "1")
    assert await acts_of(scene) == ["restart"]
    assert (scene.destroyed, scene.ordered, scene.connected) == ([], [], 6)


async def test_each_rung_that_does_not_help_leads_to_the_next_one() -> None:
    """Azure hears the machine's own guest agent, so its disks are not to blame: it is never reimaged."""
    scene = scene_where()
    assert await acts_of(scene) == ["run_command", "restart", "redeploy"]
    assert (scene.destroyed, scene.ordered, scene.connected, scene.wronged) == (["1"], [1], 6, [])
    assert await scene.open_incidents() == {}
    remedies = [operation.remedy for operation in await scene.closed_operations()]
    assert sorted(remedies) == sorted([Remedy.RESTART_UNIT, Remedy.RESTART, Remedy.REDEPLOY, Remedy.REPLACE])
    failed = [one for one in await scene.closed_operations() if one.state is OperationState.FAILED]
    assert len(failed) == 3


async def test_the_next_rung_is_tried_as_soon_as_one_has_not_helped() -> None:
    scene = scene_where()
    await acts_of(scene)
    by_age = sorted(await scene.closed_operations(), key=lambda one: one.created_at)
    waits = [after.created_at - before.closed_at for before, after in pairwise(by_age) if before.closed_at]
    assert len(waits) == 3
    assert max(waits) < timedelta(seconds=2)


async def test_a_unit_that_does_not_run_after_it_was_started_again_is_not_waited_for() -> None:
    assert await acts_of(scene_where("restart"), minutes=4) == ["run_command", "restart"]


async def test_an_order_that_failed_for_want_of_room_is_not_given_again_when_storage_fails_too() -> None:
    """That Azure has no room could not be written down; its answer is asked for again, and nothing is ordered."""
    scene = scene_where(more="repair: {ladder: [restart, redeploy]}")
    scene.compute.fail_operation("AllocationFailed", "There is no room.")
    failed, lost = list[Progress](), list[str]()

    async def around(call: Call) -> Any:
        if call.name == "store.write" and len(lost) < len(failed) == 1:
            lost.append(call.name)
            raise Unknown("the connection was closed: whether it happened is not known")
        answer = await call.go()
        if isinstance(answer, Progress) and answer.state is ProgressState.FAILED:
            failed.append(answer)
        return answer

    scene.app = scene.new_app(around)
    assert (await acts_of(scene, minutes=8))[:2] == ["restart", "redeploy"]
    assert (len(failed), len(lost)) == (2, 1)


async def test_a_machine_of_which_nothing_is_heard_may_be_reimaged() -> None:
    scene = scene_where(more="repair: {ladder: [reimage, replace]}")
    scene.compute.silence(POOL, "1")
    assert "reimage" in await acts_of(scene)


async def test_a_machine_that_lost_its_disk_comes_back_as_another_agent_and_the_old_one_is_gone() -> None:
    scene = scene_where("redeploy", more="repair: {ladder: [redeploy]}")
    old = scene.agent_of(1)
    assert await acts_of(scene) == ["redeploy"]
    assert scene.agent_of(1) != old
    assert (scene.connected, await scene.open_incidents()) == (6, {})


async def test_what_helped_and_did_not_last_is_not_repeated_within_a_day() -> None:
    scene = scene_where(*ALL, more="repair: {ladder: [restart_unit, restart, replace]}")
    for _ in range(3):
        scene.agent_dies(1)
        await scene.after(minutes=30)
    assert [verb for verb, _ in scene.compute.acted] == ["run_command", "restart"]
    assert (scene.destroyed, scene.ordered) == (["1"], [1])


async def test_a_node_that_was_helped_is_remembered_for_it() -> None:
    scene = scene_where("restart_unit")
    await acts_of(scene, minutes=10)
    kept = await scene.reader.inventory.get("prod", scene.name(1))
    assert kept is not None
    assert [helped.remedy for helped in kept.value.helped] == [Remedy.RESTART_UNIT]
    assert isinstance(kept.value.helped[0], Helped)


async def test_when_nothing_on_the_ladder_helps_a_person_is_called() -> None:
    scene = scene_where(more="repair: {ladder: [restart_unit, restart]}")
    assert await acts_of(scene, minutes=240) == ["run_command", "restart"]
    (incident,) = (await scene.open_incidents()).values()
    assert incident.state is IncidentState.HANDED_OVER
    assert "no rung of the ladder is left" in incident.outcome
    assert (scene.destroyed, scene.ordered) == ([], [])


async def test_an_order_that_azure_refuses_leads_to_the_next_rung() -> None:
    scene = scene_where(more="repair: {ladder: [restart, replace]}")
    await scene.sweeps()
    scene.compute.fail_operation("InternalExecutionError", "An internal execution error occurred.")
    scene.agent_dies(1)
    await scene.after(minutes=40)
    assert (scene.destroyed, scene.connected) == (["1"], 6)


async def test_the_first_rung_is_ordered_within_five_seconds_of_the_time_that_confirms() -> None:
    scene = scene_where("restart_unit")
    await scene.sweeps()
    died = scene.clock.now()
    scene.agent_dies(1)
    await scene.sweeps()
    while not scene.compute.acted:
        await scene.after(seconds=1)
    assert scene.clock.now() - died <= timedelta(seconds=45 + 5)


@pytest.mark.parametrize("generation", [Generation.MAINTENANCE, Generation.DRAIN])
async def test_every_generation_of_mesos_is_helped(generation: Generation) -> None:
    scene = Scene(agents=6, more=LADDER, generation=generation)
    scene.cured_by = frozenset({"restart"})
    assert await acts_of(scene) == ["run_command", "restart"]
    assert (scene.destroyed, scene.connected, await scene.open_incidents()) == ([], 6, {})
