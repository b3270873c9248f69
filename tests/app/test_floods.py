"""Thousands of events in a minute do not become thousands of messages of work, and nothing that they say is lost."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from shared.audit import AuditLog
from shared.memory.store import MemoryStore
from shared.model.audit import NOBODYS
from shared.model.signals import Signal, SignalKind
from shared.operate.parked import take
from shared.ports.queues import Queue
from shared.ports.store import Table, Write
from shared.signals.parcel import opened
from shared.signals.window import MOST, WINDOW
from tests.scene import SET, START, Scene

MAINTENANCE = "Microsoft.ResourceNotifications.MaintenanceResources.ScheduledEventEmitted"


def maintenance(scene: Scene, id: str, machines: range, not_before: datetime) -> dict[str, Any]:
    """One event that lists machines of the pool."""
    event = scene.event(0, "Action", "restart/action")
    properties = {
        "EventId": id,
        "EventStatus": "Scheduled",
        "EventType": "Reboot",
        "NotBefore": f"{not_before:%a, %d %b %Y %H:%M:%S GMT}",
        "Resources": [f"{SET}_{number}" for number in machines],
    }
    return event | {
        "id": id,
        "eventType": MAINTENANCE,
        "subject": event["subject"].partition("/virtualMachines/")[0],
        "data": {"resourceInfo": {"properties": properties}},
    }


async def flood(scene: Scene, events: int, each: timedelta) -> list[str]:
    messages: list[str] = []
    for number in range(events):
        event = scene.event(number, "Action", "restart/action")
        messages += await scene.app.hear_event(event | {"id": f"flood-{number}"})
        scene.clock.advance(each)
    return messages


async def parked(scene: Scene) -> tuple[Signal, ...]:
    return (await take(scene.outside, "prod")).signals


async def test_five_thousand_events_in_a_minute_are_a_few_hundred_messages_and_none_is_lost() -> None:
    scene = Scene(agents=4)
    await scene.sweeps()
    messages = await flood(scene, 5000, timedelta(milliseconds=12))
    windows = timedelta(minutes=1) // WINDOW + 1
    looks = scene.queues.waiting(Queue.SIGNALS)
    assert len(messages) <= MOST * windows
    assert 1 <= looks <= windows
    rows = await scene.store.query(Table.PARKED, "prod", "", "")
    told = [one for row in rows for one in opened(row.body)] + [
        one for each in messages for one in opened(each)
    ]
    assert {one.node for one in told} == {f"{SET}_{number}" for number in range(5000)}


async def test_one_event_about_a_thousand_machines_is_a_few_messages() -> None:
    scene = Scene(agents=4)
    await scene.sweeps()
    at = scene.clock.now() + timedelta(minutes=15)
    messages = await scene.app.hear_event(maintenance(scene, "m", range(1000), at))
    assert len(messages) <= 5
    told = [one for each in messages for one in opened(each)]
    assert {(one.kind, one.deadline) for one in told} == {(SignalKind.NODE_DOOMED, at.replace(microsecond=0))}
    assert {one.node for one in told} == {f"{SET}_{number}" for number in range(1000)}


async def test_what_waited_is_told_to_the_pass_that_looks_at_the_end_of_the_flood() -> None:
    scene = Scene(agents=4)
    await scene.sweeps()
    at = scene.clock.now() + timedelta(minutes=15)
    await flood(scene, MOST + 10, timedelta(milliseconds=1))
    assert await scene.app.hear_event(maintenance(scene, "m", range(3), at)) == []
    assert [one.kind for one in await parked(scene)].count(SignalKind.NODE_DOOMED) == 3
    await scene.after(seconds=WINDOW.total_seconds() + 1)
    assert f"{SET}_2: event_grid says node_doomed (Reboot)" in await scene.said()
    assert await parked(scene) == ()


async def test_what_waits_survives_a_restart_and_a_look_that_got_lost() -> None:
    scene = Scene(agents=4)
    await scene.sweeps()
    await flood(scene, MOST + 10, timedelta(milliseconds=1))
    for message in scene.queues.receive(Queue.SIGNALS):
        scene.queues.delete(message.id)
    scene.restarts()
    scene.clock.advance(WINDOW)
    await scene.sweeps()
    assert f"{SET}_{MOST + 9}: event_grid says vm_restarted" in await scene.said()
    assert await parked(scene) == ()


async def test_a_delivery_that_is_repeated_waits_once() -> None:
    scene = Scene(agents=4)
    await scene.sweeps()
    await flood(scene, MOST, timedelta(0))
    again = scene.event(MOST + 1, "Action", "restart/action") | {"id": "again"}
    assert await scene.app.hear_event(again) == []
    scene.app = scene.new_app()
    await flood(scene, MOST, timedelta(0))
    assert await scene.app.hear_event(again) == []
    assert [one.event_id for one in await parked(scene)] == ["again"]


async def test_what_can_not_be_read_among_the_parked_goes_to_the_quarantine() -> None:
    scene = Scene(agents=4)
    assert isinstance(scene.store, MemoryStore)
    await scene.store.write(Table.PARKED, "prod", Write("row", b'{"kind": "of_another_version"}', None))
    await scene.sweeps()
    (kept,) = await scene.quarantined()
    assert kept["why"].startswith("this is no parked signal")
    assert await parked(scene) == ()


async def test_of_a_flood_of_rubbish_a_few_are_kept_and_the_others_counted() -> None:
    scene = Scene(agents=4)
    for number in range(2000):
        assert await scene.app.hear_event({"id": str(number), "rubbish": True}) == []
        scene.clock.advance(timedelta(milliseconds=12))
    kept = await scene.quarantined()
    assert 20 <= len(kept) <= 20 * (timedelta(seconds=24) // WINDOW + 1)
    assert any("others before it were counted and not kept" in one["why"] for one in kept)


async def test_of_a_flood_about_somebody_else_a_few_are_told_and_the_others_counted() -> None:
    scene = Scene(agents=4)
    for number in range(2000):
        event = scene.event(1, "Action", "restart/action") | {"id": str(number)}
        assert await scene.app.hear_event(event | {"subject": "/subscriptions/0/resourceGroups/x"}) == []
        scene.clock.advance(timedelta(milliseconds=12))
    told = [one.record.text for one in await AuditLog(scene.store).read(NOBODYS, START)]
    about = [text for text in told if text.startswith("it is about no scale set")]
    assert 20 <= len(about) <= 20 * (timedelta(seconds=24) // WINDOW + 1)
    assert any("others before it were counted and not kept" in text for text in about)


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
