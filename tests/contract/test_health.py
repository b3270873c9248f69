"""What DC/OS says of its own health: the twin in memory, and simulated clusters of four releases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol

import pytest

from shared.dcos.health import DcosHealth
from shared.memory.clock import SteppedClock
from shared.memory.health import MemoryHealth
from shared.model.health import ClusterHealth, Diagnostics, Ensemble, Health, Marathon, NodeHealth, Role
from shared.model.readings import Failure, Value
from shared.ports.health import HealthReports
from shared.ports.http import HttpAnswer, HttpCall
from simulator.dcos.network import DIAGNOSTICS, EXHIBITOR, MARATHON, ROUTER, DcosNetwork
from simulator.dcos.services import Services
from simulator.in_process import MesosNetwork
from simulator.mesos.face import MesosFace
from simulator.wire import Silence
from simulator.world.build import ClusterSpec, build_cluster, new_world
from simulator.world.tasks import App
from tests.contract.schedulers import Steps

START = datetime(2026, 11, 22, 12, tzinfo=UTC)
PORTS = {"diagnostics": DIAGNOSTICS, "exhibitor": EXHIBITOR, "marathon": MARATHON, "checks": ROUTER}


class HealthWorld(Protocol):
    """Three masters and three private agents, all well."""

    reports: HealthReports
    masters: list[str]
    agents: list[str]

    def fail(self, address: str, unit: str) -> None: ...

    def mend(self, address: str, unit: str) -> None: ...

    def stop_zookeeper(self, address: str) -> None: ...

    def lose_leader(self) -> None: ...

    def blind(self, part: str) -> None: ...


class InMemory:
    def __init__(self) -> None:
        self.masters = ["172.16.0.5", "172.16.0.6", "172.16.0.7"]
        self.agents = ["10.32.0.4", "10.32.0.5", "10.32.0.6"]
        nodes = dict.fromkeys(self.masters, Role.MASTER) | dict.fromkeys(self.agents, Role.AGENT)
        self.twin = MemoryHealth(SteppedClock(START), nodes)
        self.reports: HealthReports = self.twin

    def fail(self, address: str, unit: str) -> None:
        self.twin.failed.add((address, unit))

    def mend(self, address: str, unit: str) -> None:
        self.twin.failed.discard((address, unit))

    def stop_zookeeper(self, address: str) -> None:
        self.twin.not_serving.add(address)

    def lose_leader(self) -> None:
        self.twin.leader = None

    def blind(self, part: str) -> None:
        self.twin.blind.add(part)


class Simulated:
    def __init__(self, release: str) -> None:
        self.clock = Steps()
        self.world = new_world(self.clock)
        self.cluster = build_cluster(self.world, ClusterSpec("contract", release, pools={"private": 3}))
        masters = self.cluster.mesos.masters
        faces = [MesosFace(self.world, self.cluster, master) for master in masters]
        self.services = Services(self.cluster)
        self.network = DcosNetwork(self.world, self.services, MesosNetwork(faces))
        addresses = tuple(master.address for master in masters)
        self.reports: HealthReports = DcosHealth(self, SteppedClock(START), addresses)
        self.masters = [master.host for master in masters]
        self.agents = sorted(instance.nic.address for instance in self.cluster.instances())

    async def send(self, call: HttpCall) -> HttpAnswer:
        timeout_s = min(call.timeout_s, 0.05)
        sent = self.network.send(call.method, call.url, call.headers, call.body or b"", timeout_s)
        status, headers, body = await sent
        return HttpAnswer(status, {name.lower(): value for name, value in headers.items()}, body)

    def fail(self, address: str, unit: str) -> None:
        self.services.failed.add((address, unit))

    def mend(self, address: str, unit: str) -> None:
        self.services.failed.discard((address, unit))

    def stop_zookeeper(self, address: str) -> None:
        self.services.zookeeper_down.add(address)

    def lose_leader(self) -> None:
        self.world.fail_over(self.cluster)

    def blind(self, part: str) -> None:
        self.services.silent[PORTS[part]] = Silence.HANGING


@pytest.fixture(params=["memory", "1.8", "1.11", "1.13", "2.2"])
def world(request: pytest.FixtureRequest) -> HealthWorld:
    return InMemory() if request.param == "memory" else Simulated(request.param)


def nodes(health: ClusterHealth) -> dict[str, NodeHealth]:
    assert isinstance(health.diagnostics, Value), health.diagnostics
    assert isinstance(health.diagnostics.value, Diagnostics)
    return {node.address: node for node in health.diagnostics.value.nodes}


async def test_a_well_cluster_says_so_in_every_part(world: HealthWorld) -> None:
    health = await world.reports.read()
    found = nodes(health)
    assert sorted(found) == sorted([*world.masters, *world.agents])
    assert {one.health for one in found.values()} == {Health.OK}
    assert {found[one].role for one in world.masters} == {Role.MASTER}
    assert {found[one].role for one in world.agents} == {Role.AGENT}
    assert isinstance(health.ensemble, Value)
    assert isinstance(health.ensemble.value, Ensemble)
    assert health.ensemble.value.is_whole
    assert isinstance(health.marathon, Value)
    assert isinstance(health.marathon.value, Marathon)
    assert health.marathon.value.leader
    assert isinstance(health.checks, Value)


async def test_a_unit_fails_where_it_fails_and_nowhere_else(world: HealthWorld) -> None:
    first, second, third = world.agents
    world.fail(first, "dcos-mesos-slave.service")
    world.fail(second, "dcos-adminrouter-agent.service")
    found = nodes(await world.reports.read())
    assert [unit.unit for unit in found[first].failed] == ["dcos-mesos-slave.service"]
    assert [unit.unit for unit in found[second].failed] == ["dcos-adminrouter-agent.service"]
    assert (found[third].health, found[third].failed) == (Health.OK, ())
    assert all(unit.takes_down for unit in found[first].failed)
    world.mend(first, "dcos-mesos-slave.service")
    assert nodes(await world.reports.read())[first].health is Health.OK


async def test_a_zookeeper_server_that_is_down_is_seen(world: HealthWorld) -> None:
    world.stop_zookeeper(world.masters[2])
    health = await world.reports.read()
    assert isinstance(health.ensemble, Value)
    assert not health.ensemble.value.is_whole
    assert [one.address for one in health.ensemble.value.members if not one.serves] == [world.masters[2]]
    assert health.ensemble.value.leaders == 1


async def test_a_marathon_without_leader_is_an_answer(world: HealthWorld) -> None:
    world.lose_leader()
    health = await world.reports.read()
    assert isinstance(health.marathon, Value)
    assert health.marathon.value.leader is None


@pytest.mark.parametrize("part", ["diagnostics", "exhibitor", "marathon"])
async def test_a_part_that_hangs_fails_alone(world: HealthWorld, part: str) -> None:
    world.blind(part)
    health = await world.reports.read()
    readings = {"diagnostics": health.diagnostics, "exhibitor": health.ensemble, "marathon": health.marathon}
    assert [name for name, one in readings.items() if isinstance(one, Failure)] == [part]


async def test_packages_have_versions(world: HealthWorld) -> None:
    found = (await world.reports.read()).packages
    assert isinstance(found, Value)
    assert found.value["mesos"]


async def test_a_simulated_agent_that_died_is_unhealthy_until_it_is_given_up_and_then_not_listed() -> None:
    world = Simulated("2.2")
    dead = world.agents[0]
    instance = next(one for one in world.cluster.instances() if one.nic.address == dead)
    world.world.kill_agent_process(instance)
    failed = nodes(await world.reports.read())[dead].failed
    assert [unit.component for unit in failed] == ["mesos"]
    await world.clock.sleep(timedelta(minutes=30).total_seconds())
    assert dead not in nodes(await world.reports.read())


async def test_a_simulated_machine_that_is_off_is_unknown() -> None:
    world = Simulated("1.11")
    instance = world.cluster.instances()[0]
    world.world.power_off(instance)
    assert nodes(await world.reports.read())[instance.nic.address].health is Health.UNKNOWN


async def test_a_simulated_checks_failure_names_the_check_on_each_node() -> None:
    world = Simulated("2.2")
    world.services.checks["clock_sync"] = (2, "Clock is 30 s off")
    health = await world.reports.read()
    assert sorted(health.node_checks) == sorted([*world.masters, *world.agents])
    units = {unit.unit for node in nodes(health).values() for unit in node.failed}
    assert units == {"dcos-checks-poststart.service"}
    for reading in health.node_checks.values():
        assert isinstance(reading, Value)
        assert [one.name for one in reading.value if one.health is Health.CRITICAL] == ["clock_sync"]


@pytest.mark.parametrize("release", ["1.8", "1.11", "2.2"])
async def test_a_simulated_failed_unit_says_what_stands_in_its_journal(release: str) -> None:
    world = Simulated(release)
    unit = "dcos-adminrouter-agent.service"
    world.fail(world.agents[0], unit)
    world.services.prints[world.agents[0], unit] = "nginx: [emerg] bind() to 0.0.0.0:61001 failed"
    (failed,) = nodes(await world.reports.read())[world.agents[0]].failed
    assert failed.says.startswith(f"{unit} is in state failed")
    assert failed.says.endswith("nginx: [emerg] bind() to 0.0.0.0:61001 failed")


async def test_an_exhibitor_that_refuses_us_is_read_behind_admin_router() -> None:
    world = Simulated("2.2")
    world.services.silent[EXHIBITOR] = Silence.DROPPED
    health = await world.reports.read()
    assert isinstance(health.ensemble, Value)
    assert health.ensemble.value.is_whole


async def test_what_has_no_room_waits_in_the_simulated_queue() -> None:
    world = Simulated("1.11")
    world.cluster.mesos.schedulers[0].add(App("huge", 2, cpus=64.0))
    health = await world.reports.read()
    assert isinstance(health.marathon, Value)
    assert [(one.app, one.missing) for one in health.marathon.value.waiting] == [("/huge", 2)]
