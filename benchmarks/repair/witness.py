"""Sees what is true, whatever the orchestrator and the repairer believe.

*Whole*: as many agents as wanted are healthy, which means that the machine runs, its agent answers, and the masters
count on it. *Serving*: a task that the scheduler counts and whose machine was never halted under it, does not hang and
can be reached. Both are looked at every two seconds.

Every order of the repairer is judged at the moment at which Azure takes it, by what the machine was then:

    healthy     it runs, does not hang, its agent's process runs, and the masters can reach it
    cut off     the same, but the masters cannot reach it: of no use to the cluster, though what runs there works
    returning   it was coming back by itself: systemd was starting the agent, or Azure was booting the machine
    lost        anything else

Tasks are killed by an order when they truly ran on the machine. Volumes are lost needlessly when they were whole and
the machine could have had its agent back with its disk.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from benchmarks.repair.site import POOL, STORE, WEB, Site, process_of
from simulator.world.agent import Life, Process
from simulator.world.journal import By, Entry
from simulator.world.scale_set import Instance
from simulator.world.tasks import Task, TaskState
from simulator.world.vm import Power

LOOK_S = 2.0
DESTROYED = "instance_delete_ordered"
HALTING = frozenset(
    {DESTROYED, "instance_restart_ordered", "instance_redeploy_ordered", "instance_reimage_ordered"}
)
LOSING = HALTING - {"instance_restart_ordered", "instance_reimage_ordered"}
ORDERS = HALTING | {"vm_command_ordered", "instance_created"}


class Truth(StrEnum):
    HEALTHY = "healthy"
    CUT_OFF = "cut off"
    RETURNING = "returning"
    LOST = "lost"


@dataclass
class Seen:
    """Times are in seconds after the first blow; None: not within the horizon."""

    restored_s: float | None = 0.0
    node_minutes_lost: float = 0.0
    tasks_down_s: float = 0.0
    first_order_s: float | None = None
    noticed_s: float | None = None
    work_s: float = 0.0
    """Seconds of the processor from `noticed_s` to `first_order_s`, of the whole process."""
    destroyed: dict[Truth, int] = field(default_factory=lambda: dict.fromkeys(Truth, 0))
    tasks_killed: int = 0
    volumes_lost: int = 0


class _Heard(list[Entry]):
    """The entries of a journal; tells the witness of each one before anything else happens."""

    def __init__(self, entries: list[Entry], witness: Witness) -> None:
        super().__init__(entries)
        self._witness = witness

    def append(self, entry: Entry) -> None:
        super().append(entry)
        self._witness.hear(entry)


class Witness:
    """Looks from when it is made; `seen` is what it knows."""

    def __init__(self, site: Site) -> None:
        self.seen = Seen()
        self._site = site
        self._worked: list[tuple[float, float]] = []
        self._volumes = {
            place.process.instance.number: place.process.instance.disk
            for scheduler in site.cluster.mesos.schedulers
            for place in scheduler.places.get(STORE, ())
        }
        site.world.journal.entries = _Heard(site.world.journal.entries, self)

    def look(self, now: datetime) -> bool:
        """Called every `LOOK_S`. True when everything is as it should be."""
        site, seen = self._site, self.seen
        if now < site.begun:
            return True
        site.world.settle()
        self._worked.append((site.since_s(now), time.process_time()))
        missing = max(0, site.trace.agents - sum(one.healthy for one in site.instances))
        seen.node_minutes_lost += missing * LOOK_S / 60.0
        is_served = self._serving() >= 2 * site.trace.agents
        seen.tasks_down_s += 0.0 if is_served else LOOK_S
        if missing:
            seen.restored_s = None
        elif seen.restored_s is None:
            seen.restored_s = site.since_s(now)
        return not missing and is_served

    def hear(self, entry: Entry) -> None:
        """An entry of the journal, before what it tells of takes place."""
        if entry.by.by is not By.CLIENT or entry.what not in ORDERS:
            return
        if self.seen.first_order_s is None:
            self.seen.first_order_s = self._site.since_s(self._site.world.timeline.now)
            self._worked.append((self.seen.first_order_s, time.process_time()))
        instance = self._site.pool.instances.get(int(entry.detail.get("instance", "-1")))
        if instance is None or entry.what not in HALTING:
            return
        truth = _truth_of(instance)
        self.seen.destroyed[truth] += entry.what == DESTROYED
        self.seen.tasks_killed += _running_on(self._site, process_of(instance))
        if entry.what in LOSING and self._volumes.get(instance.number) == instance.disk:
            del self._volumes[instance.number]
            process = process_of(instance)
            self.seen.volumes_lost += process.spoiled_disk is None and instance.power is not Power.DEALLOCATED

    def know(self, noticed_s: float | None) -> None:
        """When the repairer says that it first knew."""
        seen = self.seen
        seen.noticed_s = noticed_s
        if noticed_s is None or seen.first_order_s is None:
            return
        until = [spent for at, spent in self._worked if at <= seen.first_order_s]
        before = [spent for at, spent in self._worked if at <= noticed_s]
        seen.work_s = until[-1] - before[-1] if until and before else 0.0

    def _serving(self) -> int:
        """Tasks of the web application."""
        agents = self._site.cluster.mesos.registered.values()
        reached = [one for one in agents if one.pool == POOL and not one.process.partitioned]
        return sum(_running(agent.tasks.values(), WEB) for agent in reached if _keeps_tasks(agent.process))


def _running_on(site: Site, process: Process) -> int:
    """Tasks that truly run on a machine, also those that the masters have given up."""
    agent = site.cluster.mesos.find(process.agent_id or "")
    if agent is None or not _keeps_tasks(process):
        return 0
    frameworks = [scheduler.framework for scheduler in site.cluster.mesos.schedulers]
    given_up = sum(task.agent_id == agent.id for one in frameworks for task in one.unreachable.values())
    return _running(agent.tasks.values()) + given_up


def _running(tasks: Iterable[Task], app: str | None = None) -> int:
    return sum(task.state is TaskState.RUNNING and app in (None, task.app.name) for task in tasks)


def _keeps_tasks(process: Process) -> bool:
    instance = process.instance
    return instance.power is Power.RUNNING and not instance.is_frozen and not process.tasks_died


def _truth_of(instance: Instance) -> Truth:
    process = process_of(instance)
    if instance.power is Power.RUNNING and not instance.is_frozen:
        if process.life is Life.RUNNING:
            return Truth.CUT_OFF if process.partitioned else Truth.HEALTHY
        if process.life is Life.STARTING:
            return Truth.RETURNING
    ordered = instance.operation is not None and instance.operation.running
    if instance.power is Power.STARTING and not ordered and process.agent_id is not None:
        return Truth.RETURNING
    return Truth.LOST
