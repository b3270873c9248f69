"""Input that can never work is kept with its reason and counted as done; nothing else happens because of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shared.audit import AuditLog
from shared.ports.queues import Queue
from shared.records.quarantine import MOST
from tests.scene import OURS, START, Scene

A_SIGNAL = {
    "kind": "vm_deleted",
    "source": "event_grid",
    "cluster": "prod",
    "event_id": "1",
    "occurred_at": "2026-11-22T03:00:00Z",
    "heard_at": "2026-11-22T03:00:00Z",
}


async def nothing_happened(scene: Scene, told: int) -> bool:
    """No message, no audit of the cluster, no incident, no change in the world."""
    quiet = not scene.queues.waiting(Queue.SIGNALS) and not scene.queues.waiting(Queue.OPERATIONS)
    untouched = (scene.ordered, scene.destroyed, await scene.open_incidents()) == ([], [], {})
    return quiet and untouched and len(await scene.audit()) == told


def an_event(**changes: Any) -> dict[str, Any]:
    event = Scene(agents=1).event(0, "Delete", "delete")
    return {key: value for key, value in {**event, **changes}.items() if value is not None}


MALFORMED: list[dict[str, Any]] = [
    {},
    {"id": "1"},
    an_event(id=None),
    an_event(id=""),
    an_event(id=7),
    an_event(subject=None),
    an_event(subject=["a"]),
    an_event(eventType=None),
    an_event(eventType="Contoso.Unheard.Of"),
    an_event(eventTime="yesterday"),
    an_event(eventTime="2026-11-22T03:00:00"),
    an_event(eventTime=None),
    an_event(data="text"),
    an_event(data=["list"]),
    {"specversion": "1.0", "id": "1", "subject": "/a", "type": "x", "time": 5, "data": {}},
    an_event(id="half a pair \ud800"),
    an_event(subject=an_event()["subject"] + "\udfff"),
    an_event(subject=an_event()["subject"] + "9" * 60_000),
    an_event(subject="/x" * 500_000),
]


@pytest.mark.parametrize("event", MALFORMED, ids=range(len(MALFORMED)))
async def test_a_malformed_event_goes_to_the_quarantine_and_nothing_else_happens(
    event: dict[str, Any],
) -> None:
    scene = Scene(agents=3)
    await scene.sweeps()
    told = len(await scene.audit())
    await scene.hears(event)
    (kept,) = await scene.quarantined()
    assert (kept["source"], bool(kept["why"])) == ("event_grid", True)
    assert await nothing_happened(scene, told)


STRANGE_DATA: list[Any] = [
    {},
    None,
    {"authorization": None},
    {"authorization": {"evidence": "none"}},
    {"claims": ["list"], "operationName": 7},
    {"operationName": "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/explode/action"},
]


@pytest.mark.parametrize("data", STRANGE_DATA, ids=range(len(STRANGE_DATA)))
async def test_strange_data_in_a_known_event_only_asks_for_a_look(data: Any) -> None:
    scene = Scene(agents=3)
    await scene.sweeps()
    event = scene.event(1, "Action", "restart/action")
    event["data"] = data
    await scene.hears(event)
    assert await scene.quarantined() == []
    assert (scene.destroyed, scene.ordered, await scene.open_incidents()) == ([], [], {})
    assert (await scene.said())[-1].endswith("says vm_changed")


async def test_an_event_about_a_machine_in_no_pool_is_told_as_not_ours() -> None:
    scene = Scene(agents=3)
    await scene.sweeps()
    told = len(await scene.audit())
    event = scene.event(1, "Delete", "delete")
    event["subject"] = event["subject"].replace("dcos-agent-private", "somebody-elses")
    await scene.hears(event)
    entries = await AuditLog(scene.store).read("(none)", START)
    assert entries[-1].record.kind == "not_ours"
    assert entries[-1].record.subject == event["subject"]
    assert await scene.quarantined() == []
    assert await nothing_happened(scene, told)


async def test_our_own_echo_is_told_and_wakes_nobody() -> None:
    scene = Scene(agents=3)
    await scene.sweeps()
    assert await scene.app.hear_event(scene.event(1, "Delete", "delete", by=OURS.upper())) == []
    assert (await scene.said())[-1].endswith("we did it ourselves")


NO_MESSAGES = [
    "",
    "{",
    "null",
    "[]",
    "7",
    '"text"',
    "{}",
    '{"cluster": "prod"}',
    json.dumps({**A_SIGNAL, "kind": "apocalypse"}),
    json.dumps({**A_SIGNAL, "occurred_at": "yesterday"}),
    json.dumps({**A_SIGNAL, "cluster": "elsewhere"}),
    json.dumps({**A_SIGNAL, "cluster": None}),
    '{"cluster": "elsewhere", "operation": "1"}',
    '{"cluster": "prod", "operation": 1}',
    "\x00\ufffd",
    "half a pair \ud800",
]


@pytest.mark.parametrize("body", NO_MESSAGES, ids=range(len(NO_MESSAGES)))
@pytest.mark.parametrize("queue", ["signals", "operations"])
async def test_a_malformed_message_goes_to_the_quarantine_and_nothing_else_happens(
    queue: str, body: str
) -> None:
    scene = Scene(agents=3)
    await scene.sweeps()
    told = len(await scene.audit())
    await (scene.app.work_signal(body) if queue == "signals" else scene.app.work_operation(body))
    (kept,) = await scene.quarantined()
    assert (kept["source"], kept["size"]) == (queue, len(body))
    assert kept["why"]
    assert await nothing_happened(scene, told)


async def test_the_reason_names_the_cluster_that_is_not_in_the_policy() -> None:
    scene = Scene(agents=3)
    await scene.app.work_signal(json.dumps({**A_SIGNAL, "cluster": "elsewhere"}))
    (kept,) = await scene.quarantined()
    assert kept["why"] == "cluster 'elsewhere' is not in the policy"


async def test_an_oversized_body_is_cut_and_its_size_is_kept() -> None:
    scene = Scene(agents=3)
    body = "x" * 3_000_000
    await scene.app.work_signal(body)
    (kept,) = await scene.quarantined()
    assert (kept["size"], kept["body"]) == (3_000_000, body[:MOST])


async def test_an_oversized_body_of_long_characters_still_fits_into_a_row() -> None:
    scene = Scene(agents=3)
    await scene.app.work_signal("\U0001f525" * 300_000)
    (kept,) = await scene.quarantined()
    assert kept["size"] == 300_000


async def test_what_failed_too_often_is_kept_as_it_was() -> None:
    scene = Scene(agents=3)
    await scene.app.keep_poison("operations", "its turn failed as often as the host tries", '{"a": 1}')
    (kept,) = await scene.quarantined()
    assert (kept["source"], kept["body"]) == ("operations", '{"a": 1}')
    assert kept["why"] == "its turn failed as often as the host tries"


async def test_a_message_about_an_operation_that_never_was_does_nothing() -> None:
    scene = Scene(agents=3)
    await scene.sweeps()
    told = len(await scene.audit())
    await scene.app.work_operation('{"cluster": "prod", "operation": "never"}')
    assert await scene.quarantined() == []
    assert await nothing_happened(scene, told)


async def test_a_signal_about_a_node_that_never_was_touches_nothing() -> None:
    scene = Scene(agents=3)
    await scene.sweeps()
    await scene.app.work_signal(json.dumps({**A_SIGNAL, "pool": "private", "node": scene.name(99)}))
    await scene.after(minutes=3)
    assert (scene.destroyed, scene.ordered, await scene.open_incidents()) == ([], [], {})
