"""The doors: what Telegraf is answered, and events of an event hub as the worker hands them over."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from typing import Any

import azure.functions as func
import pytest

from functions import firehose
from shared.app import App
from shared.errors import Unknown
from shared.firehose.body import MOST_SENT
from shared.memory.http import MemoryHttp
from shared.model.signals import SignalKind
from shared.policy.in_force import PolicyInForce
from shared.ports.http import HttpAnswer
from shared.ports.queues import Queue
from tests.firehose.ground import batch
from tests.scene import Scene

RULES = (
    "    firehose: {defaults: false, rules: [{name: full, metric: disk.used_percent, above: 90, for: 0s}]}\n"
)


def sent(scene: Scene) -> list[dict[str, Any]]:
    """What is due in the signals queue, taken out of it."""
    messages = scene.queues.receive(Queue.SIGNALS)
    for message in messages:
        scene.queues.delete(message.id)
    return [json.loads(message.body) for message in messages]


@pytest.fixture
async def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    """The whole app behind the doors, with its inventory filled by a sweep."""
    scene = Scene()
    scene.policy += RULES
    scene.restarts()
    await scene.after(minutes=2)
    monkeypatch.setattr(firehose, "app", lambda: scene.app)
    return scene


def disk(scene: Scene, used: object = 95) -> dict[str, Any]:
    stamp = int(scene.clock.now().timestamp())
    return {
        "name": "disk",
        "tags": {"host": scene.name(1)},
        "fields": {"used_percent": used},
        "timestamp": stamp,
    }


def function(door: Any) -> Any:
    """What a decorated door does, without its bindings."""
    return door.build().get_user_function()


async def post(body: bytes, form: str = "telegraf", coding: str = "") -> func.HttpResponse:
    call = func.HttpRequest(
        method="POST",
        url=f"https://example.invalid/api/metrics/{form}",
        headers={"content-encoding": coding},
        route_params={"form": form},
        params={},
        body=body,
    )
    answer: func.HttpResponse = await function(firehose.metrics_batch)(call)
    return answer


async def test_a_packed_batch_is_answered_with_counts_and_becomes_signals(scene: Scene) -> None:
    answer = await post(gzip.compress(batch(disk(scene))), coding="gzip")
    assert answer.status_code == 202
    assert json.loads(answer.get_body()) == {"metrics": 1, "wanted": 1, "judged": 1}
    assert [(one["kind"], one["node"]) for one in sent(scene)] == [(SignalKind.NODE_UNWELL, scene.name(1))]


async def test_the_signal_of_a_rule_wakes_a_pass_that_finds_nothing_to_do(scene: Scene) -> None:
    await post(batch(disk(scene)))
    assert scene.queues.waiting(Queue.SIGNALS) == 1
    await scene.deliver()
    assert await scene.quarantined() == []
    assert scene.destroyed == []


@pytest.mark.parametrize(
    ("body", "form", "coding", "status"),
    [
        (b"{", "telegraf", "", 400),
        (b"\x1f\x8bcut", "telegraf", "gzip", 400),
        (b"{}", "telegraf", "br", 415),
        (b"{}", "graphite", "", 404),
        (bytes(MOST_SENT + 1), "telegraf", "", 413),
        (gzip.compress(bytes(40_000_000)), "prometheus", "gzip", 413),
    ],
)
async def test_what_can_never_be_read_is_answered_so(
    scene: Scene, body: bytes, form: str, coding: str, status: int
) -> None:
    answer = await post(body, form, coding)
    assert answer.status_code == status
    assert json.loads(answer.get_body())["error"]
    assert sent(scene) == []


async def test_without_storage_the_sender_is_asked_to_send_again(scene: Scene) -> None:
    scene.store.faults.always("query", Unknown("storage"))
    answer = await post(batch(disk(scene)))
    assert answer.status_code == 503
    assert sent(scene) == []


async def test_events_of_an_event_hub_hold_a_metric_or_a_batch_each(scene: Scene) -> None:
    bodies = [json.dumps(disk(scene, 10)).encode(), b"not json", batch(disk(scene, 20), disk(scene, 99))]
    await function(firehose.metrics_events)([func.EventHubEvent(body=body) for body in bodies])
    assert [one["what"] for one in sent(scene)] == ["full"]
    assert [one["why"] for one in await scene.quarantined()] == ["1 of 3 events are no JSON of metrics"]


async def test_the_minute_of_silence_sends_nothing_when_nobody_is_missed(scene: Scene) -> None:
    await scene.app.hear_silence()
    assert sent(scene) == []


async def test_the_minute_of_asking_puts_signals_into_their_queue(scene: Scene) -> None:
    scene.policy = scene.policy.replace("disk.used_percent, above: 90", "master/elected, below: 1")

    async def policy() -> str:
        return scene.policy

    leaderless = HttpAnswer(200, {}, b'{"master/elected": 0.0}')
    http = MemoryHttp({"GET http://172.16.0.6:5050/metrics/snapshot": lambda _: leaderless})
    outside = replace(scene.outside, http=http)
    app = App(outside, PolicyInForce(policy, "policy.yaml", scene.store), frozenset())
    assert (await app.ask_for_metrics())["heard"] == 1
    (signal,) = sent(scene)
    assert signal["kind"] == SignalKind.CLUSTER_UNWELL


async def test_an_app_that_reaches_no_cluster_asks_nobody(scene: Scene) -> None:
    assert await scene.app.ask_for_metrics() == {}
