"""What DC/OS's services are made to do, beyond what follows from the world by itself.

By itself: an agent's unit fails when its Mesos agent does not run, the unit that runs checks when one of them fails, a
Marathon leads when a Mesos master does, and what has no room waits in Marathon's queue. Everything else is said here:
units, ZooKeeper servers and checks that fail, and doors that hang.
"""

from dataclasses import dataclass, field

from simulator.dcos.units import units_of
from simulator.wire import Silence
from simulator.world.agent import Agent, Life
from simulator.world.master import Master
from simulator.world.world import Cluster

OK, CRITICAL, UNKNOWN = 0, 1, 3
CHECKS = "dcos-checks-poststart.service"
"""Runs the checks of its node each minute, and fails when one of them does (1.11 and later)."""


@dataclass(frozen=True, slots=True)
class Node:
    """A node as the diagnostics know it: masters by DNS, agents from the leading master's list."""

    address: str
    role: str
    mesos_id: str
    agent: Agent | None = None


@dataclass(slots=True, eq=False)
class Services:
    """The health of one cluster's services."""

    cluster: Cluster
    sick: set[str] = field(default_factory=set)
    """Addresses of nodes that are unhealthy though each of their units is healthy."""
    zookeeper_down: set[str] = field(default_factory=set)
    """Addresses of masters."""
    checks: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Checks that do not say OK on any node: name to status (1 warning, 2 critical, 3 unknown) and output."""
    prints: dict[tuple[str, str], str] = field(default_factory=dict)
    """Address and unit to what stands in its journal."""
    silent: dict[int, Silence] = field(default_factory=dict)
    """Ports of masters that do not answer."""
    spoiled: dict[str, int] = field(default_factory=dict)
    """Services of the SDK whose schedulers answer everything with this status."""

    @property
    def failed(self) -> set[tuple[str, str]]:
        """Address and unit."""
        return self.cluster.units.failed

    @property
    def release(self) -> str:
        return self.cluster.mesos.release.dcos

    def address_of(self, master: Master) -> str:
        """That of its machine, wherever its interface is served."""
        return self.cluster.machines[master.index].nic.address

    def master_at(self, address: str) -> Master | None:
        return next((one for one in self.cluster.mesos.masters if self.address_of(one) == address), None)

    def nodes(self) -> list[Node]:
        mesos = self.cluster.mesos
        masters = [Node(self.address_of(one), "master", one.id) for one in mesos.masters]
        agents = [
            Node(one.address, "agent_public" if one.public else "agent", one.id, one)
            for one in mesos.registered.values()
        ]
        return masters + agents

    def units(self, node: Node) -> dict[str, int]:
        """Unit to health on this node; empty when its diagnostics can't be reached."""
        if not self._answers(node):
            return {}
        return {unit: self._unit(node, unit) for unit in units_of(self.release, node.role)}

    def health(self, node: Node) -> int:
        """A node is as ill as the worst of its units; one that can't be reached is unknown."""
        units = self.units(node)
        if not units:
            return UNKNOWN
        return CRITICAL if node.address in self.sick or CRITICAL in units.values() else OK

    def output(self, node: Node, unit: str, health: int) -> str:
        """What the diagnostics say of a unit: nothing of a healthy one, of another its state and its journal."""
        if health != CRITICAL:
            return ""
        journal = self.prints.get((node.address, unit), f"systemd[1]: {unit}: Main process exited, status=1")
        return f"{unit} is in state failed; possible are active, inactive and activating.\n{journal}\n"

    def _unit(self, node: Node, unit: str) -> int:
        if (node.address, unit) in self.failed or (unit == CHECKS and self.checks):
            return CRITICAL
        master = self.master_at(node.address)
        if unit == "dcos-exhibitor.service" and (
            node.address in self.zookeeper_down or (master is not None and master.zookeeper_down)
        ):
            return CRITICAL
        if unit == "dcos-mesos-master.service" and master is not None and master.killed:
            return CRITICAL
        if node.agent is not None and unit.startswith("dcos-mesos-slave"):
            return OK if node.agent.process.life is Life.RUNNING else CRITICAL
        return OK

    def _answers(self, node: Node) -> bool:
        if node.agent is None:
            master = self.master_at(node.address)
            return master is not None and master.up
        process = node.agent.process
        runs = process.instance.power.value == "running" and not process.instance.is_frozen
        return runs and not process.partitioned
