"""A pool grows to what waits or to what a number asks for, shrinks when that is over, and stays where nobody knows."""

from __future__ import annotations

import msgspec

from shared.ports.store import Table, Write
from shared.records.followed import Followed, Told
from tests.builders import name
from tests.scaling.loads import Busy

CALM = "window: 20m, shrink_pause: 5m, protect_new: 10m"
WAITING = f"signals: [{{of: waiting}}], {CALM}"
DEPTH = Followed("prod", "private", "queue.depth")


async def tells(busy: Busy, depth: float) -> None:
    """A worker's row, as the firehose writes it each minute."""
    told = Told("queue.depth", "worker", False, {name(0): {"": (depth, busy.clock.now().timestamp())}})
    body = msgspec.json.encode(told)
    await busy.store.write(Table.ALERT_STATES, DEPTH.partition, Write(DEPTH.row("worker"), body, "*"))


async def test_a_pool_grows_to_what_waits() -> None:
    busy = Busy(WAITING)
    await busy.after(minutes=3)
    busy.burst = 5
    await busy.after(minutes=6)
    assert (busy.waiting, busy.capacity, busy.connected) == (0, 5, 5)
    assert busy.destroyed == []


async def test_it_orders_once_for_what_waits_while_machines_boot() -> None:
    busy = Busy(WAITING)
    await busy.after(minutes=3)
    busy.burst = 5
    await busy.after(minutes=15)
    assert (busy.capacity, sum(busy.ordered)) == (5, 2)


async def test_work_that_fits_no_agent_orders_nothing() -> None:
    busy = Busy(WAITING)
    await busy.after(minutes=3)
    busy.huge = 4
    await busy.after(minutes=10)
    assert (busy.capacity, busy.ordered) == (3, [])


async def test_a_queue_that_can_t_be_read_changes_nothing() -> None:
    busy = Busy(WAITING)
    await busy.after(minutes=3)
    busy.works.blind.add("queue")
    busy.burst = 5
    await busy.after(minutes=20)
    assert (busy.waiting, busy.capacity, busy.ordered, busy.destroyed) == (2, 3, [], [])
    busy.works.blind.clear()
    await busy.after(minutes=6)
    assert (busy.waiting, busy.capacity) == (0, 5)


async def test_a_pool_follows_what_is_allocated_up_and_down() -> None:
    busy = Busy(f"signals: [{{of: cpu, setpoint: 60%, margin: 10%}}, {{nodes: 2}}], {CALM}")
    await busy.after(minutes=3)
    busy.burst = 3
    await busy.after(minutes=8)
    assert busy.capacity == 5  # 12 cores of 20 are 60 %
    busy.burst = 0
    await busy.after(minutes=60)
    assert busy.capacity < 4
    assert (busy.capacity, busy.running_tasks) == (busy.connected, 6)


async def test_a_pool_follows_a_number_of_the_firehose_while_it_is_told() -> None:
    busy = Busy(f"signals: [{{metric: queue.depth, per_node: 100}}], {CALM}")
    for _ in range(8):
        await tells(busy, 480)
        await busy.after(minutes=1)
    assert busy.capacity == 5
    await busy.after(minutes=40)
    assert (busy.capacity, busy.destroyed) == (5, [])  # silence is no number
    for _ in range(40):
        await tells(busy, 280)
        await busy.after(minutes=1)
    assert (busy.capacity, len(busy.destroyed), busy.running_tasks) == (3, 2, 6)
