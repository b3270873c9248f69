"""What happens to a Mesos cluster, told from outside, whichever one it is.

A `SchedulerWorld` has a `scheduler`, which is what is under test, and verbs for the rest of the world. An agent's
process that ends is started again by systemd, as on DC/OS, unless it was killed for good. Time passes in steps
(`pass_time`), because on the simulated cluster it is ours and on the real one it is not. The worlds themselves are in
scheduler_worlds.py.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from shared.errors import Retry
from shared.model.mesos import Agent, SchedulerState
from shared.ports.scheduler import Scheduler

DISK_MB = 64.0


class SchedulerWorld(Protocol):
    """A cluster with one agent at each of `addresses`, registered and idle."""

    scheduler: Scheduler
    addresses: list[str]

    async def pass_time(self) -> None:
        """Long enough for something to happen, short enough for several of them."""
        ...

    def kill(self, address: str) -> None:
        """The agent's process dies for good; its machine and its disk live on."""
        ...

    def start(self, address: str) -> None:
        """The killed process runs again, with its disk."""
        ...

    def freeze(self, address: str, frozen: bool = True) -> None:
        """The agent's machine stands still and does not answer, for less time than the master notices; or goes on."""
        ...

    def renew(self, address: str) -> None:
        """A new machine gets the address: its agent has an empty disk and tries to register until it may."""
        ...

    def run(self, application: str, tasks: int) -> None:
        """One application is to have so many tasks, spread over the agents; at most one on each."""
        ...

    def reserve(self, address: str, role: str) -> None:
        """A framework with that role and principal reserves a tenth of a core and `DISK_MB` of disk on the agent."""
        ...

    def put_volume(self, address: str, role: str, volume: str) -> None:
        """It makes all of the disk that it has reserved a volume, at the path `data`."""
        ...

    def elect(self) -> None:
        """A new leader takes over; no agent can reach it."""
        ...

    def silence(self) -> None:
        """No master answers any more."""
        ...


async def until(world: SchedulerWorld, holds: Callable[[SchedulerState], bool]) -> SchedulerState:
    """The first state for which `holds`, within a number of steps in which everything has time to happen."""
    last: object = None
    for _ in range(60):
        try:
            last = state = await world.scheduler.state()
            if holds(state):
                return state
        except Retry as error:  # nobody leads for a moment
            last = error
        await world.pass_time()
    raise AssertionError(f"it does not come about; the last was {last}")


def at(state: SchedulerState, address: str) -> Agent | None:
    return next((agent for agent in state.agents if agent.address == address), None)


class Steps:
    """The simulator's clock, moved by hand."""

    def __init__(self) -> None:
        self._now = datetime(2026, 11, 22, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self._now

    async def sleep(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
