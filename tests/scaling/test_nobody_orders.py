"""A size that is wanted and that nobody orders any more: it is not wanted any more, or decided anew. What fails in the
pool meanwhile is repaired."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from shared.errors import Retry
from shared.model.operations import OperationState
from shared.model.sizes import size_of
from tests.prod import POOL
from tests.scaling.stage import Office
from tests.scene import SET
from tests.watched import Call, Crash

SIZE = size_of("private")


async def wants(office: Office, size: int) -> None:
    book = await office.ledger()
    await office.reader.ledgers.put("prod", "private", replace(book, wanted=size), "*")


async def test_what_is_wanted_and_not_ordered_is_decided_anew() -> None:
    office = Office(4, "target: 4", "target: 4")
    await office.after(minutes=20)
    await wants(office, 6)
    office.policy = office.policy.replace("target: 4", "target: 6")
    office.agent_dies(int(office.listed[0]))
    await office.after(minutes=60)
    assert (office.connected, office.capacity, (await office.ledger()).wanted) == (6, 6, 6)
    assert (await office.open_incidents(), await office.running()) == ({}, [])
    said = "6 nodes are wanted, and nobody has ordered all of them"
    assert any(said in line for line in await office.said())


async def left_the_policy(minutes: int) -> Office:
    """While it grew, and Azure did not take the order; it is back after so many minutes."""
    office = Office(4, "target: 6", "target: 6")
    office.compute.faults.always("set_capacity", Retry("Azure is throttling", timedelta(seconds=20)))
    await office.after(minutes=20)
    assert ((await office.ledger()).wanted, office.capacity) == (6, 4)
    office.policy = office.policy.replace(SET, f"{SET}-other")
    await office.after(minutes=minutes)
    office.policy = office.policy.replace(f"{SET}-other", SET)
    return office


async def test_a_growth_goes_on_when_its_pool_is_back_within_a_day() -> None:
    office = await left_the_policy(100)
    assert [one.subject.node for one in await office.running()] == [SIZE]
    office.all_answer_again()
    await office.after(minutes=20)
    assert (office.connected, office.capacity, (await office.ledger()).wanted) == (6, 6, 6)
    assert (await office.open_incidents(), await office.running()) == ({}, [])


async def test_a_size_that_was_handed_over_for_that_keeps_nobody_from_repair() -> None:
    office = await left_the_policy(25 * 60)
    assert [one.state for one in await office.closed_operations()] == [OperationState.HANDED_OVER]
    await office.after(minutes=5)
    office.agent_dies(int(office.listed[0]))
    office.all_answer_again()
    await office.after(minutes=25)
    assert (len(office.destroyed), await office.running()) == (1, [])
    await office.after(minutes=60)
    assert (office.connected, office.capacity, (await office.ledger()).wanted) == (6, 6, 6)


async def test_who_may_not_act_any_more_after_a_crash_leaves_no_larger_size() -> None:
    """The process ends after the larger size was written, and then the pool is only observed."""

    async def dies(call: Call) -> Any:
        book = await office.ledger()
        if book.wanted == 6:
            raise Crash("before anything else")
        return await call.go()

    office = Office(4, "target: 6", "target: 6")
    office.app, office.forgives = office.new_app(dies), (Crash,)
    await office.after(minutes=16)
    assert (office.failed != [], (await office.ledger()).wanted) == (True, 6)
    office.policy = office.policy.replace("enforce", "observe")
    office.restarts()
    await office.after(minutes=30)
    assert ((await office.ledger()).wanted, office.capacity, await office.running()) == (4, 4, [])


async def test_what_azure_is_deleting_is_wanted_until_somebody_tells_why() -> None:
    """Azure's size and its list have agreed on one fewer from the first second of a deletion on. Nothing but that
    would let the pool order the machine anew as growth, and ask for it where people want to be asked."""
    office = Office(4, "min: 2, max: 8", "min: 2, max: 8")
    await office.after(minutes=20)
    office.compute.hang_operation()
    await office.compute.destroy(POOL, [office.listed[0]])
    await office.after(minutes=2)
    assert ((await office.ledger()).wanted, office.capacity) == (4, 3)
