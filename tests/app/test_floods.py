"""Thousands of events in a minute do not become thousands of messages of work."""

from __future__ import annotations

from datetime import timedelta

from shared.ports.queues import Queue
from shared.signals.window import MOST, WINDOW
from tests.scene import Scene


async def test_five_thousand_events_in_a_minute_are_a_few_hundred_messages_and_a_look_at_the_end() -> None:
    scene = Scene(agents=4)
    await scene.sweeps()
    messages = 0
    for number in range(5000):
        event = scene.event(number, "Action", "restart/action")
        messages += len(await scene.app.hear_event(event | {"id": f"flood-{number}"}))
        scene.clock.advance(timedelta(milliseconds=12))
    windows = timedelta(minutes=1) // WINDOW + 1
    looks = scene.queues.waiting(Queue.SIGNALS)
    assert messages <= MOST * windows
    assert 1 <= looks <= windows


async def test_a_doubled_event_is_one_message() -> None:
    scene = Scene(agents=4)
    await scene.sweeps()
    event = scene.machine_is_deleted(2)
    assert len(await scene.app.hear_event(event)) == 1
    assert await scene.app.hear_event(event) == []


async def test_a_late_event_is_noted_and_not_acted_on() -> None:
    scene = Scene(agents=4)
    await scene.sweeps()
    old = scene.event(2, "Action", "deallocate/action")
    scene.clock.advance(timedelta(seconds=30))
    new = scene.event(2, "Action", "start/action")
    assert len(await scene.app.hear_event(new)) == 1
    assert await scene.app.hear_event(old) == []
    assert f"{scene.name(2)}: late: something newer is known of the node; not acted on" in await scene.said()
