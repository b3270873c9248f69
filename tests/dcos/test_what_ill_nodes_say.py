"""What failed units and checks of ill nodes say is read, in few questions, and never at the cost of the rest."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from shared.dcos.diagnostics import MOST_TEXTS
from shared.dcos.health import MOST_AGENTS, DcosHealth
from shared.memory.http import MemoryHttp, Route
from shared.model.health import ClusterHealth, Diagnostics, Ensemble, Health, NodeHealth
from shared.model.readings import Failure, Value
from shared.ports.http import HttpAnswer, HttpCall
from shared.settings import DcosPorts
from tests.dcos.test_health import CHECKS, CLOCK, EXHIBITOR, HEALTH, MASTER, asking, fails, recorded, says

AGENT, OTHER = "10.32.0.4", "10.32.0.5"
MESOS, LOGS = "dcos-mesos-slave.service", "dcos-log-agent.service"
STATE = f"{MESOS} state is not one of the possible states [active inactive]. Current state is [ failed ]."
PASSED = says({"status": 0, "checks": {}})


def ill(*failed: tuple[str, str], release: str = "1.11.2") -> dict[str, Route]:
    """A master whose diagnostics tell of agents with these failed units, and of one well agent."""
    addresses = list(dict.fromkeys(address for address, _ in failed))
    nodes: list[object] = [{"host_ip": address, "health": 1, "role": "agent"} for address in addresses]
    nodes.append({"host_ip": "10.32.9.9", "health": 0, "role": "agent"})
    routes: dict[str, Route] = {
        f"{HEALTH}/nodes": says({"nodes": nodes}),
        HEALTH: says({"dcos_version": release}),
    }
    for address in addresses:
        units = [{"id": unit, "health": 1} for where, unit in failed if where == address]
        routes[f"{HEALTH}/nodes/{address}/units"] = says({"units": units})
    return routes


async def read(routes: Mapping[str, Route]) -> tuple[ClusterHealth, MemoryHttp]:
    health, http = asking(routes)
    return await health.read(), http


def nodes(health: ClusterHealth) -> dict[str, NodeHealth]:
    assert isinstance(health.diagnostics, Value), health.diagnostics
    assert isinstance(health.diagnostics.value, Diagnostics)
    return {node.address: node for node in health.diagnostics.value.nodes}


async def test_a_failed_unit_says_what_it_printed() -> None:
    output = f"{STATE}\nNov 22 mesos-agent[7]: EXIT with status 1: disk is full\n"
    routes = ill((AGENT, MESOS)) | {f"{HEALTH}/nodes/{AGENT}/units/{MESOS}": says({"output": output})}
    (unit,) = nodes((await read(routes))[0])[AGENT].failed
    assert unit.says == f"{STATE} Nov 22 mesos-agent[7]: EXIT with status 1: disk is full"
    assert unit.component == "mesos"


@pytest.mark.parametrize(
    "answer",
    [
        fails(TimeoutError("no answer")),
        says({}),
        says({"output": None}),
        says({"output": 7}),
        says(b"<html>"),
    ],
)
async def test_a_failed_unit_whose_text_can_not_be_read_is_told_without_it(answer: Route) -> None:
    routes = ill((AGENT, MESOS)) | {f"{HEALTH}/nodes/{AGENT}/units/{MESOS}": answer}
    node = nodes((await read(routes))[0])[AGENT]
    assert [(unit.unit, unit.says) for unit in node.failed] == [(MESOS, "")]
    assert node.is_read


async def test_each_failed_unit_has_one_text_before_any_has_two() -> None:
    many = [(f"10.32.1.{n}", MESOS) for n in range(60)]
    health, http = await read(ill(*many, (OTHER, LOGS)))
    texts = [call.url for call in http.calls if "/units/" in call.url]
    assert len(texts) == MOST_TEXTS
    assert f"http://{MASTER}:1050/system/health/v1/nodes/{OTHER}/units/{LOGS}" in texts
    assert all(node.is_read for node in nodes(health).values())


class Slow(MemoryHttp):
    """Questions about the units of one node are never answered, and no time-out helps."""

    async def send(self, call: HttpCall) -> HttpAnswer:
        if f"/nodes/{AGENT}/units" in call.url:
            await asyncio.Event().wait()
        return await super().send(call)


async def test_a_node_that_keeps_the_master_thinking_takes_no_other_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("shared.dcos.diagnostics.UNITS_S", 0.05)
    http = Slow(ill((AGENT, MESOS), (OTHER, LOGS)))
    found = nodes(await DcosHealth(http, CLOCK, (MASTER,)).read())
    assert (found[AGENT].health, found[AGENT].is_read) == (Health.CRITICAL, False)
    assert [unit.unit for unit in found[OTHER].failed] == [LOGS]


def checks_of(address: str) -> str:
    return f"POST http://{address}:61001/system/checks/v1/node/"


async def test_checks_are_run_on_ill_agents_and_not_on_well_ones() -> None:
    off = says({"status": 2, "checks": {"clock_sync": {"status": 2, "output": "Clock is 30 s off"}}})
    routes = ill((AGENT, MESOS), release="1.12.4") | {
        f"{CHECKS}/cluster/": PASSED,
        f"{CHECKS}/node/": PASSED,
        checks_of(AGENT): off,
    }
    health, http = await read(routes)
    reading = health.node_checks[AGENT]
    assert isinstance(reading, Value)
    assert [(one.name, one.output) for one in reading.value] == [("clock_sync", "Clock is 30 s off")]
    assert sorted(health.node_checks) == sorted([MASTER, AGENT])
    assert [call.url for call in http.calls if ":61001" in call.url] == [
        checks_of(AGENT).removeprefix("POST ")
    ]


async def test_in_a_storm_few_agents_are_asked_for_their_checks() -> None:
    many = [(f"10.32.1.{n}", MESOS) for n in range(60)]
    _, http = await read(ill(*many, release="2.2"))
    assert sum(":61001" in call.url for call in http.calls) == MOST_AGENTS


async def test_an_agent_that_can_not_be_reached_is_a_failure_of_its_own() -> None:
    routes = ill((AGENT, MESOS), release="2.0") | {f"{CHECKS}/cluster/": PASSED, f"{CHECKS}/node/": PASSED}
    health, _ = await read(routes)
    assert isinstance(health.node_checks[AGENT], Failure)
    assert isinstance(health.node_checks[MASTER], Value)


@pytest.mark.parametrize("release", ["1.8.8", "1.11.2", ""])
async def test_agents_without_checks_are_not_asked(release: str) -> None:
    _, http = await read(ill((AGENT, MESOS), release=release))
    assert [call.url for call in http.calls if ":61001" in call.url] == []


async def test_agents_are_not_asked_where_their_port_is_0() -> None:
    http = MemoryHttp(ill((AGENT, MESOS), release="2.2"))
    health = await DcosHealth(http, CLOCK, (MASTER,), DcosPorts(agents=0)).read()
    assert sorted(health.node_checks) == [MASTER]


async def test_an_exhibitor_that_wants_a_certificate_is_asked_behind_admin_router() -> None:
    behind = f"GET http://{MASTER}:80/exhibitor/exhibitor/v1/cluster/status"
    routes = {EXHIBITOR: fails(ConnectionError("reset")), behind: recorded("exhibitor-cluster-status.json")}
    reading = (await read(routes))[0].ensemble
    assert isinstance(reading, Value)
    assert isinstance(reading.value, Ensemble)
    assert reading.value.is_whole


async def test_an_exhibitor_that_nobody_answers_for_says_what_both_said() -> None:
    reading = (await read({EXHIBITOR: fails(ConnectionError("reset"))}))[0].ensemble
    assert isinstance(reading, Failure)
    assert ":8181/" in reading.why
    assert ":80/" in reading.why
