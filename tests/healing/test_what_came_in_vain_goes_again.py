"""A node recovers after its successor was ordered: the empty machine goes again, and no task is killed for tidiness."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from shared.errors import Retry
from shared.model.azure import ScaleSet
from shared.model.mesos import Generation
from shared.model.operations import OperationState
from tests.healing.test_announced_ends import scheduled
from tests.scene import WEB, Scene
from tests.watched import Call

EVERY = pytest.mark.parametrize("generation", list(Generation))
BARS = {"scheduler.deactivate", "scheduler.schedule_maintenance"}
FREES = {"scheduler.reactivate", "scheduler.unschedule_maintenance"}


async def in_vain(generation: Generation, around: Any = None, **other: Any) -> Scene:
    """Machine 6 was ordered for machine 1, and joins when machine 1 is no longer announced to go."""
    scene = Scene(agents=6, generation=generation, **other)
    await scene.sweeps()
    scene.app = scene.new_app(around(scene)) if around else scene.app
    await scene.hears(scheduled(scene, "Redeploy"))
    await scene.after(seconds=30)
    await scene.hears(scheduled(scene, "Redeploy", "Canceled"))
    return scene


async def nothing_is_left(scene: Scene) -> None:
    assert (scene.scheduler.windows, scene.scheduler.down) == ({}, set())
    assert not any(agent.deactivated for agent in scene.scheduler.agents.values())
    assert [one.state for one in await scene.closed_operations()] == [OperationState.WITHDRAWN]
    assert (await scene.open_incidents(), (await scene.ledger()).active) == ({}, ())
    assert scene.running_tasks == 12


@EVERY
async def test_the_empty_machine_goes_again_and_the_masters_count_on_it_no_more(
    generation: Generation,
) -> None:
    scene = await in_vain(generation)
    await scene.after(minutes=15)
    assert (scene.destroyed, scene.capacity, scene.connected) == (["6"], 6, 6)
    assert len(scene.scheduler.gone) == (0 if generation is Generation.MAINTENANCE else 1)
    await nothing_is_left(scene)


@EVERY
async def test_one_that_is_given_a_task_at_that_moment_stays(generation: Generation) -> None:
    """Its agent was offered, and the offer is taken while new tasks are being stopped."""

    def taken(scene: Scene) -> Any:
        async def around(call: Call) -> Any:
            if call.name in BARS and "6" in scene.listed and _is_for_it(scene, call):
                scene.scheduler.run(scene.agent_of(6), WEB, 1)
                scene.tasks += 1
            return await call.go()

        return around

    scene = await in_vain(generation, taken)
    await scene.after(minutes=15)
    assert (scene.destroyed, scene.connected, scene.running_tasks) == ([], 7, 13)
    scene.tasks = 12
    scene.scheduler.run(scene.agent_of(6), WEB, 0)
    await nothing_is_left(scene)


def _is_for_it(scene: Scene, call: Call) -> bool:
    agent = scene.agent_at(scene.name(6))
    return agent is not None and call.args[0] in {agent.agent_id, agent.hostname}


@EVERY
async def test_a_crash_at_any_call_on_the_way_leaves_no_incident_of_it(generation: Generation) -> None:
    """The deletion was ordered, and the worker ended before its token was kept."""
    scene = await in_vain(generation)
    lost = list[bool]()

    async def crashed(call: Call) -> Any:
        if call.name == "store.write" and scene.destroyed and not lost:
            lost.append(True)
            raise RuntimeError("the process ended")
        return await call.go()

    scene.forgives = (RuntimeError,)
    scene.app = scene.new_app(crashed)
    await scene.after(minutes=4)
    scene.restarts()
    await scene.after(minutes=15)
    assert (lost, scene.destroyed) == ([True], ["6"])
    await nothing_is_left(scene)


@EVERY
async def test_who_takes_over_bars_it_once_more_when_tasks_were_let_in_again(generation: Generation) -> None:
    """It had a task for a moment, so that it was to stay; the worker ended before that was written down."""
    seen = list[str]()

    def crashed(scene: Scene) -> Any:
        async def around(call: Call) -> Any:
            answer = await call.go()
            is_for_it = call.name in BARS | FREES and _is_for_it(scene, call)
            if is_for_it or call.name == "compute.destroy":
                seen.append(call.name.partition(".")[2])
            if is_for_it and len(seen) == 1:
                scene.scheduler.run(scene.agent_of(6), WEB, 1)
            if is_for_it and len(seen) == 2:
                scene.scheduler.run(scene.agent_of(6), WEB, 0)
                raise RuntimeError("the process ended")
            return answer

        return around

    scene = await in_vain(generation)
    scene.tasks += 1
    scene.forgives = (RuntimeError,)
    scene.app = scene.new_app(crashed(scene))
    await scene.after(minutes=20)
    scene.tasks -= 1
    bar, free = (
        ("deactivate", "reactivate")
        if generation is Generation.DRAIN
        else ("schedule_maintenance", "unschedule_maintenance")
    )
    assert seen[:4] == [bar, free, bar, "destroy"]


@pytest.mark.parametrize("plan", ["Redeploy", "Preempt"])
async def test_for_a_machine_that_was_never_ordered_nobody_waits_and_nobody_is_called(plan: str) -> None:
    """Azure did not take the order until there was no need for it any more."""
    scene = Scene(agents=6)
    await scene.sweeps()

    async def around(call: Call) -> Any:
        if call.name == "compute.set_capacity":
            raise Retry("Azure does not answer", timedelta(seconds=5))
        return await call.go()

    scene.app = scene.new_app(around)
    await scene.hears(scheduled(scene, plan, hours=0.2))
    await scene.after(seconds=30)
    await scene.hears(scheduled(scene, plan, "Canceled"))
    await scene.after(minutes=12)
    assert (scene.ordered, (await scene.ledger()).extra) == ([], 0)
    assert not any("one more machine" in line for line in await scene.said())
    await nothing_is_left(scene)


async def test_one_wrong_size_does_not_mean_that_the_machine_was_never_ordered() -> None:
    """Azure names a size of zero for a while, and lists the machine: it came, and is no wish of anybody's."""
    scene = Scene(agents=6, boot_s=7200)
    await scene.sweeps()

    async def around(call: Call) -> Any:
        answer = await call.go()
        lies = timedelta(minutes=16) < scene.clock.now() - begun < timedelta(minutes=24)
        return replace(answer, capacity=0) if lies and isinstance(answer, ScaleSet) else answer

    begun = scene.clock.now()
    scene.app = scene.new_app(around)
    await scene.hears(scheduled(scene, "Redeploy"))
    await scene.after(seconds=30)
    await scene.hears(scheduled(scene, "Redeploy", "Canceled"))
    await scene.after(minutes=90)
    book = await scene.ledger()
    assert (scene.capacity, book.wanted, book.extra) == (7, 6, 1)


async def test_somebody_else_s_maintenance_window_stays_as_it_is() -> None:
    scene = Scene(agents=6, generation=Generation.MARK_GONE)
    await scene.sweeps()
    agent = scene.scheduler.agents[scene.agent_of(1)]
    theirs = {(agent.hostname, agent.address): (scene.clock.now(), timedelta(hours=3))}
    scene.scheduler.windows.update(theirs)
    await scene.hears(scheduled(scene, "Redeploy"))
    await scene.after(minutes=30)
    assert scene.scheduler.windows == theirs
    assert (scene.destroyed, scene.running_tasks) == ([], 12)
