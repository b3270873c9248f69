"""A pool that follows what its tasks reserve: it grows at once, shrinks after a whole window, and loses no task."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from shared.model.incidents import IncidentState
from shared.model.mesos import Amounts
from tests.scaling.stage import Office
from tests.scene import WEB

FOLLOWS = """scaling: {signals: [{of: cpu, setpoint: 70%, margin: 10%}], window: 15m, protect_new: 5m}"""
EACH = 4.0


class Busy(Office):
    """Machines of four cores, of which each task has one."""

    def __init__(self, agents: int = 4, **others: Any) -> None:
        super().__init__(
            agents, day="", more=f"{FOLLOWS}\n        disruption: {{at_once: 2, per_hour: 40}}", **others
        )
        self.tasks = agents * 3
        self.turns()

    def turns(self, at_once: bool = False) -> None:
        super().turns(at_once)
        agents = self.scheduler.agents
        running = sum(agent.tasks.get(WEB, 0) for agent in agents.values())
        for id in sorted(agents):
            mine = agents[id].tasks.get(WEB, 0)
            ended = min(mine, max(0, running - self.tasks))
            if ended:
                self.scheduler.run(id, WEB, mine - ended)
                running -= ended
            used = float(agents[id].tasks.get(WEB, 0))
            agents[id] = replace(
                agents[id], total=Amounts(EACH, 16_000, 90_000), used=Amounts(used, used * 100)
            )


async def test_load_that_jumps_is_met_within_minutes() -> None:
    busy = Busy()
    await busy.after(minutes=5)
    assert (busy.ordered, busy.destroyed) == ([], [])
    busy.tasks = 22
    await busy.after(minutes=6)
    assert busy.connected == 8
    assert sum(busy.ordered) == 4


async def test_load_that_falls_is_followed_after_a_window_and_no_task_is_lost() -> None:
    busy = Busy(8)
    busy.tasks = 22
    await busy.after(minutes=20)
    busy.tasks = 15
    await busy.after(minutes=13)
    assert busy.destroyed == []
    await busy.after(minutes=30)
    assert (busy.connected, busy.capacity, busy.running_tasks) == (6, 6, 15)
    assert [one for one in busy.ordered if one < 0] == []
    assert (await busy.running(), await busy.open_incidents()) == ([], {})


async def test_load_that_fell_by_half_is_followed_sooner_and_no_task_is_lost() -> None:
    busy = Busy(8)
    busy.tasks = 22
    await busy.after(minutes=20)
    busy.tasks = 11
    await busy.after(minutes=3)
    assert busy.destroyed == []
    await busy.after(minutes=25)
    assert (busy.connected, busy.capacity, busy.running_tasks) == (4, 4, 11)


async def test_load_that_comes_back_in_the_middle_gives_back_who_is_not_gone() -> None:
    busy = Busy(8)
    busy.tasks = 11
    while not await busy.running():
        await busy.after(seconds=20)
    busy.tasks = 28
    await busy.after(minutes=15)
    assert busy.connected >= 8
    assert busy.running_tasks == 28
    assert all(busy.scheduler.takes_tasks(id) for id in busy.scheduler.agents)
    assert (await busy.running(), (await busy.ledger()).active) == ([], ())


async def test_while_load_is_not_read_the_size_stays_and_that_is_told_once() -> None:
    busy = Busy(8)
    busy.tasks = 6
    await busy.after(minutes=3)
    busy.masters_fall_silent()
    await busy.after(minutes=40)
    assert (busy.destroyed, busy.connected) == ([], 8)
    lines = [line for line in await busy.said() if "could not be read" in line and "hold" in line]
    assert len(lines) == 1


async def test_what_waits_and_cannot_be_read_is_told_once_and_then_to_a_person() -> None:
    busy = Busy(8)
    busy.policy = busy.policy.replace("{of: cpu, setpoint: 70%, margin: 10%}", "{of: waiting}")
    busy.works.blind.add("queue")
    await busy.after(minutes=50)
    unread = (await busy.open_incidents())["(private load)"]
    assert (unread.state, busy.destroyed, busy.connected) == (IncidentState.OPEN, [], 8)
    await busy.after(minutes=20)
    assert (await busy.open_incidents())["(private load)"].state is IncidentState.HANDED_OVER
    busy.works.blind.clear()
    await busy.after(minutes=2)
    assert await busy.open_incidents() == {}
