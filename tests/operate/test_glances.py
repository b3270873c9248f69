"""Between two sweeps a glance at the masters' count of agents: whatever has changed there is looked at now."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.errors import Retry
from shared.ports.queues import Queue
from tests.scene import Scene

GLANCE = timedelta(seconds=15)


async def looks(scene: Scene) -> int:
    """How many looks were asked for by a glance now."""
    await scene.app.glance()
    return len(scene.queues.receive(Queue.SIGNALS))


@pytest.fixture
async def scene() -> Scene:
    """A cluster that was swept, and had its first glance."""
    scene = Scene(agents=4)
    await scene.sweeps()
    assert await looks(scene) == 0
    return scene


async def test_an_agent_that_falls_silent_between_two_sweeps_is_found_by_the_next_glance(
    scene: Scene,
) -> None:
    await scene.after(seconds=5)
    scene.agent_dies(2)
    await scene.app.glance()
    await scene.deliver()
    assert list(await scene.open_incidents()) == [scene.name(2)]


async def test_while_the_masters_count_the_same_nobody_looks(scene: Scene) -> None:
    assert [await looks(scene) for _ in range(5)] == [0] * 5


async def test_one_change_is_one_look(scene: Scene) -> None:
    scene.agent_dies(2)
    assert [await looks(scene) for _ in range(3)] == [1, 0, 0]


async def test_a_change_shortly_after_a_look_is_looked_at_by_a_later_glance(scene: Scene) -> None:
    scene.agent_dies(2)
    assert await looks(scene) == 1
    scene.clock.advance(timedelta(seconds=9))
    scene.agent_dies(3)
    assert await looks(scene) == 0
    scene.clock.advance(timedelta(seconds=1))
    assert await looks(scene) == 1


async def test_one_that_goes_while_another_comes_is_a_change(scene: Scene) -> None:
    scene.scheduler.lose(next(iter(scene.scheduler.agents)))
    scene.agent_joins("10.0.0.99")
    assert len(scene.scheduler.agents) == 4
    assert await looks(scene) == 1


async def test_masters_that_do_not_answer_are_no_reason_for_anything(scene: Scene) -> None:
    scene.scheduler.faults.always("headcount", Retry("no master answers", GLANCE))
    assert await looks(scene) == 0


async def test_a_look_that_could_not_be_asked_for_is_asked_for_again(scene: Scene) -> None:
    scene.agent_dies(2)
    scene.queues.faults.next("send", Retry("storage is busy", GLANCE))
    with pytest.raises(Retry):
        await scene.app.glance()
    assert await looks(scene) == 1
