"""Emptying an agent where the master deactivates and drains, and what the others say to it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.errors import Refused, Retry
from shared.model.mesos import Agent, Drain, SchedulerState
from tests.contract.schedulers import SchedulerWorld, at, until

GRACE = timedelta(seconds=30)
STRANGER = "20161122-000000-S999"


async def agents(world: SchedulerWorld) -> tuple[Agent, ...]:
    return (await world.scheduler.state()).agents


async def agent_at(world: SchedulerWorld, address: str) -> Agent:
    agent = at(await world.scheduler.state(), address)
    assert agent is not None
    return agent


def running(state: SchedulerState, application: str) -> dict[str, int]:
    """Address -> tasks of the application, where there are some."""
    found = {
        agent.address: sum(n for key, n in agent.tasks.items() if key.endswith(f":{application}"))
        for agent in state.agents
    }
    return {address: count for address, count in found.items() if count}


async def test_a_deactivated_agent_keeps_its_tasks_and_gets_no_more(
    draining_scheduler: SchedulerWorld,
) -> None:
    world, address = draining_scheduler, draining_scheduler.addresses[0]
    world.run("old", 3)
    await until(world, lambda state: len(running(state, "old")) == 3)
    await world.scheduler.deactivate((await agent_at(world, address)).agent_id)
    world.run("new", 2)
    state = await until(world, lambda state: sum(running(state, "new").values()) == 2)
    agent = at(state, address)
    assert agent is not None
    assert (agent.active, agent.deactivated, agent.drain) == (True, True, Drain.NONE)
    assert address in running(state, "old")
    assert address not in running(state, "new")


async def test_a_reactivated_agent_gets_tasks_again(draining_scheduler: SchedulerWorld) -> None:
    world, address = draining_scheduler, draining_scheduler.addresses[0]
    before = await agent_at(world, address)
    await world.scheduler.deactivate(before.agent_id)
    await world.scheduler.reactivate(before.agent_id)
    assert await agent_at(world, address) == before
    world.run("web", 3)
    await until(world, lambda state: address in running(state, "web"))


async def test_each_of_them_twice_is_success(draining_scheduler: SchedulerWorld) -> None:
    world, address = draining_scheduler, draining_scheduler.addresses[0]
    agent = await agent_at(world, address)
    for _ in range(2):
        await world.scheduler.deactivate(agent.agent_id)
    for _ in range(2):
        await world.scheduler.drain(agent.agent_id, GRACE)
    await until(world, lambda state: any(one.drain is Drain.DRAINED for one in state.agents))
    await world.scheduler.drain(agent.agent_id, GRACE)
    for _ in range(2):
        await world.scheduler.reactivate(agent.agent_id)
    assert await agent_at(world, address) == agent


async def test_the_tasks_of_a_drained_agent_run_elsewhere(draining_scheduler: SchedulerWorld) -> None:
    world = draining_scheduler
    world.run("web", 2)
    busy, *_ = running(await until(world, lambda state: len(running(state, "web")) == 2), "web")
    await world.scheduler.drain((await agent_at(world, busy)).agent_id, GRACE)

    def moved(state: SchedulerState) -> bool:
        drained = {agent.address for agent in state.agents if agent.drain is Drain.DRAINED}
        there = running(state, "web")
        return drained == {busy} and sum(there.values()) == 2 and busy not in there

    emptied = at(await until(world, moved), busy)
    assert emptied is not None
    assert (dict(emptied.tasks), dict(emptied.task_ids), emptied.deactivated) == ({}, {}, True)


async def test_a_drained_agent_can_go_back_to_work(draining_scheduler: SchedulerWorld) -> None:
    world, address = draining_scheduler, draining_scheduler.addresses[0]
    before = await agent_at(world, address)
    await world.scheduler.drain(before.agent_id, GRACE)
    await until(world, lambda state: any(one.drain is Drain.DRAINED for one in state.agents))
    await world.scheduler.reactivate(before.agent_id)
    assert await agent_at(world, address) == before


async def test_a_drain_that_goes_on_cant_be_taken_back(draining_scheduler: SchedulerWorld) -> None:
    """The agent stands still, so its task does not end and neither does the drain."""
    world, address = draining_scheduler, draining_scheduler.addresses[0]
    world.run("web", 3)
    await until(world, lambda state: len(running(state, "web")) == 3)
    agent = await agent_at(world, address)
    world.freeze(address)
    await world.scheduler.drain(agent.agent_id, GRACE)
    with pytest.raises(Refused) as refusal:
        await world.scheduler.reactivate(agent.agent_id)
    assert refusal.value.reason == "agent_is_draining"
    draining = await agent_at(world, address)
    assert (draining.active, draining.deactivated, draining.drain) == (True, True, Drain.DRAINING)
    world.freeze(address, frozen=False)
    await until(world, lambda state: any(one.drain is Drain.DRAINED for one in state.agents))


async def test_a_deactivated_agent_that_dies_is_listed_like_one_that_lives(
    draining_scheduler: SchedulerWorld,
) -> None:
    world, address = draining_scheduler, draining_scheduler.addresses[0]
    await world.scheduler.deactivate((await agent_at(world, address)).agent_id)
    before = await agent_at(world, address)
    world.kill(address)
    await world.pass_time()
    assert await agent_at(world, address) == before
    await world.scheduler.reactivate(before.agent_id)
    assert not (await agent_at(world, address)).active


async def test_an_agent_that_nobody_knows_is_refused(draining_scheduler: SchedulerWorld) -> None:
    scheduler = draining_scheduler.scheduler
    for order in (
        scheduler.deactivate(STRANGER),
        scheduler.reactivate(STRANGER),
        scheduler.drain(STRANGER, GRACE),
    ):
        with pytest.raises(Refused) as refusal:
            await order
        assert (refusal.value.guard, refusal.value.reason) == ("mesos", "agent_not_known")


async def test_a_drained_agent_can_be_marked_gone(draining_scheduler: SchedulerWorld) -> None:
    world, address = draining_scheduler, draining_scheduler.addresses[0]
    agent = await agent_at(world, address)
    await world.scheduler.drain(agent.agent_id, GRACE)
    await world.scheduler.mark_gone(agent.agent_id)
    assert at(await world.scheduler.state(), address) is None


async def test_a_machine_in_a_window_is_not_drained(draining_scheduler: SchedulerWorld) -> None:
    world, address = draining_scheduler, draining_scheduler.addresses[0]
    state = await world.scheduler.state()
    agent = at(state, address)
    assert agent is not None
    await world.scheduler.schedule_maintenance(agent.hostname, address, state.elected_at, timedelta(days=365))
    with pytest.raises(Refused) as refusal:
        await world.scheduler.drain(agent.agent_id, GRACE)
    assert refusal.value.reason == "machine_in_maintenance"
    assert (await agent_at(world, address)).drain is Drain.NONE
    await world.scheduler.unschedule_maintenance(agent.hostname, address)
    await world.scheduler.drain(agent.agent_id, GRACE)


async def test_older_masters_refuse_and_change_nothing(undraining_scheduler: SchedulerWorld) -> None:
    scheduler, before = undraining_scheduler.scheduler, await agents(undraining_scheduler)
    agent_id = before[0].agent_id
    for order in (
        scheduler.deactivate(agent_id),
        scheduler.reactivate(agent_id),
        scheduler.drain(agent_id, GRACE),
    ):
        with pytest.raises(Refused) as refusal:
            await order
        assert (refusal.value.guard, refusal.value.reason) == ("mesos", "call_not_known")
    assert await agents(undraining_scheduler) == before


async def test_masters_that_do_not_answer_empty_nothing(draining_scheduler: SchedulerWorld) -> None:
    scheduler, agent = draining_scheduler.scheduler, (await agents(draining_scheduler))[0]
    draining_scheduler.silence()
    for order in (
        scheduler.deactivate(agent.agent_id),
        scheduler.reactivate(agent.agent_id),
        scheduler.drain(agent.agent_id, GRACE),
        scheduler.unschedule_maintenance(agent.hostname, agent.address),
    ):
        with pytest.raises(Retry):
            await order
