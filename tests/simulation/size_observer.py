"""What must hold while a pool changes its size, by what is true: who is there, what runs where, and what the tale says
about sizes. Nothing of this is asked of the app's tables, and nothing is worked out by its own code.

16  by our hand never fewer than its least, or than was wanted at that instant
17  never more than its most
18  no flapping: by load, the direction changes once in a window
19  nobody is emptied whose tasks would find no room, and nobody goes with tasks on it

What we know some time later, or ahead of its time, has a margin: `KNOWN`, `AHEAD`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

from shared.model.mesos import Generation
from simulator.virtual_time import VirtualClock
from tests.prod import START
from tests.simulation.nature import Machine, Nature, Order
from tests.simulation.observer import Observer
from tests.simulation.people import People
from tests.simulation.sizes import Sizes
from tests.simulation.tale import Tale

KNOWN = timedelta(seconds=130)
"""A span or a person's word that begins or ends is known to all after this; tasks that came are."""
AHEAD = timedelta(minutes=30)
"""So much earlier machines may be ordered that have to be there in time."""
RACE = timedelta(seconds=20)
BARS = frozenset({"drain", "deactivate", "schedule_maintenance"})
LOOK = timedelta(seconds=10)


class SizeObserver:
    """Beside the observer, to whom it complains. `room` says how many tasks of a machine would fit on others."""

    def __init__(
        self, clock: VirtualClock, tale: Tale, nature: Nature, people: People, observer: Observer
    ) -> None:
        self._clock, self._nature, self._people = clock, nature, people
        self._sizes, self._window = tale.sizes or Sizes(), timedelta(seconds=(tale.sizes or Sizes()).window_s)
        self._complain = observer.complain
        self._level = tale.agents
        self._comes_back = tale.generation is Generation.MAINTENANCE
        """Marathon before 1.6 takes no notice of windows: what is ended may start on the same machine again."""
        self._turns: list[datetime] = []
        self._direction = 0
        self._fitting: deque[tuple[datetime, dict[str, int]]] = deque(maxlen=400)
        self.room: Callable[[str], int] = lambda node: 0
        self._first_on_order, self._first_on_change = nature.on_order, nature.on_change
        nature.on_order, nature.on_change = self._ordered, self._looks

    def _looks(self) -> None:
        self._first_on_change()
        now = self._clock.now()
        lacks = {one.name: one.tasks - self.room(one.name) for one in self._nature.machines() if one.tasks}
        self._fitting.append((now, lacks))

    def _ordered(self, order: Order) -> None:
        self._first_on_order(order)
        if order.what == "set_capacity":
            self._check_most(order)
        if order.machine is None or not self._is_well(order, order.machine):
            return
        if order.what in BARS:
            self._check_room(order, order.machine)
        if order.what == "destroy":
            self._check_least(order)
            if order.machine.tasks and not self._comes_back:
                self._complain(19, f"{order.node} goes with {order.machine.tasks} tasks on it")

    def _is_well(self, order: Order, machine: Machine) -> bool:
        """So that it is no repair."""
        since = machine.well_since
        return since is not None and order.at - since >= RACE and not machine.is_leaving

    # 16 and 17.

    def _bounds(self, at: datetime) -> tuple[int, int]:
        """The least and the most at this instant."""
        least, most = self._sizes.least, self._sizes.most
        said = [size for since, until, size in self._people.resizes if since <= at < until]
        if said:
            size = max(least, min(most, said[-1]))
            return size, size
        for span in self._sizes.spans:
            begins = START + timedelta(seconds=span.at_s)
            if begins <= at < begins + timedelta(seconds=span.lasts_s):
                return (
                    span.nodes if span.word in {"min", "target"} else least,
                    span.nodes if span.word in {"max", "target"} else most,
                )
        return least, most

    def _times(self, ahead: timedelta) -> list[datetime]:
        now, times = self._clock.now(), list[datetime]()
        at = now - KNOWN
        while at <= now + ahead:
            times.append(at)
            at += LOOK
        return times

    def _check_least(self, order: Order) -> None:
        there = [one for one in self._nature.machines() if not one.is_leaving and one.name != order.node]
        least = min(self._bounds(at)[0] for at in self._times(timedelta(0)))
        if len(there) < least:
            self._complain(16, f"{order.node} goes, and {len(there)} stay of at least {least}")
        self._level -= 1
        self._turns_to(-1, order)

    def _check_most(self, order: Order) -> None:
        most = max(self._bounds(at)[1] for at in self._times(AHEAD))
        if order.size > self._sizes.most or order.size > max(most, self._level):
            self._complain(17, f"a size of {order.size} was ordered, at most {most} may be")
        if order.size > self._level:
            self._level = order.size
            self._turns_to(1, order)

    # 18.

    def _turns_to(self, direction: int, order: Order) -> None:
        """Machines go one after the other, after the size was decided: half a window is certainly too early."""
        if direction == self._direction:
            return
        self._direction = direction
        if not self._sizes.by_load:
            return
        self._turns.append(order.at)
        if len(self._turns) >= 3 and self._turns[-1] - self._turns[-2] < self._window / 2:
            way = "grows" if direction > 0 else "shrinks"
            ago = (self._turns[-1] - self._turns[-2]).seconds
            self._complain(18, f"the pool {way} again, {ago} s after it turned the other way")

    # 19.

    def _check_room(self, order: Order, machine: Machine) -> None:
        recent = [lacks.get(order.node, 0) for at, lacks in self._fitting if order.at - at <= KNOWN] or [
            machine.tasks - self.room(order.node)
        ]
        if machine.tasks and min(recent) > 0:
            self._complain(
                19,
                f"{order.what} of {order.node}, and {min(recent)} of its {machine.tasks} tasks fit nowhere",
            )
