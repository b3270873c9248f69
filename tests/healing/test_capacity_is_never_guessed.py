"""Azure's numbers must make sense before one is acted on, and what somebody else wants is not undone."""

from __future__ import annotations

from shared.model.incidents import IncidentState
from tests.scene import Scene


async def refused_for(scene: Scene, number: int) -> set[str]:
    """The codes for which this node is not replaced."""
    decision = (await scene.open_incidents())[scene.name(number)].decision
    assert decision is not None
    return {answer.reason for answer in decision.answers if not answer.allowed}


async def test_zero_capacity_reading_freezes_the_pool() -> None:
    scene = Scene(agents=6)
    await scene.sweeps()
    scene.azure_says_capacity(0)
    scene.agent_dies(1)
    await scene.after(minutes=10)
    assert (scene.destroyed, scene.ordered) == ([], [])
    assert "capacity_zero" in await refused_for(scene, 1)
    assert (await scene.ledger()).wanted == 6
    scene.azure_says_capacity(6)
    await scene.after(minutes=6)
    assert (scene.destroyed, scene.ordered, scene.connected) == (["1"], [1], 6)


async def test_a_pool_that_was_first_seen_at_zero_has_no_wanted_size() -> None:
    scene = Scene(agents=6)
    scene.azure_says_capacity(0)
    await scene.after(minutes=5)
    assert (await scene.ledger()).wanted is None
    assert (scene.ordered, scene.destroyed) == ([], [])


async def test_a_capacity_that_disagrees_with_the_list_freezes_the_pool() -> None:
    scene = Scene(agents=6)
    await scene.sweeps()
    scene.azure_says_capacity(3)
    scene.agent_dies(1)
    await scene.after(minutes=10)
    assert (scene.destroyed, scene.ordered) == ([], [])
    assert "capacity_disagrees" in await refused_for(scene, 1)


async def test_somebody_shrinks_the_pool_and_it_stays_shrunk() -> None:
    scene = Scene(agents=12)
    await scene.sweeps()
    event = scene.pool_is_resized(10)
    await scene.hears(event)
    await scene.after(minutes=10)
    assert (scene.capacity, scene.connected, scene.ordered) == (10, 10, [])
    assert (await scene.ledger()).wanted == 10
    assert await scene.open_incidents() == {}
    assert scene.scheduler.gone == set()


async def test_the_event_of_the_shrinking_may_come_after_the_sweep_that_noticed() -> None:
    scene = Scene(agents=12)
    await scene.sweeps()
    event = scene.pool_is_resized(10)
    await scene.sweeps()
    assert len(await scene.open_incidents()) == 2
    await scene.after(seconds=30)
    await scene.hears(event)
    await scene.after(minutes=10)
    assert (scene.capacity, scene.ordered) == (10, [])
    assert await scene.open_incidents() == {}
    assert {one.outcome for one in await scene.closed_incidents()} == {"the node is not missed any more"}


async def test_nobody_shrinks_a_pool_below_its_minimum_for_good() -> None:
    scene = Scene(agents=12)
    scene.policy = scene.policy.replace("min: 1", "min: 11")
    await scene.sweeps()
    await scene.hears(scene.pool_is_resized(10))
    await scene.after(minutes=10)
    assert (await scene.ledger()).wanted == 11


async def test_somebody_grows_the_pool_and_the_new_size_is_kept() -> None:
    scene = Scene(agents=4)
    await scene.sweeps()
    await scene.hears(scene.pool_is_resized(6))
    await scene.after(minutes=5)
    assert (await scene.ledger()).wanted == 6
    assert (scene.connected, scene.ordered) == (6, [])
    await scene.hears(scene.machine_is_deleted(5))
    await scene.after(minutes=5)
    assert (scene.capacity, scene.connected, scene.ordered) == (6, 6, [1])


async def test_somebody_who_shrinks_the_pool_during_a_replacement_is_asked() -> None:
    """They took the replacement away before it had joined. Nobody can tell whether they meant the pool or the repair,
    so nothing is grown against them and a person decides."""
    scene = Scene(agents=12, boot_s=300)
    await scene.sweeps()
    await scene.hears(scene.machine_is_deleted(0))
    await scene.after(minutes=1)
    assert scene.capacity == 12
    await scene.hears(scene.pool_is_resized(11))
    await scene.after(minutes=30)
    assert (scene.capacity, scene.connected, scene.ordered) == (11, 11, [1])
    incident = (await scene.open_incidents())[scene.name(0)]
    assert incident.state is IncidentState.HANDED_OVER
    assert incident.outcome.startswith("await_join took longer than 900 s")


async def test_the_policy_s_maximum_ends_every_growth() -> None:
    scene = Scene(agents=6)
    await scene.sweeps()
    scene.policy = scene.policy.replace("max: 40", "max: 5")
    await scene.hears(scene.machine_is_deleted(1))
    await scene.after(minutes=10)
    assert (scene.capacity, scene.ordered) == (5, [])


async def test_machines_that_were_told_deleted_stay_missed_when_the_set_is_written_while_a_storm_holds() -> (
    None
):
    """Tags, images and extensions are writes of the set too: they do not mean that the lost ones were given up."""
    scene = Scene(agents=10)
    await scene.sweeps()
    for event in [scene.machine_is_deleted(number) for number in range(1, 5)]:
        await scene.hears(event)
    await scene.after(minutes=2)
    assert scene.ordered == []
    await scene.hears(scene.event(None, "Write", "write"))
    assert (await scene.ledger()).wanted == 10
    assert len(await scene.open_incidents()) == 4
