"""The masters of the twins: what befalls them, what the app has done to their machines, what is true of them.

Whoever leads and falls is followed by another one, and the agents register there. A machine that boots brings its
master back, if what was wrong with it is cured by that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from shared.memory.guests import Guests
from shared.memory.machines import MemoryMachines
from shared.memory.masters import MemoryMasters
from shared.model.azure import Power
from simulator.virtual_time import VirtualClock
from tests.prod import START
from tests.simulation.nature import Machine, Order
from tests.simulation.tale import Tale
from tests.watched import Call

VMS = "dcos-master-633E21A3-*"
ORDERS = frozenset({"start", "restart", "redeploy", "run_command"})


def address_of(number: int) -> str:
    return f"172.16.0.{5 + number}"


def machine_of(number: int) -> str:
    return VMS.replace("*", str(number))


class _Inhabitants(Guests):
    def __init__(self, masters: TwinMasters) -> None:
        self._masters = masters

    def halted(self, name: str) -> None:
        self._masters.falls(_number(name), "hangs")

    def booted(self, name: str, *, has_its_disk: bool) -> None:
        self._masters.boots(name, "restart" if has_its_disk else "redeploy")

    def run(self, name: str, script: Sequence[str]) -> str:
        self._masters.boots(name, "restart_unit")
        return "active"


class TwinMasters:
    """`elects` is called when another one leads, with its address."""

    def __init__(self, clock: VirtualClock, tale: Tale, elects: Callable[[str], None]) -> None:
        self._clock, self._elects, self._cured_by = clock, elects, tale.masters_cured_by
        self.addresses = tuple(address_of(number) for number in range(tale.masters))
        self.council = MemoryMasters(clock, self.addresses)
        self.machines = MemoryMachines(clock, timedelta(seconds=tale.takes_s), _Inhabitants(self))
        self.on_order: Callable[[Order], None] = lambda order: None
        self._wrong: dict[int, str] = {}
        self._well = dict.fromkeys(self.addresses, START - timedelta(days=30))
        for number, one in enumerate(self.addresses):
            self.machines.add_machine(machine_of(number), one, number % 3, number)

    async def effect(self, call: Call) -> Any:
        """A call to Azure about their machines takes effect."""
        what = call.name.partition(".")[2]
        if what not in ORDERS:
            return await call.go()
        number = _number(call.args[1])
        order = Order(self._clock.now(), what, self.addresses[number], self.machine(number), is_master=True)
        answer = await call.go()
        self.on_order(order)
        return answer

    def turn(self) -> None:
        self.machines.turn()
        now = self._clock.now()
        self._well = {
            one: self._well.get(one, now) for number, one in enumerate(self.addresses) if self._serves(number)
        }

    def next_events(self) -> list[datetime]:
        return [one.due for one in self.machines._acts.operations.values() if not one.finished]

    def machine(self, number: int) -> Machine:
        one = self.addresses[number]
        running = self.machines._machines[machine_of(number)].power is Power.RUNNING
        return Machine(one, number % 3, self._well.get(one), is_running=running)

    def _serves(self, number: int) -> bool:
        one, council = self.addresses[number], self.council
        return one not in council.down and one not in council.without_zookeeper and number not in self._wrong

    def fails(self, number: int, how: str) -> set[str]:
        """Whom it befalls: all of them when too few are left with a ZooKeeper, because then none of these serves."""
        self._wrong[number] = how
        if how == "stopped":
            self.machines.set_power(machine_of(number), Power.STOPPED)
        self.falls(number, how)
        has_quorum = 2 * len(self.council.without_zookeeper) < len(self.addresses)
        return {self.addresses[number]} if has_quorum else set(self.addresses)

    def recovers(self, number: int) -> None:
        if self._wrong.pop(number, None) == "stopped":
            self.machines.set_power(machine_of(number), Power.RUNNING)
        self.council.returns(self.addresses[number])
        self.turn()

    def falls(self, number: int, how: str) -> None:
        led = self.council.leader
        (self.council.process_dies if how == "process" else self.council.dies)(self.addresses[number])
        self.turn()
        leads = self.council.leader
        if leads is not None and leads != led:
            self._elects(leads)

    def boots(self, name: str, act: str) -> None:
        number = _number(name)
        if number in self._wrong and act not in self._cured_by:
            return
        self._wrong.pop(number, None)
        self.council.returns(self.addresses[number])
        self.turn()


def _number(name: str) -> int:
    return int(name.rpartition("-")[2])
