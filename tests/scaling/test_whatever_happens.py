"""The process ends at any call of a port while a pool grows and shrinks; another one goes on from storage. And two
processes work on it side by side."""

from __future__ import annotations

from typing import Any

import pytest

from shared.audit import verify
from shared.model.mesos import Generation
from shared.model.operations import OperationState
from tests.scaling.stage import Office
from tests.watched import Call, Crash, Tripwire

FIRST, EACH = 5, 41  # a part of the calls; every one of them takes minutes


async def what_is_wrong(office: Office, size: int) -> list[str]:
    """Empty when the pool has its size, nothing was destroyed that was needed, and nothing is left open or reserved."""
    book = await office.ledger()
    checks = {
        "the size": ((office.capacity, office.connected, len(office.listed), book.wanted), (size,) * 4),
        "every task runs": (office.running_tasks, office.tasks),
        "no size was lowered": ([one for one in office.ordered if one < 0], []),
        "no incident is open": (list(await office.open_incidents()), []),
        "no operation runs": ([one.id for one in await office.running()], []),
        "the ledger is empty": (book.active, ()),
        "every agent gets tasks": (
            [id for id in office.scheduler.agents if not office.scheduler.takes_tasks(id)],
            [],
        ),
        "nothing is in the quarantine": (office.poisoned, []),
        "the audit's chain holds": (verify(await office.audit(), ""), ()),
    }
    return [f"{what}: {found}" for what, (found, expected) in checks.items() if found != expected]


async def told(growing: bool, generation: Generation, wire: Tripwire) -> list[str]:
    """From 3 to 5 or from 5 to 3, with a crash where the wire says, and what is wrong at its end."""
    night, day = (3, 5) if growing else (5, 3)
    office = Office(night, f"target: {day}", f"target: {night}", generation=generation, boot_s=8)
    await office.after(minutes=14 if growing else 29, seconds=50)
    office.app, office.forgives = office.new_app(wire), (Crash,)
    for _ in range(40):
        await office.after(seconds=20)
        if wire.reached or (office.connected == day and not await office.running()):
            break
    office.restarts()
    await office.after(minutes=14)
    return await what_is_wrong(office, day)


@pytest.mark.parametrize("generation", [Generation.DRAIN, Generation.MAINTENANCE])
@pytest.mark.parametrize("growing", [True, False], ids=["growing", "shrinking"])
async def test_whatever_call_was_the_last_another_process_goes_on(
    growing: bool, generation: Generation
) -> None:
    at, reached, wrong = FIRST, True, list[str]()
    while reached:
        wire = Tripwire(at)
        found = await told(growing, generation, wire)
        if found:
            wrong.append(f"crash after call {at} ({wire.calls[-1]}): {'; '.join(found)}")
        at, reached = at + EACH, wire.reached
    assert wrong == []
    assert at > 80, "a story has many calls"


async def test_who_was_counted_out_before_the_crash_is_not_counted_out_again() -> None:
    """The process ends after the change of the ledger and before the order to Azure."""

    async def dies(call: Call) -> Any:
        if call.name == "compute.destroy":
            raise Crash("before the order")
        return await call.go()

    office = Office(6, "target: 6", "target: 3", more="disruption: {at_once: 1, per_hour: 20}")
    await office.after(minutes=89)
    office.app, office.forgives = office.new_app(dies), (Crash,)
    await office.after(minutes=1, seconds=20)
    assert office.failed != []
    office.restarts()
    for _ in range(60):
        await office.after(seconds=10)
        book, done = await office.ledger(), await office.closed_operations()
        assert book.wanted == 6 - sum(entry.leaving for entry in book.active) - len(done)
    assert await what_is_wrong(office, 3) == []
    assert [one.state for one in await office.closed_operations()] == [OperationState.DONE] * 3
