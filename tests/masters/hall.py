"""A cluster whose masters fail, for tests of the whole product: the scene, with masters in it and their machines.

    hall = Hall(masters=3)               all serve, the first leads; the policy lets the app restart and redeploy
    hall.hangs(1)                        its machine hangs: neither Mesos nor ZooKeeper answers there
    await hall.after(minutes=5)
    hall.done                            what was done to machines of masters, in order

A machine that boots brings its master back, unless `cured_by_acts` says otherwise. `lost` are the masters whose machine
was halted through Azure although without it there was no majority: it must stay empty in every story.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from shared.memory.guests import Guests
from shared.memory.health import MemoryHealth
from shared.memory.machines import MemoryMachines
from shared.memory.masters import MemoryMasters
from shared.model.azure import Power
from shared.model.health import Role
from shared.model.incidents import Incident
from shared.model.overrides import Override, OverrideKind
from shared.operate.outside import Outside
from shared.records import override_row
from tests.scene import Scene
from tests.watched import Around, watched

VMS = "dcos-master-633E21A3-*"


def address(number: int) -> str:
    """Of the master with this number, from 0."""
    return f"172.16.0.{5 + number}"


def machine(number: int) -> str:
    return f"dcos-master-633E21A3-{number}"


class _Inhabitants(Guests):
    """The masters in their machines."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall

    def halted(self, name: str) -> None:
        self._hall.machine_halts_of_master(name)

    def booted(self, name: str, *, has_its_disk: bool) -> None:
        self._hall.machine_boots_of_master(name, "restart" if has_its_disk else "redeploy")

    def run(self, name: str, script: Sequence[str]) -> str:
        self._hall.scripts.append(script[0])
        self._hall.machine_boots_of_master(name, "restart_unit")
        return "active"


class Hall(Scene):
    """`masters` is 1, 3 or 5; `policy` is what stands under `masters` of the cluster, empty for nothing. `takes_s` is
    how long Azure takes for anything, a boot included."""

    def __init__(
        self,
        masters: int = 3,
        policy: str = f"{{vms: {VMS}, repair: {{ladder: [restart, redeploy]}}}}",
        more: str = "",
        mode: str = "enforce",
        takes_s: float = 60,
    ) -> None:
        self.addresses = tuple(address(number) for number in range(masters))
        self.cured_by_acts = {"restart", "redeploy", "restart_unit"}
        self.scripts: list[str] = []
        self.lost: list[str] = []
        self._hung: set[str] = set()
        self._azure_takes = timedelta(seconds=takes_s)
        super().__init__(agents=4, more=more, mode=mode)
        named = '"172.16.0.5", "172.16.0.6", "172.16.0.7"'
        listed = ", ".join(f'"{one}"' for one in self.addresses)
        self.policy = self.policy.replace(named, listed) + (f"    masters: {policy}\n" if policy else "")

    def equipped(self, plain: Outside, around: Around | None) -> Outside:
        if self._workers == 1:
            self._furnish()
        council = watched("council", self.council, around)
        return replace(
            plain,
            masters_of=lambda cluster: council,
            machines=watched("machines", self.machines, around),
            health_of=lambda cluster: self.reports,
        )

    def _furnish(self) -> None:
        self.council = MemoryMasters(self.clock, self.addresses)
        self.machines = MemoryMachines(self.clock, self._azure_takes, _Inhabitants(self))
        self.reports = MemoryHealth(self.clock, dict.fromkeys(self.addresses, Role.MASTER))
        for number, one in enumerate(self.addresses):
            self.machines.add_machine(machine(number), one, number % 3, number)

    # What happens to the masters.

    def hangs(self, number: int) -> None:
        """The system of its machine hangs; Azure goes on to show a running one."""
        self._hung.add(machine(number))
        self._falls(address(number))

    def process_dies(self, number: int) -> None:
        """Its Mesos master alone ends, and is not started again."""
        self._hung.add(machine(number))
        led = self.council.leader
        self.council.process_dies(address(number))
        self._elects_after(led)

    def is_stopped(self, number: int, power: Power = Power.STOPPED) -> None:
        """Somebody stops its machine."""
        self.machines.set_power(machine(number), power)
        self._falls(address(number))

    def is_restarted_by_somebody(self, number: int) -> None:
        """As the portal does, or a resize of the availability set."""
        self.machines._acts.act(self.machines._machines, machine(number), "restart")

    def recovers(self, number: int) -> None:
        """By itself."""
        self._hung.discard(machine(number))
        self.council.returns(address(number))

    def machine_halts_of_master(self, name: str) -> None:
        one = self._address_of(name)
        self._falls(one)
        if self.council.leader is None:
            self.lost.append(one)

    def machine_boots_of_master(self, name: str, act: str) -> None:
        if name in self._hung and act not in self.cured_by_acts:
            return
        self._hung.discard(name)
        self.council.returns(self._address_of(name))

    def _falls(self, one: str) -> None:
        led = self.council.leader
        self.council.dies(one)
        self._elects_after(led)

    def _elects_after(self, led: str | None) -> None:
        """Another leader, to which the agents register at once."""
        leads = self.council.leader
        if leads is None or leads == led:
            return
        agents = [agent for agent in self.scheduler.agents.values() if agent.active]
        self.scheduler.fail_over(f"http://{leads}:5050")
        for agent in agents:
            self.scheduler.join(agent)

    def _address_of(self, name: str) -> str:
        return address(int(name.rpartition("-")[2]))

    def turns(self, at_once: bool = False) -> None:
        super().turns(at_once)
        if not at_once:  # as at the beginning, before there are any
            self.machines.turn()

    def next_events(self) -> Iterator[datetime]:
        yield from super().next_events()
        yield from (one.due for one in self.machines._acts.operations.values() if not one.finished)

    # What people say, and what there is to see.

    async def hears_of(self, number: int, verb: str) -> None:
        """Azure tells what somebody had it do to this machine of a master."""
        event = self.event(None, "Action", f"{verb}/action")
        event["subject"] = f"{event['topic']}/providers/Microsoft.Compute/virtualMachines/{machine(number)}"
        event["data"]["operationName"] = f"Microsoft.Compute/virtualMachines/{verb}/action"
        await self.hears(event)

    async def approves(self, remedy: str, number: int = 1, until: datetime | None = None) -> None:
        incident = (await self.open_incidents())[address(number)]
        said = Override(
            OverrideKind.APPROVE, incident.id, "anna", "it is day", self.clock.now(), until, remedy
        )
        await self.reader.overrides.put("prod", override_row(said), said, None)

    async def pauses(self, subject: str) -> None:
        said = Override(OverrideKind.PAUSE, subject, "anna", "maintenance", self.clock.now())
        await self.reader.overrides.put("prod", override_row(said), said, None)

    @property
    def done(self) -> list[tuple[str, str]]:
        """What was done to machines of masters."""
        return self.machines.acted

    async def incident(self, number: int) -> Incident | None:
        return (await self.open_incidents()).get(address(number))

    async def held_because(self, number: int) -> str:
        """What the last decision about this master says."""
        incident = await self.incident(number)
        return incident.decision.because if incident and incident.decision else ""
