"""What must hold while a pool changes its size, by what is true: who is there, what runs where, and what the tale says
about sizes (`size_truth`).

 4  a machine that is well goes only while more are there than are needed
 5  in the end no more are there than are enough
 8  where people are asked, it goes and others come when one of them has agreed
11  no more incidents say that one is too many than there are
16  by our hand never fewer than its least, or than was wanted at that instant
17  never more than its most
18  no flapping: by load, the direction changes once in a window
19  nobody is emptied whose tasks would find no room, and nobody goes with tasks on it
20  zones differ by no more when those have gone who are too many, beyond one
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from shared.model.incidents import Incident, IncidentState
from shared.model.nodes import Condition
from shared.model.sizes import size_of
from simulator.virtual_time import VirtualClock
from tests.simulation.lately import Lately
from tests.simulation.nature import Machine, Nature, Order
from tests.simulation.observer import GIVES_BACK, TAKES_LEAVE, Observer
from tests.simulation.people import People
from tests.simulation.size_truth import KNOWN, SizeTruth
from tests.simulation.surges import Surges, gap, zones_of
from tests.simulation.tale import Tale

RACE = timedelta(seconds=20)
BARS = frozenset({"drain", "deactivate", "schedule_maintenance"})


@runtime_checkable
class Roomy(Protocol):
    """A world that knows for how many tasks there is room."""

    def finds_room(self, node: str) -> int: ...


class SizeObserver:
    """Beside the observer, to whom it complains."""

    def __init__(
        self, clock: VirtualClock, tale: Tale, nature: Nature, people: People, observer: Observer
    ) -> None:
        self._clock, self._nature, self._people = clock, nature, people
        self._truth = SizeTruth(clock, tale, nature, people)
        self._sizes = self._truth.sizes
        self._surges = Surges(clock, nature, self._sizes.spread)
        self._window = timedelta(seconds=self._sizes.window_s)
        self._asks = tale.rules.mode == "propose"
        self._complain = observer.complain
        self._level = tale.agents
        self._down: set[str] = set()
        """Whose agents were taken down before they go: they count as gone from then on."""
        self._turns: list[datetime] = []
        self._direction = 0
        self._lacking = Lately[dict[str, int]](KNOWN)
        self._lately = Lately[list[Machine]](KNOWN)
        self._gone: set[str] = set()
        self._too_many: dict[str, datetime] = {}
        self._room: Callable[[str], int] = nature.finds_room if isinstance(nature, Roomy) else lambda node: 0
        """How many tasks of a machine would fit on others."""
        self._first_on_order, self._first_on_change = nature.on_order, nature.on_change
        nature.on_order, nature.on_change = self._ordered, self._looks
        self._first_on_incident, observer.on_incident = observer.on_incident, self._written
        self._note()

    def _looks(self) -> None:
        self._first_on_change()
        self._truth.looks()
        self._surges.looks()
        self._note()

    def _note(self) -> None:
        now = self._clock.now()
        lacks = {one.name: one.tasks - self._room(one.name) for one in self._nature.machines() if one.tasks}
        self._lacking.note(now, lacks)
        self._lately.note(now, [one for one in self._nature.machines() if not one.is_leaving])

    def too_many(self, size: int) -> list[str]:
        """5: what nobody needs is given back in the end."""
        enough = self._truth.enough()
        return [f"{size} are there, and {enough} are enough"] if size > enough else []

    # 11.

    def _written(self, incident: Incident) -> None:
        """No more are said to be too many than there are, or are to be, beyond what is needed; and one where a zone is
        crowded. Two who look at the same time do not know of each other."""
        self._first_on_incident(incident)
        node, at = incident.node, incident.opened_at
        if incident.pool != "private":
            return
        said = incident.state is IncidentState.OPEN and incident.condition is Condition.SURPLUS
        if not said or node in self._too_many:
            self._too_many = {one: when for one, when in self._too_many.items() if said or one != node}
            return
        self._too_many[node] = at
        lately, needed = self._lately.truths(self._clock.now()), self._truth.needed()
        known = {one for one, when in self._too_many.items() if when == at or when < at - RACE}
        many = len(known & {one.name for one in lately[-1]})
        there = max(self._level, self._nature.capacity, *map(len, lately))
        if many > there - needed + self._surges.is_lopsided:
            self._complain(11, f"{many} count as too many of {there}, and {needed} are needed")

    def _ordered(self, order: Order) -> None:
        self._first_on_order(order)
        if order.what == "set_capacity":
            self._check_most(order)
        if order.what in GIVES_BACK:
            self._too_many.pop(order.node, None)  # another one may be chosen
            self._stays_after_all(order)
        machine = order.machine
        if (
            machine is not None
            and machine.tasks
            and order.what == "destroy"
            and self._goes_well(order, machine)
        ):
            self._complain(19, f"{order.node} goes with {machine.tasks} tasks on it")
        if machine is None or not self._is_well(order, machine):
            return
        if order.what in BARS | TAKES_LEAVE:
            self._check_surplus(order, machine)
        if order.what in BARS:
            self._check_room(order, machine)
        if order.what in {"destroy", "machine_down"}:
            self._check_zones(order, machine)
            self._check_least(order, machine)
        if order.what == "machine_down":
            self._down.add(order.node)

    def _goes_well(self, order: Order, machine: Machine) -> bool:
        return order.node in self._down or self._is_well(order, machine)

    def _stays_after_all(self, order: Order) -> None:
        """It was counted as gone, and comes up again."""
        if order.node in self._down and order.machine is not None and not order.machine.is_leaving:
            self._down.discard(order.node)
            self._gone.discard(order.node)
            self._level += 1

    def _is_well(self, order: Order, machine: Machine) -> bool:
        """So that it is no repair."""
        if machine.well_since is None or machine.is_leaving or self._surges.is_announced(machine):
            return False
        return order.at - machine.well_since >= RACE

    # 4, 8, 16 and 17.

    def _there(self, order: Order) -> int:
        """Who is there beside it."""
        return sum(not one.is_leaving and one.name != order.node for one in self._nature.machines())

    def _check_surplus(self, order: Order, machine: Machine) -> None:
        there, needed = self._there(order), self._truth.needed()
        if there < needed:
            self._complain(
                4, f"{order.what} of {order.node}, and of the others {there} are there, {needed} needed"
            )
        if (
            self._asks
            and not self._surges.is_extra(machine)
            and (order.node, "shrink") not in self._people.approved
        ):
            self._complain(8, f"{order.what} of {order.node}, to whose going nobody has agreed")

    def _check_least(self, order: Order, machine: Machine) -> None:
        there, least = self._there(order), self._truth.least()
        if there < least:
            self._complain(16, f"{order.node} goes, and {there} stay of at least {least}")
        if self._surges.is_extra(machine):
            self._surges.goes(machine)
            return
        self._level -= 1
        self._turns_to(-1, order)

    def _check_most(self, order: Order) -> None:
        most, ahead = self._truth.most(), self._surges.ordered(order.size - self._level)
        level = order.size - ahead
        if level > self._sizes.most or level > max(most, self._level):
            self._complain(
                17, f"a size of {order.size} was ordered, {ahead} of it ahead, at most {most} may be"
            )
        if level <= self._level:
            return
        if self._asks and (size_of("private"), "grow") not in self._people.approved:
            self._complain(8, f"a size of {order.size} was ordered, to which nobody has agreed")
        self._level = level
        self._turns_to(1, order)

    def _check_zones(self, order: Order, machine: Machine) -> None:
        """20. By what was true some time in the readings on which it may rest, but for those who went by our hand, when
        all have gone who are too many."""
        self._gone.add(order.node)
        if machine.zone is None or self._surges.is_of_an_end(machine):
            return
        before = self._gone - {order.node}
        recent = [
            zones_of(one for one in there if one.name not in before)
            for there in self._lately.truths(order.at)
        ]
        if not any(self._is_kept_even(zones, machine) for zones in recent):
            zones = dict(sorted(recent[-1].items()))
            self._complain(20, f"{order.node} goes from zone {machine.zone} of {zones}")

    def _is_kept_even(self, zones: Counter[str], machine: Machine) -> bool:
        """`zones` are those before."""
        left = Counter({zone: zones[zone] - (zone == machine.zone) for zone in zones})
        for _ in range(left.total() - self._truth.needed()):
            left[max(left, key=lambda zone: left[zone])] -= 1
        return gap(left) <= max(1, gap(zones))

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
        lacking = min(lacks.get(order.node, 0) for lacks in self._lacking.truths(order.at))
        if machine.tasks and lacking > 0:
            self._complain(
                19, f"{order.what} of {order.node}, and {lacking} of its {machine.tasks} tasks fit nowhere"
            )
