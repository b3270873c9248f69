"""Most disasters begin with a wrong number or an empty set, and not with a wrong rule.

Each of these autoscalers and repairers did what it was made for, with a number that was no number.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from shared.errors import Retry
from tests.incidents.stage import Stage
from tests.scene import POOL

THROTTLED = Retry("Azure answers 429", timedelta(seconds=30))
SIZING = ("scale_set", "instances")


async def test_a_throttled_size_is_no_size_and_nothing_is_computed_from_it() -> None:
    """A scale set of 200 was read as -1 while Azure throttled. Four machines were needed, -1 + 4 is 3, and writes were
    not throttled: 197 machines were deleted (kubernetes/autoscaler#3240)."""
    stage = Stage(agents=40)
    await stage.sweeps()
    for call in SIZING:
        stage.compute.faults.always(call, THROTTLED)
    events = [stage.machine_is_deleted(number) for number in (1, 12, 23, 34)]
    stage.restarts()
    for event in events:
        await stage.hears(event)
    await stage.after(minutes=15)
    assert (stage.capacity, stage.ordered, stage.orders) == (36, [], [])
    assert "(cluster)" in await stage.open_incidents(), "somebody is told that nothing can be seen"
    stage.all_answer_again()
    await stage.after(minutes=15)
    assert (stage.capacity, stage.connected) == (40, 40)
    assert min(stage.ordered) > 0


@pytest.mark.parametrize("capacity", [-1, 0, 3])
async def test_a_size_that_the_list_contradicts_changes_nothing(capacity: int) -> None:
    """The same number, this time as an answer with status 200."""
    stage = Stage(agents=40)
    await stage.sweeps()
    stage.answers("compute.scale_set", lambda said: replace(said, capacity=capacity))
    stage.agents_die(1, 12, 23, 34)
    await stage.after(minutes=15)
    assert stage.orders == []
    assert await stage.refusals_of(1) & {"capacity_zero", "capacity_disagrees", "capacity_fell"}
    assert (await stage.ledger()).wanted == 40


async def test_a_size_that_was_read_too_high_once_is_not_wanted_for_ever() -> None:
    """The same, upwards: one answer says ten times as many machines as are listed, and the next ones are right."""
    stage = Stage(agents=6)
    await stage.sweeps()
    stage.answers("compute.scale_set", lambda said: replace(said, capacity=60))
    await stage.sweeps()
    stage.answers_truly()
    stage.agent_dies(1)
    await stage.after(minutes=15)
    assert ((await stage.ledger()).wanted, stage.ordered, stage.connected) == (6, [1], 6)


async def test_deletions_that_fail_half_way_do_not_move_the_wanted_size() -> None:
    """Failed deletions were counted as done in a cache, until 86 machines were taken for 48 and a growth shrank the
    set to 53 (kubernetes/autoscaler#7432)."""
    stage = Stage(agents=12)
    await stage.sweeps()
    for round in range(3):
        stage.compute.fail_operation("InternalExecutionError", "An internal execution error occurred.")
        stage.agent_dies(round)
        await stage.after(minutes=30)
    assert (await stage.ledger()).wanted == 12
    assert set(stage.destroyed) <= {"0", "1", "2"}
    assert all(by >= 0 for by in stage.ordered), "nothing is ever written that makes the set smaller"
    assert all(int(what) <= 12 for what in stage.ordered_to("set_capacity"))
    assert {str(number) for number in range(3, 12)} <= set(stage.listed)


async def test_a_wanted_size_that_was_forgotten_is_not_the_smallest_one() -> None:
    """With its cache empty, an autoscaler grew from the set's minimum instead of from what was there, and most of the
    pool was gone for half an hour (kubernetes/autoscaler#4462)."""
    stage = Stage(agents=12)
    await stage.sweeps()
    stage.forgets()
    await stage.after(minutes=5)
    assert (await stage.ledger()).wanted == 12
    await stage.hears(stage.machine_is_deleted(5))
    await stage.after(minutes=10)
    assert (stage.capacity, stage.connected, stage.ordered) == (12, 12, [1])


async def test_machines_that_vanish_unheard_are_counted_by_what_is_there() -> None:
    """Spot machines were taken away and the size in memory stayed at 9 while 7 were there
    (kubernetes/autoscaler#7373)."""
    stage = Stage(agents=9, more="disruption: {at_once: 2, per_fault_domain: none}")
    await stage.sweeps()
    stage.machine_is_deleted(3)
    stage.machine_is_deleted(6)
    await stage.after(minutes=30)
    assert (stage.capacity, stage.connected) == (9, 9)


async def test_an_empty_list_with_status_200_empties_nothing() -> None:
    """Controllers remove the nodes whose machine the cloud does not list (kubernetes/kubernetes#71562); a list that is
    empty because of a fault is then an order to remove all."""
    stage = Stage(agents=12)
    await stage.sweeps()
    stage.answers("compute.instances", lambda said: ())
    stage.agents_die(1, 2)
    await stage.after(minutes=30)
    assert (stage.orders, stage.scheduler.gone) == ([], set())
    stage.answers_truly()
    stage.agent_comes_back(1)
    stage.agent_comes_back(2)
    await stage.after(minutes=20)
    assert (stage.orders, await stage.open_incidents()) == ([], {})


async def test_half_a_page_of_machines_is_not_taken_for_all_of_them() -> None:
    """A page of the list is lost, and the agents on the machines of it go on to report."""
    stage = Stage(agents=12)
    await stage.sweeps()
    stage.answers("compute.instances", lambda said: said[:7])
    await stage.hears(stage.event(9, "Delete", "delete"))
    await stage.after(minutes=30)
    assert (stage.orders, stage.scheduler.gone) == ([], set())


async def test_a_list_that_is_older_than_the_machine_does_not_make_it_an_orphan() -> None:
    """Machines were compared with a list of instances that was read before they existed
    (aws/karpenter-provider-aws#3943). Here the list and the size are both of ten minutes ago."""
    stage = Stage(agents=6)
    await stage.sweeps()
    old = await stage.compute.instances(POOL)
    was = await stage.compute.scale_set(POOL)
    await stage.hears(stage.pool_is_resized(9))
    await stage.after(minutes=5)
    stage.answers("compute.instances", lambda said: old)
    stage.answers("compute.scale_set", lambda said: was)
    await stage.after(minutes=30)
    assert (stage.orders, stage.scheduler.gone) == ([], set())
    assert stage.connected == 9


async def test_masters_that_list_no_agent_have_not_lost_them_all() -> None:
    """An empty list of agents with status 200, as from a master that is no leader yet."""
    stage = Stage(agents=12)
    await stage.sweeps()
    stage.answers("scheduler.state", lambda said: replace(said, agents=()))
    await stage.after(minutes=30)
    assert (stage.orders, stage.scheduler.gone) == ([], set())


async def test_an_agent_that_one_reading_leaves_out_is_not_lost() -> None:
    """One answer of many is incomplete; the next one is not."""
    stage = Stage(agents=12)
    await stage.sweeps()
    stage.answers("scheduler.state", lambda said: replace(said, agents=said.agents[1:]))
    await stage.sweeps()
    stage.answers_truly()
    await stage.after(minutes=10)
    assert (stage.orders, await stage.open_incidents()) == ([], {})
