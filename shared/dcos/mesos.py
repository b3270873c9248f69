"""`MesosScheduler`: the Mesos masters of one cluster behind the port `Scheduler`.

Each call begins with finding the leader (leader.py), because a master that led a minute ago may not lead now, and
ends with it: a state counts only if the same election was in force before and after it was read, so agents of one
master are never judged by the election time of another. A write that meets a master which no longer leads did
nothing there; it goes to the new leader, once.

Reads are tried twice, because an election that moves on under a reading is common and over in a moment. Writes are
never repeated here: whoever orders them looks at the world first.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta

from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_fixed

from shared.dcos import older, v1
from shared.dcos.emptying import Emptying
from shared.dcos.headcount import count
from shared.dcos.leader import Leader, LeaderSearch
from shared.dcos.machines import SETTLE_S, Machines
from shared.dcos.maintenance import Machine, unavailability
from shared.dcos.masters import AGAIN, UNREADABLE, LeaderMoved, Malformed, Masters
from shared.dcos.reading import state_of
from shared.errors import Refused, Retry
from shared.model.mesos import Headcount, SchedulerState
from shared.ports.http import Http
from shared.ports.scheduler import Scheduler

GONE = frozenset({200, 202, 404})
"""404: the leader has never heard of the agent, or has forgotten it. Nothing is left to mark."""

READ_ATTEMPTS = 2
READ_PAUSE_S = 0.5


class MesosScheduler(Scheduler):
    """`masters` as the policy gives them, each `host` or `host:port` (5050 if not given). machines.py tells what
    `settle_s` is for."""

    def __init__(self, http: Http, masters: tuple[str, ...], settle_s: float = SETTLE_S) -> None:
        self._masters = Masters(http)
        self._search = LeaderSearch(self._masters, masters)
        self._one_schedule_at_a_time = asyncio.Lock()
        self._settle_s = settle_s

    async def state(self) -> SchedulerState:
        return await self._patiently(self._state)

    async def headcount(self) -> Headcount:
        last = self._search.last
        if last is not None:
            with suppress(Retry):  # it is down, or does not lead any more
                return await count(self._masters, last.master)
        return await count(self._masters, (await self._search.find()).master)

    async def deactivate(self, agent_id: str) -> None:
        await self._on_state(lambda state: Emptying(self._masters, state, agent_id).deactivate())

    async def reactivate(self, agent_id: str) -> None:
        await self._on_state(lambda state: Emptying(self._masters, state, agent_id).reactivate())

    async def drain(self, agent_id: str, grace: timedelta) -> None:
        await self._on_state(lambda state: Emptying(self._masters, state, agent_id).drain(grace))

    async def schedule_maintenance(
        self, hostname: str, address: str, start: datetime, duration: timedelta
    ) -> None:
        machine, when = _machine(hostname, address), unavailability(start, duration)

        async def schedule(state: SchedulerState) -> None:
            if not any(machine.same_as(Machine(one.hostname, one.address)) for one in state.agents):
                raise Refused("mesos", "machine_not_announced", {"hostname": hostname, "address": address})
            await self._machines(state.leader).schedule(machine, when)

        async with self._one_schedule_at_a_time:
            await self._on_state(schedule)

    async def unschedule_maintenance(self, hostname: str, address: str) -> None:
        machine = _machine(hostname, address)
        async with self._one_schedule_at_a_time:
            await self._on_leader(lambda leader: self._machines(leader.master).unschedule(machine))

    async def mark_gone(self, agent_id: str) -> None:
        async def mark(leader: Leader) -> None:
            call = {"type": "MARK_AGENT_GONE", "mark_agent_gone": {"agent_id": {"value": agent_id}}}
            answer = await self._masters.write(leader.master, "/api/v1", call)
            if answer.status in GONE:
                return
            raise Refused("mesos", "call_not_known", {"status": answer.status, "version": leader.version})

        if not agent_id:
            raise ValueError("an empty agent id marks nothing")
        await self._on_leader(mark)

    async def machine_down(self, hostname: str, address: str) -> None:
        machine = _machine(hostname, address)
        async with self._one_schedule_at_a_time:
            await self._on_leader(lambda leader: self._machines(leader.master).down(machine))

    async def machine_up(self, hostname: str, address: str) -> None:
        machine = _machine(hostname, address)
        async with self._one_schedule_at_a_time:
            await self._on_leader(lambda leader: self._machines(leader.master).up(machine))

    def _machines(self, leader: str) -> Machines:
        return Machines(self._masters, leader, self._settle_s)

    async def _state(self) -> SchedulerState:
        leader = await self._search.find()
        tells_election = leader.has_v1 and leader.elected is not None
        read = v1.read if tells_election else older.read
        try:
            state = state_of(leader, await read(self._masters, leader))
        except UNREADABLE as error:
            raise Malformed(leader.master, "the question for its state", error) from error
        if tells_election:  # the older answer has the election in itself, and was compared
            await self._prove_still(leader)
        return state

    async def _prove_still(self, leader: Leader) -> None:
        word = await self._search.ask(leader.master)
        if not isinstance(word, Leader) or word.election != leader.election:
            raise Retry(f"the leader changed while master {leader.master} was read", AGAIN)

    async def _on_state(self, act: Callable[[SchedulerState], Awaitable[None]]) -> None:
        """`act` on the leader that gave the state, and by that state."""
        try:
            await act(await self.state())
        except LeaderMoved:
            await act(await self.state())

    async def _on_leader(self, act: Callable[[Leader], Awaitable[None]]) -> None:
        try:
            await act(await self._patiently(self._search.find))
        except LeaderMoved:
            await act(await self._patiently(self._search.find))

    async def _patiently[T](self, read: Callable[[], Awaitable[T]]) -> T:
        attempts = AsyncRetrying(
            stop=stop_after_attempt(READ_ATTEMPTS),
            wait=wait_fixed(READ_PAUSE_S),
            retry=retry_if_exception(_may_pass),
            reraise=True,
        )
        return await attempts(read)


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, Retry) and not isinstance(error, Malformed)


def _machine(hostname: str, address: str) -> Machine:
    if not hostname or not address:
        raise ValueError(
            f"a machine needs hostname and address, both as announced: {hostname!r}, {address!r}"
        )
    return Machine(hostname, address)
