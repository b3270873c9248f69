"""Alerts that say again what was said make no second piece of work, and many are few messages."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from shared.errors import Poison
from shared.model.signals import Source
from shared.operate.samples import SPAN
from shared.ports.queues import Queue
from shared.signals.window import MOST, WINDOW
from tests.scene import SET, Scene
from tests.signals.alerts import alert, metric, notification, with_essentials
from tests.signals.events import subject


@pytest.fixture
async def scene() -> Scene:
    scene = Scene(agents=4)
    await scene.sweeps()
    return scene


async def tells(scene: Scene, payload: dict[str, Any], source: Source = Source.ALERTMANAGER) -> int:
    """The door, with its output binding; how many messages came of it."""
    scene.clock.advance(timedelta(milliseconds=1))
    messages = (await scene.app.hear_alerts(source, json.dumps(payload).encode())).messages
    for message in messages:
        await scene.queues.send(Queue.SIGNALS, message.encode(), timedelta(0))
    return len(messages)


def down(scene: Scene, status: str = "firing", **labels: str) -> dict[str, Any]:
    return notification(alert(status, starts=scene.clock.now().isoformat(), **labels))


async def test_one_dead_agent_of_which_many_tell_is_replaced_once(scene: Scene) -> None:
    address = scene.scheduler.agents[scene.agent_of(2)].address
    scene.machine_is_deallocated(2)
    scene.agent_dies(2)
    payload = down(scene, instance=f"{address}:9100")
    azure = with_essentials(metric(subject("2")), firedDateTime=scene.clock.now().isoformat())
    for _ in range(4):
        await tells(scene, payload)
        await tells(scene, azure, Source.AZURE_MONITOR)
        await tells(scene, payload | {"receiver": "another"})
        await scene.deliver()
        await scene.after(seconds=30)
    await scene.after(minutes=20)
    assert (scene.destroyed, len(scene.ordered)) == (["2"], 1)


async def test_repeats_replicas_and_another_source_add_no_message(scene: Scene) -> None:
    payload = down(scene, host=f"{SET}_2")
    azure = metric(subject("2"))
    counts = [
        await tells(scene, payload),
        await tells(scene, payload),
        await tells(scene, payload | {"receiver": "another"}),
        await tells(scene, azure, Source.AZURE_MONITOR),
    ]
    assert counts == [1, 0, 0, 0]


async def test_an_end_is_told_at_once_and_each_time(scene: Scene) -> None:
    counts = []
    for number in range(3):
        begun = (scene.clock.now() + timedelta(seconds=number)).isoformat()
        for status in ("firing", "resolved"):
            counts.append(
                await tells(scene, notification(alert(status, starts=begun, ends=begun, host=f"{SET}_2")))
            )
    assert counts == [1] * 6


@pytest.mark.parametrize("at_once", [1, 1000])
async def test_five_thousand_alerts_in_a_minute_are_a_few_hundred_messages(
    scene: Scene, at_once: int
) -> None:
    many = [
        alert(starts=scene.clock.now().isoformat(), host=f"10.1.{number // 250}.{number % 250}")
        for number in range(5000)
    ]
    messages = 0
    for begin in range(0, len(many), at_once):
        messages += await tells(scene, notification(*many[begin : begin + at_once]))
        scene.clock.advance(timedelta(milliseconds=11) * at_once)
    assert messages <= MOST * (timedelta(minutes=1) // WINDOW + 1)


async def test_an_alert_that_comes_after_its_end_is_noted(scene: Scene) -> None:
    starts = scene.clock.now().isoformat()
    await tells(scene, notification(alert("resolved", starts=starts, ends=starts, host="10.0.0.4")))
    assert await tells(scene, notification(alert(starts=starts, host="10.0.0.4"))) == 0
    assert "10.0.0.4: late: something newer is known of the node; not acted on" in await scene.said()


async def test_what_is_about_nothing_of_ours_is_told_once_and_later_with_its_count(scene: Scene) -> None:
    before = len(await scene.audit())
    payload = with_essentials(metric("/subscriptions/another"), alertRule="elsewhere")
    for number in range(300):
        with_essentials(payload, alertId=str(number))
        assert await tells(scene, payload, Source.AZURE_MONITOR) == 0
    scene.clock.advance(SPAN)
    await tells(scene, payload, Source.AZURE_MONITOR)
    told = [one.record.data for one in (await scene.audit())[before:] if one.record.subject == "elsewhere"]
    assert [data["alerts"] for data in told] == [1, 300]


async def test_of_bodies_that_nobody_can_read_there_is_one_example_of_each_kind(scene: Scene) -> None:
    strange = [with_essentials(metric(), monitorCondition=f"no. {number}") for number in range(50)]
    for body in (
        *(b"{" + b" " * number for number in range(50)),
        *(json.dumps(one).encode() for one in strange),
    ):
        with pytest.raises(Poison):
            await scene.app.hear_alerts(Source.AZURE_MONITOR, body)
        scene.clock.advance(timedelta(seconds=1))
    assert len(await scene.quarantined()) == 2
    scene.clock.advance(SPAN)
    with pytest.raises(Poison):
        await scene.app.hear_alerts(Source.AZURE_MONITOR, b"{")
    assert any("the last of 50 like it" in kept["why"] for kept in await scene.quarantined())
