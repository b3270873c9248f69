"""The Mesos faces answer in the shapes of a real Mesos 1.11, and refuse in its words."""

from typing import Any

import msgspec
import pytest

from simulator.wire import Request
from simulator.world.build import ClusterSpec
from simulator.world.tasks import App
from tests.simulator.recorded import mesos_body, mesos_requests
from tests.simulator.shapes import compare
from tests.simulator.stage import Stage, play

LACKING = (
    ".slaves[].attributes.rack",  # an attribute that the laboratory gave its agents
    ".allocator/mesos/offer_filters/", ".allocator/mesos/quota/", ".allocator/mesos/roles/",  # per role
    ".frameworks/", ".master/frameworks/",  # counters of single frameworks: nobody reads them
    ".get_agents.agents[].agent_info.domain",  # no regions here
)  # fmt: skip
EXTRA = (
    ".slaves[].attributes.os",  # what acs-engine gives its agents
    ".cluster", ".flags.cluster", ".flags.quorum", ".flags.zk", ".flags.agent_removal_rate_limit",  # DC/OS sets them
    ".frameworks[]", ".get_frameworks.frameworks[]", ".get_state.get_frameworks.frameworks[]",  # Marathon
)  # fmt: skip
UNCOMPARED = ("slave_id=",)  # asks for an agent of the laboratory by its id


def _cases(scenario: str) -> list[Any]:
    return [
        pytest.param(entry, id=entry["body"])
        for entry in mesos_requests(scenario)
        if entry["body"]
        and entry["body"].endswith(".json")
        and not any(u in entry["path"] for u in UNCOMPARED)
    ]


async def _answer(stage: Stage, entry: dict[str, Any]) -> tuple[int, Any]:
    body = entry["request_body"]
    encoded = msgspec.json.encode(body) if body is not None else b""
    status, _, answer = await stage.ask_mesos(entry["method"], entry["path"], encoded)
    return status, msgspec.json.decode(answer)


def _same_shape(recorded: Any, ours: Any) -> None:
    found = compare(recorded, ours)
    assert {path for path in found.lacking if not path.startswith(LACKING)} == set()
    assert {path for path in found.extra if not path.startswith(EXTRA)} == set()
    assert found.differing == frozenset()


@pytest.mark.parametrize("entry", _cases("idle"))
def test_an_idle_cluster_answers_in_the_recorded_shapes(entry: dict[str, Any]) -> None:
    async def story(stage: Stage) -> None:
        status, ours = await _answer(stage, entry)
        assert status == entry["status"]
        _same_shape(mesos_body(entry["body"]), ours)

    play(story, ClusterSpec("idle", "2.2", pools={"private": 3}))


@pytest.mark.parametrize("entry", _cases("tasks"))
def test_a_cluster_with_tasks_answers_in_the_recorded_shapes(entry: dict[str, Any]) -> None:
    async def story(stage: Stage) -> None:
        status, ours = await _answer(stage, entry)
        assert status == entry["status"]
        _same_shape(mesos_body(entry["body"]), ours)

    play(story, ClusterSpec("tasks", "2.2", pools={"private": 3}, apps=(App("lab", 3),)))


@pytest.mark.parametrize(
    "entry", [pytest.param(e, id=e["body"] or e["method"]) for e in mesos_requests("errors")]
)
def test_refusals_are_word_for_word_those_of_mesos(entry: dict[str, Any]) -> None:
    async def story(stage: Stage) -> None:
        given = entry["request_body"]
        body = (
            given.encode() if isinstance(given, str) else b"" if given is None else msgspec.json.encode(given)
        )
        url = f"http://master{entry['path']}"
        response = await stage.faces[0].handle(
            Request.of(entry["method"], url, entry["request_headers"], body)
        )
        expected = mesos_body(entry["body"]) if entry["body"] else ""
        assert (response.status, response.body.decode().strip()) == (entry["status"], expected.strip())
        assert response.headers.get("Allow") == entry["response_headers"].get("Allow")

    play(story, ClusterSpec("errors", "2.2", pools={"private": 1}))


