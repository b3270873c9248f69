"""The process ends at any call of a port while a task moves, Marathon answers badly, two processes work side by side:
no second task is ended, and nothing is left behind."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from shared.audit import verify
from shared.errors import Retry, Unknown
from shared.model.mesos import Generation
from shared.model.operations import OperationState
from shared.ports.store import Table, Write
from tests.operate.test_workers_side_by_side import side_by_side
from tests.scaling.crowded import LOAD, Crowded
from tests.watched import Call, Crash, Interleaved, Tripwire

FIRST, EACH = 3, 3


def shop(generation: Generation = Generation.DRAIN) -> Crowded:
    crowded = Crowded(generation=generation)
    crowded.runs("/shop", 1.2, 4, 4, 4, 2)
    return crowded


async def what_is_wrong(crowded: Crowded) -> list[str]:
    """Empty when one task has moved, all run, and nothing is left open or reserved."""
    checks = {
        "one task was ended": (crowded.ended, ["shop.old-0"]),
        "the application is whole": (len(crowded.works.apps["/shop"].tasks), 4),
        "no incident is open": (list(await crowded.open_incidents()), []),
        "no operation runs": ([one.id for one in await crowded.running()], []),
        "the ledger is empty": ((await crowded.ledger()).active, ()),
        "no machine was touched": ((crowded.destroyed, crowded.ordered), ([], [])),
        "nothing is in the quarantine": (crowded.poisoned, []),
        "the audit's chain holds": (verify(await crowded.audit(), ""), ()),
    }
    return [f"{what}: {found}" for what, (found, expected) in checks.items() if found != expected]


async def told(wire: Tripwire, generation: Generation) -> list[str]:
    crowded = shop(generation)
    crowded.app, crowded.forgives = crowded.new_app(wire), (Crash,)
    for _ in range(9):
        await crowded.after(seconds=20)
        if wire.reached:
            break
    crowded.restarts()
    await crowded.after(minutes=6)
    return await what_is_wrong(crowded)


@pytest.mark.parametrize("generation", [Generation.DRAIN, Generation.MAINTENANCE])
async def test_whatever_call_was_the_last_one_task_moves(generation: Generation) -> None:
    at, reached, wrong = FIRST, True, list[str]()
    while reached:
        wire = Tripwire(at)
        found = await told(wire, generation)
        if found:
            wrong.append(f"crash after call {at} ({wire.calls[-1]}): {'; '.join(found)}")
        at, reached = at + EACH, wire.reached
    assert wrong == []
    assert at > 60, "the story has many calls"


@pytest.mark.parametrize("seed", range(4))
async def test_two_workers_end_one_task(seed: int) -> None:
    crowded = shop()
    go = Interleaved(seed)
    side_by_side(crowded, go)
    await crowded.after(minutes=8)
    assert await what_is_wrong(crowded) == []


@pytest.mark.parametrize("seed", range(4))
async def test_two_workers_that_see_two_hot_agents_end_one_task(seed: int) -> None:
    """Each of the two looks at another moment, at which another agent is the fullest."""
    crowded = Crowded(f"{LOAD}\n        disruption: {{at_once: 2, per_fault_domain: none}}")
    crowded.runs("/shop", 1.2, 4, 4, 4, 2)
    crowded.runs("/mill", 1.2, 3, 3, 3, 1)
    go, most, looks = Interleaved(seed), 0, 0

    async def around(call: Call) -> Any:
        nonlocal most, looks
        if call.name == "scheduler.state":
            looks += 1
            crowded.runs(f"/some-{looks}", 0.01 * (looks % 3), 3 + (looks + seed) % 2)
        most = max(most, len((await crowded.ledger()).active))
        return await go(call)

    side_by_side(crowded, around)
    await crowded.after(minutes=5)
    assert (most, len(crowded.ended)) == (1, 1)


@pytest.mark.parametrize(
    ("error", "done"),
    [
        (Retry("an application of these tasks is locked by a deployment", timedelta(seconds=5)), False),
        (Unknown("no answer from Marathon"), False),
        (Unknown("no answer from Marathon"), True),
    ],
    ids=["locked", "it was not done", "it was done"],
)
async def test_what_marathon_did_is_looked_at_and_not_guessed(error: Exception, done: bool) -> None:
    crowded = shop()
    crowded.works.faults.next("kill", error, done=done)
    await crowded.after(minutes=5)
    assert await what_is_wrong(crowded) == []
    assert [one.state for one in await crowded.closed_operations()] == [OperationState.DONE]


async def test_what_marathon_never_does_is_given_up_and_the_pool_rests() -> None:
    crowded = shop()
    crowded.works.faults.always("kill", Unknown("no answer from Marathon"))
    await crowded.after(minutes=40)
    assert [one.state for one in await crowded.closed_operations()] == [OperationState.FAILED]
    assert (crowded.ended, (await crowded.ledger()).active) == ([], ())
    last = await crowded.last_move()
    assert last is not None
    assert last.rests_until is not None


async def test_a_row_that_can_t_be_read_moves_nothing() -> None:
    crowded = shop()
    await crowded.store.write(Table.LEDGER, "prod|moves", Write("private", b'{"of": 2027}', None))
    await crowded.after(minutes=5)
    assert (crowded.ended, await crowded.open_incidents()) == ([], {})
