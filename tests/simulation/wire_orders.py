"""What the app orders of the simulated world, seen at the moment at which it takes effect, past all adapters.

Azure's services and the masters are those of the simulator. Here somebody stands beside them and tells of every order
of a client, with what was true of its subject just before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from simulator.world.agent import Process
from simulator.world.azure import Azure
from simulator.world.changes import Intent
from simulator.world.commands import RunCommands
from simulator.world.journal import Actor, By
from simulator.world.maintenance import MachineId, Window
from simulator.world.mesos import Mesos
from simulator.world.operations import Operation
from simulator.world.orders import Orders
from simulator.world.power import PowerActions
from simulator.world.scale_set import Instance, ScaleSet
from simulator.world.scaling import Scaling
from simulator.world.vm import Vm

METHODS = {"poweroff": "power_off", "runcommand": "run_command"}


@dataclass(frozen=True)
class Heard:
    """`what` is the method of the port, `is_ours` whether the app ordered it. None stands for what is no machine."""

    what: str
    subjects: Sequence[Vm | None]
    is_ours: bool
    size: int = 0


class Ear(Protocol):
    """Who hears of orders: just before one takes effect, and with what it answered, after that."""

    def ordered(self, order: Heard) -> Callable[[], None]: ...


@contextmanager
def _told(ear: Ear, by: Actor, what: str, subjects: Sequence[Vm | None], size: int = 0) -> Iterator[None]:
    tell = ear.ordered(Heard(what, list(subjects), by.by is By.CLIENT, size))
    yield
    tell()


class HeardScaling(Scaling):
    def __init__(self, azure: Azure, ear: Ear) -> None:
        super().__init__(azure)
        self._ear = ear

    def write_capacity(self, scale_set: ScaleSet, capacity: int, intent: Intent) -> Operation:
        with _told(self._ear, intent.actor, "set_capacity", [None], capacity):
            return super().write_capacity(scale_set, capacity, intent)

    def delete(self, instances: Sequence[Instance], intent: Intent, forced: bool = False) -> Operation:
        with _told(self._ear, intent.actor, "destroy", instances):
            return super().delete(instances, intent, forced)


class HeardPower(PowerActions):
    def __init__(self, azure: Azure, ear: Ear) -> None:
        super().__init__(azure)
        self._ear = ear

    def act(self, vms: Sequence[Vm], action: str, intent: Intent, forced: bool = False) -> Operation:
        with _told(self._ear, intent.actor, METHODS.get(action, action), vms):
            return super().act(vms, action, intent, forced)


class HeardCommands(RunCommands):
    def __init__(self, azure: Azure, ear: Ear) -> None:
        super().__init__(azure)
        self._ear = ear

    def run(self, vm: Vm, script: Sequence[str], intent: Intent) -> Operation:
        with _told(self._ear, intent.actor, "run_command", [vm]):
            return super().run(vm, script, intent)


class HeardOrders(Orders):
    """Of the masters."""

    def __init__(self, mesos: Mesos, ear: Ear) -> None:
        super().__init__(mesos)
        self._ear, self._known_by = ear, mesos

    def mark_gone(self, agent_id: str, by: Actor) -> None:
        with _told(self._ear, by, "mark_gone", [self._machine_of(agent_id)]):
            super().mark_gone(agent_id, by)

    def deactivate(self, agent_id: str, by: Actor) -> None:
        with _told(self._ear, by, "deactivate", [self._machine_of(agent_id)]):
            super().deactivate(agent_id, by)

    def reactivate(self, agent_id: str, by: Actor) -> None:
        with _told(self._ear, by, "reactivate", [self._machine_of(agent_id)]):
            super().reactivate(agent_id, by)

    def drain(self, agent_id: str, max_grace_ns: int | None, mark_gone: bool, by: Actor) -> None:
        with _told(self._ear, by, "drain", [self._machine_of(agent_id)]):
            super().drain(agent_id, max_grace_ns, mark_gone, by)

    def replace_schedule(self, windows: list[Window], by: Actor) -> None:
        """Only who is new in it, or no more, was ordered about."""
        before = {machine for window in self._known_by.maintenance.windows for machine in window.machines}
        after = {machine for window in windows for machine in window.machines}
        with (
            _told(self._ear, by, "schedule_maintenance", self._machines_at(after - before)),
            _told(self._ear, by, "unschedule_maintenance", self._machines_at(before - after)),
        ):
            super().replace_schedule(windows, by)

    def machine_down(self, machines: list[MachineId], by: Actor) -> None:
        with _told(self._ear, by, "machine_down", self._machines_at(machines)):
            super().machine_down(machines, by)

    def machine_up(self, machines: list[MachineId], by: Actor) -> None:
        with _told(self._ear, by, "machine_up", self._machines_at(machines)):
            super().machine_up(machines, by)

    def _machine_of(self, agent_id: str) -> Vm | None:
        """Whose agent it is, as long as nobody else took the record's place there."""
        agent = self._known_by.find(agent_id)
        process = agent.process if agent is not None else None
        return process.instance if isinstance(process, Process) and process.agent_id == agent_id else None

    def _machines_at(self, machines: Sequence[MachineId] | set[MachineId]) -> list[Vm | None]:
        addresses = {address for _, address in machines}
        there = [one.instance for one in self._known_by.processes if one.address in addresses]
        living = [one for one in there if one.scale_set.instances.get(one.number) is one]
        return list(living) if living else [None] * len(addresses)
