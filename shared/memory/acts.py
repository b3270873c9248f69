"""Long operations in memory, and what they do to one machine.

    start        boots, where it does not run  every disk stays, but for the temporary one of a deallocated machine
    restart      halts, boots                  every disk stays
    redeploy     halts, boots elsewhere        temporary disk lost
    reimage      halts, boots                  system disk new, temporary disk taken for lost
    power_off    halts                         stopped

An operation ends `takes` after it was begun, when somebody next looks at anything. While it runs, its machine is
updating and refuses others, as Azure does; a failure on order leaves the machine as it was, marked as failed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count

from msgspec import Struct
from msgspec.structs import replace

from shared.errors import Refused, Retry, Unknown
from shared.memory.guests import Guests
from shared.model.azure import GuestAgent, Instance, Machine, Power, Progress, ProgressState, Provisioning
from shared.ports.clock import Clock

FINISHED = "finished"
"""The token of an operation that had nothing to do."""

BUSY_PAUSE = timedelta(seconds=30)
SILENT_FOR = timedelta(minutes=30)
"""How long a command waits for Azure's agent in the machine before it fails."""

MOST = 4096
"""Of what a command printed."""

SILENT = ("VMAgentStatusCommunicationError", "The VM has not reported status for VM agent or extensions.")
PREEMPTED = ("OperationPreempted", "The operation was preempted by a more recent operation.")
NEVER = datetime.max.replace(tzinfo=UTC)


class Act(Struct, frozen=True):
    during: Power
    after: Power
    keeps_disk: bool


ACTS = {
    "start": Act(Power.STARTING, Power.RUNNING, True),
    "restart": Act(Power.RUNNING, Power.RUNNING, True),
    "redeploy": Act(Power.STARTING, Power.RUNNING, False),
    "reimage": Act(Power.STARTING, Power.RUNNING, False),
    "power_off": Act(Power.STOPPING, Power.STOPPED, True),
}


class Operation(Struct):
    """`owner` is what it belongs to: a pool, or the name of one machine. `undo` is done when it fails,
    with the code."""

    owner: object
    due: datetime
    finish: Callable[[], str | None]
    failure: tuple[str, str] | None
    undo: Callable[[str], None] | None = None
    finished: bool = False
    output: str = ""

    def turn(self, now: datetime) -> None:
        """Carry it out, if it is due and was not."""
        if self.finished or self.due > now:
            return
        self.finished = True
        if self.failure is None:
            self.output = self.finish() or ""
        elif self.undo is not None:
            self.undo(self.failure[0])


