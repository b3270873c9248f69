"""A Mesos agent: the process in the VM, and the master's record of it.

They are two things on purpose. The record says what the masters believe; the process is what is true.

    process:  absent --> starting --> running <--> frozen
                 ^          |            |
                 +----------+------------+   killed, VM halted, told to shut down

    record:   registered (connected | disconnected) --> unreachable --> registered
                    |                    |                  |
                    +--------------------+------------------+--> gone (the id is banned for ever)
              after a failover: recovered --> registered | unreachable

A process keeps its id on the temporary disk, and what frameworks keep there; on a new disk it registers as a new agent.
Its tasks outlive it, but not the machine.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from simulator.world.kept import Reserved
from simulator.world.removal import Permit
from simulator.world.scale_set import Instance
from simulator.world.tasks import Task
from simulator.world.timeline import Timeline, Timer
from simulator.world.versions import Release


@dataclass(frozen=True, slots=True)
class Resources:
    """What an agent offers: cores, megabytes of memory and disk, port range."""

    cpus: float = 2.0
    mem: float = 6144.0
    disk: float = 35000.0
    ports: tuple[int, int] = (1025, 2180)


class DrainState(StrEnum):
    DRAINING = "DRAINING"
    DRAINED = "DRAINED"


@dataclass(slots=True)
class Drain:
    """A drain that was ordered; it outlives a failover."""

    state: DrainState
    started: datetime
    max_grace_ns: int | None
    mark_gone: bool


@dataclass(slots=True, eq=False, weakref_slot=True)
class Agent:
    """The master's record of one agent."""

    id: str
    address: str
    port: int
    pool: str
    public: bool
    attributes: dict[str, str]
    resources: Resources
    release: Release
    registered: datetime
    process: "Process"
    reregistered: datetime | None = None
    connected: bool = True
    deactivated: bool = False
    drain: Drain | None = None
    tasks: dict[str, Task] = field(default_factory=dict)
    used_cpus: float = 0.0
    used_mem: float = 0.0
    ping_timer: Timer | None = None
    permit: Permit | None = None
    revision: int = 0
    domain: tuple[str, str] | None = None
    """Region and zone, where DC/OS was told how to find them."""

    @property
    def kept(self) -> list[Reserved]:
        """What frameworks keep on its disk."""
        return self.process.kept

    @property
    def active(self) -> bool:
        """Gets offers: connected and not deactivated."""
        return self.connected and not self.deactivated

    def stop_counting(self) -> None:
        """It answers again, or is no longer ours to ping."""
        if self.ping_timer is not None:
            self.ping_timer.cancel()
        if self.permit is not None:
            self.permit.cancel()
        self.ping_timer = self.permit = None


class Life(StrEnum):
    """What is true of an agent's process."""

    ABSENT = "absent"
    STARTING = "starting"
    RUNNING = "running"


class Registrar(Protocol):
    """The side of the masters that agents talk to."""

    def register(self, process: "Process") -> None: ...

    def connection_closed(self, process: "Process") -> None: ...

    def fell_silent(self, process: "Process") -> None: ...

    def answers_again(self, process: "Process") -> None: ...

    def counts_on(self, process: "Process") -> bool: ...


@dataclass(frozen=True, slots=True)
class Joining:
    """How agents of a pool come to their cluster. Seconds."""

    join_s: float
    rejoin_s: float
    joins: bool = True
    """False: the image is broken, DC/OS never starts (the VM still shows Succeeded)."""


@dataclass(slots=True, eq=False)
class Process:
    """The agent process of one VM, the `Guest` of its instance."""

    instance: Instance
    masters: Registrar
    timeline: Timeline
    pool: str
    joining: Joining
    life: Life = Life.ABSENT
    agent_id: str | None = None
    refused: bool = False
    partitioned: bool = False
    """It cannot reach the masters; its VM is fine."""
    tasks_died: bool = False
    """Its machine was halted under its tasks, and the masters have not heard of that yet."""
    spoiled_disk: int | None = None
    """The disk from which it can not start any more."""
    kept: list[Reserved] = field(default_factory=list)
    _disk: int = -1
    _start: Timer | None = None

    @property
    def address(self) -> str:
        return self.instance.nic.address

    @property
    def responsive(self) -> bool:
        """Answers pings."""
        return self.life is Life.RUNNING and not self.partitioned and not self.instance.is_frozen

    @property
    def healthy(self) -> bool:
        return self.responsive and self.masters.counts_on(self)

    @property
    def can_start(self) -> bool:
        """Neither its pool, nor its image, nor its disk is broken."""
        is_bad = self.instance.image in self.instance.scale_set.bad_images
        return self.joining.joins and not is_bad and self._disk != self.spoiled_disk

    def booted(self, disk: int) -> None:
        """The VM runs: start after the time that its disk needs."""
        fresh = disk != self._disk
        self._disk = disk
        if fresh:
            self.agent_id, self.kept = None, []
        if self.can_start:
            self.start_in(self.joining.join_s if fresh else self.joining.rejoin_s)

    def settled(self, disk: int, agent_id: str) -> None:
        """Put into the state of an agent that joined long ago."""
        self._disk, self.agent_id, self.life = disk, agent_id, Life.RUNNING

    def start_in(self, seconds: float) -> None:
        self._stop_starting()
        self.life = Life.STARTING
        self._start = self.timeline.after(seconds, self._started)

    def halted(self, clean: bool) -> None:
        """The VM stopped under it."""
        was, self.life = self.life, Life.ABSENT
        self.tasks_died = True
        self._stop_starting()
        if was is Life.RUNNING:
            (self.masters.connection_closed if clean else self.masters.fell_silent)(self)

    def frozen(self, frozen: bool) -> None:
        if self.life is Life.RUNNING:
            (self.masters.fell_silent if frozen else self.masters.answers_again)(self)

    def killed(self, restart_in_s: float | None) -> None:
        """The process dies, the VM lives and closes its connections. systemd starts it again unless None."""
        was, self.life = self.life, Life.ABSENT
        self._stop_starting()
        if was is Life.RUNNING:
            self.masters.connection_closed(self)
        if restart_in_s is not None:
            self.start_in(restart_in_s)

    def spoil_disk(self) -> None:
        """It dies and does not start from this disk again, whoever restarts it."""
        self.spoiled_disk = self._disk
        self.killed(None)

    def cut_off(self, partitioned: bool) -> None:
        """A network partition between this VM and the masters begins or ends."""
        self.partitioned = partitioned
        if self.life is Life.RUNNING:
            (self.masters.fell_silent if partitioned else self.masters.answers_again)(self)

    def _started(self) -> None:
        self.life = Life.RUNNING
        if not self.partitioned and not self.instance.is_frozen:
            self.masters.register(self)

    def _stop_starting(self) -> None:
        if self._start is not None:
            self._start.cancel()
            self._start = None
