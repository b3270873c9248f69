"""Azure's own autoscale beside us: its scaling in is no loss, and it does not choose machines that must not go."""

from __future__ import annotations

import pytest

from tests.healing.test_somebody_else_s_work_is_left_alone import shrinking
from tests.scene import POOL, Scene

BOUNDS = "azure_autoscale: {min: 3, max: 10}"


async def protected(scene: Scene) -> set[str]:
    """Ids of the machines that are protected from scaling in alone."""
    return {
        one.instance_id
        for one in await scene.compute.instances(POOL)
        if one.is_protected_from_scale_in and not one.is_protected_from_set_actions
    }


async def test_what_azure_scaled_in_is_not_replaced_although_nothing_was_heard() -> None:
    scene = Scene(agents=8, more=BOUNDS)
    await scene.sweeps()
    await shrinking(scene, by=3)
    await scene.after(minutes=40)
    assert (scene.capacity, scene.ordered, (await scene.ledger()).wanted) == (5, [], 5)
    assert await scene.open_incidents() == {}


async def test_a_machine_that_somebody_was_heard_to_delete_is_replaced() -> None:
    scene = Scene(agents=8, more=BOUNDS)
    await scene.sweeps()
    await scene.hears(scene.machine_is_deleted(2))
    await scene.after(minutes=20)
    assert (scene.capacity, scene.connected, (await scene.ledger()).wanted) == (8, 8, 8)


async def test_machines_that_keep_something_are_protected_until_azure_does_not_move_the_pool_any_more() -> (
    None
):
    scene = Scene(agents=5, more=BOUNDS)
    scene.works.hold(scene.agent_of(2), "minio")
    await scene.compute.protect(POOL, "4", True, only_scale_in=True)
    await scene.sweeps()
    await scene.after(minutes=3)
    assert await protected(scene) == {"2", "4"}
    assert [(one.node, one.ours) for one in (await scene.ledger()).shields] == [(scene.name(2), True)]
    scene.policy = scene.policy.replace(BOUNDS, "")
    scene.restarts()
    await scene.after(minutes=4)
    assert await protected(scene) == {"4"}, "what somebody else protects is never touched"
    assert (await scene.ledger()).shields == ()


async def test_the_machines_of_an_operation_are_protected_while_it_is_at_work() -> None:
    scene = Scene(agents=5, more=BOUNDS)
    await scene.sweeps()
    scene.agent_dies(1)
    await scene.after(seconds=110)
    assert (await scene.ledger()).active
    assert {one.node for one in (await scene.ledger()).shields} >= {scene.name(1)} or scene.destroyed
    await scene.after(minutes=20)
    assert (scene.destroyed, scene.connected, await protected(scene)) == (["1"], 5, set())


@pytest.mark.parametrize("mode", ["observe", "propose"])
async def test_where_nothing_may_be_touched_it_is_told_and_told_once(mode: str) -> None:
    scene = Scene(agents=5, more=BOUNDS, mode=mode)
    scene.works.hold(scene.agent_of(2), "minio")
    await scene.sweeps()
    await scene.after(minutes=6)
    assert await protected(scene) == set()
    told = [one.record.text for one in await scene.audit() if "scaling in" in one.record.text]
    assert told == ["would be protected from scaling in by Azure: it keeps data of a service"]


async def test_what_is_not_known_of_a_machine_leaves_its_protection_as_it_is() -> None:
    scene = Scene(agents=5, more=BOUNDS)
    scene.works.hold(scene.agent_of(2), "minio")
    await scene.sweeps()
    await scene.after(minutes=3)
    scene.masters_fall_silent()
    await scene.after(minutes=3)
    assert await protected(scene) == {"2"}
    assert [one.node for one in (await scene.ledger()).shields] == [scene.name(2)]


async def test_a_machine_that_somebody_protects_from_everything_is_theirs_from_then_on() -> None:
    scene = Scene(agents=5, more=BOUNDS)
    scene.works.hold(scene.agent_of(2), "minio")
    await scene.sweeps()
    await scene.after(minutes=3)
    await scene.compute.protect(POOL, "2", True)
    await scene.after(minutes=3)
    assert (await scene.ledger()).shields == ()
    scene.policy = scene.policy.replace(BOUNDS, "")
    scene.restarts()
    await scene.after(minutes=3)
    kept = await scene.compute.instance(POOL, "2")
    assert kept is not None
    assert kept.is_protected_from_set_actions


async def test_not_more_than_five_machines_are_protected_at_a_look() -> None:
    scene = Scene(agents=8, more=BOUNDS)
    for number in range(8):
        scene.works.hold(scene.agent_of(number), f"minio-{number}")
    await scene.sweeps()
    await scene.after(seconds=30)
    assert len(await protected(scene)) == 5
    await scene.after(minutes=3)
    assert len(await protected(scene)) == 8
