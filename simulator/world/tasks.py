"""Frameworks, their apps and the tasks that run on agents.

One framework per cluster behaves like Marathon: it keeps so many instances of each app running. Others are services
with a scheduler of their own (`sdk`). A task's states:

    TASK_STAGING --> TASK_STARTING --> TASK_RUNNING --+--> TASK_KILLING --> TASK_KILLED
                                                      +--> TASK_FINISHED
                                                      +--> TASK_UNREACHABLE --> TASK_RUNNING again, or
                                                      |         TASK_GONE_BY_OPERATOR
                                                      +--> TASK_LOST, TASK_GONE_BY_OPERATOR

TASK_UNREACHABLE is told to frameworks that know partitions, TASK_LOST to others (apache/mesos docs/
high-availability-framework-guide.md). Who starts and ends tasks is in `scheduler`.
"""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from random import Random


class TaskState(StrEnum):
    STAGING = "TASK_STAGING"
    STARTING = "TASK_STARTING"
    RUNNING = "TASK_RUNNING"
    KILLING = "TASK_KILLING"
    KILLED = "TASK_KILLED"
    FINISHED = "TASK_FINISHED"
    LOST = "TASK_LOST"
    UNREACHABLE = "TASK_UNREACHABLE"
    GONE_BY_OPERATOR = "TASK_GONE_BY_OPERATOR"


LIVE = frozenset({TaskState.STAGING, TaskState.STARTING, TaskState.RUNNING, TaskState.KILLING})


@dataclass(frozen=True, slots=True)
class App:
    """So many instances of one program."""

    name: str
    instances: int
    cpus: float = 0.1
    mem: float = 128.0
    pool: str = "private"
    """Only agents of this pool run it; empty: any but public ones."""
    volume_mb: float = 0.0
    """Each instance has a local volume of this size: it runs where its volume is, or nowhere."""
    unique: bool = False
    """At most one instance on an agent."""
    constraints: tuple[tuple[str, ...], ...] = ()
    """Marathon's, besides: field, operator, and a value where the operator has one."""
    ports: tuple[int, ...] = ()
    """Host ports that it insists on (`requirePorts`)."""
    pod: bool = False
    """A Marathon pod of one container."""
    image: str = ""
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Status:
    """One status update; `uuid` are the sixteen bytes by which Mesos knows it."""

    state: TaskState
    time: datetime
    uuid: bytes


@dataclass(slots=True, eq=False)
class Task:
    """One task as the master knows it."""

    id: str
    app: App
    framework_id: str
    agent_id: str
    address: str
    container_id: str
    statuses: list[Status] = field(default_factory=list)

    @property
    def state(self) -> TaskState:
        return self.statuses[-1].state if self.statuses else TaskState.STAGING

    @property
    def live(self) -> bool:
        return self.state in LIVE


@dataclass(slots=True, eq=False)
class Framework:
    """A scheduler that is registered with the masters."""

    id: str
    name: str
    hostname: str
    registered: datetime
    reregistered: datetime
    partition_aware: bool
    apps: dict[str, App] = field(default_factory=dict)
    connected: bool = True
    role: str = "slave_public"
    multi_role: bool = False
    principal: str = "dcos_marathon"
    webui_url: str = ""
    """Where its page is; empty: on port 8080 of its host."""
    unreachable: dict[str, Task] = field(default_factory=dict)
    completed: list[Task] = field(default_factory=list)
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a framework takes. Seconds."""

    relaunch_s: float = 3.0
    """From the end of a task to the launch of its successor."""
    start_s: float = 4.0
    """From launch to TASK_RUNNING."""
    kill_s: float = 3.0
    """From the order to stop to TASK_KILLED."""


def new_task_id(app: App, chance: Random) -> str:
    """As Marathon names its tasks: app with slashes as underscores, dot, uuid; and the instances of its pods."""
    kind = "instance-" if app.pod else ""
    return f"{app.name.replace('/', '_')}.{kind}{uuid.UUID(int=chance.getrandbits(128), version=4)}"
