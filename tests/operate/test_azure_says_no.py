"""Throttling is waited out without sleeping, refusals are handed over with Azure's words, and failures stay few."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.errors import Refused, Retry
from shared.model.incidents import IncidentState
from shared.model.operations import OperationState
from tests.scene import Scene

NO_ROOM = "Allocation failed. We do not have sufficient capacity for the requested VM size in this region."
QUOTA = Refused("azure", "QuotaExceeded", {"limit": 20, "needed": 21})


@pytest.mark.parametrize("minutes", [2, 15])
async def test_a_long_retry_after_is_waited_for_by_the_clock_and_not_in_the_invocation(minutes: int) -> None:
    scene = Scene(agents=6)
    await scene.sweeps()
    scene.machine_is_deallocated(1)
    scene.compute.faults.next("destroy", Retry("Azure is throttling", timedelta(minutes=minutes)))
    before = scene.clock.now()
    await scene.sweeps()
    assert scene.clock.now() - before < timedelta(seconds=1)
    (operation,) = await scene.running()
    assert (operation.step, operation.lease, scene.destroyed) == ("destroy", None, [])
    assert abs(operation.wake_at - before - timedelta(minutes=minutes)) < timedelta(seconds=1)
    await scene.after(minutes=minutes - 1)
    assert scene.destroyed == []
    await scene.after(minutes=7)
    assert (scene.destroyed, scene.connected) == (["1"], 6)


@pytest.mark.parametrize("call", ["destroy", "set_capacity", "look", "instance"])
async def test_a_storm_of_throttling_ends_and_the_work_goes_on(call: str) -> None:
    scene = Scene(agents=6)
    await scene.sweeps()
    scene.compute.faults.always(call, Retry("429 Too Many Requests", timedelta(seconds=30)))
    scene.machine_is_deallocated(1)
    await scene.after(minutes=8)
    assert len(await scene.running()) == 1
    scene.compute.faults.clear()
    await scene.after(minutes=8)
    assert (scene.destroyed, scene.ordered, scene.connected) == (["1"], [1], 6)
    assert await scene.open_incidents() == {}


async def no_room() -> Scene:
    """A machine was deleted, and Azure has no room for another one."""
    scene = Scene(agents=10)
    await scene.sweeps()
    scene.compute.fail_operation("AllocationFailed", NO_ROOM)
    await scene.hears(scene.machine_is_deleted(1))
    await scene.after(minutes=3)
    return scene


async def test_a_failed_allocation_is_handed_over_with_azure_s_words() -> None:
    scene = await no_room()
    (operation,) = await scene.closed_operations()
    assert operation.state is OperationState.HANDED_OVER
    incident = (await scene.open_incidents())[scene.name(1)]
    assert incident.state is IncidentState.HANDED_OVER
    assert incident.outcome == f"Azure could not grow the pool: AllocationFailed: {NO_ROOM}"


async def test_what_was_handed_over_stays_so_although_its_machine_was_destroyed_meanwhile() -> None:
    scene = Scene(agents=10)
    await scene.sweeps()
    scene.compute.fail_operation("AllocationFailed", NO_ROOM)
    scene.agent_dies(1)
    await scene.after(minutes=20)
    assert scene.destroyed == ["1"]
    (incident,) = (await scene.open_incidents()).values()
    assert incident.state is IncidentState.HANDED_OVER
    assert incident.outcome == f"Azure could not grow the pool: AllocationFailed: {NO_ROOM}"
    assert await scene.closed_incidents() == []


async def test_after_a_failed_allocation_no_other_replacement_begins_beyond_the_limit() -> None:
    scene = await no_room()
    assert [entry.node for entry in (await scene.ledger()).active] == [scene.name(1)]
    scene.agent_dies(5)
    await scene.after(minutes=30)
    assert scene.destroyed == []
    decision = (await scene.open_incidents())[scene.name(5)].decision
    assert decision is not None
    assert "ledger_at_once" in {answer.reason for answer in decision.answers if not answer.allowed}


async def test_when_a_person_finds_room_it_is_forgotten_and_the_next_one_is_replaced() -> None:
    scene = await no_room()
    scene.agent_dies(5)
    await scene.after(minutes=5)
    await scene.hears(scene.pool_is_resized(10))
    await scene.after(minutes=12)
    assert scene.destroyed == ["5"]
    assert scene.connected == 10
    assert await scene.open_incidents() == {}
    assert (await scene.ledger()).active == ()


async def test_a_refused_quota_is_tried_again_until_patience_ends_and_then_handed_over() -> None:
    scene = Scene(agents=10)
    await scene.sweeps()
    scene.compute.faults.always("set_capacity", QUOTA)
    await scene.hears(scene.machine_is_deleted(1))
    await scene.after(minutes=30)
    assert [one.step for one in await scene.running()] == ["grow"]
    await scene.after(minutes=31)
    (operation,) = await scene.closed_operations()
    assert operation.state is OperationState.HANDED_OVER
    assert "azure refuses (QuotaExceeded: limit=20, needed=21)" in operation.outcome
    assert [entry.node for entry in (await scene.ledger()).active] == [scene.name(1)]


async def test_a_quota_that_is_raised_in_time_needs_no_person() -> None:
    scene = Scene(agents=10)
    await scene.sweeps()
    scene.compute.faults.always("set_capacity", QUOTA)
    await scene.hears(scene.machine_is_deleted(1))
    await scene.after(minutes=30)
    scene.compute.faults.clear()
    await scene.after(minutes=5)
    assert (scene.ordered, scene.connected, await scene.open_incidents()) == ([1], 10, {})


async def test_a_deletion_that_azure_fails_is_handed_over_and_nothing_is_grown() -> None:
    scene = Scene(agents=6)
    await scene.sweeps()
    scene.compute.fail_operation("OperationNotAllowed", "The instance is protected from deletion.")
    scene.machine_is_deallocated(1)
    await scene.after(minutes=5)
    incident = (await scene.open_incidents())[scene.name(1)]
    assert incident.outcome == (
        "Azure could not delete it: OperationNotAllowed: The instance is protected from deletion."
    )
    assert (scene.ordered, scene.scheduler.gone) == ([], set())
