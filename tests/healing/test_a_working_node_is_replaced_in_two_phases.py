"""A node that still works is replaced in two phases: first its successor comes, then its tasks move and it goes. What
recovers in the first phase goes back to work, and no task was killed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from shared.errors import Retry, Unknown
from shared.model.mesos import Generation
from shared.model.overrides import Override, OverrideKind
from shared.records import override_row
from tests.healing.test_announced_ends import ready, scheduled
from tests.scene import POOL, Scene
from tests.watched import Call, Crash


async def announced(**other: Any) -> Scene:
    scene = await ready(**other)
    await scene.hears(scheduled(scene, "Redeploy"))
    return scene


async def step_of(scene: Scene) -> str | None:
    running = await scene.running()
    return running[0].step if running else None


async def until(scene: Scene, step: str) -> None:
    """Let time pass until the operation waits in this step."""
    for _ in range(600):
        if await step_of(scene) == step:
            return
        await scene.after(seconds=2)
    raise AssertionError(f"it never came to {step}, it is at {await step_of(scene)}")


async def test_the_successor_joins_before_a_task_is_moved_and_the_pool_keeps_its_size() -> None:
    scene = await announced()
    before = scene.running_tasks
    await until(scene, "await_successor")
    assert scene.running_tasks == before, "nothing was killed yet"
    assert scene.scheduler.agents[scene.agent_of(1)].deactivated, "and nothing new is placed there"
    await scene.after(minutes=30)
    assert (scene.destroyed, scene.ordered, scene.capacity, scene.connected) == (["1"], [1], 6, 6)
    assert (scene.running_tasks, await scene.open_incidents()) == (before, {})
    assert (await scene.ledger()).wanted == 6


async def test_who_came_for_it_is_sent_away_only_when_new_tasks_are_surely_kept_away() -> None:
    scene = await announced()
    await until(scene, "await_successor")
    open_to_tasks: list[str] = []
    lost: list[str] = []

    async def around(call: Call) -> Any:
        if call.name == "scheduler.deactivate" and not lost:
            lost.append(call.args[0])
            raise Unknown("whether it is deactivated")  # and it is not
        if call.name == "compute.destroy":
            agents = scene.scheduler.agents.items()
            address = (await scene.compute.addresses(POOL))[call.args[1][0]]
            open_to_tasks.extend(id for id, one in agents if one.address == address and not one.deactivated)
        return await call.go()

    scene.app = scene.new_app(around)
    await scene.hears(scheduled(scene, "Redeploy", "Canceled"))
    await scene.after(minutes=30)
    assert (len(lost), len(scene.destroyed), open_to_tasks) == (1, 1, [])
    assert (scene.capacity, scene.connected) == (6, 6)


async def test_who_came_for_a_machine_that_stays_after_all_is_one_more_than_is_wanted() -> None:
    scene = await announced()
    scene.compute.faults.always("destroy", Retry("another operation is at work", timedelta(seconds=30)))
    await until(scene, "destroy")
    scene.agent_dies(1)
    scene.machine_boots(scene.name(1), has_its_disk=False)  # by somebody else, and with another agent
    await scene.after(minutes=30)
    book = await scene.ledger()
    assert (scene.destroyed, scene.capacity, scene.connected) == ([], 7, 7)
    assert (book.wanted, book.extra) == (6, 1)


async def test_what_recovers_before_its_successor_came_goes_back_to_work() -> None:
    scene = await announced()
    before = scene.running_tasks
    await until(scene, "await_successor")
    await scene.hears(scheduled(scene, "Redeploy", "Canceled"))
    await scene.after(minutes=30)
    assert "1" not in scene.destroyed
    assert (scene.capacity, scene.connected, scene.running_tasks) == (6, 6, before)
    assert not scene.scheduler.agents[scene.agent_of(1)].deactivated
    assert ((await scene.ledger()).wanted, (await scene.ledger()).active) == (6, ())
    assert scene.wronged in ([], [id for id in scene.destroyed if id != "1"]), (
        "at most the empty one that came for it"
    )
    assert {one.node for one in await scene.closed_incidents()} == {scene.name(1)}, (
        "what we destroy is no incident"
    )


async def test_a_pause_stops_it_before_its_tasks_are_moved_and_a_resume_lets_it_go_on() -> None:
    scene = await announced()
    await until(scene, "await_successor")
    pause = Override(OverrideKind.PAUSE, "private", "ann", "a look", scene.clock.now())
    row = override_row(pause)
    await scene.reader.overrides.put("prod", row, pause, None)
    scene.restarts()
    before = scene.running_tasks
    await scene.after(minutes=30)
    assert (scene.destroyed, scene.running_tasks) == ([], before)
    kept = await scene.reader.overrides.get("prod", row)
    assert kept is not None
    over = Override(OverrideKind.PAUSE, "private", "ann", "a look", pause.since, scene.clock.now())
    await scene.reader.overrides.put("prod", row, over, kept.etag)
    await scene.after(minutes=60)
    assert ("1" in scene.destroyed, scene.connected, await scene.open_incidents()) == (True, 6, {})


async def test_a_node_that_dies_while_its_successor_comes_is_replaced_all_the_same() -> None:
    scene = await announced()
    await until(scene, "await_successor")
    await scene.hears(scene.machine_is_deleted(1))
    await scene.after(minutes=40)
    assert (scene.connected, scene.capacity, await scene.open_incidents()) == (6, 6, {})
    assert (await scene.ledger()).wanted == 6


@pytest.mark.parametrize("generation", [Generation.DRAIN, Generation.MARK_GONE])
async def test_an_agent_that_comes_back_under_another_id_is_emptied_before_its_machine_goes(
    generation: Generation,
) -> None:
    """What was barred is the id that it had; its new one gets tasks, and nobody has moved these."""
    scene = Scene(agents=6, generation=generation)
    await scene.sweeps()
    await scene.hears(scheduled(scene, "Redeploy"))
    await until(scene, "await_successor")
    found: list[int] = []

    async def looks_at_what_goes(call: Call) -> Any:
        if call.name == "compute.destroy" and call.args[1] == ["1"]:
            found.append(sum(scene.scheduler.agents[scene.agent_of(1)].tasks.values()))
        return await call.go()

    scene.app = scene.new_app(looks_at_what_goes)
    before, first = scene.running_tasks, scene.agent_of(1)
    scene.agent_joins(scene.scheduler.agents[first].address)
    assert scene.agent_of(1) != first
    await scene.after(minutes=60)
    assert (found, scene.running_tasks, scene.connected) == ([0], before, 6)
    assert (scene.capacity, await scene.open_incidents()) == (6, {})


@pytest.mark.parametrize("step", ["stop_new_tasks", "surge", "move_tasks", "destroy"])
async def test_a_crash_in_any_of_its_steps_loses_nothing(step: str) -> None:
    scene = await announced()
    scene.forgives = (Crash,)
    crashed: list[str] = []

    async def dies_there(call: Call) -> object:
        running = await scene.running()
        if (
            not crashed
            and running
            and running[0].step == step
            and call.name.startswith(("compute.", "scheduler."))
        ):
            crashed.append(call.name)
            raise Crash
        return await call.go()

    scene.app = scene.new_app(dies_there)
    await scene.after(minutes=90)
    assert (scene.connected, scene.capacity, await scene.open_incidents()) == (6, 6, {})
    assert scene.destroyed.count("1") <= 2, "deleting an instance twice deletes one instance"
    assert (await scene.ledger()).wanted == 6


async def test_no_room_for_the_successor_leaves_the_node_at_work() -> None:
    scene = await ready()
    scene.compute.fail_operation("AllocationFailed", "Allocation failed.")
    before = scene.running_tasks
    await scene.hears(scheduled(scene, "Redeploy"))
    await scene.after(minutes=3)
    assert (scene.destroyed, scene.running_tasks) == ([], before)


async def test_in_a_pool_that_may_not_grow_the_successor_comes_afterwards() -> None:
    """It would be waited for in vain, and that would hold every other replacement of the pool."""
    scene = await ready()
    scene.policy = scene.policy.replace("max: 40", "max: 6")
    await scene.hears(scheduled(scene, "Redeploy"))
    await scene.after(minutes=20)
    assert (scene.destroyed, scene.ordered, scene.capacity, scene.connected) == (["1"], [1], 6, 6)
    assert (scene.running_tasks, await scene.open_incidents()) == (12, {})
    assert (await scene.ledger()).unjoined == ()


async def test_of_two_that_are_replaced_at_once_the_last_place_of_the_pool_goes_to_one() -> None:
    wide = "disruption: {at_once: 3, per_fault_domain: none}\n        storm: {unhealthy: 100%}"
    scene = Scene(agents=6, generation=Generation.DRAIN, more=wide)
    scene.policy = scene.policy.replace("max: 40", "max: 7")
    await scene.sweeps()
    for number in (1, 2, 3):
        await scene.hears(scheduled(scene, "Redeploy", number=number))
    sizes, at_work = list[int](), list[int]()
    for _ in range(60):
        await scene.after(seconds=40)
        sizes.append(len(scene.listed))
        at_work.append(len(await scene.running()))
    assert (max(sizes), max(at_work)) == (7, 2)
    assert sorted(scene.destroyed) == ["1", "2", "3"]
    assert (scene.capacity, scene.connected, await scene.open_incidents()) == (6, 6, {})
