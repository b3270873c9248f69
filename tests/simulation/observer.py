"""Sees the true world, and complains the moment an invariant is broken. The numbers are those of docs/safety.md.

It does not ask the app's tables what is true. It looks into them only for what is promised about the tables themselves:
that every order stands in the audit before it takes effect, that the ledger keeps its limit, and what `RowObserver`
looks at.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from shared.audit import Entry
from shared.memory.store import MemoryStore
from shared.model.incidents import Incident, IncidentState
from shared.model.ledger import Ledger
from shared.model.masters import MASTERS
from shared.ports.store import Table, Write
from simulator.virtual_time import VirtualClock
from tests.simulation.breadth import Breadth
from tests.simulation.broad_observer import RACE, REMEDIES, BroadObserver
from tests.simulation.limits import Limits, raced
from tests.simulation.nature import Machine, Nature, Order
from tests.simulation.people import People
from tests.simulation.process import CALLER, Process
from tests.simulation.row_observer import RowObserver
from tests.simulation.sizes import STAND_IN
from tests.simulation.tale import Tale
from tests.watched import Around, Call

HARD = frozenset({"destroy", "restart", "redeploy", "reimage", "power_off", "deallocate", "run_command"})
FINAL = HARD | {"mark_gone", "machine_down", "drain"}
TAKES_LEAVE = frozenset({"destroy", "drain", "mark_gone", "machine_down"})
"""What is done to a machine that works and goes because the pool is to have fewer."""
BEGINS = frozenset({"deactivate", "schedule_maintenance"})
GIVES_BACK = frozenset({"reactivate", "unschedule_maintenance", "machine_up"})
HANDED_OVER = f'"{IncidentState.HANDED_OVER.value}"'.encode()
READINGS = frozenset({"scheduler.state", "compute.instances", "council.read"})
OLDEST = timedelta(seconds=60)
"""Of the readings that justify something final."""
OVERTAKEN = timedelta(seconds=20)
"""A person's word that came later may not have been read yet: what is asked last is up to 6 s old, and writes take
time."""


class Observer:
    def __init__(
        self, clock: VirtualClock, tale: Tale, nature: Nature, people: People, store: MemoryStore
    ) -> None:
        self._clock, self._tale, self._rules = clock, tale, tale.rules
        self._nature, self._people, self._store = nature, people, store
        self._read: dict[tuple[str, str], datetime] = {}
        self._seen = {machine.name for machine in nature.machines()}
        self._limits = Limits(clock, tale, nature, people, store)
        self._limits.complain = self.complain
        self._rows = RowObserver(store)
        self._rows.complain = self.complain
        if tale.sizes:
            people.sizes |= {tale.sizes.least, tale.sizes.most}
        self.complaints: list[str] = []
        self.orders: list[Order] = []
        self.on_incident: Callable[[Incident], None] = lambda incident: None
        self._has_begun = False
        self._sent_away: set[str] = set()
        self._barred: dict[str, datetime] = {}
        self.broad = (
            BroadObserver(clock, tale, nature, nature, people) if isinstance(nature, Breadth) else None
        )
        if self.broad is not None:
            self.broad.complain = self.complain
        nature.on_order, nature.on_change = self.ordered, self._look

    def complain(self, number: int, text: str) -> None:
        line = f"invariant {number}: {text}"
        if line not in self.complaints:
            self.complaints.append(line)

    def around(self, process: Process, inner: Around) -> Around:
        """Between the app and its weather: what it was told, and what it writes."""

        async def noted(call: Call) -> Any:
            begun = self._clock.now()
            answer = await inner(call)
            self._read[process.name, call.name] = begun
            return answer

        def observed(call: Call) -> Awaitable[Any]:
            return noted(call) if call.name in READINGS else inner(call)

        return observed

    def around_store(self, inner: Around) -> Around:
        """At the store itself: every write that took effect."""

        async def checked(call: Call) -> Any:
            answer = await inner(call)
            if call.args[0] is Table.LEDGER and call.args[1] != "prod":
                return answer  # what a pool remembers of its sizes is no book
            if call.name == "store.write" and call.args[0] is Table.LEDGER:
                self._check_ledger(call.args[2].body)
            elif call.name == "store.write_all" and call.args[0] is Table.LEDGER:
                for write in call.args[2]:
                    self._check_ledger(write.body)
            elif call.args[0] is Table.OPERATIONS:
                self._rows.written()
            elif call.args[0] is Table.INCIDENTS:
                self._note_incidents(call.args[2])
            return answer

        def written(call: Call) -> Awaitable[Any]:
            return checked(call) if call.name.startswith("store.write") else inner(call)

        return written

    # Every order, at the moment at which it takes effect.

    def ordered(self, order: Order) -> None:
        self.orders.append(order)
        if order.what in GIVES_BACK:
            self._sent_away.discard(order.node)
        if self._rules.mode == "observe":
            self.complain(8, f"{order.what} of {order.node} in a pool that is only observed")
        if order.is_master and self.broad is not None:
            self.broad.master_ordered(order)
            self._check_readings(order, "council.read")
            self._check_pause(order)
            self._check_audit(order)
            return
        if self.broad is not None:
            self.broad.members_ordered(order)
            machine = order.machine
            if machine is not None and machine.connected_since is not None and not self._goes(machine, order):
                self.broad.living_ordered(order, machine)
        if order.what in FINAL:
            self._check_truth(order)
            self._check_readings(order, "scheduler.state", "compute.instances")
        if order.what in FINAL or order.what in {"set_capacity", "deactivate", "schedule_maintenance"}:
            self._check_pause(order)
            self._check_audit(order)
        if order.what == "set_capacity":
            self._check_size(order)
        if order.what in HARD:
            if order.machine is not None and not self.is_surplus(order.machine, order):
                self._limits.ordered(order)
            self._check_approval(order)

    def _check_truth(self, order: Order) -> None:
        """4: a machine that is well is not touched by repair. The one that came for a node which recovered meanwhile
        may go again while it is more than wanted."""
        machine = order.machine
        if order.what in HARD and machine is None and order.node not in self._seen:
            self.complain(10, f"{order.what} of {order.node or 'nothing'}, which is not there")
        if machine is None or machine.well_since is None or machine.is_leaving or machine.is_ending:
            return
        if order.at - machine.well_since < RACE or self.is_surplus(machine, order):
            return
        self.complain(4, f"{order.what} of {order.node}, well since {machine.well_since:%H:%M:%S}")

    def is_surplus(self, machine: Machine, order: Order) -> bool:
        if self._tale.sizes is not None:
            return self._goes(machine, order)
        there = [one for one in self._nature.machines() if not one.is_leaving]
        return order.what == "destroy" and len(there) >= min(self._people.sizes) and self._is_young(machine)

    def _goes(self, machine: Machine, order: Order) -> bool:
        """From a pool that is to have fewer, kept from new tasks first: SizeObserver judges it, whatever befalls it."""
        if self._tale.sizes is None:
            return False
        is_well, begins = machine.well_since is not None, order.what in BEGINS
        if begins and is_well and machine.is_ending:
            self._barred[order.node] = order.at  # the app may have heard already that it stays
        elif begins and is_well:
            self._sent_away.add(order.node)
        return (order.what in TAKES_LEAVE or (begins and is_well)) and order.node in self._sent_away

    def _is_young(self, machine: Machine) -> bool:
        first_ones = range(self._tale.agents)
        return machine.name not in {f"{self._nature.address.scale_set}_{number}" for number in first_ones}

    def _check_readings(self, order: Order, *readings: str) -> None:
        """1 and 9: the process that orders has read what it rests on within the last minute."""
        process = CALLER.get()
        for reading in readings:
            at = self._read.get((process.name, reading))
            if at is None or order.at - at > OLDEST:
                age = "none" if at is None else f"{(order.at - at).total_seconds():.0f} s old"
                self.complain(1, f"{order.what} of {order.node} on a {reading} that is {age}")

    def _check_pause(self, order: Order) -> None:
        for subject, since, until in self._people.pauses:
            pool = MASTERS if order.is_master else "private"
            if subject in {"", pool, order.node} and since + OVERTAKEN < order.at < until:
                self.complain(
                    8, f"{order.what} of {order.node} during the pause of {subject or 'the cluster'}"
                )

    def _check_approval(self, order: Order) -> None:
        remedy = REMEDIES.get(order.what, order.what)
        asked = self._rules.mode == "propose" or remedy in self._rules.approve
        surplus = order.machine is not None and self.is_surplus(order.machine, order)
        if asked and not surplus and (order.node, remedy) not in self._people.approved:
            self.complain(8, f"{order.what} of {order.node}, to which nobody has agreed")

    def _check_size(self, order: Order) -> None:
        most = max(self._people.sizes) + self._rules.at_once
        if self._tale.is_broad:
            most += self._limits.reserve + len(self._limits.bodies) + raced(self._store)
        if order.size > most:
            self.complain(2, f"a size of {order.size} was ordered, nobody wanted more than {most}")
        if order.size < min(self._people.sizes):
            self.complain(
                9, f"a size of {order.size} was ordered, nobody wanted fewer than {min(self._people.sizes)}"
            )

    def _look(self) -> None:
        machines, now = self._nature.machines(), self._clock.now()
        self._seen |= {machine.name for machine in machines}
        stay = self._barred.keys() - {machine.name for machine in machines if machine.is_ending}
        self._sent_away |= {node for node in stay if now - self._barred.pop(node) <= OLDEST}
        self._limits.settle()
        if self.broad is not None:
            self.broad.looks()

    def _check_audit(self, order: Order) -> None:
        """12: it was written down before, with the guards' answers."""
        process = CALLER.get()
        month = f"prod|{order.at:%Y-%m}"
        rows = self._store._partitions.get((Table.AUDIT, month), {})
        told = [
            msgspec.json.decode(row.body, type=Entry).record
            for name, row in list(rows.items())[-60:]
            if name != "head"
        ]
        words = _WORDS[order.what]
        if order.is_master:
            words = words.replace("instance", "master")
        if order.what in {"deactivate", "schedule_maintenance"}:
            words_too = "stopping new tasks on"  # of the machine that came for one that recovered
        else:
            words_too = words
        texts = [record.text for record in told if record.operation]
        if not any(words in text or words_too in text for text in texts):
            self.complain(12, f"{order.what} of {order.node} by {process.name} stands nowhere in the audit")

    # The tables, for what is promised about them.

    def _check_ledger(self, body: bytes | None) -> None:
        book = msgspec.json.decode(body or b"{}", type=Ledger)
        if book.pool == STAND_IN:
            return
        if not self._has_begun and book.wanted == self._nature.capacity:
            self._has_begun = True
            self._people.sizes.add(
                book.wanted
            )  # what was there at the first look was wanted, whatever was before
        urgent = sum(place.urgent for place in book.active)
        if len(book.active) - urgent > self._rules.at_once:
            self.complain(2, f"{len(book.active) - urgent} places are taken in the ledger")
        if urgent > self._limits.reserve:
            self.complain(2, f"{urgent} places are taken of the reserve of {self._limits.reserve}")

    def _note_incidents(self, written: Write | Sequence[Write]) -> None:
        """For whom a person is called, and of whom it is said that there are too many."""
        for write in [written] if isinstance(written, Write) else written:
            is_call = write.body is not None and HANDED_OVER in write.body
            if write.body is None or not (is_call or self._tale.sizes):
                continue
            incident = msgspec.json.decode(write.body, type=Incident)
            self.on_incident(incident)
            if is_call:
                self._limits.forgive(incident.node)
                self._people.called.add(incident.node)


_WORDS = {
    "destroy": "destroying",
    "power_off": "powering off instance",
    "start": "starting instance",
    "restart": "restarting instance",
    "redeploy": "redeploying instance",
    "reimage": "reimaging instance",
    "run_command": "restarting a unit of instance",
    "mark_gone": "gone",
    "machine_down": "down",
    "drain": "draining",
    "set_capacity": "growing",
    "deactivate": "deactivating",
    "schedule_maintenance": "maintenance window",
}
"""What the audit says of each order."""
