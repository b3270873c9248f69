"""What frameworks keep on an agent: resources that they reserved there, and persistent volumes in them.

It is on the agent's disk, beside its id: a process that is started again brings it back, also under a new id
(machine down and up on one disk, seen on a Mesos 1.11), and a new disk has none of it. That is what makes an agent
stateful: a task with a volume can only run where the volume is.
Source: apache/mesos docs/reservation.md, docs/persistent-volume.md.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Volume:
    """A persistent volume; `disk` in megabytes, `path` as the task's container sees it."""

    id: str
    path: str
    disk: float


@dataclass(slots=True)
class Reserved:
    """Resources that nobody but `role` gets; a dynamic reservation. `volumes` take their disk out of `disk`."""

    role: str
    principal: str
    cpus: float = 0.0
    mem: float = 0.0
    disk: float = 0.0
    volumes: list[Volume] = field(default_factory=list)
