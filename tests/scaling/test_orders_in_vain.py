"""Orders that Azure does not carry out: what they leave in the ledger, beside other operations of the pool."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from shared.model.azure import Power, Provisioning
from shared.model.operations import OperationState
from tests.healing.test_announced_ends import scheduled
from tests.operate.test_azure_has_no_room import NO_ROOM
from tests.scaling.stage import Office
from tests.scene import POOL, SET


async def test_that_fewer_are_wanted_is_no_sign_of_room() -> None:
    office = Office(4, "target: 8", "target: 4")
    for _ in range(9):
        office.compute.fail_operation("AllocationFailed", NO_ROOM)
    await office.after(minutes=85)
    assert (await office.ledger()).no_room is not None
    for _ in range(90):
        await office.after(seconds=20)
        if (await office.ledger()).wanted == 4 and not await office.running():
            break
    book = await office.ledger()
    assert (book.wanted, office.capacity, book.no_room is None) == (4, 4, False)


async def test_a_successor_is_none_of_those_that_stay_wanted_when_an_order_is_given_up() -> None:
    """Two are to come for a larger size, and that cannot be ordered; a successor has been ordered before."""
    office = Office(4, "target: 4", "target: 4", boot_s=1500)
    await office.after(minutes=1)
    await office.hears(scheduled(office, "Redeploy", hours=8))
    await office.after(minutes=4)
    assert (office.capacity, (await office.ledger()).ahead) == (5, 1)
    office.compute.fail_operation("InvalidImage", "The image does not exist.")
    office.policy = office.policy.replace("target: 4", "target: 6")
    await office.after(minutes=4)
    assert [one.state for one in await office.closed_operations()] == [OperationState.HANDED_OVER]
    assert ((await office.ledger()).wanted, office.capacity) == (4, 5)


async def test_more_is_not_wanted_for_an_operation_that_gives_its_order_up() -> None:
    office = Office(4, "target: 4", "target: 4")
    await office.after(minutes=5)
    office.compute.fail_operation("InvalidImage", "The image does not exist.")
    office.compute.takes = timedelta(seconds=200)
    office.policy = office.policy.replace("target: 4", "target: 6")
    for _ in range(200):
        await office.after(seconds=5)
        if [one.step for one in await office.running()] == ["give_up"]:
            break
    assert [one.step for one in await office.running()] == ["give_up"]
    office.compute._pools[POOL].capacity = 4  # the order is taken back, and Azure has not said so yet
    office.policy = office.policy.replace("target: 6", "target: 9")
    for _ in range(30):
        await office.after(seconds=5)
        assert (await office.ledger()).wanted == 4


async def test_an_order_does_not_stand_because_a_machine_is_being_deleted_meanwhile() -> None:
    office = Office(4, "target: 4", "target: 4")
    await office.after(minutes=5)
    pool = office.compute._pools[POOL]
    going = replace(pool.instances["1"], name=f"{SET}_99", instance_id="99", vm_id="vm-99")
    pool.instances["99"] = replace(going, provisioning=Provisioning.DELETING, power=Power.STOPPING)
    pool.addresses["99"] = "10.32.9.9"
    office.compute.fail_operation("InvalidImage", "The image does not exist.")
    office.policy = office.policy.replace("target: 4", "target: 6")
    await office.after(minutes=3)
    assert (office.capacity, [one.step for one in await office.running()]) == (6, ["give_up"])
    del pool.instances["99"], pool.addresses["99"]
    await office.after(minutes=2)
    assert (office.capacity, office.connected, await office.running()) == (4, 4, [])
