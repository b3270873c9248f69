"""When much fails at once nothing is touched, and for a while after; what the policy allows at once is done."""

from __future__ import annotations

from shared.model.incidents import IncidentState
from shared.model.operations import OperationState
from tests.scene import Scene

TROUBLE = "(private storm)"
ROOMY = "disruption: {at_once: 4, per_fault_domain: none, per_hour: 10}"


async def reasons(scene: Scene) -> set[str]:
    """The codes for which open incidents are held."""
    decisions = [incident.decision for incident in (await scene.open_incidents()).values()]
    return {answer.reason for one in decisions if one for answer in one.answers if not answer.allowed}


async def test_six_of_twelve_at_once_are_a_storm_and_nothing_is_destroyed() -> None:
    scene = Scene(agents=12, more=ROOMY)
    await scene.sweeps()
    for number in range(6):
        scene.agent_dies(number)
    await scene.after(minutes=10)
    assert (scene.destroyed, scene.ordered, scene.scheduler.gone) == ([], [], set())
    assert len(await scene.open_incidents()) == 6
    assert await reasons(scene) == {"storm_now"}
    assert await scene.running() == []


async def test_half_of_the_machines_deleted_at_once_are_a_storm_too() -> None:
    scene = Scene(agents=6, more=ROOMY)
    await scene.sweeps()
    for event in [scene.machine_is_deleted(number) for number in range(3)]:
        await scene.hears(event)
    await scene.after(minutes=10)
    assert (scene.ordered, scene.scheduler.gone) == ([], set())
    assert await reasons(scene) == {"storm_now"}


async def test_a_long_storm_is_told_once_and_not_with_every_sweep() -> None:
    scene = Scene(agents=12)
    await scene.sweeps()
    for number in range(6):
        scene.agent_dies(number)
    await scene.after(minutes=5)
    told = len(await scene.audit())
    await scene.after(minutes=20)
    new = [entry.record.subject for entry in (await scene.audit())[told:]]
    assert new == [TROUBLE, TROUBLE], "that it lasts: opened, and handed over"


async def test_a_storm_that_lasts_calls_a_person_once_and_is_resolved_when_it_is_over() -> None:
    scene = Scene(agents=12)
    await scene.sweeps()
    for number in range(6):
        scene.agent_dies(number)
    await scene.after(minutes=14)
    assert TROUBLE not in await scene.open_incidents()
    await scene.after(minutes=10)
    incident = (await scene.open_incidents())[TROUBLE]
    assert incident.state is IncidentState.HANDED_OVER
    assert "6 of 12 nodes are unwell now: nothing is replaced before it is over" in incident.outcome
    for number in range(6):
        scene.agent_comes_back(number)
    await scene.after(minutes=20)
    assert await scene.open_incidents() == {}
    (ended,) = [one for one in await scene.closed_incidents() if one.node == TROUBLE]
    assert (ended.state, ended.outcome) == (IncidentState.RESOLVED, "the storm is over")


async def test_the_hold_outlasts_the_storm_and_a_restart() -> None:
    scene = Scene(agents=12)
    await scene.sweeps()
    for number in range(6):
        scene.agent_dies(number)
    await scene.after(minutes=5)
    for number in range(1, 6):
        scene.agent_comes_back(number)
    await scene.after(minutes=1)
    scene.restarts()
    await scene.after(minutes=8)
    assert scene.destroyed == []
    assert await reasons(scene) == {"storm_cooling"}
    scene.restarts()
    await scene.after(minutes=12)
    assert (scene.destroyed, scene.connected) == (["0"], 12)
    assert any("the storm in pool private is over" in line for line in await scene.said())


async def test_by_default_two_dead_of_three_are_left_alone() -> None:
    scene = Scene(agents=3)
    await scene.sweeps()
    scene.agent_dies(0)
    scene.agent_dies(2)
    await scene.after(minutes=30)
    assert (scene.destroyed, scene.ordered, scene.scheduler.gone) == ([], [], set())
    assert set(await scene.open_incidents()) == {scene.name(0), scene.name(2), TROUBLE}


async def test_four_of_twelve_at_once_are_all_replaced_each_by_a_machine_of_its_own() -> None:
    scene = Scene(agents=12, more=ROOMY)
    await scene.sweeps()
    for number in range(4):
        scene.agent_dies(number)
    await scene.after(minutes=10)
    assert sorted(scene.destroyed) == ["0", "1", "2", "3"]
    assert (scene.capacity, scene.connected, scene.running_tasks) == (12, 12, 24)
    operations = await scene.closed_operations()
    assert {one.state for one in operations} == {OperationState.DONE}
    assert len({one.notes["replacement"] for one in operations}) == 4
    assert await scene.open_incidents() == {}


async def test_four_machines_deleted_at_once_are_all_ordered_at_once() -> None:
    scene = Scene(agents=12, more=ROOMY)
    await scene.sweeps()
    events = [scene.machine_is_deleted(number) for number in range(4)]
    for event in events:
        await scene.hears(event)
    assert scene.capacity == 12
    await scene.after(minutes=5)
    assert (scene.connected, scene.destroyed) == (12, [])
    assert len({one.notes["replacement"] for one in await scene.closed_operations()}) == 4


async def test_one_at_a_time_is_one_at_a_time_until_all_are_well() -> None:
    scene = Scene(agents=12, more="disruption: {at_once: 1}", boot_s=30)
    await scene.sweeps()
    for number in range(3):
        scene.agent_dies(number)
    for _ in range(12):
        await scene.after(minutes=1)
        assert len(await scene.running()) <= 1
    assert sorted(scene.destroyed) == ["0", "1", "2"]
    assert scene.connected == 12
