"""What must hold while load is evened out over agents, by what ran where.

11  an incident says that an agent is hot only when it is
21  one task at a time is ended where the pool goes on, of an agent much fuller than others, while nothing is missing;
    and not another one soon after it
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.model.incidents import Incident
from shared.model.nodes import Condition
from simulator.virtual_time import VirtualClock
from tests.simulation.lately import Lately
from tests.simulation.nature import Nature, Order
from tests.simulation.observer import Observer
from tests.simulation.people import People
from tests.simulation.size_truth import KNOWN
from tests.simulation.sizes import FIT
from tests.simulation.tale import Tale

SETTLES = timedelta(minutes=9)
"""Ten by the app, which counts from a moment before its order."""
HOT, APART, GAIN = 0.8, 0.2, 2
"""By the policy: parts of an agent, and how many tasks fewer there are on the one to which it may come."""


@dataclass(frozen=True)
class Seen:
    """How many tasks each machine has, and whether any was missing."""

    tasks: dict[str, int]
    is_whole: bool

    def is_hot(self, node: str) -> bool:
        mine, others = self.tasks.get(node, 0), [many for one, many in self.tasks.items() if one != node]
        mean = sum(self.tasks.values()) / max(1, len(self.tasks))
        is_full = mine > HOT * FIT and mine - mean >= APART * FIT
        return is_full and mine - min(others, default=mine) >= GAIN


class ReliefObserver:
    """Beside the observer, to whom it complains."""

    def __init__(
        self, clock: VirtualClock, tale: Tale, nature: Nature, people: People, observer: Observer
    ) -> None:
        self._clock, self._nature, self._people = clock, nature, people
        self._is_allowed = tale.sizes is not None and tale.sizes.relieves
        self._asks = tale.rules.mode == "propose"
        self._complain = observer.complain
        self._lately = Lately[Seen](KNOWN)
        self._known: set[str] = set()
        self._last: datetime | None = None
        self._first_on_order, self._first_on_change = nature.on_order, nature.on_change
        nature.on_order, nature.on_change = self._ordered, self._looks
        self._first_on_incident, observer.on_incident = observer.on_incident, self._opened
        self._note()

    def _looks(self) -> None:
        self._first_on_change()
        if self._is_allowed:
            self._note()

    def _note(self) -> None:
        now = self._clock.now()
        tasks = {one.name: one.tasks for one in self._nature.machines() if one.connected_since is not None}
        self._lately.note(now, Seen(tasks, not self._nature.idle()))

    def _opened(self, incident: Incident) -> None:
        self._first_on_incident(incident)
        if incident.condition is not Condition.HOT or incident.id in self._known:
            return
        self._known.add(incident.id)
        if not any(one.is_hot(incident.node) for one in self._lately.truths(self._clock.now())):
            self._complain(11, f"{incident.node} counts as hot, and is no fuller than others")

    def _ordered(self, order: Order) -> None:
        self._first_on_order(order)
        if order.what != "relieve":
            return
        what = f"{order.size} tasks of {order.node} were ended"
        if not self._is_allowed or order.size != 1:
            self._complain(21, what)
        lately = self._lately.truths(order.at)
        if not any(one.is_whole for one in lately):
            self._complain(21, f"{what}, while others were missing")
        if not any(one.is_hot(order.node) for one in lately):
            self._complain(21, f"{what}, which was no fuller than others")
        if self._last is not None and order.at - self._last < SETTLES:
            self._complain(21, f"{what}, {(order.at - self._last).seconds} s after the last one")
        if self._asks and (order.node, "relieve") not in self._people.approved:
            self._complain(8, f"{what}, to which nobody has agreed")
        self._last = order.at
