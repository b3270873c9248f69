"""An alert calls a machine by an address, a host name or an agent id; the pass finds the node and tells the audit."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from shared.errors import Poison
from shared.model.signals import Source
from shared.operate.alerts import MOST_LINES
from shared.ports.queues import Queue
from shared.signals.window import WINDOW
from tests.scene import OURS, SET, Scene
from tests.signals.alerts import alert as plain_alert
from tests.signals.alerts import azure, metric, notification
from tests.signals.events import subject


def alert(scene: Scene, status: str = "firing", **labels: str) -> dict[str, Any]:
    return plain_alert(status, starts=scene.clock.now().isoformat(), **labels)


async def tells(scene: Scene, payload: dict[str, Any], source: Source = Source.ALERTMANAGER) -> None:
    """The door, with its output binding."""
    scene.clock.advance(timedelta(milliseconds=1))
    for message in (await scene.app.hear_alerts(source, json.dumps(payload).encode())).messages:
        await scene.queues.send(Queue.SIGNALS, message.encode(), timedelta(0))
    await scene.deliver()


async def said(scene: Scene, words: str) -> list[str]:
    return [
        f"{one.record.subject}: {one.record.text}" for one in await scene.audit() if words in one.record.text
    ]


@pytest.fixture
async def scene() -> Scene:
    scene = Scene(agents=4)
    await scene.sweeps()
    return scene


def address_of(scene: Scene, number: int) -> str:
    return scene.scheduler.agents[scene.agent_of(number)].address


async def test_an_address_is_found(scene: Scene) -> None:
    address = address_of(scene, 2)
    await tells(scene, notification(alert(scene, instance=f"{address}:9100")))
    assert await said(scene, "alertmanager says") == [
        f"{SET}_2: alertmanager says node_unwell (MesosAgentDown) about {address}, which is node {SET}_2"
    ]


async def test_an_agent_id_is_found_in_any_casing(scene: Scene) -> None:
    agent = scene.agent_of(1)
    await tells(scene, notification(alert(scene, "resolved", mesos_id=agent.upper())))
    assert [text.partition(":")[0] for text in await said(scene, "node_well")] == [f"{SET}_1"]


async def test_what_no_node_is_known_by_is_told_and_the_cluster_is_looked_at(scene: Scene) -> None:
    scene.machine_is_deallocated(3)
    await tells(scene, notification(alert(scene, instance="10.99.0.1:9100")))
    assert await said(scene, "about 10.99.0.1, which is no node that is known")
    assert f"{SET}_3" in await scene.open_incidents()


async def test_an_alert_about_a_dead_agent_is_folded_into_its_incident(scene: Scene) -> None:
    address = address_of(scene, 2)
    scene.agent_dies(2)
    await tells(scene, notification(alert(scene, instance=f"{address}:9100")))
    incident = (await scene.open_incidents())[f"{SET}_2"]
    assert [(one.what, one.node) for one in incident.signals] == [("MesosAgentDown", f"{SET}_2")]


async def test_an_alert_about_a_healthy_node_destroys_nothing(scene: Scene) -> None:
    for number in range(4):
        labels = {"instance": address_of(scene, number), "severity": "critical"}
        await tells(scene, notification(alert(scene, **labels)))
        await tells(scene, metric(subject(str(number))), Source.AZURE_MONITOR)
    await scene.after(minutes=5)
    assert (scene.destroyed, scene.ordered, await scene.open_incidents()) == ([], [], {})


async def test_an_address_that_was_used_again_means_the_machine_that_was_there_then(scene: Scene) -> None:
    address = address_of(scene, 2)
    before = scene.clock.now()
    await scene.hears(scene.machine_is_deleted(2))
    await scene.after(minutes=10)
    (newest,) = [id for id in scene.listed if id not in {"0", "1", "3"}]
    pool = next(iter(scene.compute._pools.values()))
    pool.addresses[newest] = address
    late = plain_alert(starts=before.isoformat(), instance=address)
    await tells(scene, notification(late))
    assert not [text for text in await said(scene, f"about {address}") if f"node {SET}_{newest}" in text]
    scene.clock.advance(WINDOW)
    await tells(scene, notification(alert(scene, instance=address)))
    assert [text for text in await said(scene, f"about {address}") if f"node {SET}_{newest}" in text]


async def test_alerts_about_nothing_of_ours_are_a_few_lines(scene: Scene) -> None:
    before = len(await scene.audit())
    many = [alert(scene, alertname=f"Job{number % 30}", job="billing") for number in range(300)]
    await tells(scene, notification(*many, truncatedAlerts=9))
    lines = (await scene.audit())[before:]
    assert len(lines) == MOST_LINES + 1
    assert {line.record.kind.value for line in lines} == {"not_ours", "heard"}
    assert "left 9 more alerts" in lines[-1].record.text


async def test_our_own_operation_is_an_echo_and_wakes_nobody(scene: Scene) -> None:
    payload = json.dumps(azure("Activity Log - Administrative", subject("1"), caller=OURS)).encode()
    assert (await scene.app.hear_alerts(Source.AZURE_MONITOR, payload)).messages == ()
    other = payload.replace(OURS.encode(), b"somebody")
    assert len((await scene.app.hear_alerts(Source.AZURE_MONITOR, other)).messages) == 1


async def test_what_nobody_can_read_is_kept_with_its_reason(scene: Scene) -> None:
    with pytest.raises(Poison):
        await scene.app.hear_alerts(Source.AZURE_MONITOR, b"{")
    (kept,) = await scene.quarantined()
    assert (kept["source"], kept["body"]) == ("azure_monitor", "{")