class Acts[M: (Instance, Machine)]:
    """`stopped` are the machines that somebody stopped, `silent` those whose agent of Azure's is not heard."""

    def __init__(self, clock: Clock, takes: timedelta, guests: Guests | None) -> None:
        self.takes = takes
        self.guests = guests or Guests()
        self.operations: dict[str, Operation] = {}
        self.failures: list[tuple[str, str]] = []
        self.hangs = 0
        self.stopped: set[str] = set()
        self.silent: set[str] = set()
        self._clock = clock
        self._tokens = count(1)

    def turn(self) -> None:
        """Whatever is due has happened."""
        for operation in list(self.operations.values()):
            operation.turn(self._clock.now())

    def start(
        self, owner: object, finish: Callable[[], str | None], undo: Callable[[str], None] | None = None
    ) -> str:
        """Begin an operation, with the failure that was ordered for it."""
        token = f"operation-{next(self._tokens)}"
        due = self._clock.now() + self.takes
        if self.hangs:
            self.hangs, due = self.hangs - 1, NEVER
        failure = self.failures.pop(0) if self.failures else None
        self.operations[token] = Operation(owner, due, finish, failure, undo)
        return token

    def preempt(self, name: str) -> None:
        """Something newer takes the place of what goes on with this machine."""
        for operation in self._running(name):
            operation.finished, operation.failure = True, PREEMPTED

    def look(self, token: str, doing: str) -> Progress:
        if token == FINISHED:
            return Progress(ProgressState.SUCCEEDED)
        operation = self.operations.get(token)
        if operation is None:
            raise Unknown(f"{doing} that nobody knows")
        if not operation.finished:
            return Progress(ProgressState.IN_PROGRESS)
        if operation.failure:
            return Progress(ProgressState.FAILED, *operation.failure)
        return Progress(ProgressState.SUCCEEDED, output=operation.output)

    def act(
        self, machines: dict[str, M], key: str, verb: str, renewed: Callable[[M], M] = lambda vm: vm
    ) -> str:
        """Do `ACTS[verb]` to one of `machines`. `renewed` is what becomes of it besides."""
        vm, act = machines[key], ACTS[verb]
        self._refuse_if_held(vm)
        if verb == "restart":
            self._refuse_if_stopped(vm)
        spoiled = bool(self.failures or self.hangs)
        runs = verb == "start" and vm.power is Power.RUNNING
        keeps_disk = act.keeps_disk and vm.power is not Power.DEALLOCATED

        def finish() -> None:
            if key in machines:
                machines[key] = renewed(self.marked(machines[key], Provisioning.SUCCEEDED, act.after))
                if act.after is Power.RUNNING and not runs:
                    self.guests.booted(vm.name, has_its_disk=keeps_disk)

        token = self.start(vm.name, finish, lambda code: self._fail(machines, key, code))
        machines[key] = self.marked(vm, Provisioning.UPDATING, vm.power if spoiled or runs else act.during)
        if not spoiled and not runs:
            (self.stopped.discard if act.after is Power.RUNNING else self.stopped.add)(vm.name)
            self.silent.discard(vm.name)
            self.guests.halted(vm.name)
        return token

    def run_command(self, machines: dict[str, M], key: str, script: Sequence[str]) -> str:
        if isinstance(script, str) or not script:
            raise ValueError("a command needs the lines of its script; nothing was run")
        vm, lines = machines[key], tuple(script)
        self._refuse_if_held(vm)
        self._refuse_if_stopped(vm)
        token = self.start(vm.name, lambda: self.guests.run(vm.name, lines).strip()[-MOST:])
        if vm.guest_agent is not GuestAgent.READY:
            operation = self.operations[token]
            operation.due, operation.failure = self._clock.now() + SILENT_FOR, SILENT
        return token

    def update(self, machines: dict[str, M], key: str, change: Callable[[M], M]) -> str:
        """A write of the model, which does not touch the running machine."""
        vm = machines[key]
        self._refuse_if_held(vm)

        def finish() -> None:
            if key in machines:
                machines[key] = self.marked(machines[key], Provisioning.SUCCEEDED, machines[key].power)

        machines[key] = self.marked(change(vm), Provisioning.UPDATING, vm.power)
        return self.start(vm.name, finish, lambda code: self._fail(machines, key, code))

    def marked(self, vm: M, provisioning: Provisioning, power: Power) -> M:
        """In another state. Azure's agent in a machine is heard while the machine runs, unless it is silent."""
        is_heard = power is Power.RUNNING and vm.name not in self.silent
        agent = GuestAgent.READY if is_heard else GuestAgent.SILENT
        return replace(vm, provisioning=provisioning, power=power, guest_agent=agent, failure="")

    def _fail(self, machines: dict[str, M], key: str, code: str) -> None:
        if key in machines:
            failed = self.marked(machines[key], Provisioning.FAILED, machines[key].power)
            machines[key] = replace(failed, failure=code)

    def _running(self, name: str) -> list[Operation]:
        return [one for one in self.operations.values() if one.owner == name and not one.finished]

    def _refuse_if_held(self, vm: M) -> None:
        if vm.provisioning is Provisioning.DELETING or self._running(vm.name):
            raise Retry(f"another operation on {vm.name} is in progress", BUSY_PAUSE)

    def _refuse_if_stopped(self, vm: M) -> None:
        if vm.name in self.stopped or vm.power is Power.DEALLOCATED:
            raise Refused("azure", "not_running", {"machine": vm.name})
