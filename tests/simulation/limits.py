"""How much may be taken away: counted from the orders that took effect, not from the app's ledger.

A machine that was destroyed or powered off is owed until another one joins; one that was restarted, redeployed or
reimaged is under way for as long as Azure takes. Of what a person was called for nothing is owed any more.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from shared.memory.store import MemoryStore
from shared.ports.store import Table
from simulator.virtual_time import VirtualClock
from tests.simulation.nature import Machine, Nature, Order
from tests.simulation.people import People
from tests.simulation.tale import Tale

RATE = timedelta(minutes=30)
"""Of the hour that the ledger's rate is about: what is reserved may be ordered as much later as a step may take."""
STAYS = (b"the pool may have one more machine than is wanted now", b"more than is wanted, it had")
"""What the audit says when the pool is left with one more than is wanted."""
RACED = (b"surge_ahead: its end does not wait: growth",)
"""What it says when one more was ordered of which Azure may have taken the node in that moment."""


class Limits:
    """`bodies` are the machines that are kept to be looked at."""

    def __init__(
        self, clock: VirtualClock, tale: Tale, nature: Nature, people: People, store: MemoryStore
    ) -> None:
        self._clock, self._tale, self._rules = clock, tale, tale.rules
        self._nature, self._people, self._store = nature, people, store
        self._joined: set[str] = {machine.name for machine in nature.machines()}
        self._owed: list[Order] = []
        self._under_way: dict[str, Order] = {}
        self._first: dict[str, datetime] = {}
        self._announced: set[str] = set()
        self._most = tale.agents
        self.bodies: set[str] = set()
        self.complain: Callable[[int, str], None] = lambda number, text: None

    @property
    def reserve(self) -> int:
        """Of machines that Azure is about to take away: 20 % of all, those included that went and came, or one."""
        return max(1, (self._most + self._rules.at_once) // 5)

    def ordered(self, order: Order) -> None:
        """What is being taken away by us, and how often that began. Only of machines that are missed when they go.
        Machines in zones have no fault domain that Azure tells."""
        if order.machine is None or order.node in self.bodies or order.node in self._announced:
            return  # for those that are announced to end there is a reserve, which the ledger keeps
        now = order.at
        busy = {one.node for one in self._owed} | set(self._under_way)
        repeated = order.node in busy
        domain = order.machine.fault_domain
        if not repeated and len(busy) >= self._rules.at_once:
            self.complain(2, f"{order.what} of {order.node} beside {', '.join(sorted(busy))}")
        same = [
            one.node
            for one in (*self._owed, *self._under_way.values())
            if one.machine is not None and one.machine.fault_domain == domain and one.node != order.node
        ]
        limit = self._rules.per_fault_domain
        if limit is not None and domain is not None and len(set(same)) >= limit:
            self.complain(2, f"{order.what} of {order.node} beside {same[0]} of the same fault domain")
        self._note(order, order.machine)
        begun = [at for at in self._first.values() if now - at < RATE]
        if len(begun) > self._rules.per_hour:
            self.complain(2, f"{len(begun)} repairs began within {RATE}")

    def _note(self, order: Order, machine: Machine) -> None:
        if order.what == "power_off":
            self.bodies.add(order.node)
        still_worked = machine.connected_since is not None  # then its successor is there already
        if order.what in {"destroy", "power_off"} and not still_worked:
            self._under_way.pop(order.node, None)
            if not any(one.node == order.node for one in self._owed):
                self._owed.append(order)
        elif not still_worked or order.what != "destroy":
            self._under_way[order.node] = order
        if order.node not in self._first or order.at - self._first[order.node] > RATE:
            self._first[order.node] = order.at

    def forgive(self, node: str) -> None:
        """A person was called for it: it is not waited for any more."""
        self._owed = [one for one in self._owed if one.node != node]
        self._under_way.pop(node, None)

    def settle(self) -> None:
        """Whoever was taken away is made up for by the next machine that joins, or not missed any more: as many are
        there that have joined as anybody wants. That one of those has failed since is another failure."""
        there = {machine.name: machine for machine in self._nature.machines()}
        self._most = max(self._most, len(there), *self._people.sizes)
        self._announced |= {machine.name for machine in there.values() if machine.is_ending}
        for machine in there.values():
            if machine.well_since is not None and machine.name not in self._joined:
                self._joined.add(machine.name)
                del self._owed[:1]
        standing = {name for name, one in there.items() if not one.is_leaving} & self._joined - self.bodies
        missing = max(0, min(self._people.wanted, *self._people.sizes) - len(standing))
        while len(self._owed) > missing:
            self._owed.pop(0)
        now, takes = self._clock.now(), timedelta(seconds=self._tale.takes_s)
        going = {name for name, one in there.items() if one.is_leaving}  # which preempts whatever was ordered
        self._under_way = {
            node: order
            for node, order in self._under_way.items()
            if node in there.keys() - going and now - order.at < takes
        }


def stayed(store: MemoryStore) -> int:
    """How many machines came for one that recovered, and stay because they have work already, because nobody can tell
    any more which of several it is, or because nobody waited for it any longer: at most so many are extra."""
    return _told(store, STAYS)


def raced(store: MemoryStore) -> int:
    """How many more than anybody asked for may be wanted."""
    return _told(store, RACED)


def _told(store: MemoryStore, words: tuple[bytes, ...]) -> int:
    months = [rows for (table, _), rows in store._partitions.items() if table is Table.AUDIT]
    return sum(one in row.body for rows in months for row in rows.values() for one in words)
