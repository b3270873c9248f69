"""Storage that fails fails the trigger, so that the platform delivers again; nothing is half done, or done twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from shared.errors import PoolkeeperError, Retry, Unknown
from tests.healing.stories import STORIES, Loss, quick_scene, what_is_wrong
from tests.scene import Scene
from tests.watched import Failing

DOWN = Retry("storage does not answer", timedelta(seconds=5))
CALLS = ("get", "query", "write", "write_all")


def storage_goes_down(scene: Scene) -> None:
    for call in CALLS:
        scene.store.faults.always(call, DOWN)


def contents(scene: Scene) -> dict[Any, Any]:
    return {key: dict(rows) for key, rows in scene.store._partitions.items()}


async def lost_without_storage() -> tuple[Scene, dict[str, Any]]:
    """A machine was deleted, a new process has started, and storage is not there."""
    scene = quick_scene()
    await scene.sweeps()
    event = scene.machine_is_deleted(1)
    scene.restarts()
    storage_goes_down(scene)
    return scene, event


async def test_without_storage_every_trigger_fails_and_nothing_is_done() -> None:
    scene, event = await lost_without_storage()
    before = contents(scene)
    message = '{"kind":"sweep","source":"timer","cluster":"prod","event_id":"1","occurred_at":"2026-11-22T03:00:00Z",'
    for attempt in (
        scene.app.hear_event(event),
        scene.app.work_signal(f'{message}"heard_at":"2026-11-22T03:00:00Z"}}'),
        scene.app.work_operation('{"cluster": "prod", "operation": "any"}'),
        scene.app.sweep(),
        scene.app.keep_poison("signals", "for a test", "{"),
    ):
        with pytest.raises(Retry):
            await attempt
    assert contents(scene) == before
    assert (scene.ordered, scene.destroyed, scene.scheduler.gone) == ([], [], set())


async def test_when_storage_is_back_the_redelivered_event_heals_the_pool() -> None:
    scene, event = await lost_without_storage()
    lost_agent = next(id for id, agent in scene.scheduler.agents.items() if not agent.active)
    with pytest.raises(Retry):
        await scene.app.hear_event(event)
    scene.store.faults.clear()
    await scene.hears(event)
    await scene.after(minutes=3)
    assert await what_is_wrong(scene, lost_agent, STORIES[0]) == []


async def test_storage_that_fails_for_ten_minutes_in_the_middle_delays_and_no_more() -> None:
    scene = quick_scene()
    await scene.sweeps()
    lost_agent = scene.agent_of(1)
    scene.forgives = (PoolkeeperError,)
    scene.machine_is_deallocated(1)
    await scene.after(seconds=61)
    assert len(await scene.running()) == 1
    storage_goes_down(scene)
    await scene.after(minutes=10)
    scene.store.faults.clear()
    await scene.after(minutes=5)
    assert scene.failed
    assert await what_is_wrong(scene, lost_agent, STORIES[1]) == []


@pytest.mark.parametrize("story", STORIES[1:], ids=lambda story: story.__name__)
@pytest.mark.parametrize(
    ("error", "done"),
    [
        (DOWN, False),
        (Unknown("the connection was closed"), False),
        (Unknown("the connection was closed"), True),
    ],
    ids=["refused", "lost before", "lost after"],
)
async def test_whichever_call_of_the_store_fails_once_the_pool_is_healed(
    story: Loss, error: Exception, done: bool
) -> None:
    at, met, wrong = 1, "something", list[str]()
    while met:
        scene = quick_scene()
        await scene.sweeps()
        lost_agent = scene.agent_of(1)
        failing = Failing("store.", at, error, done)
        scene.app, scene.forgives = scene.new_app(failing), (PoolkeeperError,)
        story(scene)
        await scene.after(minutes=5)
        at, met = at + 1, failing.met
        found = await what_is_wrong(scene, lost_agent, story)
        if found:
            wrong.append(f"call {at - 1} of the store ({met}): {'; '.join(found)}")
    assert wrong == []
    assert at > 70