def test_a_draining_and_a_drained_agent_have_the_recorded_shape() -> None:
    async def story(stage: Stage) -> None:
        order = {"agent_id": {"value": stage.agent(1).id}, "max_grace_period": {"seconds": 5}}
        assert await stage.call("DRAIN_AGENT", drain_agent=order) == (200, "")
        _same_shape(mesos_body("drain/08-get_agents.body.json"), (await stage.call("GET_AGENTS"))[1])
        slaves = msgspec.json.decode((await stage.ask_mesos("GET", "/slaves"))[2])
        entry = next(
            e for e in mesos_requests("drain") if e["path"].endswith("/slaves") and "06" in e["body"]
        )
        drained = {path for path in compare(mesos_body(entry["body"]), slaves).extra if "drain" not in path}
        assert {path for path in drained if not path.startswith(EXTRA)} == set()
        await stage.after(minutes=1)
        _same_shape(mesos_body("drain/21-get_agents.body.json"), (await stage.call("GET_AGENTS"))[1])

    play(story, ClusterSpec("drain", "2.2", pools={"private": 5}, apps=(App("lab", 5),)))


def test_tasks_of_a_gone_agent_have_the_recorded_shape() -> None:
    async def story(stage: Stage) -> None:
        await stage.mark_gone(stage.agent(0).id)
        _, ours = await stage.call("GET_TASKS")
        _same_shape(mesos_body("gone/06-get_tasks.body.json"), ours)
        assert [task["state"] for task in ours["get_tasks"]["completed_tasks"]] == ["TASK_GONE_BY_OPERATOR"]

    play(story, ClusterSpec("gone", "2.2", pools={"private": 3}, apps=(App("lab", 3),)))


def test_recovered_agents_after_a_failover_have_the_recorded_shape() -> None:
    async def story(stage: Stage) -> None:
        stage.world.kill_agent_process(stage.instance(0))
        stage.world.fail_over(stage.cluster, to=1)
        await stage.after(minutes=1)
        _, ours = await stage.call("GET_AGENTS", master=1)
        assert len(ours["get_agents"]["recovered_agents"]) == 1
        found = compare(mesos_body("restart/13-get_agents.body.json"), ours)
        assert (found.lacking, found.extra, found.differing) == (frozenset(), frozenset(), frozenset())

    play(story, ClusterSpec("restart", "2.2", pools={"private": 3}, apps=(App("lab", 3),)))


def test_the_maintenance_documents_have_the_recorded_shapes() -> None:
    async def story(stage: Stage) -> None:
        machine = {"hostname": "10.32.0.4", "ip": "10.32.0.4"}
        unavailability = {"start": {"nanoseconds": 1}, "duration": {"nanoseconds": 2}}
        schedule = {"windows": [{"machine_ids": [machine], "unavailability": unavailability}]}
        assert await stage.call(
            "UPDATE_MAINTENANCE_SCHEDULE", update_maintenance_schedule={"schedule": schedule}
        ) == (200, "")
        recorded = mesos_body("maintenance/12-get_maintenance_schedule-scheduled.body.json")
        _same_shape(recorded, (await stage.call("GET_MAINTENANCE_SCHEDULE"))[1])
        await stage.call("START_MAINTENANCE", start_maintenance={"machines": [machine]})
        recorded = mesos_body("maintenance/82-get_maintenance_status-down-2.body.json")
        _same_shape(recorded, (await stage.call("GET_MAINTENANCE_STATUS"))[1])

    play(story, ClusterSpec("maintenance", "2.2"))


def test_a_difference_in_shape_is_found() -> None:
    found = compare({"a": 1.0, "b": [{"c": "x"}]}, {"a": 1, "b": [{"d": "x"}]})
    assert (found.lacking, found.extra, found.differing) == ({".b[].c"}, {".b[].d"}, {".a"})
