"""The verbs of a tale: what they do to the world, to its weather, to the platform and through people.

`number` chooses whom or what a verb meets among those that are there at that moment, so that every tale can be told in
every world. `befallen` are the machines that something has happened to; `everybody` when it was something to all.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from random import Random
from typing import Any

from shared.errors import PoolkeeperError
from tests.simulation.ambushes import keeps_what_was_done, says_what_comes
from tests.simulation.broad_misfortunes import BroadMisfortunes
from tests.simulation.host import Host
from tests.simulation.nature import Machine, Nature
from tests.simulation.people import People
from tests.simulation.tale import BROAD_VERBS, Happening
from tests.simulation.weather import Weather

FLAPS = 3
ANY_NUMBER = 1000
OF_THE_WEATHER = frozenset(
    {
        "masters_fall_silent",
        "azure_falls_silent",
        "storage_fails",
        "azure_throttles",
        "answers_get_lost",
        "the_app_is_cut_off",
        "everything_is_slow",
        "masters_list_nobody",
        "azure_lists_nothing",
        "azure_lists_half",
        "capacity_is_wrong",
        "addresses_are_missing",
        "messages_get_lost",
        "sweeps_are_missed",
    }
)
SHORT_S = 30.0
"""The longest that the masters lie: what one source says again and again, and nothing contradicts, is believed."""


class Misfortunes:
    """`broad` has the verbs that need more than a pool of machines; without it they do nothing."""

    broad: BroadMisfortunes | None = None

    def __init__(self, nature: Nature, weather: Weather, host: Host, people: People, chance: Random) -> None:
        self._nature, self._weather, self._host, self._people = nature, weather, host, people
        self._chance = chance
        self._tasks: set[asyncio.Task[None]] = set()
        self.befallen: set[str] = set()
        self.everybody = False

    async def befall(self, happening: Happening) -> None:
        if happening.verb in OF_THE_WEATHER:
            lasts_s = happening.lasts_s
            if happening.verb == "masters_list_nobody":
                lasts_s = min(lasts_s, 120.0)
            self.everybody = True
            self._weather.trouble(happening.verb, lasts_s, happening.number)
            return
        try:
            if happening.verb not in BROAD_VERBS or hasattr(self, f"_{happening.verb}"):
                await getattr(self, f"_{happening.verb}")(happening)
            elif self.broad is not None:
                await getattr(self.broad, happening.verb)(happening)
        except PoolkeeperError:
            return  # the world does not let it happen: it is busy with something else

    def ends(self) -> None:
        for task in self._tasks:
            task.cancel()

    def meets(self, happening: Happening, well: bool = True) -> Machine | None:
        """Whom it meets, of those that are well or of all."""
        there = [
            one for one in self._nature.machines() if not one.is_leaving and (one.well_since or not well)
        ]
        if len(there) < 2:
            return None  # a pool without machines is never filled again: nobody knows whether it is meant to be empty
        one = there[happening.number % len(there)]
        self.befallen.add(one.name)
        return one

    def meanwhile(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _agent_dies(self, happening: Happening) -> None:
        one = self.meets(happening)
        if one is not None:
            self._nature.node_fails(one.name)

    async def _agent_returns(self, happening: Happening) -> None:
        ill = [one for one in self._nature.machines() if one.well_since is None and one.is_running]
        if ill:
            self._nature.node_recovers(ill[happening.number % len(ill)].name)

    async def _agent_flaps(self, happening: Happening) -> None:
        one = self.meets(happening)
        if one is not None:
            self.meanwhile(self._flap(one.name, min(happening.lasts_s, 90.0)))

    async def _flap(self, node: str, lasts_s: float) -> None:
        for _ in range(FLAPS):
            self._nature.node_fails(node)
            await asyncio.sleep(lasts_s)
            self._nature.node_recovers(node)
            await asyncio.sleep(lasts_s / 2)

    async def _machine_freezes(self, happening: Happening) -> None:
        one = self.meets(happening)
        if one is None:
            return
        self._nature.node_freezes(one.name)
        if happening.lasts_s <= 70.0:
            self.meanwhile(self._thaw(one.name, happening.lasts_s))

    async def _thaw(self, node: str, lasts_s: float) -> None:
        await asyncio.sleep(lasts_s)
        self._nature.node_recovers(node)

    async def _machine_is_deleted(self, happening: Happening) -> None:
        one = self.meets(happening, well=False)
        if one is not None:
            await self._nature.delete(one.name)

    async def _machine_is_deallocated(self, happening: Happening) -> None:
        one = self.meets(happening)
        if one is not None:
            await self._nature.deallocate(one.name)

    async def _machine_is_evicted(self, happening: Happening) -> None:
        one = self.meets(happening)
        if one is not None:
            self._nature.evict(one.name)

    async def _spot_machines_are_evicted(self, happening: Happening) -> None:
        """A third of all, a few seconds one after the other."""
        for place in range(max(1, len(self._nature.machines()) // 3)):
            await self._machine_is_evicted(happening._replace(number=happening.number + place))
            await asyncio.sleep(5.0)

    async def _somebody_resizes(self, happening: Happening) -> None:
        await self._people.resize(happening.number, happening.lasts_s)

    async def _somebody_restarts(self, happening: Happening) -> None:
        one = self.meets(happening, well=False)
        if one is not None:
            await self._nature.restart(one.name)

    async def _somebody_scales_out(self, happening: Happening) -> None:
        await self._people.scale(1 + happening.number % 3)

    async def _somebody_scales_in(self, happening: Happening) -> None:
        self.everybody = True
        await self._people.scale(-1 - happening.number % 2)

    async def _somebody_deletes_what_we_repair(self, happening: Happening) -> None:
        ill = [one for one in self._nature.machines() if one.well_since is None and not one.is_leaving]
        if ill:
            self.befallen.add(ill[happening.number % len(ill)].name)
            await self._nature.delete(ill[happening.number % len(ill)].name)

    async def _somebody_pauses(self, happening: Happening) -> None:
        node = self.meets(happening, well=False)
        subject = ("", "private", node.name if node else "")[happening.number % 3]
        await self._people.pause(subject, happening.lasts_s)

    async def _a_zone_fails(self, happening: Happening) -> None:
        domain = happening.number % 5
        for one in self._nature.machines():
            if one.fault_domain == domain and not one.is_leaving:
                self.befallen.add(one.name)
                self._nature.node_freezes(one.name)

    async def _all_agents_vanish(self, happening: Happening) -> None:
        self.everybody = True
        gone = [one.name for one in self._nature.machines() if one.well_since and not one.is_leaving]
        for node in gone:
            self._nature.node_fails(node)
        self.meanwhile(self._all_come_back(gone, happening.lasts_s))

    async def _all_come_back(self, gone: list[str], lasts_s: float) -> None:
        await asyncio.sleep(lasts_s)
        for node in gone:
            self._nature.node_recovers(node)
            await asyncio.sleep(self._chance.uniform(0.1, 5.0))

    async def _new_machines_never_join(self, happening: Happening) -> None:
        self.everybody = True
        self._nature.newborn_fail(True)
        self.meanwhile(self._newborn_live_after(happening.lasts_s))

    async def _newborn_live_after(self, lasts_s: float) -> None:
        await asyncio.sleep(lasts_s)
        self._nature.newborn_fail(False)

    async def _azure_has_no_room(self, happening: Happening) -> None:
        self._nature.no_room(1 + happening.number % 2)

    async def _azure_has_no_room_for_long(self, happening: Happening) -> None:
        self._nature.no_room(ANY_NUMBER)
        self.meanwhile(self._there_is_room_after(happening.lasts_s))

    async def _there_is_room_after(self, lasts_s: float) -> None:
        await asyncio.sleep(lasts_s)
        self._nature.no_room(0)

    async def _an_operation_hangs(self, happening: Happening) -> None:
        self._nature.hang(1)

    async def _the_leader_fails_over(self, happening: Happening) -> None:
        self.everybody = True
        self._weather.trouble("masters_fall_silent", 12.0)
        self._nature.fail_over()

    async def _azure_answers_are_stale(self, happening: Happening) -> None:
        self.everybody = True
        self._weather.trouble("compute is stale", happening.lasts_s, happening.number)

    async def _masters_answers_are_stale(self, happening: Happening) -> None:
        self.everybody = True
        self._weather.trouble("scheduler is stale", min(happening.lasts_s, SHORT_S), happening.number)

    async def _a_worker_crashes(self, happening: Happening) -> None:
        self._host.crash(happening.number)

    async def _a_worker_freezes(self, happening: Happening) -> None:
        self._host.freeze(happening.number, happening.lasts_s)

    async def _a_worker_freezes_before_an_order(self, happening: Happening) -> None:
        self._weather.ambush(says_what_comes, lambda process: process.freeze(happening.lasts_s))

    async def _a_worker_crashes_after_a_turn(self, happening: Happening) -> None:
        host = self._host
        self._weather.ambush(keeps_what_was_done, lambda process: host.crash(host.processes.index(process)))

    async def _a_worker_is_added(self, happening: Happening) -> None:
        self._host.start()

    async def _an_old_event_comes_again(self, happening: Happening) -> None:
        if self._host.told:
            self._host.publish(self._host.told[happening.number % len(self._host.told)])
