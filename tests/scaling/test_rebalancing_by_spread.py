"""A lopsided pool is evened out: one machine comes, and when it has joined, one goes from where most are."""

from __future__ import annotations

from tests.scaling.zones import Zones


async def test_one_step_after_the_other_until_it_is_even() -> None:
    zones = Zones("1111123")
    await zones.after(minutes=60)
    assert zones.counts == {"1": 3, "2": 2, "3": 2}
    assert (zones.ordered, len(zones.destroyed)) == ([1, 1], 2)
    assert (zones.connected, zones.capacity, zones.running_tasks) == (7, 7, 14)
    assert zones.worst == 4
    assert (await zones.open_incidents(), await zones.running()) == ({}, [])
