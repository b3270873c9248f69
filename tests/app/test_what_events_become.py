"""Through the app: one event may become many messages, or a line of the audit and nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from shared.model.nodes import Condition
from shared.model.signals import SignalKind
from shared.ports.queues import Queue
from shared.signals.parcel import opened
from tests.scene import SET, Scene

MAINTENANCE = "Microsoft.ResourceNotifications.MaintenanceResources.ScheduledEventEmitted"
ANNOTATED = "Microsoft.ResourceNotifications.HealthResources.ResourceAnnotated"


def told_of(scene: Scene, kind: str, **properties: Any) -> dict[str, Any]:
    """An event about the scene's pool or a machine of it, without an actor."""
    event = scene.event(1, "Action", "restart/action")
    return event | {"eventType": kind, "data": {"resourceInfo": {"properties": properties}}}


async def test_maintenance_of_two_machines_is_one_message_that_tells_of_both() -> None:
    scene = Scene(agents=3)
    event = told_of(scene, MAINTENANCE, EventType="Reboot", Resources=[f"{SET}_0", f"{SET}_1"])
    event["subject"] = event["subject"].partition("/virtualMachines/")[0]
    (message,) = await scene.app.hear_event(event)
    signals = opened(message)
    assert [(one.kind, one.node) for one in signals] == [
        (SignalKind.NODE_DOOMED, f"{SET}_0"),
        (SignalKind.NODE_DOOMED, f"{SET}_1"),
    ]


async def test_what_is_announced_for_a_healthy_machine_touches_nothing() -> None:
    scene = Scene(agents=3)
    await scene.sweeps()
    await scene.hears(told_of(scene, MAINTENANCE, EventType="Terminate", EventStatus="Scheduled"))
    said = await scene.said()
    assert any(line.endswith("says node_doomed (Terminate)") for line in said)
    assert said[-1].endswith("it is left to happen")
    assert (scene.destroyed, scene.ordered) == ([], [])
    assert {one.condition for one in (await scene.open_incidents()).values()} == {Condition.DOOMED}


async def test_an_event_that_asks_for_nothing_is_told_with_its_reason_and_wakes_nobody() -> None:
    scene = Scene(agents=3)
    await scene.sweeps()
    harmless = told_of(scene, ANNOTATED, annotationName="LiveMigrationSucceeded")
    assert await scene.app.hear_event(harmless) == []
    assert "LiveMigrationSucceeded: it paused while it was moved" in (await scene.said())[-1]
    assert not scene.queues.waiting(Queue.SIGNALS)


async def test_a_deletion_that_was_told_yesterday_wakes_nobody() -> None:
    scene = Scene(agents=3)
    await scene.sweeps()
    old = scene.event(1, "Delete", "delete")
    old["eventTime"] = (scene.clock.now() - timedelta(hours=25)).isoformat()
    assert await scene.app.hear_event(old) == []
    assert "older than 24 hours" in (await scene.said())[-1]
    assert await scene.quarantined() == []


async def test_a_machine_whose_host_crashed_is_given_time_to_boot() -> None:
    scene = Scene(agents=4)
    await scene.sweeps()
    scene.agent_dies(1)
    await scene.hears(told_of(scene, ANNOTATED, annotationName="VirtualMachineHostCrashed"))
    await scene.after(minutes=5)
    assert (scene.destroyed, scene.ordered) == ([], [])
    await scene.after(minutes=15)
    assert len(scene.destroyed) == 1
