"""Azure announces what it will do to a machine: remembered, acted on, taken back, or left to happen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from shared.model.incidents import IncidentState
from shared.model.mesos import Generation
from shared.model.nodes import Condition
from tests.scene import SET, Scene

EMITTED = "Microsoft.ResourceNotifications.MaintenanceResources.ScheduledEventEmitted"
ANNOTATED = "Microsoft.ResourceNotifications.HealthResources.ResourceAnnotated"


def scheduled(
    scene: Scene, what: str, status: str = "Scheduled", hours: float = 2, number: int = 1
) -> dict[str, Any]:
    """An event about the machine of that number, for so many hours from now."""
    before = (scene.clock.now() + timedelta(hours=hours)).isoformat()
    facts = {
        "EventId": f"e{number}",
        "EventType": what,
        "EventStatus": status,
        "NotBefore": before if status == "Scheduled" else "",
        "Resources": [f"{SET}_{number}"],
    }
    event = scene.event(number, "Write", status)
    return event | {"eventType": EMITTED, "data": {"resourceInfo": {"properties": facts}}}


def degraded(scene: Scene) -> dict[str, Any]:
    facts = {"annotationName": "VirtualMachinePossiblyDegradedDueToHardwareFailure"}
    event = scene.event(1, "Write", "annotated")
    return event | {"eventType": ANNOTATED, "data": {"resourceInfo": {"properties": facts}}}


async def ready(**other: Any) -> Scene:
    scene = Scene(agents=6, generation=Generation.DRAIN, **other)
    await scene.sweeps()
    return scene


async def condition(scene: Scene) -> Condition | None:
    incident = (await scene.open_incidents()).get(scene.name(1))
    return incident.condition if incident else None


async def test_a_machine_that_will_be_moved_is_replaced_while_it_still_works() -> None:
    scene = await ready()
    await scene.hears(scheduled(scene, "Redeploy"))
    assert await condition(scene) is Condition.DOOMED
    assert scene.destroyed == []
    await scene.after(minutes=2)
    assert (scene.ordered, scene.destroyed) == ([1], []), "its successor comes first"


async def test_what_is_called_off_in_time_is_taken_back_and_no_task_is_killed() -> None:
    scene = await ready()
    await scene.hears(scheduled(scene, "Redeploy"))
    await scene.after(seconds=30)
    await scene.hears(scheduled(scene, "Redeploy", "Canceled"))
    await scene.after(minutes=30)
    assert "1" not in scene.destroyed
    assert (scene.is_healthy("1"), scene.scheduler.agents[scene.agent_of(1)].deactivated) == (True, False)
    assert await condition(scene) is None


async def test_a_host_that_may_be_failing_dooms_its_machine_without_a_time() -> None:
    scene = await ready(mode="observe")
    await scene.hears(degraded(scene))
    await scene.after(minutes=30)
    assert (await condition(scene), scene.ordered, scene.destroyed) == (Condition.DOOMED, [], [])


async def test_it_is_remembered_by_the_next_process_and_for_a_week() -> None:
    scene = await ready(mode="observe")
    await scene.hears(degraded(scene))
    scene.restarts()
    await scene.after(minutes=5)
    assert await condition(scene) is Condition.DOOMED
    scene.clock.advance(timedelta(days=7))
    await scene.sweeps()
    assert await scene.open_incidents() == {}
    (incident,) = await scene.closed_incidents()
    assert (incident.state, incident.outcome) == (IncidentState.RESOLVED, "what was announced is over")


async def test_the_first_that_is_ever_heard_of_a_machine_is_remembered_too() -> None:
    scene = Scene(agents=6, mode="observe")
    await scene.hears(degraded(scene))
    await scene.after(minutes=5)
    assert await condition(scene) is Condition.DOOMED


async def test_a_reboot_is_left_to_happen_and_given_time() -> None:
    """The machine keeps its disks; a replacement would lose them."""
    scene = await ready()
    await scene.hears(scheduled(scene, "Reboot", hours=0.25))
    await scene.after(minutes=15)
    assert (await condition(scene), scene.ordered) == (Condition.DOOMED, [])
    agent = scene.agent_of(1)
    scene.agent_dies(1)
    await scene.hears(scheduled(scene, "Reboot", "Started"))
    await scene.after(minutes=5)
    scene.agent_returns(agent)
    await scene.hears(scheduled(scene, "Reboot", "Completed"))
    await scene.after(minutes=5)
    assert (scene.destroyed, scene.ordered, await scene.open_incidents()) == ([], [], {})


async def test_a_deletion_that_somebody_ordered_is_not_fought() -> None:
    scene = await ready()
    await scene.hears(scheduled(scene, "Terminate"))
    await scene.after(minutes=30)
    assert (await condition(scene), scene.ordered, scene.destroyed) == (Condition.DOOMED, [], [])


async def test_a_message_that_comes_late_does_not_bring_back_what_was_called_off() -> None:
    scene = await ready(mode="observe")
    late = scheduled(scene, "Redeploy")
    await scene.after(minutes=1)
    await scene.hears(scheduled(scene, "Redeploy", "Canceled"))
    scene.restarts()
    await scene.after(minutes=10)
    await scene.hears(late)
    assert await scene.open_incidents() == {}, "the end is remembered although nobody knew the beginning"
    await scene.hears(scheduled(scene, "Redeploy"))
    assert await condition(scene) is Condition.DOOMED, "it is announced anew"
    await scene.hears(scheduled(scene, "Redeploy", "Canceled"))
    scene.restarts()
    await scene.after(minutes=10)
    await scene.hears(late)
    assert await scene.open_incidents() == {}
