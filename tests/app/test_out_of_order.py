"""Events that come late or again, to another process or after a restart: told, and not acted on."""

from __future__ import annotations

from datetime import timedelta

from shared.model.signals import SignalKind
from tests.scene import Scene

LATE = "late: something newer is known of the node; not acted on"


async def test_what_another_process_hears_late_is_not_acted_on() -> None:
    scene = Scene(agents=4)
    await scene.sweeps()
    old = scene.event(2, "Action", "restart/action") | {"id": "old"}
    await scene.after(minutes=30)
    await scene.hears(scene.event(2, "Action", "runCommand/action"))
    scene.restarts()
    scene.agent_dies(2)
    await scene.hears(old)
    await scene.after(minutes=3)
    assert f"{scene.name(2)}: {LATE}" in await scene.said()
    assert scene.destroyed, "a restart of half an hour ago gives no time to boot"


async def test_that_it_was_deleted_counts_however_late_it_is_heard() -> None:
    scene = Scene(agents=4, mode="observe")
    await scene.sweeps()
    deleted = scene.machine_is_deleted(2)
    scene.clock.advance(timedelta(seconds=20))
    await scene.hears(scene.event(2, "Action", "runCommand/action"))
    scene.restarts()
    await scene.hears(deleted)
    (incident,) = (await scene.open_incidents()).values()
    assert SignalKind.VM_DELETED in {one.kind for one in incident.signals}
    assert not [line for line in await scene.said() if LATE in line]


async def test_a_time_ahead_of_ours_does_not_make_what_comes_next_late() -> None:
    scene = Scene(agents=4)
    await scene.sweeps()
    ahead = scene.event(2, "Action", "runCommand/action")
    ahead["eventTime"] = (scene.clock.now() + timedelta(minutes=4)).isoformat()
    await scene.hears(ahead)
    for _ in range(2):
        await scene.after(seconds=20)
        await scene.hears(scene.event(2, "Action", "restart/action"))
        scene.restarts()
    assert not [line for line in await scene.said() if LATE in line]


async def test_the_same_event_at_another_process_is_kept_once_with_the_incident() -> None:
    scene = Scene(agents=4, mode="observe")
    await scene.sweeps()
    deleted = scene.machine_is_deleted(2)
    await scene.hears(deleted)
    scene.restarts()
    await scene.hears(deleted)
    (incident,) = (await scene.open_incidents()).values()
    assert [one.event_id for one in incident.signals] == [deleted["id"]]
