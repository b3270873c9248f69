"""A machine that is being emptied, and is needed again before it went: it is given back, whatever else holds."""

from __future__ import annotations

from shared.errors import Refused
from shared.model.operations import OperationState
from shared.model.overrides import OverrideKind
from tests.scaling.stage import Office
from tests.scaling.test_people_and_sizes import said, taken_back

ONE = "disruption: {at_once: 1, per_hour: 20}"


async def test_who_is_needed_again_while_a_person_says_stop_gets_tasks_again() -> None:
    office = Office(5, "target: 5", "target: 4", more=ONE)
    await office.after(minutes=89)
    for _ in range(600):
        await office.after(seconds=1)
        if [one.step for one in await office.running()] == ["move_tasks"]:
            break
    await said(office, OverrideKind.PAUSE, "private")
    await office.after(minutes=2)
    barred = [id for id in office.scheduler.agents if not office.scheduler.takes_tasks(id)]
    assert (len(barred), office.destroyed) == (1, [])
    office.policy = office.policy.replace("target: 4", "target: 5")
    await office.after(minutes=4)
    assert [id for id in office.scheduler.agents if not office.scheduler.takes_tasks(id)] == []
    assert (await office.running(), office.connected, office.destroyed) == ([], 5, [])
    await taken_back(office, OverrideKind.PAUSE, "private")
    await office.after(minutes=10)
    assert (office.connected, office.running_tasks, await office.open_incidents()) == (5, office.tasks, {})


async def test_who_does_not_go_and_was_not_counted_out_is_given_back_and_left_alone() -> None:
    office = Office(5, "target: 5", "target: 4", more=ONE)
    await office.after(minutes=89)
    office.compute.faults.always("instance", Refused("azure", "request_rejected", {}))
    await office.after(minutes=30)
    assert [one.state for one in await office.closed_operations()] == [OperationState.FAILED]
    first = (await office.closed_operations())[0].subject.agent_id
    assert first is not None
    assert office.scheduler.takes_tasks(first)
    assert ((await office.ledger()).wanted, office.destroyed) == (5, [])
