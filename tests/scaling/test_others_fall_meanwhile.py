"""A machine was emptied and counted out, because its pool is to have fewer, and its deletion could not be ordered yet:
when others fall ill meanwhile, it stays."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.errors import Retry
from tests.scaling.stage import Office

ONE = "disruption: {at_once: 1, per_hour: 20}"
BUSY = Retry("Azure is busy", timedelta(seconds=10))


async def counted_out() -> Office:
    office = Office(5, "target: 5", "target: 4", more=ONE)
    await office.after(minutes=80)
    office.compute.faults.always("destroy", BUSY)
    for _ in range(90):
        await office.after(seconds=20)
        if any(entry.leaving for entry in (await office.ledger()).active):
            return office
    raise AssertionError("nobody was counted out")


async def test_it_has_tasks_again_and_covers_for_who_fell_ill() -> None:
    office = await counted_out()
    (going,) = [one for one in await office.running() if one.step == "dismiss"]
    ill = next(number for number in range(5) if office.name(number) != going.subject.node)
    office.agent_dies(ill)
    await office.after(minutes=2)
    office.compute.faults.clear()
    await office.after(minutes=1)
    assert int(going.subject.instance_id) in {int(one) for one in office.listed}
    agent = office.agent_at(going.subject.node)
    assert agent is not None
    assert not agent.deactivated


@pytest.mark.parametrize("minutes", [0, 3])
async def test_it_goes_when_all_others_are_well(minutes: int) -> None:
    office = await counted_out()
    await office.after(minutes=minutes)
    office.compute.faults.clear()
    await office.after(minutes=40)
    assert (office.connected, office.capacity, (await office.ledger()).wanted) == (4, 4, 4)


async def test_in_the_end_the_pool_has_its_size() -> None:
    office = await counted_out()
    office.agent_dies(0)
    await office.after(minutes=2)
    office.compute.faults.clear()
    await office.after(minutes=120)
    assert (office.connected, office.capacity, (await office.ledger()).wanted) == (4, 4, 4)
    assert (await office.open_incidents(), await office.running()) == ({}, [])
