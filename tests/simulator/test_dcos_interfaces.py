"""The simulated DC/OS interfaces answer in the shapes that were recorded, and follow what happens in the world."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from shared.dcos import components
from shared.model.health import Role
from simulator.dcos.network import DcosNetwork
from simulator.dcos.services import Services
from simulator.dcos.units import units_of
from simulator.in_process import MesosNetwork
from simulator.wire import Silence
from simulator.world.build import ClusterSpec
from simulator.world.tasks import App
from tests.simulator.stage import Stage, play

DATA = Path(__file__).resolve().parents[1] / "data" / "dcos"
MASTER = "172.16.0.5"
HEALTH = f"http://{MASTER}:1050/system/health/v1"


class Asked:
    """A cluster and its DC/OS interfaces."""

    def __init__(self, stage: Stage) -> None:
        self.services = Services(stage.cluster)
        self.network = DcosNetwork(stage.world, self.services, MesosNetwork(stage.faces))
        self.agent = stage.agent(0).address

    async def ask(self, url: str, method: str = "GET") -> tuple[int, Any]:
        status, headers, body = await self.network.send(method, url, {}, b"", 1.0)
        is_json = headers.get("Content-Type") == "application/json"
        return status, msgspec.json.decode(body) if is_json else body.decode()

    async def get(self, url: str) -> Any:
        status, answer = await self.ask(url)
        assert status == 200, answer
        return answer


def recorded(name: str) -> Any:
    return msgspec.json.decode((DATA / name).read_bytes())


def test_diagnostics_have_the_recorded_shapes() -> None:
    async def story(stage: Stage) -> None:
        asked = Asked(stage)
        (node, *_) = (await asked.get(f"{HEALTH}/nodes"))["nodes"]
        slip = {key.rstrip(":") for key in recorded("diagnostics-nodes.json")["nodes"][0]}
        assert node.keys() == slip
        (unit, *_) = (await asked.get(f"{HEALTH}/nodes/{asked.agent}/units"))["units"]
        assert unit.keys() >= recorded("diagnostics-node-units.json")["units"][0].keys()
        told = await asked.get(f"{HEALTH}/nodes/{asked.agent}/units/{unit['id']}")
        assert told.keys() >= {"id", "health", "output", "description", "help"}
        me, like = await asked.get(HEALTH), recorded("diagnostics-node-health-agent-unhealthy-unit.json")
        assert me.keys() == like.keys()
        assert me["units"][0].keys() == like["units"][0].keys()

    play(story)


def test_the_version_has_another_name_before_1_10() -> None:
    async def story(stage: Stage) -> None:
        assert "3dt_version" in await Asked(stage).get(HEALTH)

    play(story, ClusterSpec("old", "1.9"))


def test_exhibitor_and_marathon_have_the_recorded_shapes() -> None:
    async def story(stage: Stage) -> None:
        asked = Asked(stage)
        status = await asked.get(f"http://{MASTER}:8181/exhibitor/v1/cluster/status")
        assert status[0].keys() == recorded("exhibitor-cluster-status.json")[0].keys()
        assert await asked.get(f"http://{MASTER}:8080/v2/leader") == {"leader": f"{MASTER}:8080"}
        stage.cluster.mesos.schedulers[0].add(App("huge", 1, cpus=64.0))
        (waiting,) = (await asked.get(f"http://{MASTER}:8080/v2/queue"))["queue"]
        assert recorded("marathon-queue.json")["queue"][0].keys() >= waiting.keys()

    play(story)


def test_a_units_nodes_are_listed_with_their_own_health() -> None:
    async def story(stage: Stage) -> None:
        asked = Asked(stage)
        asked.services.failed.add((MASTER, "dcos-cosmos.service"))
        listed = (await asked.get(f"{HEALTH}/units/dcos-marathon.service/nodes"))["nodes"]
        assert {one["host_ip"]: one["health"] for one in listed}[MASTER] == 1
        assert (await asked.get(f"{HEALTH}/units/dcos-marathon.service"))["health"] == 0

    play(story)


def test_zookeeper_without_a_majority_serves_nobody() -> None:
    async def story(stage: Stage) -> None:
        asked = Asked(stage)
        asked.services.zookeeper_down |= {"172.16.0.6", "172.16.0.7"}
        status = await asked.get(f"http://{MASTER}/exhibitor/exhibitor/v1/cluster/status")
        assert [one["code"] for one in status] == [2, 1, 1]
        assert not any(one["isLeader"] for one in status)

    play(story)


def test_checks_are_listed_by_get_and_run_by_post() -> None:
    async def story(stage: Stage) -> None:
        asked = Asked(stage)
        url = f"http://{MASTER}/system/checks/v1/node/"
        assert (await asked.get(url))["clock_sync"].keys() == {"description", "cmd", "timeout"}
        asked.services.checks["clock_sync"] = (2, "off")
        status, ran = await asked.ask(url, "POST")
        assert (status, ran["status"], ran["checks"]["clock_sync"]["output"]) == (200, 2, "off")
        assert (await asked.ask(f"http://{MASTER}/system/checks/v1/other/"))[0] == 404

    play(story, ClusterSpec("new", "2.2"))


def test_releases_before_1_12_have_no_checks() -> None:
    async def story(stage: Stage) -> None:
        assert (await Asked(stage).ask(f"http://{MASTER}/system/checks/v1/node/"))[0] == 404

    play(story, ClusterSpec("old", "1.11"))


def test_an_agents_metrics_follow_its_process() -> None:
    async def story(stage: Stage) -> None:
        asked = Asked(stage)
        url = f"http://{asked.agent}:5051/metrics/snapshot"
        metrics = await asked.get(url)
        assert metrics["slave/registered"] == 1.0
        assert metrics["slave/uptime_secs"] > 0
        assert metrics["slave/cpus_percent"] <= 1.0
        stage.world.kill_agent_process(stage.instance(0))
        with pytest.raises(ConnectionRefusedError):
            await asked.ask(url)
        own = await asked.get(f"http://{asked.agent}:61001/system/health/v1")
        assert [unit["id"] for unit in own["units"] if unit["health"]] == ["dcos-mesos-slave.service"]

    play(story)


def test_what_is_not_there_is_refused_and_what_hangs_times_out() -> None:
    async def story(stage: Stage) -> None:
        asked = Asked(stage)
        for url in (f"http://{MASTER}:9999/", "http://10.9.9.9:5051/metrics/snapshot"):
            with pytest.raises(ConnectionRefusedError):
                await asked.ask(url)
        asked.services.silent[8181] = Silence.HANGING
        with pytest.raises(TimeoutError):
            await asked.ask(f"http://{MASTER}:8181/exhibitor/v1/cluster/status")
        for path in ("/nodes/10.9.9.9", "/units/none", "/nodes/10.9.9.9/units", "/units/none/nodes", "/what"):
            assert (await asked.ask(f"{HEALTH}{path}"))[0] == 404
        assert (await asked.get(f"http://{MASTER}:5050/version"))["version"]

    play(story)


def test_many_may_ask_at_once() -> None:
    async def story(stage: Stage) -> None:
        asked = Asked(stage)
        await asyncio.gather(*(asked.get(f"{HEALTH}/nodes") for _ in range(20)))
        assert len(asked.network.requests) == 20

    play(story)


@pytest.mark.parametrize("release", ["1.8", "1.9", "1.10", "1.11", "1.12", "1.13", "2.0", "2.2"])
def test_the_product_knows_every_simulated_unit_in_its_release(release: str) -> None:
    for role in Role:
        for unit in units_of(release, role.value):
            owner = components.component_of(unit)
            assert owner is not None, unit
            assert unit in components.units_of(owner.name, release, role), (unit, role)
