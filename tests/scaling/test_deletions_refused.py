"""Azure refuses to delete a machine that was emptied and counted out because its pool is to have fewer: it is still
there, it is a person's, and it goes when what stood in the way is gone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from shared.errors import Refused
from shared.model.azure import Progress, ProgressState
from shared.model.incidents import Incident, IncidentState
from shared.model.nodes import Condition
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


async def refused_at_the_end() -> Office:
    """The order is taken, and fails."""
    failed = Progress(ProgressState.FAILED, "ScopeLocked", "The scope cannot perform delete.")

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
