"""Machines on which nothing runs go as quickly as so many may go at the same time; those with tasks count in the limits
of an hour and a day, which are for disrupted work."""

from __future__ import annotations

import pytest

from tests.scaling.stage import Office
from tests.scene import WEB

MORE = "disruption: {at_once: 3, per_hour: 2, per_fault_domain: none}"


async def with_empty_ones(empty: int) -> Office:
    office = Office(10, "target: 10", "target: 4", more=MORE, boot_s=8)
    for agent in list(office.scheduler.agents)[:empty]:
        office.scheduler.run(agent, WEB, 0)
    office.tasks = office.running_tasks
    return office


@pytest.mark.parametrize(("empty", "gone"), [(6, 6), (2, 4), (0, 2)])
async def test_only_work_that_is_disrupted_counts_in_the_limit_of_an_hour(empty: int, gone: int) -> None:
    office = await with_empty_ones(empty)
    await office.after(minutes=89)
    for _ in range(100):
        await office.after(seconds=30)
        assert len((await office.ledger()).active) <= 3
    assert len(set(office.destroyed)) == gone
    assert office.running_tasks == office.tasks
    assert len((await office.ledger()).started) == gone - empty


async def test_what_runs_on_it_by_the_time_it_is_to_go_is_moved_as_from_others() -> None:
    office = await with_empty_ones(6)
    await office.after(minutes=89)
    while not await office.running():
        await office.after(seconds=1)
    (first, *_) = await office.running()
    office.scheduler.run(office.agent_of(int(first.subject.instance_id)), WEB, 1)
    office.tasks = office.running_tasks
    await office.after(minutes=50)
    assert (office.running_tasks, office.connected) == (office.tasks, 4)
