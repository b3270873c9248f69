"""A pool that follows the clock: it has grown when its time comes, and shrinks after it, with no task lost."""

from __future__ import annotations

from tests.scaling.stage import Office


async def test_it_has_grown_when_the_hour_comes() -> None:
    office = Office()
    await office.after(minutes=30)
    assert (office.connected, office.capacity) == (6, 6)
    assert office.destroyed == []


async def test_it_shrinks_after_the_span_with_no_task_lost() -> None:
    office = Office()
    await office.after(minutes=89)
    assert office.capacity == 6
    await office.after(minutes=11)
    assert (office.capacity, office.connected, office.running_tasks) == (4, 4, 8)
    assert sorted(office.destroyed) == ["4", "5"]
    assert (await office.open_incidents(), await office.running()) == ({}, [])
    assert ((await office.ledger()).wanted, (await office.ledger()).active) == (4, ())
