"""The maintenance schedule and the modes of machines.

    up --(in the schedule)--> draining --(machine/down)--> down --(machine/up)--> up, out of the schedule

There is one schedule per cluster and posting it replaces it. A machine that is down must stay in it. Agents of a
machine that is down are told to shut down, and whatever registers from there is refused, also a new VM that was
given the same address. The refusals and their texts are those of a recorded Mesos 1.11.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec

MachineId = tuple[str, str]
"""Hostname and IP; on DC/OS both are the private address."""


class Mode(StrEnum):
    UP = "UP"
    DRAINING = "DRAINING"
    DOWN = "DOWN"


class ScheduleError(Exception):
    """Mesos refuses the document or the change; nothing is changed. The text is what it answers (400)."""


@dataclass(frozen=True, slots=True)
class Window:
    """Some machines and when they will be unavailable; nanoseconds since the epoch, duration None for no end."""

    machines: tuple[MachineId, ...]
    start_ns: int
    duration_ns: int | None

    @property
    def end_ns(self) -> int | None:
        return None if self.duration_ns is None else self.start_ns + self.duration_ns

    def is_open(self, now_ns: int) -> bool:
        return self.start_ns <= now_ns and (self.end_ns is None or now_ns < self.end_ns)


class Maintenance:
    """Schedule and modes; kept in the registry, so they survive a failover."""

    def __init__(self, knows: Callable[[MachineId], bool]) -> None:
        self._knows = knows
        """Whether an agent of this machine is known; machines nobody knows are refused in other words."""
        self.windows: list[Window] = []
        self.modes: dict[MachineId, Mode] = {}

    def mode(self, machine: MachineId) -> Mode:
        return self.modes.get(machine, Mode.UP)

    def in_mode(self, mode: Mode) -> list[MachineId]:
        return [machine for machine, found in self.modes.items() if found is mode]

    def replace_schedule(self, windows: list[Window]) -> None:
        """Take the whole new schedule. Raises ScheduleError."""
        scheduled: set[MachineId] = set()
        for window in windows:
            if not window.machines:
                raise ScheduleError("List of machines in the maintenance window is empty")
            if window.duration_ns is not None and window.duration_ns < 0:
                raise ScheduleError("Unavailability 'duration' is negative")
            for machine in window.machines:
                if machine in scheduled:
                    raise ScheduleError(f"Machine '{shown(machine)}' appears more than once in the schedule")
                scheduled.add(machine)
        for machine in self.in_mode(Mode.DOWN):
            if machine not in scheduled:
                raise ScheduleError(
                    f"Machine '{shown(machine)}' is deactivated and cannot be removed from the schedule"
                )
        down = self.in_mode(Mode.DOWN)
        self.modes = dict.fromkeys(scheduled, Mode.DRAINING) | dict.fromkeys(down, Mode.DOWN)
        self.windows = windows

    def bring_down(self, machines: list[MachineId]) -> None:
        """All of them or none. Raises ScheduleError."""
        self._check(machines, Mode.DRAINING, "down")
        for machine in machines:
            self.modes[machine] = Mode.DOWN

    def bring_up(self, machines: list[MachineId]) -> None:
        """All of them or none; they leave the schedule. Raises ScheduleError."""
        self._check(machines, Mode.DOWN, "up")
        leaving = set(machines)
        for machine in machines:
            del self.modes[machine]
        kept = []
        for window in self.windows:
            rest = tuple(machine for machine in window.machines if machine not in leaving)
            if rest:
                kept.append(Window(rest, window.start_ns, window.duration_ns))
        self.windows = kept

    def _check(self, machines: list[MachineId], needed: Mode, direction: str) -> None:
        if not machines:
            raise ScheduleError("List of machines is empty")
        for machine in machines:
            if machine not in self.modes and not self._knows(machine):
                raise ScheduleError(f"Machine '{shown(machine)}' is not part of a maintenance schedule")
            if self.mode(machine) is not needed:
                raise ScheduleError(
                    f"Machine '{shown(machine)}' is not in {needed} mode and cannot be brought {direction}"
                )


def shown(machine: MachineId) -> str:
    """As Mesos writes a machine into its error texts."""
    parts: dict[str, Any] = {"hostname": machine[0], "ip": machine[1]}
    return msgspec.json.encode({name: value for name, value in parts.items() if value}).decode()
