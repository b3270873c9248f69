"""The Mesos masters of one cluster, as far as the product touches them.

Reads raise `Retry` when no master answers or none leads. Writes raise `Retry` (busy), `Refused` (no permission, call
not known to this version) or `Unknown` (no answer: it may have been carried out).
"""

from __future__ import annotations

from typing import Protocol

from shared.model.mesos import SchedulerState


class Scheduler(Protocol):
    async def state(self) -> SchedulerState:
        """One consistent answer of the leading master; finds the leader first."""
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
