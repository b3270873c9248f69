"""What the masters of one cluster know and decide: the agents.

Four lists, as a real leader has them: registered (connected or not), recovered (in the registry, not heard of since
the failover), unreachable, gone. Agents come in through `register`, which is also where the refusals are:

1. nobody leads: it tries again when somebody does;
2. the machine is down in the maintenance schedule: refused until it is up again, whoever it is;
3. the id is gone: refused for ever;
4. the id was given up and this Mesos takes nobody back: told to shut down, it returns as a new agent;
5. another record has the same address: the old one is removed, its tasks are lost.

How an agent is given up is in `removal`, what operators can order in `orders`, how a leader is replaced in
`elections`.
"""

from collections import Counter
from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from simulator.world.agent import Agent, Process, Resources
from simulator.world.journal import MESOS, Actor, Entry, Journal
from simulator.world.kept import Reserved
from simulator.world.maintenance import Maintenance, Mode
from simulator.world.master import Master
from simulator.world.removal import RateLimiter
from simulator.world.scheduler import Scheduler
from simulator.world.tasks import TaskState
from simulator.world.timeline import Timeline
from simulator.world.versions import Release

AGENT_PORT = 5051
MARATHON_HEEDS_MAINTENANCE = (1, 5)


@dataclass(frozen=True, slots=True)
class MesosTimes:
    """Seconds, except `max_pings`. As DC/OS sets them (dcos/dcos gen/dcos-config.yaml)."""

    ping_s: float = 15.0
    max_pings: int = 20
    reregister_window_s: float = 600.0
    """agent_reregister_timeout: how long after an election agents may take to come back."""
    election_s: float = 12.0
    """From the loss of a leader to the next (ZooKeeper's session timeout, mostly)."""
    recovery_s: float = 1.5
    """How long a new leader reads its registry."""
    reregister_s: float = 10.0
    """Agents come back to a new leader within this time, each at its own moment."""
    retry_s: float = 3.0
    """How soon a refused agent that would be taken now tries again."""


