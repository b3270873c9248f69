"""A pool grows to what waits or to what a number asks for, and stays as it is where nobody knows."""

from __future__ import annotations

import msgspec
import pytest

from shared.model.load import Queued
from shared.model.workloads import Needs
from shared.ports.store import Table, Write
from shared.records.followed import Followed, Told
from tests.builders import name
from tests.scaling.waits import AGENT, Waits

CALM = "window: 20m, shrink_pause: 5m, protect_new: 10m"
WAITING = f"signals: [{{of: waiting}}], {CALM}"
DEPTH = Followed("prod", "private", "queue.depth")


async def tells(waits: Waits, depth: float) -> None:
    """A worker's row, as the firehose writes it each minute."""
    told = Told("queue.depth", "worker", "", {name(0): {"": (depth, waits.clock.now().timestamp())}})
    body = msgspec.json.encode(told)
    await waits.store.write(Table.ALERT_STATES, DEPTH.partition, Write(DEPTH.row("worker"), body, "*"))


async def test_a_pool_grows_to_what_waits() -> None:
    waits = Waits(WAITING)
    await waits.after(minutes=3)
    waits.burst = 5
    await waits.after(minutes=6)
    assert (waits.waiting, waits.capacity, waits.connected) == (0, 5, 5)
    assert waits.destroyed == []


async def test_it_orders_once_for_what_waits_while_machines_boot() -> None:
    waits = Waits(WAITING)
    await waits.after(minutes=3)
    waits.burst = 5
    await waits.after(minutes=15)
    assert (waits.capacity, sum(waits.ordered)) == (5, 2)


async def test_work_that_fits_no_agent_orders_nothing() -> None:
    waits = Waits(WAITING)
    await waits.after(minutes=3)
    waits.huge = 4
    await waits.after(minutes=10)
    assert (waits.capacity, waits.ordered) == (3, [])


async def test_a_queue_that_can_t_be_read_changes_nothing() -> None:
    waits = Waits(WAITING)
    await waits.after(minutes=3)
    waits.works.blind.add("queue")
    waits.burst = 5
    await waits.after(minutes=20)
    assert (waits.waiting, waits.capacity, waits.ordered, waits.destroyed) == (2, 3, [], [])
    waits.works.blind.clear()
    await waits.after(minutes=6)
    assert (waits.waiting, waits.capacity) == (0, 5)


async def test_a_pool_follows_a_number_of_the_firehose_while_it_is_told() -> None:
    waits = Waits(f"signals: [{{metric: queue.depth, per_node: 100}}], {CALM}")
    for _ in range(8):
        await tells(waits, 480)
        await waits.after(minutes=1)
    assert waits.capacity == 5
    await waits.after(minutes=40)
    assert (waits.capacity, waits.destroyed) == (5, [])  # silence is no number
    for _ in range(40):
        await tells(waits, 280)
        await waits.after(minutes=1)
    assert (waits.capacity, len(waits.destroyed), waits.running_tasks) == (3, 2, 6)


async def test_a_pool_grows_for_pods_that_a_service_has_no_place_for() -> None:
    waits = Waits(WAITING)
    await waits.after(minutes=3)
    waits.pods = 2
    await waits.after(minutes=6)
    assert (waits.capacity, waits.connected) == (5, 5)


async def test_a_service_that_says_nothing_of_its_pods_only_keeps_the_pool_from_shrinking() -> None:
    waits = Waits(WAITING, agents=4)
    waits.burst = 4
    await waits.after(minutes=3)
    waits.works.install("kafka", [])
    waits.works.blind.add("kafka")
    waits.burst = 6
    await waits.after(minutes=6)
    assert (waits.waiting, waits.capacity) == (0, 6)
    waits.burst = 0
    await waits.after(minutes=60)
    assert (waits.capacity, waits.destroyed) == (6, [])
    waits.works.blind.clear()
    await waits.after(minutes=60)
    assert waits.capacity < 6


@pytest.mark.parametrize(("named", "capacity"), [(", marathons: [marathon-user]", 4), ("", 3)])
async def test_what_waits_in_a_further_marathon_counts_where_the_policy_names_it(
    named: str, capacity: int
) -> None:
    waits = Waits(WAITING)
    waits.policy = waits.policy.replace('"172.16.0.7"]', f'"172.16.0.7"]{named}')
    waits.works.queued_elsewhere["marathon-user"] = (Queued(app="/job", count=1, needs=Needs(AGENT)),)
    await waits.after(minutes=2)
    assert waits.capacity == capacity
