"""The people around the pool: they pause, scale, and answer what is proposed to them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from shared.memory.store import MemoryStore
from shared.model.incidents import Incident, IncidentState
from shared.model.overrides import Override, OverrideKind
from shared.records import Records, override_row
from simulator.virtual_time import VirtualClock
from tests.simulation.breadth import Breadth
from tests.simulation.nature import Nature
from tests.simulation.tale import Rules

LOOKS_S = (20.0, 180.0)
AGREES_FOR = timedelta(hours=1)


class People:
    """`wanted` is the size that they last gave the pool, `sizes` all that they ever gave it. `pauses` are subject,
    beginning and end of what they paused; `rejected` the incidents that they do not want to be helped, `approved` the
    nodes and remedies to which they agreed, `called` the nodes that were handed over to them; `resizes` are beginning,
    end and size of what they asked the pool to have."""

    def __init__(
        self, clock: VirtualClock, chance: Random, nature: Nature, store: MemoryStore, rules: Rules
    ) -> None:
        self._clock, self._chance, self._nature, self._rules = clock, chance, nature, rules
        self._records = Records(store)
        self.wanted = nature.capacity
        self.sizes = {self.wanted}
        self.pauses: list[tuple[str, datetime, datetime]] = []
        self.resizes: list[tuple[datetime, datetime, int]] = []
        self.rejected: set[str] = set()
        self.approved: set[tuple[str, str]] = set()
        self.scaled_at: datetime | None = None
        self.called: set[str] = set()
        self.on_change: Callable[[], None] = lambda: None

    async def pause(self, subject: str, lasts_s: float) -> None:
        now = self._clock.now()
        until = now + timedelta(seconds=lasts_s)
        pause = Override(OverrideKind.PAUSE, subject, "somebody", "to have a look", now, until)
        await self._records.overrides.put("prod", override_row(pause), pause, "*")
        self.pauses = [one for one in self.pauses if one[0] != subject or one[2] <= now]
        self.pauses.append((subject, now, until))

    async def resize(self, target: int, lasts_s: float) -> None:
        """The pool is to have this size for a while, whatever else is said of it."""
        now = self._clock.now()
        until = now + timedelta(seconds=lasts_s)
        word = Override(OverrideKind.SIZE, "private", "somebody", "it is needed", now, until, target=target)
        await self._records.overrides.put("prod", override_row(word), word, "*")
        self.resizes.append((now, until, target))

    async def scale(self, by: int) -> None:
        size = max(1, self._nature.capacity + by)
        await self._nature.scale(size)
        self.wanted, self.scaled_at = size, self._clock.now()
        self.sizes.add(size)

    async def mend(self) -> None:
        """What the app left to them, as far as it can be seen from outside: every machine works again, those that do
        not are deleted, and the pool is given the largest size that anybody wanted."""
        nature = self._nature
        for machine in nature.machines():
            if machine.well_since is None and not machine.is_leaving:
                nature.node_recovers(machine.name)
        for machine in nature.machines():
            if not machine.is_running and not machine.is_leaving:
                await nature.delete(machine.name)
        there = sum(not machine.is_leaving for machine in nature.machines())
        if there < max(self.sizes):
            await nature.scale(max(self.sizes))
        elif there < nature.capacity:
            await nature.scale(there)  # of what was ordered in vain
        if isinstance(nature, Breadth):
            nature.exhibitor_hangs(False)
            for number, master in enumerate(nature.masters()):
                if master.well_since is None:
                    nature.master_recovers(number)
            await nature.replace_lost_members()

    async def answer(self) -> None:
        """Whatever is proposed, after a while, until cancelled."""
        while True:
            await asyncio.sleep(self._chance.uniform(*LOOKS_S))
            for kept in (await self._records.open_incidents("prod")).values():
                decision = kept.value.decision
                refused = decision.answers if decision else ()
                remedy = next((answer.awaits for answer in refused if answer.awaits), "")
                if remedy and kept.value.state is IncidentState.OPEN and kept.value.id not in self.rejected:
                    await self._say(kept.value, remedy)

    async def _say(self, incident: Incident, remedy: str) -> None:
        now = self._clock.now()
        kind = OverrideKind.APPROVE
        if self._chance.randrange(10) < self._rules.rejects:
            kind = OverrideKind.REJECT
            self.rejected.add(incident.id)
        else:
            self.approved.add((incident.node, remedy))
        until = None if kind is OverrideKind.REJECT else now + AGREES_FOR
        said = Override(kind, incident.id, "somebody", "it looks like it", now, until, remedy)
        await self._records.overrides.put("prod", override_row(said), said, "*")
