"""DC/OS's health interfaces are read in every shape they have had, in bounded time, and never raise."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from shared.dcos.checks import has_checks
from shared.dcos.diagnostics import MOST_NODES, health_of
from shared.dcos.doors import host_alone
from shared.dcos.health import DcosHealth
from shared.memory.clock import SteppedClock
from shared.memory.http import MemoryHttp, Route
from shared.model.health import ClusterHealth, Diagnostics, Ensemble, Health, Marathon, Role, Waiting
from shared.model.readings import Failure, Value
from shared.ports.http import HttpAnswer, HttpCall

DATA = Path(__file__).resolve().parents[1] / "data" / "dcos"
CLOCK = SteppedClock(datetime(2026, 11, 22, 12, tzinfo=UTC))
MASTER = "172.16.0.5"
HEALTH = f"GET http://{MASTER}:1050/system/health/v1"
EXHIBITOR = f"GET http://{MASTER}:8181/exhibitor/v1/cluster/status"
LEADER, QUEUE = f"GET http://{MASTER}:8080/v2/leader", f"GET http://{MASTER}:8080/v2/queue"
CHECKS = f"POST http://{MASTER}:80/system/checks/v1"


def recorded(name: str) -> Route:
    return lambda _: HttpAnswer(200, {}, (DATA / name).read_bytes())


def says(content: object, status: int = 200) -> Route:
    body = content if isinstance(content, bytes) else msgspec.json.encode(content)
    return lambda _: HttpAnswer(status, {}, body)


def fails(error: Exception) -> Route:
    def route(call: HttpCall) -> HttpAnswer:
        raise error

    return route


def asking(routes: Mapping[str, Route], *masters: str) -> tuple[DcosHealth, MemoryHttp]:
    http = MemoryHttp(routes)
    return DcosHealth(http, CLOCK, masters or (f"{MASTER}:5050",)), http


async def read(routes: Mapping[str, Route]) -> ClusterHealth:
    return await asking(routes)[0].read()


async def diagnostics(routes: Mapping[str, Route]) -> Diagnostics:
    reading = (await read(routes)).diagnostics
    assert isinstance(reading, Value), reading
    return reading.value


async def test_a_recorded_list_of_nodes_with_its_slip_is_read() -> None:
    found = await diagnostics(
        {
            f"{HEALTH}/nodes": recorded("diagnostics-nodes.json"),
            f"{HEALTH}/nodes/167.114.218.156/units": recorded("diagnostics-node-units.json"),
            HEALTH: recorded("diagnostics-node-health-agent-unhealthy-unit.json"),
        }
    )
    assert found.dcos_version == "1.6"
    assert [node.role for node in found.nodes] == [Role.AGENT] * 4
    (sick,) = (node for node in found.nodes if node.health is Health.CRITICAL)
    assert sick.address == "167.114.218.156"
    assert [(unit.unit, unit.component) for unit in sick.failed] == [("dcos-signal.service", "dcos-signal")]
    assert "Telemetry" in sick.failed[0].takes_down


async def test_only_unhealthy_nodes_are_asked_for_their_units() -> None:
    health, http = asking({f"{HEALTH}/nodes": recorded("diagnostics-nodes.json")})
    await health.read()
    asked = [call.url for call in http.calls if call.url.endswith("/units")]
    assert asked == [f"http://{MASTER}:1050/system/health/v1/nodes/167.114.218.156/units"]


async def test_a_node_whose_units_can_not_be_read_says_so() -> None:
    found = await diagnostics({f"{HEALTH}/nodes": recorded("diagnostics-nodes.json")})
    assert [node.is_read for node in found.nodes if node.health is Health.CRITICAL] == [False]


async def test_in_a_storm_the_questions_are_bounded_and_masters_come_first() -> None:
    nodes: list[object] = [
        {"host_ip": f"10.0.{n // 250}.{n % 250}", "health": 1, "role": "agent"} for n in range(900)
    ]
    nodes.append({"host_ip": MASTER, "health": 1, "role": "master"})
    routes = {
        f"{HEALTH}/nodes": says({"nodes": nodes}),
        f"{HEALTH}/nodes/{MASTER}/units": says({"units": []}),
    }
    health, http = asking(routes)
    reading = (await health.read()).diagnostics
    assert isinstance(reading, Value)
    assert sum(call.url.endswith("/units") for call in http.calls) == MOST_NODES
    assert next(node for node in reading.value.nodes if node.address == MASTER).is_read


@pytest.mark.parametrize(
    "nodes",
    [
        None,
        [],
        [{"health": 0}],
        [{"host_ip": "", "health": 1}],
        [{"host_ip": "1" * 900, "health": 1}],
    ],
)
async def test_a_list_without_addresses_is_an_empty_list(nodes: object) -> None:
    assert (await diagnostics({f"{HEALTH}/nodes": says({"nodes": nodes})})).nodes == ()


async def test_a_node_that_is_listed_twice_counts_once_as_the_worse() -> None:
    twice = [{"host_ip": "10.0.0.1", "health": 0}, {"host_ip": "10.0.0.1", "health": 1, "role": "king"}]
    (node,) = (await diagnostics({f"{HEALTH}/nodes": says({"nodes": twice})})).nodes
    assert (node.health, node.role) == (Health.CRITICAL, None)


@pytest.mark.parametrize("code", [3, -1, 4, None, True, "0", 0.0, [], {}])
def test_whatever_is_no_known_code_is_unknown_and_never_well(code: object) -> None:
    assert health_of(code) is Health.UNKNOWN


async def test_units_of_the_setup_are_left_out() -> None:
    units = [{"id": "dcos-setup.service", "health": 1}, {"id": "dcos-mesos-slave.service", "health": 1}]
    (node,) = (
        await diagnostics(
            {
                f"{HEALTH}/nodes": says({"nodes": [{"host_ip": "10.0.0.1", "health": 1, "role": "agent"}]}),
                f"{HEALTH}/nodes/10.0.0.1/units": says({"units": units}),
            }
        )
    ).nodes
    assert [unit.component for unit in node.failed] == ["mesos"]


async def test_the_next_master_is_asked_when_one_does_not_answer() -> None:
    routes = {
        EXHIBITOR: fails(TimeoutError("no answer within 5 s")),
        EXHIBITOR.replace(MASTER, "172.16.0.6"): recorded("exhibitor-cluster-status.json"),
    }
    health, http = asking(routes, f"{MASTER}:5050", "172.16.0.6")
    reading = (await health.read()).ensemble
    assert isinstance(reading, Value)
    assert reading.value.is_whole
    assert [one.address for one in reading.value.members if one.leads] == ["10.0.6.68"]
    assert max(call.timeout_s for call in http.calls) <= 5.0


class Hanging(MemoryHttp):
    """Exhibitor takes the request and never answers, and no time-out helps."""

    async def send(self, call: HttpCall) -> HttpAnswer:
        if ":8181/" in call.url:
            await asyncio.Event().wait()
        return await super().send(call)


async def test_an_exhibitor_that_hangs_takes_no_other_reading_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("shared.dcos.health.LONGEST_S", 0.05)
    http = Hanging({f"{HEALTH}/nodes": says({"nodes": []})})
    health = await DcosHealth(http, CLOCK, (MASTER,), longest_s=0.05).read()
    assert isinstance(health.ensemble, Failure)
    assert "no answer within" in health.ensemble.why
    assert isinstance(health.diagnostics, Value)


@pytest.mark.parametrize(
    ("members", "whole"),
    [
        ([(3, True), (3, False), (3, False)], True),
        ([(3, True), (3, False), (1, False)], False),
        ([(3, True), (3, True), (3, False)], False),
        ([(3, False), (3, False), (3, False)], False),
        ([(3, True), (None, False), (9, False)], False),
        ([(3, True)], True),
        ([], False),
    ],
)
async def test_an_ensemble_is_whole_when_all_serve_and_one_leads(
    members: list[tuple[int | None, bool]], whole: bool
) -> None:
    status = [
        {"hostname": f"10.0.0.{n}", "code": code, "isLeader": leads}
        for n, (code, leads) in enumerate(members)
    ]
    reading = (await read({EXHIBITOR: says(status)})).ensemble
    assert isinstance(reading, Value)
    assert isinstance(reading.value, Ensemble)
    assert reading.value.is_whole is whole


async def test_marathons_queue_says_what_waits_for_room() -> None:
    routes = {LEADER: says({"leader": "172.16.0.6:8080"}), QUEUE: recorded("marathon-queue.json")}
    reading = (await read(routes)).marathon
    assert isinstance(reading, Value)
    assert reading.value.leader == "172.16.0.6:8080"
    assert reading.value.waiting[0] == Waiting("/tools/datadog-agent", 1, True)
    assert [one.app for one in reading.value.waiting][1] == "/foo"


async def test_what_was_never_held_back_waits_for_room_too() -> None:
    delays = [{"timeLeftSeconds": 0, "overdue": False}, {"timeLeftSeconds": 9, "overdue": False}, None]
    queue = [{"app": {"id": "/a"}, "count": 1, "delay": delay} for delay in delays]
    routes = {LEADER: says({"leader": "172.16.0.6:8080"}), QUEUE: says({"queue": queue})}
    reading = (await read(routes)).marathon
    assert isinstance(reading, Value)
    assert [one.overdue for one in reading.value.waiting] == [True, False, True]


async def test_no_leader_is_an_answer_and_another_404_is_not() -> None:
    reading = (await read({LEADER: says({"message": "There is no leader"}, 404)})).marathon
    assert isinstance(reading, Value)
    assert reading.value == Marathon(None)
    assert isinstance((await read({LEADER: says(b"<html>not found</html>", 404)})).marathon, Failure)


def with_release(version: str, more: Mapping[str, Route]) -> dict[str, Route]:
    return {HEALTH: says({"dcos_version": version}), f"{HEALTH}/nodes": says({"nodes": []}), **more}


async def test_checks_are_run_where_the_release_has_them() -> None:
    long = "all is lost " * 100
    ran = {
        "status": 2,
        "checks": {"clock_sync": {"status": 2, "output": long}, "xz": {"status": 0, "output": ""}},
    }
    routes = with_release(
        "1.13.4", {f"{CHECKS}/cluster/": says(ran), f"{CHECKS}/node/": says({"checks": {}})}
    )
    health = await read(routes)
    assert isinstance(health.checks, Value)
    clock, xz = health.checks.value
    assert (clock.name, clock.health, xz.health) == ("clock_sync", Health.CRITICAL, Health.OK)
    assert len(clock.output) <= 400
    assert isinstance(health.node_checks[MASTER], Value)


@pytest.mark.parametrize("version", ["1.11.2", "1.8.8", "", "garbage"])
async def test_nothing_is_posted_to_a_cluster_without_checks_or_of_unknown_release(version: str) -> None:
    health, http = asking(with_release(version, {}))
    found = await health.read()
    assert [call for call in http.calls if call.method != "GET"] == []
    assert isinstance(found.checks, Value) is bool(version[:1].isdigit())


async def test_a_runner_that_could_not_run_a_check_is_no_failed_check() -> None:
    broken = {"error": "One or more requested checks failed to execute.", "checks": ["xz: not found"]}
    health = await read(with_release("2.0", {f"{CHECKS}/cluster/": says(broken)}))
    assert isinstance(health.checks, Failure)
    assert "could not run" in health.checks.why


def test_releases_are_told_apart() -> None:
    assert [has_checks(one) for one in ("1.11.9", "1.12", "2.2.0", "1.9", "")] == [
        False,
        True,
        True,
        False,
        None,
    ]
    assert [host_alone(one) for one in ("10.0.0.5:5050", "10.0.0.5", " Master.A ")] == [
        "10.0.0.5",
        "10.0.0.5",
        "master.a",
    ]


async def test_packages_are_told_by_name_and_version() -> None:
    packages = f"GET http://{MASTER}:80/pkgpanda/active/"
    found = (await read({packages: says(["mesos--abc", "marathon--def"])})).packages
    assert isinstance(found, Value)
    assert found.value == {"marathon": "def", "mesos": "abc"}
    assert isinstance((await read({packages: says(["mesos"])})).packages, Failure)
    assert isinstance((await read({packages: says("login first", 401)})).packages, Failure)
