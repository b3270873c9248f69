"""The maintenance schedule on a master: windows that keep new tasks away, machine down and machine up.

There is one schedule for the whole cluster and posting replaces it, without an etag. So every change is: read, change,
post, let it settle, read again, and start anew when somebody else's posting has undone it. Whoever read before we
posted posts within moments; if our change is still there after `SETTLE_S`, nobody who has not seen it can follow. All
our workers do the same, so none loses another's windows; people with a script of their own may, within the
milliseconds between their reading and posting. Everybody else's windows go back as they came (maintenance.py).

Down, for masters before Mesos 1.5: the machine goes into the schedule, and only when it was seen there it is taken
down. Its agent is removed, some moments after the master has answered, and its tasks are lost. No agent with its
hostname and address can register until it is up again, which matters because Azure gives addresses to new machines
again. Up is the way back: `machine/up` takes the machine out of the schedule by itself; where it was scheduled and
never taken down, the schedule is posted without it. A machine that is down can't leave the schedule in any other way.

Sources: apache/mesos:docs/maintenance.md, docs/endpoints/master/machine/down.md and up.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from shared.dcos import maintenance
from shared.dcos.maintenance import FROM_NOW_ON, Machine, Schedule, Status, Unavailability
from shared.dcos.masters import AGAIN, UNREADABLE, Malformed, Masters, shown
from shared.errors import Refused, Retry, Unknown

SCHEDULE = "/maintenance/schedule"
STATUS = "/maintenance/status"
DOWN = "/machine/down"
UP = "/machine/up"
DONE = frozenset({200, 202})
OUT_OF_DATE = b"cannot be removed from the schedule"

SETTLE_S = 0.3
"""Longer than any of our workers needs from the answer to its reading until its posting has arrived."""

ATTEMPTS = 4


class Machines:
    """The machines of the cluster that `leader` (host:port) leads."""

    def __init__(self, masters: Masters, leader: str, settle_s: float = SETTLE_S) -> None:
        self._masters = masters
        self._leader = leader
        self._settle_s = settle_s

    async def schedule(self, machine: Machine, when: Unavailability) -> None:
        def scheduled(current: Schedule) -> bool:
            found = maintenance.window_of(current, machine)
            if found not in {None, when}:
                raise Refused("mesos", "machine_scheduled_by_others", {"machine": _shown(machine)})
            return found is not None

        await self._change(scheduled, lambda current: maintenance.with_machine(current, machine, when))

    async def unschedule(self, machine: Machine) -> None:
        if (await self._status()).is_down(machine):
            raise Refused("mesos", "machine_is_down", {"machine": _shown(machine)})
        await self._leave_schedule(machine)

    async def down(self, machine: Machine) -> None:
        if (await self._status()).is_down(machine):
            return
        await self._change(
            lambda current: maintenance.holds(current, machine),
            lambda current: maintenance.with_machine(current, machine, FROM_NOW_ON),
        )
        await self._move(DOWN, machine)

    async def up(self, machine: Machine) -> None:
        if (await self._status()).is_down(machine):
            await self._move(UP, machine)
            try:
                await self._leave_schedule(machine)
            except Retry as error:  # which says that nothing was done
                raise Unknown(f"{_shown(machine)} was brought up; {error.why}") from error
        else:
            await self._leave_schedule(machine)

    async def _leave_schedule(self, machine: Machine) -> None:
        await self._change(
            lambda current: not maintenance.holds(current, machine),
            lambda current: maintenance.without_machine(current, machine),
        )

    async def _change(
        self, is_so: Callable[[Schedule], bool], make_so: Callable[[Schedule], Schedule]
    ) -> None:
        """Bring the schedule to where it `is_so` and stays so. `Retry` when others change it all the time."""
        current = await self._schedule()
        for _ in range(ATTEMPTS):
            if is_so(current):
                return
            if await self._post(make_so(current)):
                await asyncio.sleep(self._settle_s)
                current = await self._schedule_after_posting()
            else:
                current = await self._schedule()
        if not is_so(current):
            raise Retry(f"the schedule of master {self._leader} is changed by others all the time", AGAIN)

    async def _move(self, path: str, machine: Machine) -> None:
        answer = await self._masters.write(self._leader, path, [machine])
        if answer.status in DONE:
            return
        # Mesos says 400 when the machine is in the wrong mode; somebody else may have moved it already.
        now = await self._status()
        if now.is_down(machine) == (path == DOWN):
            return
        raise Retry(f"{path} of {_shown(machine)} was answered with {shown(answer)}", AGAIN)

    async def _post(self, schedule: Schedule) -> bool:
        """False when it is out of date: somebody scheduled a machine and took it down since it was read."""
        answer = await self._masters.write(self._leader, SCHEDULE, schedule)
        if answer.status in DONE:
            return True
        if answer.status == 400 and OUT_OF_DATE in answer.body:
            return False
        raise Refused("mesos", "schedule_not_accepted", {"status": answer.status, "answer": shown(answer)})

    async def _schedule_after_posting(self) -> Schedule:
        """A failed reading is `Unknown` here, for `Retry` says that nothing was done."""
        try:
            return await self._schedule()
        except Retry as error:
            raise Unknown(f"a new schedule was posted, but it can't be read ({error.why})") from error

    async def _schedule(self) -> Schedule:
        body = await self._masters.read(self._leader, SCHEDULE)
        try:
            return maintenance.schedule(body)
        except UNREADABLE as error:
            raise Malformed(self._leader, SCHEDULE, error) from error

    async def _status(self) -> Status:
        body = await self._masters.read(self._leader, STATUS)
        try:
            return maintenance.status(body)
        except UNREADABLE as error:
            raise Malformed(self._leader, STATUS, error) from error


def _shown(machine: Machine) -> str:
    return f"machine {machine.hostname}/{machine.ip}"
