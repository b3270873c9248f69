"""What runs on the twins besides plain tasks: services with data, and what DC/OS says of its own health."""

from __future__ import annotations

from shared.dcos.catalog.stateful import STATEFUL
from shared.memory.health import MemoryHealth
from shared.model.catalog import UNKNOWN_SDK, Package
from shared.model.health import ClusterHealth, Role
from shared.model.workloads import RUNNING
from tests.prod import POOL
from tests.simulation.breadth import Member
from tests.simulation.tale import Tale
from tests.simulation.twin_agents import Agents

PACKAGES: dict[str, Package] = {entry.package.name: entry.package for entry in STATEFUL}
UNIT = "dcos-net.service"


class TwinServices:
    """Over the workloads of the world."""

    def __init__(self, agents: Agents, tale: Tale) -> None:
        self._agents, self.works = agents, agents.works
        for name, count in tale.services:
            package = PACKAGES.get(name, UNKNOWN_SDK)
            sort = package.members[0].name or "node"
            agents.works.serve(name, [f"{sort}-{number}" for number in range(count)], package)

    def members(self) -> list[Member]:
        if not self.works.services:
            return []
        self.works.follow()
        found: list[Member] = []
        for service in self.works.services.values():
            sorts = [pod.rpartition("-")[0] for pod in service.pods]
            for pod in service.pods.values():
                sort = pod.name.rpartition("-")[0]
                most = service.package.may_be_down(sort, sorts.count(sort))
                up = self.works.is_up(service.name, pod.name)
                found.append(Member(service.name, pod.name, sort, self._home(pod.agent_id), up, most))
        return found

    def _home(self, agent_id: str) -> str:
        """The machine on whose disk this agent's volumes are."""
        who, there = self._agents.who, self._agents.compute._pools[POOL].instances
        ids = [id for id, agent in who.items() if agent.agent_id == agent_id and id in there]
        return there[ids[0]].name if ids and agent_id not in self._agents.scheduler.gone else ""

    def fails(self, number: int) -> None:
        pods = [pod for service in self.works.services.values() for pod in service.pods.values()]
        if pods and pods[number % len(pods)].since is not None:
            pods[number % len(pods)].since = self._agents.clock.now()

    def scheduler_hangs(self, number: int, hangs: bool) -> None:
        names = [*self.works.services, "apps"]
        (self.works.blind.add if hangs else self.works.blind.discard)(names[number % len(names)])

    async def replace_lost(self) -> None:
        for member in self.members():
            pod = self.works.services[member.service].pods[member.name]
            if member.node == "" and pod.agent_id not in self._agents.scheduler.agents:
                await self.works.replace_pod(member.service, member.name, pod.agent_id)

    def idle(self) -> list[str]:
        """A service has room while there is an agent for each of its pods."""
        agents = sum(one.active for one in self._agents.scheduler.agents.values())
        roomy = {name for name, one in self.works.services.items() if len(one.pods) <= agents}
        waiting = [one for one in self.members() if not one.is_up and one.service in roomy]
        silent = [f"{one.name} of {one.service} does not run" for one in waiting]
        apps = self.works.apps.values()
        short = [app for app in apps if sum(task.state == RUNNING for task in app.tasks) < app.wanted]
        return silent + [f"{app.id} does not run as often as it is wanted" for app in short]


class TwinHealth(MemoryHealth):
    """The nodes of the pool and the masters, and which of them have a unit that failed."""

    def __init__(self, agents: Agents, masters: tuple[str, ...]) -> None:
        super().__init__(agents.clock, {})
        self._world, self._masters = agents, masters

    async def read(self) -> ClusterHealth:
        there, scheduler = self._world.compute._pools[POOL], self._world.scheduler
        connected = {one.address for one in scheduler.agents.values() if one.active}
        self.nodes = dict.fromkeys(self._masters, Role.MASTER)
        self.nodes |= {one: Role.AGENT for one in there.addresses.values() if one in connected}
        self.failed = {
            (there.addresses[id], UNIT)
            for id, how in self._world.ailing.items()
            if how == "unit" and id in there.addresses
        }
        return await super().read()
