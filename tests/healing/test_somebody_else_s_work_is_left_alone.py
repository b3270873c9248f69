"""What somebody else does to machines on purpose takes its time, and is not undone in the middle."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.model.azure import Power
from shared.model.incidents import IncidentState
from tests.scene import POOL, Scene


async def shrinking(scene: Scene, by: int = 1) -> None:
    """Somebody writes a smaller capacity. Azure takes 100 s to delete the last machines; their agents go first."""
    lost = [scene.agent_of(int(id)) for id in scene.listed[-by:]]
    scene.compute.takes = timedelta(seconds=100)
    there = await scene.compute.scale_set(POOL)
    await scene.compute.set_capacity(POOL, there.capacity - by, there.etag)
    scene.ordered.clear()
    for agent in lost:
        scene.scheduler.disconnect(agent)
    scene.compute.takes = timedelta(seconds=20)


@pytest.mark.parametrize("told_after_s", [5, 70, 105, 120])
async def test_a_pool_that_is_shrunk_slowly_is_not_grown_again(told_after_s: float) -> None:
    """Sweeps see the machine while it is being deleted; the event of the write may come before or after its end."""
    scene = Scene(agents=12)
    await scene.sweeps()
    await shrinking(scene)
    await scene.after(seconds=told_after_s)
    await scene.hears(scene.event(None, "Write", "write"))
    await scene.after(minutes=10)
    assert (scene.capacity, scene.connected, scene.ordered) == (11, 11, [])
    assert (await scene.ledger()).wanted == 11
    assert (scene.wronged, await scene.open_incidents()) == ([], {})


async def test_a_machine_of_which_nobody_says_why_it_was_deleted_is_replaced_in_the_end() -> None:
    scene = Scene(agents=12)
    await scene.sweeps()
    await shrinking(scene)
    await scene.after(minutes=8)
    assert (scene.capacity, scene.connected, scene.ordered) == (12, 12, [1])
    assert await scene.open_incidents() == {}


async def restarts(scene: Scene, number: int, boots_for_s: float, verb: str = "restart/action") -> None:
    """Somebody restarts the machine: its agent is away until it has booted. The event comes when Azure has done its
    part, which is when the machine runs and its system only begins to boot."""
    agent = scene.agent_of(number)
    scene.agent_dies(number)
    for power in (Power.STOPPING, Power.STARTING, Power.RUNNING):
        scene.compute.set_power(POOL, str(number), power)
        await scene.after(seconds=10 if power is not Power.RUNNING else 2)
    await scene.hears(scene.event(number, "Action", verb))
    await scene.after(seconds=boots_for_s)
    if str(number) in scene.listed:
        scene.agent_returns(agent)


@pytest.mark.parametrize("verb", ["restart/action", "start/action", "redeploy/action", "reimage/action"])
async def test_a_machine_that_somebody_restarts_is_given_time_to_boot(verb: str) -> None:
    scene = Scene(agents=4)
    await scene.sweeps()
    await scene.after(seconds=5)
    await restarts(scene, 1, boots_for_s=120, verb=verb)
    await scene.after(minutes=5)
    assert (scene.destroyed, scene.ordered, scene.connected) == ([], [], 4)
    assert await scene.open_incidents() == {}


async def test_a_machine_that_was_seen_stopped_is_given_time_to_boot_also_when_nobody_tells() -> None:
    scene = Scene(agents=4)
    await scene.sweeps()
    agent = scene.agent_of(1)
    scene.agent_dies(1)
    scene.compute.set_power(POOL, "1", Power.STOPPED)
    await scene.after(minutes=3)
    scene.compute.set_power(POOL, "1", Power.RUNNING)
    await scene.after(minutes=4)
    scene.agent_returns(agent)
    await scene.after(minutes=5)
    assert (scene.destroyed, scene.connected, await scene.open_incidents()) == ([], 4, {})


async def test_a_machine_that_does_not_come_back_from_its_restart_is_replaced_after_the_join_timeout() -> (
    None
):
    scene = Scene(agents=4, more="repair: {join_timeout: 5m}")
    await scene.sweeps()
    await scene.after(seconds=5)
    await restarts(scene, 1, boots_for_s=240)
    scene.agent_dies(1)
    assert scene.destroyed == []
    await scene.after(minutes=10)
    assert (scene.destroyed, scene.connected, await scene.open_incidents()) == (["1"], 4, {})
    assert {one.state for one in await scene.closed_incidents()} == {IncidentState.RESOLVED}


async def test_a_restart_that_is_ordered_of_the_set_is_given_the_same_time() -> None:
    """A portal restarts chosen instances by one call of the set, whose event names none of them."""
    scene = Scene(agents=6)
    await scene.sweeps()
    agent = scene.agent_of(1)
    scene.agent_dies(1)
    await scene.hears(scene.event(None, "Action", "restart/action"))
    await scene.after(minutes=3)
    scene.agent_returns(agent)
    await scene.after(minutes=3)
    assert (scene.destroyed, scene.connected, await scene.open_incidents()) == ([], 6, {})


async def test_a_pool_that_was_halved_is_not_in_a_storm_for_ever() -> None:
    """The event came while Azure was still deleting, so that the machines were seen to go."""
    scene = Scene(agents=20)
    await scene.sweeps()
    await shrinking(scene, by=10)
    await scene.after(seconds=2)
    await scene.hears(scene.event(None, "Write", "write"))
    await scene.after(minutes=25)
    assert (await scene.ledger()).storm_since is None
    await scene.after(minutes=180)
    assert (scene.capacity, scene.connected, scene.ordered) == (10, 10, [])
    assert (scene.wronged, await scene.open_incidents()) == ([], {})


async def test_a_machine_that_somebody_protected_is_not_touched_until_it_is_not_protected_any_more() -> None:
    scene = Scene(agents=6)
    await scene.sweeps()
    await scene.compute.protect(POOL, "1", True)
    scene.agent_dies(1)
    await scene.after(minutes=10)
    assert scene.destroyed == []
    (incident,) = (await scene.open_incidents()).values()
    assert incident.decision is not None
    assert "pause (protected_node)" in incident.decision.because
    await scene.compute.protect(POOL, "1", False)
    await scene.after(minutes=10)
    assert (scene.destroyed, scene.connected) == (["1"], 6)
