"""What the Mesos master says: who leads, which agents are registered, what runs where and what is kept there.

An agent that Mesos gave up vanishes from its lists, so its absence here is a fact about the list, not about the
machine; the inventory remembers who is missing. `active` is Mesos's word: registered and connected.
Sources: apache/mesos:docs/operator-http-api.md, docs/persistent-volume.md, docs/reservation.md, src/master/http.cpp.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct, field

from .ports import Ports

ANYBODY = "*"
"""The role of what is reserved for nobody."""


class Generation(StrEnum):
    """How an agent is emptied and given up, chosen from versions and capabilities, never configured.

    maintenance  Mesos 1.0-1.4 (DC/OS 1.8-1.10): maintenance window; machine down, later machine up
    mark_gone    Mesos 1.5-1.8 (DC/OS 1.11-1.13): maintenance window; MARK_AGENT_GONE
    drain        Mesos 1.9 and later (DC/OS 2.0 and later): DEACTIVATE_AGENT, DRAIN_AGENT, MARK_AGENT_GONE
    """

    MAINTENANCE = "maintenance"
    MARK_GONE = "mark_gone"
    DRAIN = "drain"


class Drain(StrEnum):
    """How far a drain is.

    none --(DRAIN_AGENT)--> draining --(no task is left, all updates acknowledged)--> drained --(reactivate)--> none

    A drain that goes on can't be called off.
    """

    NONE = "none"
    DRAINING = "draining"
    DRAINED = "drained"


class Amounts(Struct, frozen=True):
    """Cores, megabytes of memory, megabytes of disk, graphics processors."""

    cpus: float = 0.0
    mem_mb: float = 0.0
    disk_mb: float = 0.0
    gpus: float = 0.0


class Reservation(Struct, frozen=True):
    """What a framework reserved on an agent while it ran (dynamic). Nobody else gets it, and it stays with the agent's
    disk: a framework that holds something there comes back to it. What an agent's own settings reserve, as
    `slave_public` on public agents of DC/OS, is static and not listed."""

    role: str
    principal: str
    amounts: Amounts


class Volume(Struct, frozen=True):
    """A persistent volume: data that a task left on the agent's disk and expects there when it comes back.

    `source` is ROOT for the agent's own work directory, which in an Azure DC/OS cluster is on the temporary disk; else
    PATH, MOUNT, BLOCK or RAW, a disk of its own.
    """

    persistence_id: str
    role: str
    principal: str
    container_path: str
    disk_mb: float
    source: str = "ROOT"


class Framework(Struct, frozen=True):
    """One registered scheduler: Marathon, an SDK service, Spark's dispatcher.

    `connected` is false while it fails over, `active` also when it was deactivated. A `partition_aware` one hears
    TASK_UNREACHABLE and TASK_GONE_BY_OPERATOR where others hear TASK_LOST.
    """

    id: str
    name: str
    roles: tuple[str, ...] = ()
    principal: str = ""
    webui_url: str = ""
    active: bool = True
    connected: bool = True
    partition_aware: bool = False
    checkpoint: bool = False


class Agent(Struct, frozen=True):
    """One registered agent. `address` is the IPv4 text that it announces, which on DC/OS equals its NIC's address.

    `hostname` and `port` as announced (machine down needs the exact hostname). `tasks` counts running tasks by
    workload key, see `workload_key`; `task_ids` has the ids of all tasks that are not over, by framework id, those that
    start or are being killed included. `registered_at` is the latest (re-)registration.

    `mute`: the masters list it as connected, but it answers neither them nor us; it is not `active` then.
    `deactivated`: gets no new tasks by an operator's word (also while it drains); it is `active` all the same, and
    Mesos does not tell one whose process died since from one that lives. `can_drain`: it lists AGENT_DRAINING, or
    nothing at all. `reserved` is part of `total`, static reservations included. `ports` are the host ports that it
    offers, without those that frameworks hold reserved; None: it does not say. `used_ports` are those in use.
    """

    agent_id: str
    address: str
    hostname: str
    port: int
    active: bool
    registered_at: datetime | None
    tasks: Mapping[str, int] = field(default_factory=dict[str, int])
    task_ids: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    deactivated: bool = False
    drain: Drain = Drain.NONE
    can_drain: bool = True
    total: Amounts = Amounts()
    used: Amounts = Amounts()
    reserved: Amounts = Amounts()
    reservations: tuple[Reservation, ...] = ()
    volumes: tuple[Volume, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict[str, str])
    mute: bool = False
    zone: str | None = None
    ports: Ports | None = None
    used_ports: Ports = Ports()


class SchedulerState(Struct, frozen=True):
    """One consistent answer of the leading master.

    `generation` is what the master can; what can be done with one agent is said by `generation_for`. `recovered` are
    ids that the registry knows and that have not come back since the last election. `elected_at` is when this leader
    was elected; within `reregister_window` after it, missing agents are expected to come back. `frameworks` by id.
    `answered_at` is the time by the master's own clock; None where it does not say.
    """

    leader: str
    version: str
    generation: Generation
    elected_at: datetime
    reregister_window: timedelta
    agents: tuple[Agent, ...]
    recovered: tuple[str, ...] = ()
    frameworks: Mapping[str, Framework] = field(default_factory=dict[str, Framework])
    answered_at: datetime | None = None

    def agent(self, agent_id: str | None) -> Agent | None:
        """The registered agent with this id; None when there is none, or no id."""
        return next((agent for agent in self.agents if agent.agent_id == agent_id), None)

    def generation_for(self, agent: Agent) -> Generation:
        """How this agent is emptied and given up. In the middle of an upgrade a newer master has older agents, which
        would never carry out a drain: they go the way of the generation before."""
        if self.generation is Generation.DRAIN and not agent.can_drain:
            return Generation.MARK_GONE
        return self.generation


class Headcount(Struct, frozen=True):
    """How many agents the leading master counts, and how many came and went since its process started: what changes
    when something happens to one. Another leader counts anew."""

    leader: str
    connected: int
    active: int
    registrations: int
    removals: int


def workload_key(framework_id: str, task_name: str) -> str:
    """What identifies one workload across agents: instances of one application share framework and task name."""
    return f"{framework_id}:{task_name}"
