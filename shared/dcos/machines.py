"""Machine down, machine up: how an agent is given up on masters before Mesos 1.5.

Down is three requests: the machine goes into the maintenance schedule, the schedule is read again and must show it
together with everything that was there before, and only then the machine is taken down. Its agent is removed, some
moments after the master has answered, and its tasks are lost. No agent with its hostname and address can register
until it is up again, which matters because Azure gives addresses to new machines again. Up is the way back:
`machine/up` takes the machine out of the schedule by itself; where it was scheduled and never taken down, the
schedule is posted without it.

The schedule has no etag, so between our reading and our posting another hand may have posted; what it added then is
lost. One scheduler sends its own changes one after another; among people, the window is a few milliseconds.
Sources: apache/mesos:docs/maintenance.md, docs/endpoints/master/machine/down.md and up.md.
"""

from __future__ import annotations

import msgspec

from shared.dcos import maintenance
from shared.dcos.maintenance import Machine, Schedule, Status
from shared.dcos.masters import AGAIN, UNREADABLE, Malformed, Masters, shown
from shared.errors import Refused, Retry, Unknown

SCHEDULE = "/maintenance/schedule"
STATUS = "/maintenance/status"
DOWN = "/machine/down"
UP = "/machine/up"


class Machines:
    """The machines of the cluster that `leader` (host:port) leads."""

    def __init__(self, masters: Masters, leader: str) -> None:
        self._masters = masters
        self._leader = leader

    async def down(self, machine: Machine) -> None:
        if (await self._status()).is_down(machine):
            return
        before = await self._schedule()
        if not maintenance.holds(before, machine):
            await self._post(maintenance.with_machine(before, machine))
            await self._prove_scheduled(before, machine)
        await self._move(DOWN, machine)

    async def up(self, machine: Machine) -> None:
        if (await self._status()).is_down(machine):
            await self._move(UP, machine)
            current = await self._schedule_after(f"{_shown(machine)} was brought up")
        else:
            current = await self._schedule()
        if maintenance.holds(current, machine):
            await self._post(maintenance.without_machine(current, machine))

    async def _prove_scheduled(self, before: Schedule, machine: Machine) -> None:
        after = await self._schedule_after(f"the window for {_shown(machine)} was posted")
        missing = {_windows_key(one) for one in before.windows} - {_windows_key(one) for one in after.windows}
        if missing or not maintenance.holds(after, machine):
            raise Unknown(f"the schedule with the window for {_shown(machine)} was changed by somebody else")

    async def _move(self, path: str, machine: Machine) -> None:
        answer = await self._masters.write(self._leader, path, [machine])
        if answer.status in {200, 202}:
            return
        # Mesos says 400 when the machine is in the wrong mode; somebody else may have moved it already.
        now = await self._status()
        if now.is_down(machine) == (path == DOWN):
            return
        raise Retry(f"{path} of {_shown(machine)} was answered with {shown(answer)}", AGAIN)

    async def _post(self, schedule: Schedule) -> None:
        answer = await self._masters.write(self._leader, SCHEDULE, schedule)
        if answer.status not in {200, 202}:
            raise Refused(
                "mesos", "schedule_not_accepted", {"status": answer.status, "answer": shown(answer)}
            )

    async def _schedule_after(self, done: str) -> Schedule:
        """The schedule after something was done: a failed reading is `Unknown`, for `Retry` says that nothing was."""
        try:
            return await self._schedule()
        except Retry as error:
            raise Unknown(f"{done}, but the schedule can't be read ({error.why})") from error

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


def _windows_key(window: msgspec.Raw) -> bytes:
    """The same window has the same key however the master orders and spaces what it prints."""
    return msgspec.json.encode(msgspec.json.decode(window), order="deterministic")


def _shown(machine: Machine) -> str:
    return f"machine {machine.hostname}/{machine.ip}"
