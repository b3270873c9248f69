"""Maintenance: the only way to tell an old Mesos that a machine is gone, and its trap."""

from typing import Any

import msgspec

from simulator.world.build import ClusterSpec
from simulator.world.tasks import App
from tests.simulator.stage import Stage, play

MACHINE = {"hostname": "10.32.0.4", "ip": "10.32.0.4"}


async def _post(stage: Stage, path: str, document: Any) -> tuple[int, str]:
    status, _, body = await stage.ask_mesos("POST", path, msgspec.json.encode(document))
    return status, body.decode()


def _schedule(*machines: dict[str, str]) -> dict[str, Any]:
    window = {"machine_ids": list(machines), "unavailability": {"start": {"nanoseconds": 1}}}
    return {"windows": [window] if machines else []}


def test_down_needs_the_schedule_first() -> None:
    async def story(stage: Stage) -> None:
        status, text = await _post(stage, "/machine/down", [MACHINE])
        assert status == 400
        assert "is not in DRAINING mode" in text
        assert await _post(stage, "/maintenance/schedule", _schedule(MACHINE)) == (200, "")
        assert await _post(stage, "/machine/down", [MACHINE]) == (200, "")

    play(story, ClusterSpec("old", "1.9"))


def test_down_removes_the_agent_and_its_tasks_move() -> None:
    async def story(stage: Stage) -> None:
        agent_id = stage.agent(0).id
        await _post(stage, "/maintenance/schedule", _schedule(MACHINE))
        await _post(stage, "/machine/down", [MACHINE])
        assert agent_id not in stage.cluster.mesos.registered
        assert {entry.detail["state"] for entry in stage.world.journal.of("task_ended")} == {"TASK_LOST"}
        await stage.after(minutes=1)
        assert stage.cluster.mesos.schedulers[0].running("web") == 6
        assert stage.cluster.agent_of(stage.instance(0)) is None, "it is refused while its machine is down"

    play(story, ClusterSpec("old", "1.9", apps=(App("web", 6),)))


def test_a_machine_left_down_bars_the_new_vm_that_got_its_address() -> None:
    async def story(stage: Stage) -> None:
        stage.world.delete_instance(stage.instance(0))
        await stage.after(minutes=1)
        await _post(stage, "/maintenance/schedule", _schedule(MACHINE))
        await _post(stage, "/machine/down", [MACHINE])
        stage.world.set_capacity(stage.private, 3)
        await stage.after(minutes=30)
        assert stage.instance(3).nic.address == "10.32.0.4"
        assert stage.cluster.agent_of(stage.instance(3)) is None
        assert stage.world.journal.of("agent_refused")[0].detail["why"] == "its machine is down"

        assert await _post(stage, "/machine/up", [MACHINE]) == (200, "")
        await stage.after(s=5)
        assert stage.instance(3).healthy

    play(story, ClusterSpec("old", "1.10"))


def test_posting_the_schedule_replaces_it() -> None:
    async def story(stage: Stage) -> None:
        other = {"hostname": "10.32.0.5", "ip": "10.32.0.5"}
        await _post(stage, "/maintenance/schedule", _schedule(MACHINE))
        await _post(stage, "/maintenance/schedule", _schedule(other))
        _, _, body = await stage.ask_mesos("GET", "/maintenance/schedule")
        assert [w["machine_ids"] for w in msgspec.json.decode(body)["windows"]] == [[other]]

    play(story)


def test_a_machine_that_is_down_must_stay_in_the_schedule() -> None:
    async def story(stage: Stage) -> None:
        await _post(stage, "/maintenance/schedule", _schedule(MACHINE))
        await _post(stage, "/machine/down", [MACHINE])
        status, text = await _post(stage, "/maintenance/schedule", _schedule())
        assert status == 400
        assert "is deactivated and cannot be removed from the schedule" in text

    play(story)


def test_up_takes_the_machine_out_of_the_schedule() -> None:
    async def story(stage: Stage) -> None:
        await _post(stage, "/maintenance/schedule", _schedule(MACHINE))
        await _post(stage, "/machine/down", [MACHINE])
        await _post(stage, "/machine/up", [MACHINE])
        _, _, body = await stage.ask_mesos("GET", "/maintenance/schedule")
        assert body == b"{}"

    play(story)


def test_hostname_and_ip_must_both_match_the_agent() -> None:
    async def story(stage: Stage) -> None:
        odd = {"hostname": "agent-0", "ip": "10.32.0.4"}
        await _post(stage, "/maintenance/schedule", _schedule(odd))
        assert await _post(stage, "/machine/down", [odd]) == (200, "")
        assert stage.instance(0).healthy

    play(story)


def test_a_newer_marathon_places_nothing_on_a_machine_in_maintenance() -> None:
    async def story(stage: Stage) -> None:
        await _post(stage, "/maintenance/schedule", _schedule(MACHINE))
        stage.world.delete_instance(stage.instance(1))
        stage.world.delete_instance(stage.instance(2))
        await stage.after(minutes=40)
        launched = {entry.detail["agent"] for entry in stage.world.journal.of("task_launched")}
        assert stage.agent(0).id not in launched

    play(story, ClusterSpec("new", "2.2", apps=(App("web", 3),)))
