"""Lifecycle events on the wire: CloudEvents 1.0, in a batch, to an Event Grid topic."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from azure.core.credentials import AzureKeyCredential

from shared.azure.event_topic import EventTopic
from shared.errors import Refused, Retry
from shared.model.news import News, NewsKind
from shared.model.signals import Severity
from tests.azure.scripted import CUT, Answer, Script, playing

AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
SECRET = "the-topic-s-key"
NEWS = News(
    id="prod-2026-11-7-StormBegun",
    key="StormBegun|private",
    kind=NewsKind.STORM_BEGUN,
    cluster="prod",
    subject="agents_1",
    at=AT,
    severity=Severity.CRITICAL,
    title="prod: agents_1",
    text="nothing is touched",
    pool="private",
    incident="agents_1@20261122",
)


@asynccontextmanager
async def topic(script: Script) -> AsyncIterator[EventTopic]:
    # Over plain HTTP the SDK sends no token of an identity; the key stands for it, the rest is the same.
    async with EventTopic(f"{script.url}/api/events", None, AzureKeyCredential(SECRET)) as opened:
        yield opened


async def test_each_piece_of_news_is_one_cloud_event() -> None:
    async with playing(Script()) as script, topic(script) as there:
        script.will(Answer())
        await there.publish([NEWS, NEWS])
    (asked,) = script.asked
    assert asked.headers["Content-Type"].startswith("application/cloudevents-batch+json")
    first: dict[str, Any] = json.loads(asked.body)[0]
    assert first["specversion"] == "1.0"
    assert (first["id"], first["type"]) == (NEWS.id, "Poolkeeper.StormBegun")
    assert (first["source"], first["subject"]) == ("/poolkeeper/clusters/prod", "private/agents_1")
    assert first["time"].startswith("2026-11-22T03:00:00")
    assert first["data"]["severity"] == "critical"
    assert first["data"]["incident"] == "agents_1@20261122"
    assert {"id", "key", "kind"}.isdisjoint(first["data"])


async def test_no_news_are_not_sent() -> None:
    async with playing(Script()) as script, topic(script) as there:
        await there.publish([])
    assert script.asked == []


@pytest.mark.parametrize("answer", [Answer(status=429), Answer(status=500), Answer(status=503), CUT])
async def test_a_topic_that_is_busy_or_away_is_tried_again(answer: Answer) -> None:
    async with playing(Script()) as script, topic(script) as there:
        script.will(answer)
        with pytest.raises(Retry):
            await there.publish([NEWS])
    assert len(script.asked) == 1


@pytest.mark.parametrize("status", [401, 403])
async def test_a_topic_that_says_no_is_refused_without_showing_the_key(status: int) -> None:
    async with playing(Script()) as script, topic(script) as there:
        script.will(Answer(status=status, body={"error": {"code": "Unauthorized", "message": SECRET}}))
        with pytest.raises(Refused) as raised:
            await there.publish([NEWS])
    assert raised.value.guard == "event_topic"
    assert SECRET not in str(raised.value)
