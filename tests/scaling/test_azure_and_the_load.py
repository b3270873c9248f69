"""Azure has no room, readings fail, the load jumps and falls: what pools make of that."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from shared.errors import Refused
from shared.model.incidents import IncidentState
from shared.model.mesos import Framework, Generation, workload_key
from shared.model.operations import OperationState
from shared.model.sizes import size_of
from tests.operate.test_azure_has_no_room import NO_ROOM
from tests.scaling.stage import Office

SIZE = size_of("private")


async def test_a_size_that_azure_has_no_room_for_is_asked_again_until_it_has() -> None:
    office = Office()
    office.compute.fail_operation("AllocationFailed", NO_ROOM)
    await office.after(minutes=30)
    assert (office.connected, (await office.ledger()).no_room) == (6, None)


async def test_what_azure_had_no_room_for_is_not_wanted_when_fewer_are_wanted() -> None:
    office = Office(4, "target: 8", "target: 4")
    for _ in range(9):
        office.compute.fail_operation("AllocationFailed", NO_ROOM)
    await office.after(minutes=85)
    assert (await office.ledger()).wanted == 8
    office.all_answer_again()
    await office.after(minutes=65)
    assert ((await office.ledger()).wanted, office.connected, office.capacity) == (4, 4, 4)
    assert office.destroyed == []
    assert await office.running() == []
    await office.after(minutes=180)  # until then Azure may have no room still: nobody has asked
    assert await office.open_incidents() == {}


@pytest.mark.parametrize("silent", ["masters_fall_silent", "azure_falls_silent"])
@pytest.mark.parametrize("begins", [28, 88], ids=["before it grows", "before it shrinks"])
async def test_while_readings_fail_the_size_stays(silent: str, begins: int) -> None:
    office = Office(4 if begins == 28 else 6, "target: 6", "target: 4")
    await office.after(minutes=14 if begins == 28 else 89)
    there = office.connected
    getattr(office, silent)()
    await office.after(minutes=12)
    assert (office.destroyed, office.connected) == ([], there)
    office.all_answer_again()
    await office.after(minutes=20)
    assert office.connected == (6 if begins == 28 else 4)


async def test_a_lost_node_is_replaced_before_any_other_goes() -> None:
    office = Office(6)
    await office.after(minutes=89)
    office.agent_dies(1)
    await office.after(minutes=25)
    assert office.connected == office.capacity == 4
    assert office.running_tasks == 12
    assert (await office.open_incidents(), (await office.ledger()).storm_since) == ({}, None)


async def test_shrinking_is_no_loss_among_others() -> None:
    office = Office(
        8, "target: 8", "target: 4", more="disruption: {at_once: 4, per_hour: 20, per_fault_domain: none}"
    )
    for _ in range(30):
        await office.after(seconds=200)
        book = await office.ledger()
        assert (book.losses, book.storm_since) == ((), None)
    assert (office.connected, office.running_tasks) == (4, 16)


async def test_who_goes_on_purpose_makes_no_storm_of_one_that_fails() -> None:
    office = Office(
        10, "target: 10", "target: 6", more="disruption: {at_once: 4, per_hour: 20, per_fault_domain: none}"
    )
    office.compute.takes = timedelta(seconds=100)
    await office.after(minutes=89)
    while len(set(office.destroyed)) < 4:
        await office.after(seconds=5)
    left = next(id for id in office.listed if id not in office.destroyed)
    office.agent_dies(int(left))
    for _ in range(20):
        await office.after(seconds=15)
        assert (await office.ledger()).storm_since is None
    await office.after(minutes=10)
    assert (office.connected, office.capacity, office.running_tasks) == (6, 6, 20)


async def test_a_growth_while_another_goes_on_raises_what_is_ordered() -> None:
    office = Office(4, "target: 6", "target: 4", boot_s=600)
    await office.after(minutes=17)
    office.policy = office.policy.replace("target: 6", "target: 9")
    await office.after(minutes=20)
    assert (office.connected, sum(office.ordered)) == (9, 5)
    (operation,) = [one for one in await office.closed_operations() if one.subject.node == SIZE]
    assert operation.state is OperationState.DONE


async def test_what_is_wanted_while_azure_works_at_an_order_is_ordered_at_once() -> None:
    office = Office(4, "target: 4", "target: 4")
    office.compute.takes = timedelta(minutes=10)
    await office.after(minutes=2)
    office.policy = office.policy.replace("target: 4", "target: 6")
    await office.after(minutes=2)
    assert office.ordered == [2]
    office.policy = office.policy.replace("target: 6", "target: 9")
    await office.after(minutes=2)
    assert office.ordered == [2, 3]
    await office.after(minutes=20)
    assert (office.ordered, office.capacity, office.connected) == ([2, 3], 9, 9)
    assert (await office.running(), await office.open_incidents()) == ([], {})


async def test_an_order_that_azure_does_not_take_beside_another_is_placed_when_it_does() -> None:
    office = Office(4, "target: 4", "target: 4")
    office.compute.takes = timedelta(minutes=10)
    await office.after(minutes=2)
    office.policy = office.policy.replace("target: 4", "target: 6")
    await office.after(minutes=2)
    busy = Refused("azure", "Conflict", {"status": 409})
    office.compute.faults.next("set_capacity", busy, times=3)
    office.policy = office.policy.replace("target: 6", "target: 9")
    await office.after(minutes=5)
    assert office.ordered == [2, 3]
    await office.after(minutes=20)
    assert (office.capacity, office.connected, await office.running()) == (9, 9, [])


async def test_the_lead_is_what_machines_took_that_joined_of_late() -> None:
    """The first growth comes a join timeout ahead; the next one only as early as the last machines needed."""
    office = Office()
    await office.after(minutes=20)
    assert sum(office.ordered) == 2
    await office.after(minutes=24 * 60 - 10)
    assert sum(office.ordered) == 2
    await office.after(minutes=20)
    assert (sum(office.ordered), office.connected) == (4, 6)


async def test_an_order_that_azure_cannot_carry_out_is_handed_over_and_tried_again_after_an_hour() -> None:
    office = Office(4, "target: 6", "target: 6")
    office.compute.fail_operation("InvalidImage", "The image does not exist.")
    await office.after(minutes=30)
    over = (await office.open_incidents())[SIZE]
    assert (over.state, sum(office.ordered)) == (IncidentState.HANDED_OVER, 0)
    assert (await office.ledger()).wanted == 4
    office.agent_dies(1)  # meanwhile what fails is repaired
    await office.after(minutes=25)
    assert (office.connected, office.capacity) == (4, 4)
    await office.after(minutes=30)
    assert (office.connected, office.capacity) == (6, 6)
    assert await office.open_incidents() == {}


async def test_a_machine_that_cannot_be_emptied_is_given_back_and_left_alone_for_a_day() -> None:
    office = Office(6, generation=Generation.MARK_GONE)
    office.scheduler.frameworks["chronos"] = Framework("chronos", "chronos", ("*",))
    for id in list(office.scheduler.agents):
        office.scheduler.run(id, workload_key("chronos", "job"), 1)
    await office.after(minutes=155)
    over = (await office.open_incidents()).values()
    assert [one.state for one in over] == [IncidentState.HANDED_OVER] * 2
    await office.after(minutes=90)
    assert (office.destroyed, office.connected) == ([], 6)
    tried = Counter(one.subject.node for one in await office.closed_operations())
    assert list(tried.values()) == [1, 1]
    assert all(office.scheduler.takes_tasks(id) for id in office.scheduler.agents)