class Mesos:
    """The cluster as its leading master sees it."""

    def __init__(
        self, name: str, release: Release, timeline: Timeline, journal: Journal, chance: Random
    ) -> None:
        self.name = name
        self.release = release
        self.timeline = timeline
        self.journal = journal
        self.chance = chance
        self.times = MesosTimes()
        self.masters: list[Master] = []
        self.leader: Master | None = None
        self.registered: dict[str, Agent] = {}
        self.recovered: dict[str, Agent] = {}
        self.unreachable: dict[str, Agent] = {}
        self.gone: dict[str, Agent] = {}
        self.removed: dict[str, Agent] = {}
        """Told to shut down, or replaced at their address."""
        self.processes: list[Process] = []
        self.maintenance = Maintenance(lambda machine: machine[1] in self._by_address)
        self.limiter = RateLimiter(timeline, release.removal_interval_s)
        self.schedulers: list[Scheduler] = []
        self.counts: Counter[str] = Counter()
        self.resources: dict[str, Resources] = {}
        """By pool; pools without an entry get the default."""
        self.attributes: dict[str, dict[str, str]] = {}
        """By pool: what its agents say of themselves, besides what all say."""
        self.releases: dict[str, Release] = {}
        """Of agents, by pool; those without an entry have that of the masters."""
        self.tells_zones = False
        """DC/OS was told how its nodes find their fault domain (Mesos 1.5 and later)."""
        self._by_address: dict[str, Agent] = {}

    def register(self, process: Process) -> None:
        """An agent process asks to be taken, as new or as who it was."""
        if self.leader is None or not process.responsive:
            return
        if self.maintenance.mode((process.address, process.address)) is Mode.DOWN:
            self._refuse(process, "its machine is down")
            return
        if process.agent_id in self.gone:
            self._refuse(process, "its id is gone")
            process.killed(None)
            return
        process.refused = False
        record = self._returning(process.agent_id)
        if record is None:
            self._take_new(process)
        else:
            self._take_back(process, record)
        for scheduler in self.schedulers:
            scheduler.reconcile_soon()

    def connection_closed(self, process: Process) -> None:
        """The agent's process ended and its machine said so: not active any more, at once."""
        agent = self._record(process)
        if agent is None or not agent.connected or process.partitioned:
            return
        agent.connected = False
        agent.revision += 1
        self.note("agent_disconnected", agent, MESOS)
        self._count_pings(agent)

    def fell_silent(self, process: Process) -> None:
        """The agent does not answer; only the pings will tell."""
        agent = self._record(process)
        if agent is not None:
            self._count_pings(agent)

    def answers_again(self, process: Process) -> None:
        agent = self._record(process)
        if agent is None:
            self.timeline.after(0.5, lambda: self.register(process))
        elif process.responsive:
            if agent.permit is not None:
                self.counts["slave_unreachable_canceled"] += 1
            agent.stop_counting()

    def counts_on(self, process: Process) -> bool:
        agent = self._record(process)
        return agent is not None and agent.active

    def agents_at(self, address: str) -> list[Agent]:
        agent = self._by_address.get(address)
        return [agent] if agent is not None else []

    def find(self, agent_id: str) -> Agent | None:
        """Registered, recovered or unreachable."""
        for known in (self.registered, self.recovered, self.unreachable):
            if agent_id in known:
                return known[agent_id]
        return None

    def admit(self, agent: Agent) -> None:
        """Into the list of the registered."""
        self.registered[agent.id] = agent
        self._by_address[agent.address] = agent

    def forget(self, agent: Agent) -> None:
        """Out of every list but gone."""
        agent.stop_counting()
        for known in (self.registered, self.recovered, self.unreachable):
            known.pop(agent.id, None)
        if self._by_address.get(agent.address) is agent:
            del self._by_address[agent.address]

    def new_agent(self, process: Process, agent_id: str) -> Agent:
        pool = process.pool
        public = pool.startswith("public")
        attributes = {"os": "Linux"} | ({"public_ip": "true"} if public else {})
        attributes |= self.attributes.get(pool, {})
        resources = self.resources.get(pool, Resources())
        release, now = self.releases.get(pool, self.release), self.timeline.now
        agent = Agent(
            agent_id, process.address, AGENT_PORT, pool, public, attributes, resources, release, now, process
        )
        if self.tells_zones and release.knows_domains:
            instance = process.instance
            zone = instance.zone or str(instance.fault_domain)
            agent.domain = (f"azure/{instance.scale_set.location}", f"azure/{zone}")
        return agent

    def keep(self, agent: Agent, reserved: Reserved, by: Actor = MESOS) -> None:
        """A framework reserves resources on the agent, and puts its volumes there."""
        agent.kept.append(reserved)
        agent.revision += 1
        self.note("resources_kept", agent, by)

    def let_go(self, agent: Agent, role: str, by: Actor = MESOS) -> None:
        """Volumes of the role are destroyed and its reservations given back."""
        agent.process.kept = [one for one in agent.kept if one.role != role]
        agent.revision += 1
        self.note("resources_let_go", agent, by)

    def next_id(self) -> str:
        """The next agent id of the leader."""
        if self.leader is None:
            raise RuntimeError("Nobody leads, so nobody can give out an agent id.")
        self.leader.registrations += 1
        return f"{self.leader.id}-S{self.leader.registrations - 1}"

    def mark_unreachable(self, agent: Agent) -> None:
        """The masters give the agent up."""
        self.forget(agent)
        self.unreachable[agent.id] = agent
        agent.connected = False
        self.counts["slave_removals"] += 1
        self.counts["slave_removals/reason_unhealthy"] += 1
        self.counts["slave_unreachable_completed"] += 1
        self.note("agent_unreachable", agent, MESOS)
        for scheduler in self.schedulers:
            scheduler.agent_unreachable(agent)

    def in_maintenance(self) -> Set[str]:
        """Addresses that Marathon places nothing on now, because they are in a maintenance window that is open."""
        if self.release.number < MARATHON_HEEDS_MAINTENANCE or not self.maintenance.windows:
            return frozenset()
        now_ns = int(self.timeline.now.timestamp() * 1e9)
        open_ones = (window for window in self.maintenance.windows if window.is_open(now_ns))
        return {ip or hostname for window in open_ones for hostname, ip in window.machines}

    def note(self, what: str, agent: Agent, by: Actor) -> None:
        facts = {"cluster": self.name, "address": agent.address, "pool": agent.pool}
        entry = Entry(self.timeline.now, what, agent.id, by, agent.process.instance.healthy, facts)
        self.journal.write(entry)

    def every_agent(self) -> Iterable[Agent]:
        return [*self.registered.values(), *self.recovered.values(), *self.unreachable.values()]

    def _record(self, process: Process) -> Agent | None:
        agent = self.registered.get(process.agent_id or "")
        return agent if agent is not None and agent.process is process else None

    def _returning(self, agent_id: str | None) -> Agent | None:
        """The record under which this id may come back; None when it has to become somebody new."""
        lists = [self.registered, self.recovered]
        if self.release.lets_unreachable_return:
            lists.append(self.unreachable)
        if self.release.lets_removed_return:
            lists.append(self.removed)
        return next((known[agent_id] for known in lists if agent_id in known), None) if agent_id else None

    def _refuse(self, process: Process, why: str) -> None:
        process.refused = True
        facts = {"cluster": self.name, "why": why}
        self.journal.write(Entry(self.timeline.now, "agent_refused", process.address, MESOS, None, facts))

    def _take_new(self, process: Process) -> None:
        old = self._by_address.get(process.address)
        if old is not None:
            self._replace_record(old)
        process.agent_id, process.tasks_died = self.next_id(), False
        agent = self.new_agent(process, process.agent_id)
        self.admit(agent)
        self.counts["slave_registrations"] += 1
        self.counts["messages_register_slave"] += 1
        self.note("agent_registered", agent, MESOS)

    def _take_back(self, process: Process, agent: Agent) -> None:
        was_unreachable = agent.id in self.unreachable
        self.removed.pop(agent.id, None)
        self.forget(agent)
        agent.process, agent.connected, agent.reregistered = process, True, self.timeline.now
        agent.revision += 1
        self.admit(agent)
        self.counts["slave_reregistrations"] += 1
        self.counts["messages_reregister_slave"] += 1
        self.note("agent_reregistered", agent, MESOS)
        if was_unreachable:
            for scheduler in self.schedulers:
                scheduler.agent_returned(agent)
        if process.tasks_died:
            for scheduler in self.schedulers:
                scheduler.end(agent, agent.tasks.values(), TaskState.LOST)
        process.tasks_died = False

    def _replace_record(self, old: Agent) -> None:
        self.forget(old)
        self.removed[old.id] = old
        self.counts["slave_removals"] += 1
        self.counts["slave_removals/reason_registered"] += 1
        self.note("agent_removed", old, MESOS)
        for scheduler in self.schedulers:
            scheduler.end(old, old.tasks.values(), TaskState.LOST)

    def _count_pings(self, agent: Agent) -> None:
        """Begin to count missing answers: the next ping of its rhythm is the first that fails."""
        if agent.ping_timer is not None or agent.permit is not None:
            return
        since = agent.reregistered or agent.registered
        beat = self.times.ping_s
        elapsed = (self.timeline.now - since).total_seconds()
        first_missed = since + timedelta(seconds=(elapsed // beat + 1) * beat)
        agent.ping_timer = self.timeline.at(
            first_missed + timedelta(seconds=beat * self.times.max_pings), lambda: self._ask_for_permit(agent)
        )

    def _ask_for_permit(self, agent: Agent) -> None:
        agent.ping_timer = None
        self.counts["slave_unreachable_scheduled"] += 1
        agent.permit = self.limiter.acquire(lambda: self.mark_unreachable(agent))
