"""The receiving side of the queue twin behaves like the Functions host: at least once, with a count."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shared.memory.clock import SteppedClock
from shared.memory.queues import HIDDEN, MemoryQueues
from shared.ports.queues import Queue

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(START)


@pytest.fixture
def queues(clock: SteppedClock) -> MemoryQueues:
    return MemoryQueues(clock)


async def test_a_message_that_nobody_deletes_comes_back_and_is_counted(
    clock: SteppedClock, queues: MemoryQueues
) -> None:
    await queues.send(Queue.SIGNALS, b"{}", timedelta(0))
    ((id, body, count),) = queues.receive(Queue.SIGNALS)
    assert (body, count) == (b"{}", 1)
    assert queues.receive(Queue.SIGNALS) == []

    clock.advance(HIDDEN)

    assert queues.receive(Queue.SIGNALS) == [(id, b"{}", 2)]


async def test_a_released_message_is_there_again_at_once(queues: MemoryQueues) -> None:
    await queues.send(Queue.SIGNALS, b"{}", timedelta(0))
    (message,) = queues.receive(Queue.SIGNALS)

    queues.release(message.id)

    assert [again.dequeue_count for again in queues.receive(Queue.SIGNALS)] == [2]


async def test_a_deleted_message_never_comes_back(clock: SteppedClock, queues: MemoryQueues) -> None:
    await queues.send(Queue.SIGNALS, b"{}", timedelta(0))
    (message,) = queues.receive(Queue.SIGNALS)

    queues.delete(message.id)
    queues.delete(message.id)
    queues.release(message.id)
    clock.advance(timedelta(days=1))

    assert queues.receive(Queue.SIGNALS) == []
    assert queues.next_due() is None


async def test_the_next_due_time_is_that_of_the_earliest_message_of_any_queue(
    clock: SteppedClock, queues: MemoryQueues
) -> None:
    await queues.send(Queue.SIGNALS, b"late", timedelta(minutes=10))
    await queues.send(Queue.OPERATIONS, b"soon", timedelta(minutes=2))

    due = queues.next_due()
    assert due == START + timedelta(minutes=2)
    clock.advance_to(due)

    assert [message.body for message in queues.receive(Queue.OPERATIONS)] == [b"soon"]
    assert queues.waiting(Queue.SIGNALS) == 1


async def test_messages_come_in_the_order_in_which_they_are_due(
    clock: SteppedClock, queues: MemoryQueues
) -> None:
    for minutes in (3, 1, 2):
        await queues.send(Queue.SIGNALS, b"%d" % minutes, timedelta(minutes=minutes))
    clock.advance(timedelta(minutes=5))

    assert [message.body for message in queues.receive(Queue.SIGNALS, limit=2)] == [b"1", b"2"]
    assert [message.body for message in queues.receive(Queue.SIGNALS)] == [b"3"]
