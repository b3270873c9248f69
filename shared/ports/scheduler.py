"""The Mesos masters of one cluster, as far as the product touches them.

Reads raise `Retry` when no master answers or none leads. Writes raise `Retry` (busy), `Refused` (no permission, call
not known to this version, the master says no) or `Unknown` (no answer: it may have been carried out). Every write may
be repeated: what is already as it is asked for is success.

What each generation of Mesos knows: `Generation` in `shared/model/mesos.py`. Maintenance windows are known to all.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from shared.model.mesos import Headcount, SchedulerState


class Scheduler(Protocol):
    async def state(self) -> SchedulerState:
        """One consistent answer of the leading master; finds the leader first."""
        ...

    async def headcount(self) -> Headcount:
        """How many agents there are, for the price of one small request to the master that led the last time. It tells
        that something has changed, and nothing is decided by it."""
        ...

    async def deactivate(self, agent_id: str) -> None:
        """DEACTIVATE_AGENT (Mesos 1.9 and later): the agent gets no new tasks, those that it has run on. Taken back by
        `reactivate`. `Refused` for an agent that the master does not know."""
        ...

    async def reactivate(self, agent_id: str) -> None:
        """REACTIVATE_AGENT (Mesos 1.9 and later): the agent gets tasks again, also after it was drained. `Refused`
        while it drains, and for an agent that the master does not know."""
        ...

    async def drain(self, agent_id: str, grace: timedelta) -> None:
        """DRAIN_AGENT (Mesos 1.9 and later): irreversible while it goes on. The agent's tasks are killed, each within
        `grace` at most, and it gets no new ones; `Agent.drain` says when it is empty. `Refused` for an agent that the
        master does not know or that is too old to drain, and while its machine is in a maintenance window."""
        ...

    async def schedule_maintenance(
        self, hostname: str, address: str, start: datetime, duration: timedelta
    ) -> None:
        """Put the machine into a maintenance window of its own: Marathon 1.6 and later (DC/OS 1.11) places nothing
        there between `start` and `start + duration`, older ones take no notice. No task is moved. All other windows
        stay. `Refused` when no agent announced exactly this hostname and address, and when somebody else has the
        machine in a window with other times. To repeat it, pass the same times."""
        ...

    async def unschedule_maintenance(self, hostname: str, address: str) -> None:
        """Take the machine out of the maintenance schedule, leaving the others in it. `Refused` while it is down."""
        ...

    async def mark_gone(self, agent_id: str) -> None:
        """MARK_AGENT_GONE (Mesos 1.5 and later): irreversible, the id is banned for ever. An agent that is already
        gone, or that the master has never heard of, is success."""
        ...

    async def machine_down(self, hostname: str, address: str) -> None:
        """Older masters: put the machine into the maintenance schedule and take it down. Its agent is removed, its
        tasks are lost. Must be followed by `machine_up`, because a machine that is down bars every new agent with
        the same address. Doing it again is success."""
        ...

    async def machine_up(self, hostname: str, address: str) -> None:
        """Older masters: bring the machine up and remove it from the schedule, leaving the other windows alone.
        Doing it again is success."""
        ...
