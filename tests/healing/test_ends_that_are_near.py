"""Thirty seconds' notice: tasks move and a successor is ordered at once, and Azure alone takes the machine."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from shared.errors import Retry
from shared.model.mesos import Generation
from shared.model.operations import OperationState, Plan
from shared.model.overrides import Override, OverrideKind
from shared.records import override_row
from tests.healing.test_announced_ends import scheduled
from tests.scene import POOL, Scene
from tests.watched import Call

WINDOWS = "windows: [{cron: '0 12 * * *', zone: UTC, for: 1h}]"
HALF_A_MINUTE = 30 / 3600


async def ready(more: str = "", **other: Any) -> Scene:
    scene = Scene(agents=10, generation=Generation.DRAIN, more=more, **other)
    await scene.sweeps()
    return scene


async def hears_of_its_end(scene: Scene, hours: float = HALF_A_MINUTE) -> None:
    await scene.hears(scheduled(scene, "Preempt", hours=hours))


async def test_its_tasks_have_moved_and_its_successor_is_ordered_before_the_time_has_come() -> None:
    scene = await ready()
    await hears_of_its_end(scene)
    await scene.after(seconds=25)
    agent = scene.scheduler.agents[scene.agent_of(1)]
    assert (agent.tasks, scene.running_tasks, scene.ordered) == ({}, 20, [1])
    (operation,) = await scene.running()
    assert (operation.plan, operation.step) == (Plan.REPLACE_ENDING, "await_end")
    assert scene.destroyed == []


@pytest.mark.parametrize("stays_listed", [True, False])
async def test_when_azure_has_taken_it_the_pool_is_whole_again(stays_listed: bool) -> None:
    scene = await ready()
    await hears_of_its_end(scene)
    await scene.after(seconds=30)
    await scene.hears(scene.machine_is_deallocated(1) if stays_listed else scene.machine_is_deleted(1))
    await scene.after(minutes=10)
    assert scene.destroyed == (["1"] if stays_listed else [])
    assert (scene.capacity, len(scene.listed), scene.connected) == (10, 10, 10)
    (operation,) = await scene.closed_operations()
    assert operation.state is OperationState.DONE
    book = await scene.ledger()
    assert (book.wanted, book.active, scene.wronged) == (10, (), [])
    assert await scene.open_incidents() == {}


async def test_it_waits_for_no_storm_no_rate_no_window_and_no_other_node() -> None:
    scene = await ready(f"disruption: {{at_once: 1, per_hour: 1}}\n        {WINDOWS}")
    for number in range(4, 9):
        scene.agent_dies(number)
    await scene.after(minutes=2)
    assert (await scene.ledger()).storm_since is not None
    await hears_of_its_end(scene)
    (operation,) = await scene.running()
    assert operation.plan is Plan.REPLACE_ENDING
    await scene.after(seconds=20)
    assert scene.scheduler.agents[scene.agent_of(1)].tasks == {}


async def test_an_end_far_away_waits_for_the_window() -> None:
    scene = await ready(WINDOWS)
    await hears_of_its_end(scene, hours=48)
    await scene.after(minutes=5)
    assert (scene.ordered, await scene.running()) == ([], [])
    (incident,) = (await scene.open_incidents()).values()
    assert incident.decision is not None
    assert incident.decision.until == scene.clock.now().replace(hour=12, minute=0, second=0, microsecond=0)


async def test_no_more_than_the_reserve_are_emptied_at_once() -> None:
    scene = await ready("disruption: {deadline_reserve: 1}")
    for number in (1, 2, 3):
        await scene.hears(scheduled(scene, "Preempt", hours=HALF_A_MINUTE, number=number))
    assert [one.subject.node for one in await scene.running()] == [scene.name(1)]
    (refused,) = {
        answer.reason
        for number in (2, 3)
        if (decision := (await scene.open_incidents())[scene.name(number)].decision) is not None
        for answer in decision.answers
        if not answer.allowed
    }
    assert refused == "ledger_reserve"


async def test_what_does_not_come_is_taken_back() -> None:
    scene = await ready()
    await hears_of_its_end(scene)
    await scene.after(seconds=30)
    await scene.hears(scheduled(scene, "Preempt", "Canceled"))
    await scene.after(minutes=40)
    assert not scene.scheduler.agents[scene.agent_of(1)].deactivated
    assert "1" not in scene.destroyed
    assert await scene.open_incidents() == {}
    assert (await scene.ledger()).active == ()


async def test_without_room_for_a_successor_its_tasks_move_all_the_same() -> None:
    scene = await ready()
    scene.compute.fail_operation("AllocationFailed", "There is no room.")
    await hears_of_its_end(scene)
    await scene.after(seconds=30)
    assert scene.scheduler.agents[scene.agent_of(1)].tasks == {}
    await scene.hears(scene.machine_is_deallocated(1))
    await scene.after(minutes=20)
    assert (scene.capacity, scene.connected, await scene.open_incidents()) == (10, 10, {})


async def test_its_tasks_move_while_azure_answers_too_many_questions_about_the_set() -> None:
    """A wave of evictions asks for more readings than Azure answers in a minute; to move tasks takes none of it."""
    scene = await ready()
    scene.compute.faults.always("scale_set", Retry("Azure answers 429", timedelta(seconds=60)))
    await hears_of_its_end(scene)
    await scene.after(seconds=25)
    assert scene.scheduler.agents[scene.agent_of(1)].tasks == {}
    assert (scene.running_tasks, scene.ordered, scene.destroyed) == (20, [], [])
    await scene.hears(scene.machine_is_deallocated(1))
    await scene.after(minutes=5)
    assert scene.destroyed == []
    scene.compute.faults.clear()
    await scene.after(minutes=15)
    assert (scene.capacity, scene.connected, await scene.open_incidents()) == (10, 10, {})


async def test_its_machine_is_not_destroyed_when_somebody_started_it_again() -> None:
    """It was deallocated for a moment, and runs again when the rest of it would be removed."""
    scene = await ready()
    await hears_of_its_end(scene)
    await scene.after(seconds=30)
    agent = scene.scheduler.agents[scene.agent_of(1)]

    async def starts_again(call: Any) -> Any:
        answer = await call.go()
        if call.name == "store.write" and b"await_end" in (call.args[2].body or b""):
            scene.compute.set_power(POOL, "1", scene.compute._pools[POOL].instances["0"].power)
            if not scene.scheduler.agents[agent.agent_id].active:
                scene.scheduler.join(agent)
        return answer

    scene.machine_is_deallocated(1)
    scene.app = scene.new_app(starts_again)
    await scene.after(minutes=5)
    assert scene.destroyed == []


async def test_what_is_taken_before_its_successor_was_ordered_leaves_the_pool_no_larger_than_wanted() -> None:
    scene = Scene(agents=10, generation=Generation.MARK_GONE)
    await scene.sweeps()

    async def around(call: Call) -> Any:
        answer = await call.go()
        if call.name == "scheduler.schedule_maintenance":
            scene.machine_is_deleted(1)
        return answer

    scene.app = scene.new_app(around)
    await hears_of_its_end(scene)
    await scene.after(minutes=10)
    assert (scene.capacity, len(scene.listed), scene.connected) == (10, 10, 10)
    assert ((await scene.ledger()).wanted, await scene.open_incidents()) == (10, {})


async def test_for_a_node_that_is_gone_and_not_buried_nobody_orders_one_more_than_wanted() -> None:
    """Azure had no room when its successor was ordered ahead. It is taken, and a person holds up what follows; the
    order of another one, for which there is room again, must not be for eleven machines."""
    scene = await ready("disruption: {at_once: 2, per_fault_domain: none}")
    for _ in range(2):
        scene.compute.fail_operation("AllocationFailed", "There is no room.")
    await scene.hears(scene.machine_is_deleted(5))
    await scene.after(minutes=1)
    await hears_of_its_end(scene)
    await scene.after(seconds=30)
    hold = Override(OverrideKind.PAUSE, scene.name(1), "ann", "to look", scene.clock.now(), None)
    await scene.reader.overrides.put("prod", override_row(hold), hold, None)
    await scene.hears(scene.machine_is_deleted(1))
    await scene.after(minutes=20)
    assert (scene.capacity, len(scene.listed)) == (10, 10)
    over = Override(OverrideKind.PAUSE, scene.name(1), "ann", "to look", hold.since, scene.clock.now())
    await scene.reader.overrides.put("prod", override_row(over), over, "*")
    await scene.after(minutes=20)
    assert (scene.capacity, scene.connected, (await scene.ledger()).wanted) == (10, 10, 10)
    assert await scene.open_incidents() == {}
