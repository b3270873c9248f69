"""A master whose machine is off: started when nobody is known to have meant it, and left to boot in peace."""

from __future__ import annotations

import pytest

from shared.model.azure import Power
from shared.model.incidents import IncidentState
from shared.model.operations import OperationState
from tests.masters.hall import VMS, Hall, machine


@pytest.mark.parametrize("power", [Power.STOPPED, Power.DEALLOCATED])
async def test_one_that_is_off_and_nobody_stopped_is_started_and_verified(power: Power) -> None:
    hall = Hall()
    await hall.sweeps()
    hall.is_stopped(1, power)
    await hall.after(minutes=9)
    assert hall.done == []
    await hall.after(minutes=5)
    assert hall.done == [("start", machine(1))]
    assert await hall.open_incidents() == {}
    (operation,) = await hall.closed_operations()
    assert operation.state is OperationState.DONE
    assert [one.step for one in operation.steps][2:] == ["start", "await_master", "verify_quorum"]


async def test_of_five_two_that_are_off_are_started_one_after_the_other() -> None:
    hall = Hall(masters=5)
    await hall.sweeps()
    hall.is_stopped(1)
    hall.is_stopped(3, Power.DEALLOCATED)
    await hall.after(minutes=25)
    assert sorted(hall.done) == [("start", machine(1)), ("start", machine(3))]
    first, second = sorted(await hall.closed_operations(), key=lambda one: one.created_at)
    assert first.closed_at is not None
    assert second.created_at > first.closed_at
    assert await hall.open_incidents() == {}


async def test_without_a_quorum_none_is_started_and_a_person_is_called() -> None:
    hall = Hall()
    await hall.sweeps()
    hall.is_stopped(1)
    hall.is_stopped(2)
    await hall.after(minutes=20)
    assert hall.done == []
    assert (await hall.open_incidents())["(masters quorum)"].state is IncidentState.HANDED_OVER


async def test_a_restart_that_a_person_must_approve_stands_for_the_start_too() -> None:
    hall = Hall(policy=f"{{vms: {VMS}, repair: {{ladder: [restart], approve: [restart]}}}}")
    await hall.sweeps()
    hall.is_stopped(1)
    await hall.after(minutes=15)
    assert hall.done == []
    assert "approval_awaited" in await hall.held_because(1)
    await hall.approves("restart")
    await hall.after(minutes=3)
    assert hall.done == [("start", machine(1))]


async def test_one_that_azure_has_no_room_for_is_left_to_a_person() -> None:
    hall = Hall()
    await hall.sweeps()
    hall.is_stopped(1, Power.DEALLOCATED)
    hall.machines.fail_operation("AllocationFailed", "There is no room.")
    await hall.after(minutes=20)
    assert hall.done == [("start", machine(1))]
    incident = await hall.incident(1)
    assert incident is not None
    assert incident.state is IncidentState.HANDED_OVER


async def test_one_that_somebody_starts_meanwhile_is_left_to_boot() -> None:
    hall = Hall()
    await hall.sweeps()
    hall.is_stopped(1)
    await hall.after(minutes=5)
    hall.machines.set_power(machine(1), Power.RUNNING)
    await hall.after(minutes=9)
    assert hall.done == []
    hall.recovers(1)
    await hall.after(minutes=2)
    assert (hall.done, await hall.open_incidents()) == ([], {})


async def test_one_that_somebody_boots_anew_is_left_to_boot_as_well() -> None:
    hall = Hall()
    await hall.sweeps()
    hall.hangs(1)
    await hall.hears_of(1, "restart")
    await hall.after(minutes=9)
    assert hall.done == []
    await hall.after(minutes=4)
    assert hall.done == [("restart", machine(1))]
