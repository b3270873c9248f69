"""Azure refuses to delete a machine that was emptied and counted out because its pool is to have fewer: it is still
there, it is a person's, and it goes when what stood in the way is gone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from shared.errors import Refused
from shared.model.azure import Progress, ProgressState
from shared.model.incidents import Incident, IncidentState
from shared.model.nodes import Condition
from shared.model.operations import OperationState
from tests.scaling.stage import Office
from tests.scene import SET
from tests.watched import Call

ONE = "disruption: {at_once: 1, per_hour: 20}"
LOCKED = Refused("azure", "locked", {"code": "ScopeLocked"})


async def refused_at_once() -> Office:
    office = Office(4, "target: 4", "target: 3", more=ONE)
    await office.after(minutes=80)
    office.compute.faults.always("destroy", LOCKED)
    await office.after(minutes=45)
    return office


async def refused_at_the_end(code: str = "ScopeLocked") -> Office:
    """The order is taken, and fails."""
    failed = Progress(ProgressState.FAILED, code, "The scope cannot perform delete.")

    async def around(call: Call) -> Any:
        if call.name == "compute.destroy":
            return "a token"
        return failed if call.name == "compute.look" else await call.go()

    office = Office(4, "target: 4", "target: 3", more=ONE)
    await office.after(minutes=80)
    office.app = office.new_app(around)
    await office.after(minutes=45)
    office.restarts()
    return office


REFUSED = pytest.mark.parametrize("refused", [refused_at_once, refused_at_the_end])


async def of_machines(office: Office) -> list[Incident]:
    opened = (await office.open_incidents()).values()
    closed = await office.closed_incidents()
    return [one for one in (*opened, *closed) if one.node.startswith(SET)]


@REFUSED
async def test_a_machine_that_azure_does_not_delete_is_handed_over_once(
    refused: Callable[[], Awaitable[Office]],
) -> None:
    office = await refused()
    told = await of_machines(office)
    assert [(one.state, one.condition) for one in told] == [(IncidentState.HANDED_OVER, Condition.SURPLUS)]
    assert office.connected == 4
    begun = {one.subject.node for one in (*await office.closed_operations(), *await office.running())}
    assert len([node for node in begun if node.startswith(SET)]) == 1, "no other one is emptied in vain"


@REFUSED
async def test_it_goes_when_the_lock_is_gone(refused: Callable[[], Awaitable[Office]]) -> None:
    office = await refused()
    office.all_answer_again()
    await office.after(minutes=60)
    assert (office.connected, office.capacity, (await office.ledger()).wanted) == (3, 3, 3)
    assert (await office.open_incidents(), await office.running(), office.running_tasks) == ({}, [], 8)


def idle(office: Office) -> list[str]:
    """Agents that work and get no tasks."""
    return [id for id in office.scheduler.agents if not office.scheduler.takes_tasks(id)]


@REFUSED
async def test_until_then_it_works_and_gets_tasks(refused: Callable[[], Awaitable[Office]]) -> None:
    office = await refused()
    assert (idle(office), office.running_tasks, office.connected) == ([], 8, 4)


@REFUSED
async def test_when_it_is_wanted_again_it_works_as_before(refused: Callable[[], Awaitable[Office]]) -> None:
    office = await refused()
    office.policy = office.policy.replace("target: 3", "target: 4")
    await office.after(minutes=120)
    assert (idle(office), office.connected, office.capacity) == ([], 4, 4)
    assert (await office.open_incidents(), await office.running()) == ({}, [])


async def test_what_azure_can_not_delete_for_reasons_of_its_own_is_tried_again_later_each_time() -> None:
    office = await refused_at_the_end("InternalExecutionError")
    assert (idle(office), office.connected, len(await office.closed_operations())) == ([], 4, 2)
    await office.after(minutes=60)
    assert (idle(office), office.connected, office.capacity) == ([], 3, 3)
    assert len(await office.closed_operations()) == 3
    assert office.running_tasks == 8


async def test_a_machine_that_azure_goes_on_deleting_gets_no_tasks_again() -> None:
    office = Office(4, "target: 4", "target: 3", more=ONE)
    office.compute.takes = timedelta(minutes=50)
    await office.after(minutes=125)
    (operation,) = await office.closed_operations()
    assert operation.state is OperationState.HANDED_OVER
    assert operation.subject.agent_id not in [
        id for id in office.scheduler.agents if office.scheduler.takes_tasks(id)
    ]
