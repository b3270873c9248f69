"""A step that waits for too long is handed to a person, with what it waited for; its place stays taken."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from shared.model.incidents import IncidentState
from shared.model.operations import OperationState
from tests.scene import POOL, Scene

LATE = "repair: {join_timeout: 20m, verify_timeout: 5m}"


async def test_a_machine_that_never_joins_is_handed_over_after_the_join_timeout() -> None:
    scene = Scene(agents=6, more=LATE)
    await scene.sweeps()
    scene.booting = False
    await scene.hears(scene.machine_is_deleted(2))
    await scene.after(minutes=19)
    assert [one.step for one in await scene.running()] == ["await_join"]
    await scene.after(minutes=3)
    (operation,) = await scene.closed_operations()
    assert operation.state is OperationState.HANDED_OVER
    assert operation.outcome == "await_join took longer than 1200 s: no new agent has joined yet"
    incident = (await scene.open_incidents())[scene.name(2)]
    assert (incident.state, incident.outcome) == (IncidentState.HANDED_OVER, operation.outcome)
    assert [entry.node for entry in (await scene.ledger()).active] == [scene.name(2)]


async def test_replacements_that_fail_are_not_tried_elsewhere() -> None:
    scene = Scene(agents=10, more=LATE)
    await scene.sweeps()
    scene.booting = False
    await scene.hears(scene.machine_is_deleted(2))
    await scene.after(minutes=25)
    await scene.hears(scene.machine_is_deleted(3))
    await scene.after(minutes=25)
    assert sum(scene.ordered) == 1, "the place of the first is still taken"
    assert len(await scene.closed_operations()) == 1


async def test_what_a_person_mended_is_forgotten_and_its_place_is_free() -> None:
    scene = Scene(agents=6, more=LATE)
    await scene.sweeps()
    scene.booting = False
    await scene.hears(scene.machine_is_deleted(2))
    await scene.after(minutes=25)
    scene.booting = True
    await scene.after(minutes=10)
    assert scene.connected == 6
    assert await scene.open_incidents() == {}
    assert (await scene.ledger()).active == ()
    await scene.hears(scene.machine_is_deleted(3))
    await scene.after(minutes=6)
    assert (scene.connected, await scene.open_incidents()) == (6, {})


async def test_tasks_that_do_not_come_back_are_handed_over_after_the_verify_timeout() -> None:
    scene = Scene(agents=6, more=LATE)
    await scene.sweeps()
    scene.tasks -= 2  # nobody starts the tasks of the lost node again
    await scene.hears(scene.machine_is_deleted(2))
    await scene.after(minutes=10)
    (operation,) = await scene.closed_operations()
    assert operation.state is OperationState.HANDED_OVER
    assert operation.outcome.startswith("verify took longer than 300 s: not running again: 2 of web")
    assert (scene.connected, sum(scene.ordered)) == (6, 1)
    assert (await scene.ledger()).active == (), "a machine has joined, others may be repaired"


async def test_an_operation_that_waits_for_long_looks_again_every_ten_seconds_at_most() -> None:
    scene = Scene(agents=6, more="repair: {join_timeout: 3h}")
    await scene.sweeps()
    scene.booting = False
    await scene.hears(scene.machine_is_deleted(2))
    await scene.after(minutes=150)
    (operation,) = await scene.running()
    assert operation.attempt > 200
    assert (operation.wake_at - scene.clock.now()).total_seconds() <= 10


@pytest.mark.parametrize("silence", [Scene.masters_fall_silent, Scene.azure_falls_silent])
async def test_nobody_loses_patience_with_what_could_not_be_read(silence: Callable[[Scene], None]) -> None:
    scene = Scene(agents=6)
    await scene.sweeps()
    await scene.hears(scene.machine_is_deleted(2))
    await scene.after(seconds=60)
    assert [one.step for one in await scene.running()] == ["await_join"]
    silence(scene)
    await scene.after(minutes=20)
    assert [one.step for one in await scene.running()] == ["await_join"]
    scene.all_answer_again()
    await scene.after(minutes=6)
    assert (scene.connected, await scene.open_incidents()) == (6, {})
    assert {one.state for one in await scene.closed_operations()} == {OperationState.DONE}


async def test_what_can_not_be_read_for_more_than_an_hour_is_handed_over_all_the_same() -> None:
    scene = Scene(agents=6)
    await scene.sweeps()
    await scene.hears(scene.machine_is_deleted(2))
    await scene.after(seconds=60)
    scene.azure_falls_silent()
    await scene.after(minutes=80)
    (operation,) = await scene.closed_operations()
    assert operation.state is OperationState.HANDED_OVER
    assert operation.outcome.startswith("await_join took longer than 4500 s: the pool cannot be read: ")


async def test_a_deletion_of_somebody_that_never_ends_calls_a_person() -> None:
    scene = Scene(agents=6)
    await scene.sweeps()
    scene.compute.hang_operation()
    await scene.compute.destroy(POOL, ["1"])
    scene.scheduler.lose(scene.agent_of(1))
    await scene.after(minutes=90)
    (incident,) = (await scene.open_incidents()).values()
    assert (incident.state, scene.destroyed) == (IncidentState.HANDED_OVER, ["1"]), "it is not ordered again"
    assert "Azure is deleting it already" in incident.outcome
