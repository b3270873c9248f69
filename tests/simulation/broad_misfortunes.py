"""The verbs of a tale that need more than a pool of machines: masters, services, and what is told of machines."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from tests.simulation.breadth import Breadth
from tests.simulation.host import Host
from tests.simulation.nature import Machine, Nature
from tests.simulation.tale import Happening
from tests.simulation.told import Told

type Meets = Callable[[Happening], Machine | None]


class BroadMisfortunes:
    """`meets` chooses a machine that is well, `meanwhile` does something beside the tale. `befallen` are the masters
    that something has happened to."""

    def __init__(
        self,
        nature: Nature,
        broad: Breadth,
        host: Host,
        told: Told,
        meanwhile: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        self._nature, self._broad, self._host, self._told = nature, broad, host, told
        self._meanwhile = meanwhile
        self.meets: Meets = lambda happening: None
        self.befallen: set[str] = set()

    async def a_unit_fails(self, happening: Happening) -> None:
        one = self.meets(happening)
        if one is not None:
            self._broad.ails(one.name, "unit")

    async def an_alarm_fires(self, happening: Happening) -> None:
        one = self.meets(happening)
        if one is not None:
            self._told.alarm(one.name)

    async def azure_announces_a_move(self, happening: Happening) -> None:
        one = self.meets(happening)
        if one is not None:
            self._told.announced(one.name, "Redeploy", 300.0 + 3 * happening.lasts_s, is_called_off=False)

    async def azure_announces_an_eviction(self, happening: Happening) -> None:
        one = self.meets(happening)
        if one is not None:
            in_s = 30.0 if happening.number % 2 else happening.lasts_s
            self._told.announced(one.name, "Preempt", in_s, is_called_off=False)

    async def azure_announces_and_calls_off(self, happening: Happening) -> None:
        one = self.meets(happening)
        if one is not None:
            self._told.announced(one.name, "Redeploy", 60.0 + 6 * happening.lasts_s, is_called_off=True)

    async def an_address_is_stolen(self, happening: Happening) -> None:
        one = self.meets(happening)
        if one is not None:
            self._broad.steals_address(one.name, True)
            self._meanwhile(self._is_given_back(one.name, happening.lasts_s))

    async def _is_given_back(self, node: str, lasts_s: float) -> None:
        await asyncio.sleep(lasts_s)
        self._broad.steals_address(node, False)

    async def the_masters_clock_jumps(self, happening: Happening) -> None:
        self._broad.clock_differs((-600.0, -70.0, 70.0, 600.0)[happening.number % 4])
        self._meanwhile(self._clock_is_put_right(happening.lasts_s))

    async def _clock_is_put_right(self, lasts_s: float) -> None:
        await asyncio.sleep(lasts_s)
        self._broad.clock_differs(0.0)

    async def a_workers_clock_jumps(self, happening: Happening) -> None:
        self._host.jump(happening.number, (-900.0, -90.0, -7.0, 7.0)[happening.number % 4], happening.lasts_s)

    # Masters.

    async def a_master_hangs(self, happening: Happening) -> None:
        self._master_fails(happening, "hangs")

    async def a_masters_process_ends(self, happening: Happening) -> None:
        self._master_fails(happening, "process")

    async def somebody_stops_a_master(self, happening: Happening) -> None:
        self._master_fails(happening, "stopped")

    def _master_fails(self, happening: Happening, how: str) -> None:
        self.befallen |= self._broad.master_fails(happening.number, how)

    async def a_master_returns(self, happening: Happening) -> None:
        ill = [n for n, one in enumerate(self._broad.masters()) if one.well_since is None]
        if ill:
            self._broad.master_recovers(ill[happening.number % len(ill)])

    async def exhibitor_hangs(self, happening: Happening) -> None:
        self.befallen |= {one.name for one in self._broad.masters()}
        self._broad.exhibitor_hangs(True)
        self._meanwhile(self._exhibitor_answers(happening.lasts_s))

    async def _exhibitor_answers(self, lasts_s: float) -> None:
        await asyncio.sleep(lasts_s)
        self._broad.exhibitor_hangs(False)

    # Services.

    async def a_member_starts_again(self, happening: Happening) -> None:
        self._broad.member_fails(happening.number)

    async def a_services_scheduler_hangs(self, happening: Happening) -> None:
        self._broad.scheduler_hangs(happening.number, True)
        self._meanwhile(self._scheduler_answers(happening.number, happening.lasts_s))

    async def _scheduler_answers(self, number: int, lasts_s: float) -> None:
        await asyncio.sleep(lasts_s)
        self._broad.scheduler_hangs(number, False)
