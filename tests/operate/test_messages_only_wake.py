"""Messages that are lost, doubled, late or out of order change nothing but the time it takes."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest

from shared.ports.queues import Queue
from tests.healing.stories import STORIES, Loss, quick_scene, what_is_wrong
from tests.scene import Scene
from tests.watched import Call


class BadPost:
    """Loses, doubles and delays messages, by the dice of this seed."""

    def __init__(self, scene: Scene, seed: int) -> None:
        self._queues, self._dice = scene.queues, random.Random(seed)

    async def __call__(self, call: Call) -> Any:
        if call.name != "queues.send":
            return await call.go()
        queue, message, delay = call.args
        for _ in range(self._dice.choice((0, 1, 1, 2, 3))):
            late = timedelta(seconds=self._dice.choice((0, 0, 1, 20, 150)))
            await self._queues.send(queue, message, delay + late)
        return None


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
async def test_bad_post_changes_nothing_but_timing(story: Loss, seed: int) -> None:
    scene = quick_scene()
    await scene.sweeps()
    lost_agent = scene.agent_of(1)
    scene.app = scene.new_app(BadPost(scene, seed))
    event = story(scene)
    if event is not None:
        await scene.hears(event)
        await scene.hears(event)
    await scene.after(minutes=15)
    if event is not None:
        await scene.hears(event)
    assert await what_is_wrong(scene, lost_agent, story) == []


async def test_with_no_message_arriving_at_all_the_sweep_alone_brings_it_to_its_end() -> None:
    scene = quick_scene()
    await scene.sweeps()
    lost_agent = scene.agent_of(1)

    async def lost_unless_from_the_sweep(call: Call) -> Any:
        late = call.name == "queues.send" and call.args[2] > timedelta(0)
        return None if late else await call.go()

    scene.app = scene.new_app(lost_unless_from_the_sweep)
    scene.machine_is_deallocated(1)
    await scene.after(minutes=15)
    assert await what_is_wrong(scene, lost_agent, STORIES[1]) == []


async def test_a_message_about_an_operation_that_is_over_does_nothing() -> None:
    scene = quick_scene()
    await scene.sweeps()
    scene.machine_is_deallocated(1)
    await scene.after(minutes=3)
    (operation,) = await scene.closed_operations()
    told = len(await scene.audit())
    await scene.app.work_operation(f'{{"cluster": "prod", "operation": "{operation.id}"}}')
    assert len(await scene.audit()) == told
    assert scene.queues.waiting(Queue.OPERATIONS) == 0


async def test_a_message_that_comes_long_before_its_time_does_nothing() -> None:
    scene = Scene(agents=6)
    await scene.sweeps()
    scene.machine_is_deallocated(1)
    await scene.sweeps()
    await scene.after(seconds=3)
    (operation,) = await scene.running()
    assert operation.wake_at > scene.clock.now() + timedelta(seconds=1)
    await scene.app.work_operation(f'{{"cluster": "prod", "operation": "{operation.id}"}}')
    assert await scene.running() == [operation]
