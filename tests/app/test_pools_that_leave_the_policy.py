"""Work on a pool that the policy does not name any more, or by which it means another scale set now: hands off, and
after an hour a person is told. Nothing is destroyed for it, not even what could be taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.errors import Retry
from shared.model.incidents import IncidentState
from shared.model.mesos import Agent
from shared.model.operations import OperationState
from tests.incidents.stage import Stage
from tests.incidents.test_changed_policies import OTHER, with_a_second_pool
from tests.news.readers import Readers
from tests.scene import SET, Scene


def leaves(scene: Scene) -> str:
    """The policy names neither the pool nor its set any more, but another of each. What it said before."""
    before = scene.policy
    scene.policy = before.replace("private:", "public:").replace(SET, OTHER.scale_set)
    return before


def with_another_set(agents: int) -> Scene:
    scene = Scene(agents=agents)
    scene.compute.add_pool(OTHER, 2, network="10.40.0.0")
    for id, address in scene.compute._pools[OTHER].addresses.items():
        scene.scheduler.join(Agent(f"other-S{id}", address, address, 5051, True, None))
    return scene


async def at_grow(scene: Scene) -> None:
    """A deleted machine is known to be gone, and its successor could not be ordered yet."""
    await scene.sweeps()
    scene.compute.faults.next("set_capacity", Retry("Azure is throttling", timedelta(seconds=20)))
    await scene.hears(scene.machine_is_deleted(1))


async def test_it_is_handed_over_after_an_hour_with_a_page_that_says_what_to_do() -> None:
    scene = with_another_set(6)
    readers = Readers(scene)
    await at_grow(scene)
    leaves(scene)
    await readers.after(minutes=59)
    assert (len(await scene.running()), readers.notifier.told) == (1, [])
    await readers.after(minutes=10)
    (told,) = readers.notifier.told
    assert told.title == f"prod: {SET}_1 needs a person"
    assert told.text.startswith("pool private is not in the policy, for longer than an hour")
    assert "the steps grow, await_join, await_services, verify of replace" in told.text
    assert "If that was a mistake" in told.text
    (closed,) = await scene.closed_operations()
    assert (closed.state, scene.destroyed, scene.ordered) == (OperationState.HANDED_OVER, [], [])


async def test_what_was_handed_over_so_stays_open_for_whoever_was_called() -> None:
    scene = with_another_set(6)
    await at_grow(scene)
    leaves(scene)
    await scene.after(minutes=90)
    (incident,) = (await scene.open_incidents()).values()
    assert incident.state is IncidentState.HANDED_OVER
    scene.clock.advance(timedelta(hours=23))
    await scene.sweeps()
    assert await scene.open_incidents() == {}
    assert "the policy does not name its scale set any more" in (await scene.said())[-1]


async def test_the_hour_begins_anew_when_the_pool_was_back_meanwhile() -> None:
    scene = with_another_set(6)
    await scene.sweeps()
    scene.compute.faults.always("set_capacity", Retry("Azure is throttling", timedelta(seconds=20)))
    await scene.hears(scene.machine_is_deleted(1))
    for _ in range(3):
        before = leaves(scene)
        await scene.after(minutes=40)
        scene.policy = before
        await scene.after(minutes=10)
    scene.compute.faults.clear()
    await scene.after(minutes=15)
    assert (scene.ordered, scene.capacity, await scene.open_incidents()) == ([1], 6, {})


@pytest.mark.parametrize("step", ["surge", "await_successor", "destroy"])
async def test_nothing_is_taken_back_or_destroyed_for_a_pool_that_is_another_set_now(step: str) -> None:
    stage = with_a_second_pool()
    await stage.sweeps()
    doom = stage.announced(2, "Redeploy", in_s=4 * 3600)
    await stage.hears(doom)
    for _ in range(600):
        if step in [one.step for one in await stage.running()]:
            break
        await stage.after(seconds=1)
    before = [order for order in stage.orders if order[0] == "destroy"]
    swaps(stage)
    await stage.after(minutes=90)
    (closed,) = await stage.closed_operations()
    assert (closed.state, closed.step) == (OperationState.HANDED_OVER, step)
    assert [order for order in stage.orders if order[0] == "destroy"] == before
    assert "is scale set vmss-b now, for longer than an hour" in closed.outcome


def swaps(stage: Stage) -> None:
    stage.policy = stage.policy.replace(SET, "swapped").replace("vmss-b", SET).replace("swapped", "vmss-b")
