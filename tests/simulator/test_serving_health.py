"""What the product asks of DC/OS's own health is answered on sockets, and follows what is broken in the world."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from shared.azure.clock import WallClock as ProductClock
from shared.dcos.health import DcosHealth
from shared.dcos.http import AiohttpHttp
from shared.model.health import ClusterHealth, NodeHealth
from shared.model.readings import Failure, Value
from shared.settings import DcosPorts
from simulator.clock import WallClock
from simulator.serve import Served, served
from simulator.wire import Silence
from simulator.world.build import ClusterSpec, build_cluster, new_world

MASTERS = ["172.16.0.5", "172.16.0.6", "172.16.0.7"]
UNIT = "dcos-adminrouter-agent.service"


@asynccontextmanager
async def asked(release: str) -> AsyncIterator[tuple[Served, DcosHealth]]:
    world = new_world(WallClock())
    build_cluster(world, ClusterSpec("one", release, pools={"private": 2}))
    async with served(world) as result, AiohttpHttp() as http:
        ports = DcosPorts(**result.health_ports["one"], agents=0)
        yield (
            result,
            DcosHealth(http, ProductClock(), tuple(result.master_addresses("one")), ports, longest_s=5),
        )


def nodes(health: ClusterHealth) -> dict[str, NodeHealth]:
    assert isinstance(health.diagnostics, Value), health.diagnostics
    return {node.address: node for node in health.diagnostics.value.nodes}


async def test_a_well_cluster_is_well_on_sockets_and_its_masters_are_three() -> None:
    async with asked("2.2") as (_, reports):
        health = await reports.read()
        assert [one.address for one in nodes(health).values() if one.role == "master"] == MASTERS
        assert isinstance(health.ensemble, Value)
        assert health.ensemble.value.is_whole
        assert [one.address for one in health.ensemble.value.members] == MASTERS
        assert isinstance(health.marathon, Value)
        assert health.marathon.value.leader == "172.16.0.5:8080"
        assert isinstance(health.checks, Value)
        assert isinstance(health.packages, Value)


async def test_a_unit_that_is_broken_in_the_world_is_failed_on_sockets() -> None:
    async with asked("1.11") as (result, reports):
        address = result.world.clusters["one"].instances()[0].nic.address
        result.services["one"].failed.add((address, UNIT))
        (failed,) = nodes(await reports.read())[address].failed
        assert (failed.unit, failed.component) == (UNIT, "adminrouter")
        assert failed.says.startswith(f"{UNIT} is in state failed")
        result.services["one"].failed.clear()
        assert nodes(await reports.read())[address].failed == ()


async def test_the_next_master_answers_when_the_first_is_down() -> None:
    async with asked("1.11") as (result, reports):
        result.world.fail_over(result.world.clusters["one"])
        found = nodes(await reports.read())
        assert [one for one in MASTERS if one in found] == MASTERS


async def test_a_door_that_hangs_is_a_failure_and_the_others_answer() -> None:
    async with asked("1.11") as (result, reports):
        result.services["one"].silent[8080] = Silence.DROPPED
        health = await reports.read()
        assert isinstance(health.marathon, Failure)
        assert isinstance(health.diagnostics, Value)
