"""One master at a time over the whole cluster, also between workers, and across crashes at any moment."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from msgspec.structs import replace

from shared.errors import Refused
from shared.model.masters import MASTERS
from shared.model.one_master import OneMaster
from shared.model.operations import Operation, OperationState, Plan, Subject
from shared.model.remedies import Remedy
from shared.operate.one_master import begin_on_master
from shared.ports.queues import Queue
from shared.ports.store import Table
from tests.masters.hall import Hall, address, machine
from tests.watched import Crash, Interleaved, Tripwire


def operation(hall: Hall, number: int) -> Operation:
    now = hall.clock.now()
    subject = Subject(
        address(number), machine(number), f"vm-{machine(number)}", address(number), None, None, None
    )
    return Operation(
        f"o-{number}",
        "prod",
        MASTERS,
        f"i-{number}",
        Remedy.RESTART,
        subject,
        "prove_ill",
        now,
        now,
        now,
        plan=Plan.MASTER_RESTART,
    )


async def test_of_two_that_begin_at_once_one_is_refused() -> None:
    hall = Hall(masters=5)
    for seed in range(10):
        hall.new_app(Interleaved(seed))
        found = await asyncio.gather(
            *(begin_on_master(hall.outside, operation(hall, number)) for number in (1, 2)),
            return_exceptions=True,
        )
        assert [type(one) for one in found if one is not None] == [Refused]
        (running,) = (await hall.reader.running_operations("prod")).values()
        await hall.reader.close_operation(running.value, running.etag)


async def test_to_begin_the_same_once_more_changes_nothing() -> None:
    hall = Hall()
    await begin_on_master(hall.outside, operation(hall, 1))
    await begin_on_master(hall.outside, operation(hall, 1))
    assert len(await hall.running()) == 1


async def test_who_was_refused_is_refused_as_long_as_the_other_runs_and_is_told_which_that_is() -> None:
    hall = Hall()
    await begin_on_master(hall.outside, operation(hall, 1))
    for _ in range(3):
        with pytest.raises(Refused) as refused:
            await begin_on_master(hall.outside, operation(hall, 2))
        assert refused.value.numbers == {"operation": "o-1"}
    assert [one.id for one in await hall.running()] == ["o-1"]


async def spoil(hall: Hall) -> None:
    """The row about masters is what this version cannot read."""
    partition = hall.store._partitions[Table.OPERATIONS, "prod"]
    partition["master"] = replace(partition["master"], body=b"{")


async def test_a_row_that_cannot_be_read_refuses_all_and_says_so() -> None:
    hall = Hall()
    await begin_on_master(hall.outside, operation(hall, 1))
    await spoil(hall)
    with pytest.raises(Refused) as refused:
        await begin_on_master(hall.outside, operation(hall, 2))
    assert refused.value.reason == "quorum_row_unread"
    assert "row master" in str(refused.value.numbers["row"])


async def test_an_operation_whose_row_about_masters_cannot_be_read_ends_all_the_same() -> None:
    hall = Hall()
    await begin_on_master(hall.outside, operation(hall, 1))
    await spoil(hall)
    (kept,) = (await hall.reader.running_operations("prod")).values()
    await hall.reader.close_operation(replace(kept.value, state=OperationState.DONE), kept.etag)
    assert await hall.running() == []


async def test_with_its_end_the_next_may_begin() -> None:
    hall = Hall()
    await begin_on_master(hall.outside, operation(hall, 1))
    (kept,) = (await hall.reader.running_operations("prod")).values()
    await hall.reader.close_operation(replace(kept.value, state=OperationState.DONE), kept.etag)
    await begin_on_master(hall.outside, operation(hall, 2))
    assert [one.id for one in await hall.running()] == ["o-2"]


async def test_a_row_that_no_operation_owns_is_given_up_and_told() -> None:
    hall = Hall()
    left = OneMaster("o-9", address(2), hall.clock.now() - timedelta(days=1))
    await hall.reader._one_master.put("prod", "master", left, None)
    with pytest.raises(Refused):
        await begin_on_master(hall.outside, operation(hall, 1))
    await begin_on_master(hall.outside, operation(hall, 1))
    assert any("o-9 does not run" in line for line in await hall.said())


async def test_two_workers_side_by_side_never_take_two() -> None:
    hall = Hall(masters=5)
    await hall.sweeps()
    hall.hangs(1)
    hall.hangs(3)
    await hall.after(seconds=61)
    hall.clock.advance(timedelta(seconds=60))
    for seed in range(8):
        apps = [hall.new_app(Interleaved(seed)), hall.new_app(Interleaved(seed + 100))]
        await asyncio.gather(*(app.sweep() for app in apps))
        while messages := hall.queues.receive(Queue.SIGNALS):
            await asyncio.gather(
                *(apps[n % 2].work_signal(one.body.decode()) for n, one in enumerate(messages)),
                return_exceptions=True,
            )
            for one in messages:
                hall.queues.delete(one.id)
        assert len({one.subject.node for one in await hall.running()}) == 1
    assert len(set(hall.done)) == 1


async def test_whatever_call_was_the_last_another_process_goes_on() -> None:
    """kubernetes-sigs/cluster-api#4365: after a crash in between, the wrong member was removed."""
    at, reached, wrong = 1, True, list[str]()
    while reached:
        wire = Tripwire(at)
        found = await _story(wire)
        if found:
            wrong.append(f"crash after call {at} ({wire.calls[-1]}): {found}")
        at, reached = at + 1, wire.reached
    assert wrong == []
    assert at > 40, "a story has many calls"


async def _story(wire: Tripwire) -> str:
    """A crash between the decision and the end of the operation."""
    hall = Hall(takes_s=5)
    await hall.sweeps()
    hall.hangs(1)
    await hall.after(seconds=119)
    hall.app, hall.forgives = hall.new_app(wire), (Crash,)
    await hall.after(seconds=20)
    hall.restarts()
    await hall.after(minutes=6)
    left = await hall.open_incidents()
    # A crash between an order and its token orders it once more.
    if left or hall.lost or not 1 <= len(hall.done) <= 2 or {name for _, name in hall.done} != {machine(1)}:
        return f"{hall.done}, open {sorted(left)}, lost {hall.lost}"
    return ""
