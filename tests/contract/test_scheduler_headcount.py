"""How many agents there are, for one small request: twin, simulated masters of five DC/OS releases, real Mesos."""

from __future__ import annotations

import pytest

from shared.errors import Retry
from tests.contract.schedulers import SchedulerWorld, at, until


async def test_the_headcount_tells_agents_that_fall_silent_and_come_back(
    any_scheduler: SchedulerWorld,
) -> None:
    agents, dead = len(any_scheduler.addresses), any_scheduler.addresses[0]
    before = await any_scheduler.scheduler.headcount()
    assert (before.connected, before.active) == (agents, agents)
    assert before == await any_scheduler.scheduler.headcount()
    any_scheduler.kill(dead)
    await until(any_scheduler, lambda state: not all(agent.active for agent in state.agents))
    assert (await any_scheduler.scheduler.headcount()).connected == agents - 1
    any_scheduler.start(dead)
    await until(any_scheduler, lambda state: all(agent.active for agent in state.agents))
    after = await any_scheduler.scheduler.headcount()
    assert (after.connected, after.registrations) == (agents, before.registrations)


async def test_a_new_agent_in_the_place_of_another_changes_the_headcount(
    any_scheduler: SchedulerWorld,
) -> None:
    address = any_scheduler.addresses[0]
    before, old = (
        await any_scheduler.scheduler.headcount(),
        at(await any_scheduler.scheduler.state(), address),
    )
    any_scheduler.kill(address)
    any_scheduler.renew(address)
    state = await until(any_scheduler, lambda state: at(state, address) not in (None, old))
    assert len(state.agents) == before.connected
    assert await any_scheduler.scheduler.headcount() != before


async def test_after_an_election_the_new_leader_counts(any_scheduler: SchedulerWorld) -> None:
    before = await any_scheduler.scheduler.headcount()
    any_scheduler.elect()
    await until(any_scheduler, lambda state: state.agents == ())
    after = await any_scheduler.scheduler.headcount()
    assert (after.connected, after != before) == (0, True)


async def test_masters_that_do_not_answer_give_no_headcount(any_scheduler: SchedulerWorld) -> None:
    await any_scheduler.scheduler.headcount()
    any_scheduler.silence()
    with pytest.raises(Retry):
        await any_scheduler.scheduler.headcount()
