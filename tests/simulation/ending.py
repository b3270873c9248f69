"""What must be true when the faults are over and the app has had its time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from shared.audit import AuditLog, Entry, verify
from shared.memory.store import MemoryStore
from shared.model.incidents import Incident, IncidentState
from shared.model.ledger import Ledger
from shared.model.masters import MASTERS
from shared.model.nodes import Condition
from shared.model.operations import Operation, OperationState
from shared.operate.troubles import MASTERS_UNSEEN
from shared.records import Records
from simulator.virtual_time import VirtualClock
from tests.prod import START
from tests.simulation.limits import raced, stayed
from tests.simulation.misfortunes import Misfortunes
from tests.simulation.nature import Nature
from tests.simulation.people import People
from tests.simulation.tale import Tale

OVERSLEPT = timedelta(minutes=2)
"""After its wake time a sweep looks at it."""


class Ending:
    def __init__(
        self, clock: VirtualClock, tale: Tale, nature: Nature, people: People, store: MemoryStore
    ) -> None:
        self._clock, self._tale, self._nature, self._people = clock, tale, nature, people
        self._store = store
        self._records, self._audit = Records(store), AuditLog(store)
        self.too_many: Callable[[int], list[str]] = lambda size: []
        """What is wrong with this size of a pool that changes it."""

    async def is_reached(self) -> bool:
        """Nothing is left to be done: asked now and then, so that no time is spent on waiting."""
        return not await self.is_missing()

    async def is_missing(self) -> list[str]:
        """5 and the promise that the world converges: capacity is back, and nothing is open, running or reserved but
        what a person has been called for or has forbidden. What that person does not do holds up the rest."""
        kept = await self._records.open_incidents("prod")
        incidents = [one.value for one in kept.values() if not one.value.node.startswith("(")]
        left = {one.node for one in incidents if self._is_left_to_people(one)}
        missing = [f"{one.node} is open: {one.because}" for one in incidents if not left]
        running = await self._records.running_operations("prod")
        missing += [f"{name} still runs: {one.value.notes.get('waiting')}" for name, one in running.items()]
        kept_book = await self._records.ledgers.get("prod", "private")
        book = kept_book.value if kept_book else Ledger("private")
        missing += [f"{one.node} holds a place for nothing" for one in book.active if one.node not in left]
        if book.storm_since is not None and not left:
            missing.append("there is a storm")
        if not left:
            missing += self._capacity_missing(book)
        # What is handed over is left as it is found; whoever is called takes back what was begun.
        return missing if self._tale.is_broad and self._people.called else missing + self._nature.leftovers()

    def _is_left_to_people(self, incident: Incident) -> bool:
        if self._tale.rules.mode == "observe" or incident.id in self._people.rejected:
            return True
        return incident.state is IncidentState.HANDED_OVER

    def _capacity_missing(self, book: Ledger) -> list[str]:
        machines = self._nature.machines()
        well = sum(machine.well_since is not None for machine in machines)
        capacity, sizes = self._nature.capacity, self._people.sizes
        missing: list[str] = []
        if self._tale.rules.mode == "observe":
            return missing
        if not well == len(machines) == capacity == (book.wanted or 0) + book.extra:
            wanted = f"{book.wanted} wanted and {book.extra} extra"
            missing.append(f"{well} are well of {len(machines)}, {capacity} ordered, {wanted}")
        if not min(sizes) <= capacity - book.extra <= max(sizes) + raced(self._store):
            missing.append(f"{capacity} are there, {book.extra} extra, people asked for {sorted(sizes)}")
        if book.extra > stayed(self._store):
            missing.append(f"{book.extra} machines are extra, and nobody said so")
        return missing + self.too_many(capacity - book.extra) + self._nature.idle()

    async def digest(self) -> str:
        """Of the whole audit: the same for the same history."""
        entries = await self._audit.read("prod", START)
        return entries[-1].digest if entries else ""

    async def is_wrong(self, misfortunes: Misfortunes) -> list[str]:
        """What must be true whatever has happened."""
        entries = await self._audit.read("prod", START)
        wrong = [f"invariant 12: the audit's chain breaks: {one}" for one in verify(entries, "")]
        closed = await self._records.operations.between("prod", "closed|", "closed}")
        operations = [one.value for one in closed.values()]
        wrong += self._untold(operations, entries)
        wrong += await self._sleeping()
        wrong += await self._of_our_making(misfortunes)
        return wrong

    async def _sleeping(self) -> list[str]:
        now = self._clock.now()
        kept = await self._records.open_incidents("prod")
        waiting = [one.value for one in kept.values() if one.value.state is IncidentState.OPEN]
        if any(one.value.node == MASTERS_UNSEEN for one in kept.values()):  # then no master is judged
            waiting = [one for one in waiting if one.pool != MASTERS or one.node == MASTERS_UNSEEN]
        return [
            f"invariant 5: {one.node} is open and nobody will look"
            for one in waiting
            if one.wake_at is None or one.wake_at + OVERSLEPT < now
        ]

    def _untold(self, operations: list[Operation], entries: tuple[Entry, ...]) -> list[str]:
        """12: each step that was finished, and the end, stand in the audit."""
        told: dict[str, list[str]] = {}
        for entry in entries:
            told.setdefault(entry.record.operation or "", []).append(entry.record.text)
        wrong: list[str] = []
        for one in operations:
            lines = told.get(one.id, [])
            steps = [record.step for record in one.steps]
            wrong += [
                f"invariant 12: {step} of {one.id} is not told"
                for step in steps
                if not any(line.startswith(f"{step}: ") for line in lines)
            ]
            if not any(line.startswith(f"operation {one.state.value}") for line in lines):
                wrong.append(f"invariant 12: the end of {one.id} is not told")
            if one.state is OperationState.RUNNING:
                wrong.append(f"invariant 5: {one.id} was closed and runs")
        return wrong

    def _is_of_its_size(self, incident: Incident) -> bool:
        """There, machines go to which nothing has happened, and tasks move: others judged it when it was opened."""
        is_sized = self._tale.sizes is not None and incident.condition in {Condition.SURPLUS, Condition.HOT}
        return is_sized or incident.node.startswith("(")

    async def _of_our_making(self, misfortunes: Misfortunes) -> list[str]:
        """11: an incident of a machine to which nothing has happened."""
        if misfortunes.everybody:
            return []
        closed = await self._records.incidents.between("prod", "closed|", "closed}")
        kept = [*closed.values(), *(await self._records.open_incidents("prod")).values()]
        nodes = {one.value.node: one.value for one in kept if not self._is_of_its_size(one.value)}
        befallen = misfortunes.befallen | (misfortunes.broad.befallen if misfortunes.broad else set())
        return [
            f"invariant 11: an incident of {node}, to which nothing has happened: {one.because}"
            for node, one in nodes.items()
            if node not in befallen
        ]
