"""Maintenance windows: what keeps new tasks away from an agent before Mesos 1.9."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from shared.errors import Refused
from shared.model.mesos import Agent
from tests.contract.schedulers import SchedulerWorld, at, until

LONG = timedelta(days=365)


async def first(world: SchedulerWorld) -> tuple[Agent, datetime]:
    """An agent, and a time that has passed."""
    state = await world.scheduler.state()
    agent = at(state, world.addresses[0])
    assert agent is not None
    return agent, state.elected_at.replace(microsecond=123)


async def placed_on(world: SchedulerWorld, agent: Agent, application: str, tasks: int) -> bool:
    """Does one of so many tasks run on the agent, once all of them run?"""
    world.run(application, tasks)
    state = await until(
        world,
        lambda state: (
            tasks
            == sum(n for one in state.agents for key, n in one.tasks.items() if key.endswith(application))
        ),
    )
    found = at(state, agent.address)
    return found is not None and any(key.endswith(application) for key in found.tasks)


async def test_nothing_is_placed_on_a_machine_in_a_window(heeding_scheduler: SchedulerWorld) -> None:
    world = heeding_scheduler
    agent, start = await first(world)
    await world.scheduler.schedule_maintenance(agent.hostname, agent.address, start, LONG)
    assert not await placed_on(world, agent, "within", 2)
    await world.scheduler.unschedule_maintenance(agent.hostname, agent.address)
    assert await placed_on(world, agent, "behind", 3)


async def test_before_dcos_1_11_a_window_keeps_nothing_away(older_scheduler: SchedulerWorld) -> None:
    world = older_scheduler
    agent, start = await first(world)
    await world.scheduler.schedule_maintenance(agent.hostname, agent.address, start, LONG)
    assert await placed_on(world, agent, "within", 3)


async def test_a_window_touches_no_agent_and_no_task(any_scheduler: SchedulerWorld) -> None:
    world = any_scheduler
    agent, start = await first(world)
    assert await placed_on(world, agent, "web", 3)
    before = (await world.scheduler.state()).agents
    await world.scheduler.schedule_maintenance(agent.hostname, agent.address, start, LONG)
    for _ in range(3):
        await world.pass_time()
        assert (await world.scheduler.state()).agents == before


async def test_the_same_window_twice_is_success_and_so_is_taking_it_back_twice(
    any_scheduler: SchedulerWorld,
) -> None:
    scheduler = any_scheduler.scheduler
    agent, start = await first(any_scheduler)
    for _ in range(2):
        await scheduler.schedule_maintenance(agent.hostname, agent.address, start, LONG)
    for _ in range(2):
        await scheduler.unschedule_maintenance(agent.hostname, agent.address)
    await scheduler.schedule_maintenance(agent.hostname, agent.address, start, LONG / 2)


async def test_a_machine_is_in_one_window_at_most(any_scheduler: SchedulerWorld) -> None:
    scheduler = any_scheduler.scheduler
    agent, start = await first(any_scheduler)
    await scheduler.schedule_maintenance(agent.hostname, agent.address, start, LONG)
    with pytest.raises(Refused) as refusal:
        await scheduler.schedule_maintenance(agent.hostname, agent.address, start, LONG / 2)
    assert (refusal.value.guard, refusal.value.reason) == ("mesos", "machine_scheduled_by_others")
    await scheduler.schedule_maintenance(agent.hostname, agent.address, start, LONG)


async def test_a_machine_that_no_agent_announced_is_refused(any_scheduler: SchedulerWorld) -> None:
    agent, start = await first(any_scheduler)
    for hostname, address in (("10.99.0.1", "10.99.0.1"), ("agent-1", agent.address)):
        with pytest.raises(Refused) as refusal:
            await any_scheduler.scheduler.schedule_maintenance(hostname, address, start, LONG)
        assert (refusal.value.guard, refusal.value.reason) == ("mesos", "machine_not_announced")


async def test_a_machine_that_is_down_stays_in_the_schedule(any_scheduler: SchedulerWorld) -> None:
    world = any_scheduler
    agent, start = await first(world)
    await world.scheduler.schedule_maintenance(agent.hostname, agent.address, start, LONG)
    await world.scheduler.machine_down(agent.hostname, agent.address)
    with pytest.raises(Refused) as refusal:
        await world.scheduler.unschedule_maintenance(agent.hostname, agent.address)
    assert refusal.value.reason == "machine_is_down"
    await world.scheduler.machine_up(agent.hostname, agent.address)
    await until(world, lambda state: at(state, agent.address) is not None)
    await world.scheduler.schedule_maintenance(agent.hostname, agent.address, start, LONG / 2)


async def test_two_windows_are_taken_back_one_by_one(any_scheduler: SchedulerWorld) -> None:
    world = any_scheduler
    _, start = await first(world)
    one, two, _ = (await world.scheduler.state()).agents
    for agent in (one, two):
        await world.scheduler.schedule_maintenance(agent.hostname, agent.address, start, LONG)
    await world.scheduler.unschedule_maintenance(one.hostname, one.address)
    with pytest.raises(Refused):  # it is still in there
        await world.scheduler.schedule_maintenance(two.hostname, two.address, start, LONG / 2)
    await world.scheduler.schedule_maintenance(one.hostname, one.address, start, LONG / 2)
