"""Azure's size of a pool and its list do not agree, and nothing ends that: a person is called, told what to type."""

from __future__ import annotations

from shared.errors import Refused
from shared.model.incidents import IncidentState
from tests.operate.test_azure_has_no_room import NO_ROOM
from tests.scaling.stage import Office

NUMBERS = "(private numbers)"
LOCKED = Refused("azure", "locked", {"code": "ScopeLocked"})


async def order_that_stays() -> Office:
    """Six are in the set's size and four are there, because the order could be placed and can't be taken back."""
    office = Office(4, "target: 4", "target: 4")
    await office.after(minutes=5)
    for _ in range(50):
        office.compute.fail_operation("AllocationFailed", NO_ROOM)
    office.policy = office.policy.replace("target: 4", "target: 6")
    await office.after(minutes=3)
    office.compute.faults.always("set_capacity", LOCKED)
    office.policy = office.policy.replace("target: 6", "target: 4")
    await office.after(minutes=180)
    assert (office.capacity, len(office.listed), (await office.ledger()).wanted) == (6, 4, 4)
    assert await office.open_incidents() == {}, "nothing waits for it"
    return office


async def test_what_waits_for_it_for_an_hour_calls_a_person_who_is_told_what_to_type() -> None:
    office = await order_that_stays()
    office.agent_dies(1)
    await office.after(minutes=55)
    assert NUMBERS not in await office.open_incidents()
    await office.after(minutes=10)
    told = (await office.open_incidents())[NUMBERS]
    assert told.state is IncidentState.HANDED_OVER
    assert "is to have 6 machines, lists 4, and 4 are wanted in pool private" in told.outcome
    assert told.outcome.endswith(f"--name {office.name(1)[:-2]} --new-capacity 4")
    assert "az vmss scale --subscription 00000000-0000-0000-0000-000000000000" in told.outcome
    await office.after(minutes=120)
    assert sum(NUMBERS in line and "hand_over" in line for line in await office.said()) == 1


async def test_when_it_was_typed_what_waited_is_done_and_the_call_is_over() -> None:
    office = await order_that_stays()
    office.agent_dies(1)
    await office.after(minutes=65)
    office.all_answer_again()
    office.compute._failures.clear()
    await office.hears(office.pool_is_resized(4))
    await office.after(minutes=30)
    assert (office.capacity, office.connected, office.running_tasks) == (4, 4, 8)
    assert await office.open_incidents() == {}
    assert f"{NUMBERS}: nothing waits there any more for Azure's numbers to agree" in await office.said()


async def test_a_pool_that_is_to_grow_and_may_not_calls_as_well() -> None:
    office = await order_that_stays()
    office.policy = office.policy.replace("target: 4", "target: 5")
    await office.after(minutes=70)
    assert "5 are wanted" not in (told := (await office.open_incidents())[NUMBERS].outcome)
    assert "1 wait ((size of private))" in told
