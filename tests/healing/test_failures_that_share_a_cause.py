"""When the failed nodes share what explains their failure better than chance, their machines are not the cause."""

from __future__ import annotations

from datetime import timedelta

from shared.model.incidents import IncidentState
from tests.scene import Scene

RACK = [2, 7, 12, 17]  # of twenty nodes in five fault domains
ROOMY = "disruption: {at_once: 10, per_fault_domain: none, per_hour: 20}"
SUSPECT = "(private by fault_domain)"


async def test_a_rack_that_dies_at_once_is_left_to_a_person_while_repair_goes_on_elsewhere() -> None:
    scene = Scene(agents=20, more=ROOMY)
    await scene.sweeps()
    for number in RACK:
        scene.agent_dies(number)
    await scene.after(minutes=10)
    assert (scene.destroyed, scene.ordered) == ([], [])
    incident = (await scene.open_incidents())[SUSPECT]
    assert incident.state is IncidentState.HANDED_OVER
    assert "4 of the 4 nodes with fault_domain 2 have failed, and 0 of the other 16" in incident.outcome
    scene.agent_dies(5)
    await scene.after(minutes=10)
    assert (scene.destroyed, scene.wronged) == (["5"], [])
    told = [line for line in await scene.said() if line.startswith(SUSPECT)]
    assert len(told) == 2, "that it was opened, and that it was handed over"


async def test_it_is_over_when_the_rack_is_back_and_an_hour_has_passed() -> None:
    scene = Scene(agents=20, more=ROOMY)
    await scene.sweeps()
    for number in RACK:
        scene.agent_dies(number)
    await scene.after(minutes=10)
    for number in RACK:
        scene.agent_comes_back(number)
    await scene.after(minutes=40)
    assert list(await scene.open_incidents()) == [SUSPECT]
    await scene.after(minutes=20)
    assert await scene.open_incidents() == {}
    scene.agent_dies(2)
    await scene.after(minutes=10)
    assert (scene.destroyed, scene.wronged) == (["2"], [])


async def test_the_slow_death_of_a_rack_is_seen_although_each_machine_was_replaced() -> None:
    scene = Scene(agents=20, more=ROOMY)
    await scene.sweeps()
    for number in RACK:
        scene.agent_dies(number)
        await scene.after(minutes=14)
    assert scene.destroyed == ["2", "7", "12"]
    assert SUSPECT in await scene.open_incidents()


async def test_failures_all_over_the_pool_are_repaired() -> None:
    scene = Scene(agents=20, more=ROOMY)
    await scene.sweeps()
    for number in (1, 2, 3, 4):
        scene.agent_dies(number)
    await scene.after(minutes=15)
    assert (sorted(scene.destroyed), scene.wronged, scene.connected) == (["1", "2", "3", "4"], [], 20)
    assert await scene.open_incidents() == {}


async def test_a_clock_that_runs_minutes_ahead_stops_repair_until_it_is_right() -> None:
    scene = Scene(agents=6)
    await scene.sweeps()
    scene.scheduler.clock_differs_by = -timedelta(minutes=3)
    scene.agent_dies(1)
    await scene.after(minutes=10)
    assert scene.destroyed == []
    assert any("self_doubt (clock_differs)" in line for line in await scene.said())
    scene.scheduler.clock_differs_by = timedelta(0)
    await scene.after(minutes=10)
    assert (scene.destroyed, scene.connected) == (["1"], 6)
