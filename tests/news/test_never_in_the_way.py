"""Whoever is told may hang, fail or be away: letters wait, are held back or given up, and nothing else notices."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import msgspec
import pytest

from shared.errors import Poison, Refused, Retry
from shared.memory.notifier import MemoryNotifier
from shared.model.signals import Severity
from shared.news import post as post_room
from shared.news.letters import Letter
from shared.news.post import Post
from shared.ports.queues import Queue
from tests.news.readers import ALL, Readers
from tests.scene import Scene

AWAY = Retry("nobody answers", timedelta(seconds=1))
EVERYTHING = f"notify: [{{to: ONCALL_URL, about: {ALL}, per_hour: 5}}]"


async def proposing(notify: str = "notify: [{to: ONCALL_URL}]") -> Readers:
    scene = Scene(agents=6, mode="propose")
    readers = Readers(scene, notify)
    await readers.after(minutes=2)
    scene.agent_dies(2)
    await scene.after(minutes=2)
    return readers


async def test_a_letter_that_is_not_taken_is_sent_again_later() -> None:
    readers = await proposing()
    readers.notifier.faults.next("send", AWAY, times=3)
    await readers.look()
    for minutes in (1, 2, 4):
        assert readers.notifier.told == []
        readers.wait(minutes)
        await readers.deliver()
    assert len(readers.notifier.told) == 1
    assert await readers.given_up() == 0


async def test_a_letter_that_nobody_takes_for_hours_is_kept_in_the_quarantine() -> None:
    readers = await proposing()
    readers.notifier.faults.always("send", AWAY)
    await readers.look()
    for _ in range(20):
        readers.wait(150)
        await readers.deliver()
    (kept,) = await readers.scene.quarantined()
    assert "a letter to ONCALL_URL could not be delivered: it was not taken 9 times" in kept["why"]
    assert "waits for your approval" in kept["body"]
    assert readers.scene.queues.waiting(Queue.NOTIFICATIONS) == 0


async def test_a_setting_without_an_address_is_told_at_once() -> None:
    readers = await proposing("notify: [{to: NOBODYS_URL}]")
    await readers.look()
    (kept,) = await readers.scene.quarantined()
    assert "no_address: setting=NOBODYS_URL" in kept["why"]


class Hanging(MemoryNotifier):
    async def send(self, to: str, severity: Severity, title: str, text: str) -> None:
        await asyncio.Event().wait()


async def test_whoever_hangs_is_given_up_for_now(monkeypatch: pytest.MonkeyPatch) -> None:
    readers = await proposing()
    scene = readers.scene
    monkeypatch.setattr(post_room, "LONGEST_S", 0.01)
    hung = Post(scene.store, scene.queues, scene.clock, Hanging(), None)
    await hung.deliver(msgspec.json.encode(Letter("prod", "ONCALL_URL")).decode())
    assert scene.queues.waiting(Queue.NOTIFICATIONS) == 1


async def test_a_repair_goes_on_while_nobody_can_be_told() -> None:
    scene = Scene(agents=6)
    readers = Readers(scene, EVERYTHING)
    readers.notifier.faults.always("send", AWAY)
    readers.events.faults.always("publish", Refused("event_topic", "not_authorized", {}))
    await readers.after(minutes=2)
    await scene.hears(scene.machine_is_deleted(1))
    await readers.after(minutes=6)
    assert [one.outcome for one in await scene.closed_incidents()] == ["all 2 tasks that it had run again"]


async def test_beyond_its_rate_a_target_gets_one_summary_when_the_hour_is_over() -> None:
    scene = Scene(agents=6)
    readers = Readers(scene, EVERYTHING)
    await readers.after(minutes=2)
    await scene.hears(scene.machine_is_deleted(1))
    await readers.after(minutes=6)
    assert len(readers.notifier.told) == 5
    readers.wait(60)
    await readers.look()
    assert len(readers.notifier.told) == 6
    assert "more messages since 03:02 UTC were held back" in readers.last.title
    assert "1 of OperationDone\n" in readers.last.text
    readers.wait(60)
    await readers.look()
    assert len(readers.notifier.told) == 6


async def test_a_crash_before_the_place_is_written_tells_twice_rather_than_never() -> None:
    readers = await proposing()
    readers.scene.store.faults.next("write_all", Retry("no answer", timedelta(seconds=1)))
    with pytest.raises(Retry):
        await readers.look()
    await readers.look()
    assert len(readers.notifier.told) == 2
    assert len({one.id for one in readers.events.published}) < len(readers.events.published)
    await readers.look()
    assert len(readers.notifier.told) == 2


async def test_of_two_that_follow_at_the_same_time_one_begins_anew() -> None:
    readers = await proposing()
    await asyncio.gather(readers.look(), readers.look())
    await readers.look()
    assert 1 <= len(readers.notifier.told) <= 2


async def test_news_of_one_month_are_told_in_the_next() -> None:
    scene = Scene(agents=6, mode="propose")
    readers = Readers(scene)
    await readers.after(minutes=2)
    scene.clock.advance(timedelta(days=8, hours=20, minutes=54))
    scene._next_sweep = scene.clock.now() + timedelta(minutes=1)
    await scene.after(minutes=1)
    await readers.look()
    scene.agent_dies(2)
    await scene.after(minutes=6)
    assert scene.clock.now().month == 12
    scene.agent_dies(3)
    await scene.after(minutes=3)
    await readers.look()
    assert len(set(readers.titles)) == 2


async def test_what_is_older_than_six_hours_is_not_told_any_more() -> None:
    readers = await proposing()
    readers.wait(6 * 60 + 1)
    await readers.look()
    assert readers.notifier.told == []


async def test_what_is_no_letter_is_poison() -> None:
    readers = await proposing()
    with pytest.raises(Poison):
        await readers.post.deliver("{}")
