"""Machines outside of scale sets in memory: the masters of a cluster.

Verbs for tests: `add_machine`, `set_power`, `silence`, `lose`, `fail_operation`, `hang_operation`; `faults` makes
calls fail. `acted` records what was done through the port. What lives in the machines is `guests`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from shared.errors import Refused
from shared.memory.acts import Acts
from shared.memory.faults import Faults
from shared.memory.guests import Guests
from shared.model.azure import GuestAgent, Machine, MachineGroup, Power, Progress, Provisioning
from shared.ports.clock import Clock
from shared.ports.machines import Machines


class MemoryMachines(Machines):
    """All of one resource group, whichever group is asked for. `takes` is how long every operation takes."""

    def __init__(self, clock: Clock, takes: timedelta = timedelta(0), guests: Guests | None = None) -> None:
        self.faults = Faults()
        self.acted: list[tuple[str, str]] = []
        """Verb of the port and name of the machine, in order."""
        self._clock = clock
        self._machines: dict[str, Machine] = {}
        self._acts: Acts[Machine] = Acts(clock, takes, guests)

    async def machines(self, group: MachineGroup) -> tuple[Machine, ...]:
        self._turn("machines")
        return tuple(self._machines[name] for name in sorted(self._machines) if group.matches(name))

    async def machine(self, group: MachineGroup, name: str) -> Machine | None:
        group.member(name)
        self._turn("machine")
        return self._machines.get(name)

    async def start(self, group: MachineGroup, name: str) -> str:
        return self._act("start", group, name)

    async def restart(self, group: MachineGroup, name: str) -> str:
        return self._act("restart", group, name)

    async def redeploy(self, group: MachineGroup, name: str) -> str:
        return self._act("redeploy", group, name)

    async def run_command(self, group: MachineGroup, name: str, script: Sequence[str]) -> str:
        self._one("run_command", group, name)
        token = self._acts.run_command(self._machines, name, script)
        return self._done("run_command", name, token)

    async def look(self, group: MachineGroup, token: str) -> Progress:
        self._turn("look")
        return self._acts.look(token, f"looking at an operation on {group.pattern}")

    def add_machine(self, name: str, address: str, fault_domain: int = 0, update_domain: int = 0) -> None:
        """A running machine, a month old."""
        self._machines[name] = Machine(
            name=name,
            vm_id=f"vm-{name}",
            power=Power.RUNNING,
            provisioning=Provisioning.SUCCEEDED,
            address=address,
            fault_domain=fault_domain,
            update_domain=update_domain,
            created_at=self._clock.now() - timedelta(days=30),
            image="Canonical:UbuntuServer:16.04-LTS:16.04.202109280",
            size="Standard_D2s_v3",
            guest_agent=GuestAgent.READY,
        )

    def lose(self, name: str) -> None:
        """Somebody deleted it."""
        del self._machines[name]

    def set_power(self, name: str, power: Power) -> None:
        vm = self._machines[name]
        self._machines[name] = self._acts.marked(vm, vm.provisioning, power)

    def silence(self, name: str) -> None:
        """Azure hears nothing from its agent in the machine until that boots the next time."""
        self._acts.silent.add(name)
        self.set_power(name, self._machines[name].power)

    def turn(self) -> None:
        """Whatever is due has happened; every call through the port begins with this."""
        self._acts.turn()

    def fail_operation(self, code: str, message: str) -> None:
        """The next operation to be started is accepted, and fails at its end without having done anything more."""
        self._acts.failures.append((code, message))

    def hang_operation(self) -> None:
        """The next operation to be started is accepted, and never ends."""
        self._acts.hangs += 1

    def _act(self, verb: str, group: MachineGroup, name: str) -> str:
        self._one(verb, group, name)
        return self._done(verb, name, self._acts.act(self._machines, name, verb))

    def _one(self, call: str, group: MachineGroup, name: str) -> None:
        group.member(name)
        self._turn(call)
        if name not in self._machines:
            raise Refused("azure", "machine_not_found", {"machine": name})

    def _done(self, verb: str, name: str, token: str) -> str:
        self.acted.append((verb, name))
        self.faults.after(verb)
        return token

    def _turn(self, call: str) -> None:
        self.faults.before(call)
        self._acts.turn()
