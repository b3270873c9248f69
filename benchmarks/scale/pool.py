"""The pool that rules scale: machines, the tasks on them, the tasks that wait, and an account of what it all cost.

Tasks are placed each minute, on a machine that has room, beginning anywhere, as Mesos offers agents in no order. A
machine costs from its order to its end and takes tasks when it has booted. It ends at once; a task that was on it waits
again and is placed in the same minute if there is room elsewhere. Both kinds are counted: those that were stopped at
all, and those that had nowhere to go.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random

from benchmarks.scale.traces import HALF_CORES, Minute, Trace


@dataclass(eq=False)
class Machine:
    """`ready_at` is the minute in which it has booted. `tasks` by number, with their sizes in half cores."""

    ready_at: int
    tasks: dict[int, int] = field(default_factory=dict[int, int])
    used: int = 0

    @property
    def free(self) -> int:
        return HALF_CORES - self.used


@dataclass
class Account:
    """What a rule is judged by. Core-hours are those of tasks that waited, and of machines that nobody used. `sizes`
    has the size that was wanted at each minute, `joined` the machines that had booted."""

    unmet_core_h: float = 0.0
    waste_core_h: float = 0.0
    machine_h: float = 0.0
    stopped: int = 0
    homeless: int = 0
    sizes: list[int] = field(default_factory=list[int])
    joined: list[int] = field(default_factory=list[int])


class Pool:
    """At one minute after the other."""

    def __init__(self, trace: Trace, size: int) -> None:
        self.trace = trace
        self.minute = 0
        self.machines = [Machine(0) for _ in range(size)]
        self.waiting: dict[int, int] = {}
        self.account = Account()
        self._where: dict[int, Machine] = {}
        self._rng = Random(f"placed {trace.name}")

    @property
    def joined(self) -> list[Machine]:
        """Those that have booted."""
        return [one for one in self.machines if one.ready_at <= self.minute]

    def live(self, minute: int, happens: Minute) -> None:
        """Tasks end, begin and are placed; then it is counted."""
        self.minute = minute
        for number in happens.end:
            self._end(number)
        self.waiting.update(happens.begin)
        self.place()

    def place(self) -> None:
        """Whatever waits, as it came, where there is room."""
        joined = self.joined
        if not joined or not self.waiting:
            return
        too_large = HALF_CORES + 1
        for number, size in list(self.waiting.items()):
            if size >= too_large:
                continue
            found = self._with_room(joined, size)
            if found is None:
                too_large = size
                continue
            del self.waiting[number]
            found.tasks[number] = size
            found.used += size
            self._where[number] = found

    def order(self, machines: int) -> None:
        ready = self.minute + self.trace.boot_min
        self.machines += [Machine(ready) for _ in range(machines)]

    def remove(self, machines: Iterable[Machine]) -> None:
        """They end now, and their tasks look for room elsewhere."""
        moved: dict[int, int] = {}
        for machine in machines:
            self.machines.remove(machine)
            moved |= machine.tasks
        for number in moved:
            del self._where[number]
        self.waiting |= moved
        self.place()
        self.account.stopped += len(moved)
        self.account.homeless += len(moved.keys() & self.waiting.keys())

    def count(self, wanted: int) -> None:
        """At the end of the minute."""
        account = self.account
        account.unmet_core_h += sum(self.waiting.values()) / 120
        account.waste_core_h += sum(one.free for one in self.machines) / 120
        account.machine_h += len(self.machines) / 60
        account.sizes.append(wanted)
        account.joined.append(len(self.joined))

    def _end(self, number: int) -> None:
        if number in self.waiting:
            del self.waiting[number]
            return
        machine = self._where.pop(number)
        machine.used -= machine.tasks.pop(number)

    def _with_room(self, joined: list[Machine], size: int) -> Machine | None:
        start, count = self._rng.randrange(len(joined)), len(joined)
        for step in range(count):
            machine = joined[(start + step) % count]
            if machine.used + size <= HALF_CORES:
                return machine
        return None
