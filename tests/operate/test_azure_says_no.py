"""Throttling is waited out without sleeping, refusals are handed over with Azure's words, and failures stay few."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.errors import Retry
from tests.scene import Scene


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
