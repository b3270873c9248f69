"""The shipped rule on the pool of the race: each minute, by what is allocated and by what waits.

What goes first is as in the app, in short: machines that boot, empty ones, those with the fewest cores in use; one
whose tasks have no room among the others stays, and is looked at again a minute later.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from benchmarks.scale.pool import Machine, Pool
from benchmarks.scale.traces import HALF_CORES, Trace
from shared.model.bounds import Because, Bound, PoolBounds, Source
from shared.model.mesos import Agent, Amounts
from shared.model.past import SLOT, slot_of
from shared.model.readings import Reading, Value
from shared.policy.scaling import Aim, Foresight, Pace, Resource
from shared.scale.forecast import forecast, remembered
from shared.scale.load import Demand, allocated, waiting
from shared.scale.pace import Course
from shared.scale.rule import Asked, wanted_nodes

BEGUN = datetime(2026, 11, 2, tzinfo=UTC)
CORES = HALF_CORES / 2
SLOT_MIN = SLOT // timedelta(minutes=1)
SHIPPED = Pace()
WRITTEN = Because(Source.CAPACITY, "capacity")


def _agent(used: int) -> Agent:
    return Agent(
        str(used),
        "10.0.0.4",
        "10.0.0.4",
        5051,
        True,
        BEGUN,
        total=Amounts(cpus=CORES),
        used=Amounts(cpus=used / 2),
    )


AGENTS = tuple(_agent(used) for used in range(HALF_CORES + 1))
"""An agent for each amount that may be in use; the rule looks at nothing else."""


class Ours:
    """With a setpoint, and the margin and pace that ship; with a forecast where it `foresees`."""

    def __init__(self, pool: Pool, setpoint: float, *, foresees: bool = False, pace: Pace = SHIPPED) -> None:
        self._pool = pool
        self._aim = Aim(setpoint, min(Aim().margin, 1 - setpoint))
        self._pace = pace
        self._bounds = PoolBounds(Bound(pool.trace.least, WRITTEN), Bound(pool.trace.most, WRITTEN))
        self._course = Course()
        self._past = Past(pool.trace, setpoint) if foresees else None
        self.wanted = len(pool.machines)

    def look(self) -> None:
        pool, now = self._pool, BEGUN + timedelta(minutes=self._pool.minute)
        demands = self._demands(now)
        found = wanted_nodes(Asked(self.wanted, demands, self._bounds, self._pace), self._course, now)
        self.wanted, self._course = found.nodes, found.course
        if self.wanted > len(pool.machines):
            pool.order(self.wanted - len(pool.machines))
        else:
            pool.remove(spared(pool, len(pool.machines) - self.wanted))

    def _demands(self, now: datetime) -> list[Reading[Demand]]:
        pool, joined = self._pool, self._pool.joined
        agents = Value([AGENTS[one.used] for one in joined], "mesos", now)
        empty = -(-sum(pool.waiting.values()) // HALF_CORES)  # exact: every size divides those above it
        demands = [
            allocated(Resource.CPU, agents, self._aim, now),
            waiting(Value(empty, "marathon", now), len(joined), now),
        ]
        if self._past is not None:
            demands += self._past.foreseen(demands, now)
        return demands


class Past:
    """What was needed so far. Remembered minute by minute, foreseen anew with each quarter of an hour. Of the weeks
    before the trace, what the setpoint asked for."""

    def __init__(self, trace: Trace, setpoint: float) -> None:
        self._lead = timedelta(minutes=trace.boot_min)
        self._history: dict[int, int] = {}
        begun = BEGUN - timedelta(minutes=len(trace.before))
        for minute in range(0, len(trace.before), SLOT_MIN):
            needed = math.ceil(max(trace.before[minute : minute + SLOT_MIN]) / CORES / setpoint)
            self._history[slot_of(begun + timedelta(minutes=minute))] = needed
        self._slot, self._most = BEGUN, 0
        self._found: list[Reading[Demand]] = []

    def foreseen(self, demands: Sequence[Reading[Demand]], now: datetime) -> list[Reading[Demand]]:
        """A demand, where there is a forecast that counts."""
        if now - self._slot >= SLOT:
            self._history = remembered(self._history, self._most, self._slot)
            self._slot, self._most = now, 0
            demand = forecast(self._history, now + self._lead, now, Foresight()).demand
            self._found = [] if demand is None else [demand]
        known = (one.value.nodes for one in demands if isinstance(one, Value))
        self._most = max(self._most, *known)
        return self._found


def spared(pool: Pool, most: int) -> list[Machine]:
    """Up to so many machines that can go, without any task that then has no room."""
    if not most:
        return []
    boots = [one for one in pool.machines if one.ready_at > pool.minute]
    found = boots[-most:]
    staying = sorted(pool.joined, key=lambda one: (one.used, len(one.tasks)))
    free = {id(one): one.free for one in staying}
    for machine in list(staying):
        if len(found) == most:
            break
        del free[id(machine)]
        placed = _placed(machine, free)
        if placed is None:
            free[id(machine)] = machine.free
            break  # those that follow have more on them
        free = placed
        found.append(machine)
    return found


def _placed(machine: Machine, free: dict[int, int]) -> dict[int, int] | None:
    """What is free elsewhere once its tasks are there, the largest first; None: they have no room."""
    left = dict(free)
    for size in sorted(machine.tasks.values(), reverse=True):
        place = next((one for one, room in left.items() if room >= size), None)
        if place is None:
            return None
        left[place] -= size
    return left
