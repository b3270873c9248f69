"""A pool whose agents are thin gives some up: what runs there is moved onto the others first, and nothing is lost."""

from __future__ import annotations

from typing import Any

import pytest

from tests.operate.test_workers_side_by_side import side_by_side
from tests.scaling.test_whatever_happens import what_is_wrong
from tests.scaling.waits import Waits
from tests.watched import Call, Crash, Interleaved, Tripwire

CALM = "window: 10m, shrink_pause: 1m, protect_new: 5m"
THIN = f"signals: [{{of: thin, below: 40%}}, {{of: waiting}}], {CALM}"

FIRST, EACH = 150, 29  # a part of the calls of the machines that go


class Thin(Waits):
    """Four agents of four cores, each with three tasks of half a core, so that all of them fit onto two agents. `lost`
    counts the tasks that were on a machine when it was destroyed."""

    def __init__(self, scaling: str = THIN, mode: str = "enforce", more: str = "") -> None:
        super().__init__(scaling, agents=4, more=more, mode=mode)
        self.tasks, self.lost = 12, 0
        self.turns()
        self.app = self.new_app(self.watches)

    @property
    def is_even(self) -> bool:
        """Whether three are left, and none is thin any more."""
        agents = [agent for agent in self.scheduler.agents.values() if agent.active]
        return len(agents) == 3 and all(agent.used.cpus >= 0.4 * agent.total.cpus for agent in agents)

    async def watches(self, call: Call) -> Any:
        if call.name == "compute.destroy":
            agents = [self.agent_at(self.name(int(id))) for id in call.args[1]]
            self.lost += sum(sum(one.tasks.values()) for one in agents if one is not None and one.active)
        return await call.go()


async def test_four_thin_agents_become_two() -> None:
    thin = Thin()
    await thin.after(minutes=5)
    assert thin.destroyed == []
    await thin.after(minutes=40)
    assert (thin.connected, thin.capacity, thin.running_tasks) == (2, 2, 12)
    assert (thin.lost, len(thin.destroyed), thin.ordered) == (0, 2, [])
    assert await what_is_wrong(thin, 2) == []
    await thin.after(minutes=60)
    assert (thin.capacity, thin.ordered) == (2, [])


async def test_the_audit_says_how_many_fit_onto_the_others() -> None:
    thin = Thin()
    await thin.after(minutes=30)
    assert any("2 of 4 agents are less than 40% full" in line for line in await thin.said())


async def test_while_anything_waits_nothing_goes() -> None:
    thin = Thin()
    thin.huge = 1
    await thin.after(minutes=60)
    assert (thin.capacity, thin.destroyed) == (4, [])
    thin.huge = 0
    await thin.after(minutes=40)
    assert (thin.capacity, thin.lost) == (2, 0)


@pytest.mark.parametrize("blind", ["queue", "apps"])
async def test_while_anything_is_unread_nothing_goes(blind: str) -> None:
    thin = Thin()
    thin.works.blind.add(blind)
    await thin.after(minutes=60)
    assert (thin.capacity, thin.destroyed) == (4, [])


async def test_work_that_comes_between_keeps_what_is_there_and_has_the_pool_grow() -> None:
    thin = Thin()
    await thin.after(minutes=40)
    assert thin.capacity == 2
    thin.burst = 3
    await thin.after(minutes=10)
    assert (thin.waiting, thin.capacity, thin.lost) == (0, 3, 0)


async def test_where_the_mode_is_observe_it_is_only_told() -> None:
    thin = Thin(mode="observe")
    await thin.after(minutes=40)
    assert (thin.capacity, thin.destroyed) == (4, [])
    assert any("2 nodes and not 4 are wanted" in line for line in await thin.said())


@pytest.mark.parametrize("seed", range(2))
async def test_two_workers_give_up_no_more_than_one(seed: int) -> None:
    thin = Thin()
    go = Interleaved(seed)
    side_by_side(thin, go)
    await thin.after(minutes=45)
    assert await what_is_wrong(thin, 2) == []


async def test_whatever_call_was_the_last_another_process_goes_on() -> None:
    at, reached, wrong = FIRST, True, list[str]()
    while reached:
        thin, wire = Thin(), Tripwire(at)
        thin.app, thin.forgives = thin.new_app(wire), (Crash,)
        await thin.after(minutes=20)
        thin.restarts()
        await thin.after(minutes=30)
        # Where one went without the other, what it ran may have come to three agents, of which none is thin then.
        found = await what_is_wrong(thin, 3 if thin.is_even else 2)
        if found:
            wrong.append(f"crash after call {at} ({wire.calls[-1]}): {'; '.join(found)}")
        at, reached = at + EACH, wire.reached
    assert wrong == []
    assert at > FIRST + 4 * EACH, "a story has many calls"
