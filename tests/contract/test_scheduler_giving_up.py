"""Giving an agent up: marked gone where the master knows how, taken down with its machine where it does not."""

from __future__ import annotations

import pytest

from shared.errors import Refused
from shared.model.mesos import Agent, Generation
from tests.contract.schedulers import SchedulerWorld, at, until


async def first(world: SchedulerWorld) -> Agent:
    agent = at(await world.scheduler.state(), world.addresses[0])
    assert agent is not None
    return agent


async def test_the_generation_says_whether_mark_gone_is_known(
    marking_scheduler: SchedulerWorld, older_scheduler: SchedulerWorld
) -> None:
    newer, older = await marking_scheduler.scheduler.state(), await older_scheduler.scheduler.state()
    assert newer.generation in {Generation.MARK_GONE, Generation.DRAIN}
    assert older.generation is Generation.MAINTENANCE


async def test_an_agent_marked_gone_is_in_no_list_and_stays_out(marking_scheduler: SchedulerWorld) -> None:
    world = marking_scheduler
    agent = await first(world)
    await world.scheduler.mark_gone(agent.agent_id)
    for _ in range(4):  # systemd starts its process again meanwhile
        state = await world.scheduler.state()
        assert agent.agent_id not in {one.agent_id for one in state.agents}
        assert agent.agent_id not in state.recovered
        await world.pass_time()


async def test_a_dead_agent_can_be_marked_gone(marking_scheduler: SchedulerWorld) -> None:
    world = marking_scheduler
    agent = await first(world)
    world.kill(agent.address)
    await until(world, lambda state: not all(one.active for one in state.agents))
    await world.scheduler.mark_gone(agent.agent_id)
    assert at(await world.scheduler.state(), agent.address) is None


async def test_marking_gone_twice_is_success(marking_scheduler: SchedulerWorld) -> None:
    agent = await first(marking_scheduler)
    await marking_scheduler.scheduler.mark_gone(agent.agent_id)
    await marking_scheduler.scheduler.mark_gone(agent.agent_id)
    assert len((await marking_scheduler.scheduler.state()).agents) == 2


async def test_marking_an_agent_gone_that_was_never_there_is_success(
    marking_scheduler: SchedulerWorld,
) -> None:
    await marking_scheduler.scheduler.mark_gone("20161122-000000-S999")
    assert len((await marking_scheduler.scheduler.state()).agents) == 3


async def test_a_new_machine_takes_the_address_of_an_agent_that_is_gone(
    marking_scheduler: SchedulerWorld,
) -> None:
    world = marking_scheduler
    agent = await first(world)
    await world.scheduler.mark_gone(agent.agent_id)
    world.renew(agent.address)
    state = await until(world, lambda state: at(state, agent.address) is not None)
    new = at(state, agent.address)
    assert new is not None
    assert new.agent_id != agent.agent_id


async def test_an_older_master_refuses_to_mark_gone_and_keeps_the_agent(
    older_scheduler: SchedulerWorld,
) -> None:
    agent = await first(older_scheduler)
    with pytest.raises(Refused) as refusal:
        await older_scheduler.scheduler.mark_gone(agent.agent_id)
    assert (refusal.value.guard, refusal.value.reason) == ("mesos", "call_not_known")
    assert len((await older_scheduler.scheduler.state()).agents) == 3


async def test_a_machine_that_is_down_has_no_agent_and_bars_the_next(any_scheduler: SchedulerWorld) -> None:
    world = any_scheduler
    agent = await first(world)
    await world.scheduler.machine_down(agent.hostname, agent.address)
    await until(
        world, lambda state: at(state, agent.address) is None
    )  # a real master answers a moment earlier
    world.renew(agent.address)
    for _ in range(6):
        assert at(await world.scheduler.state(), agent.address) is None
        await world.pass_time()


async def test_a_machine_that_is_up_again_lets_the_next_agent_in(any_scheduler: SchedulerWorld) -> None:
    world = any_scheduler
    agent = await first(world)
    await world.scheduler.machine_down(agent.hostname, agent.address)
    world.renew(agent.address)
    await world.pass_time()
    await world.scheduler.machine_up(agent.hostname, agent.address)
    new = at(await until(world, lambda state: at(state, agent.address) is not None), agent.address)
    assert new is not None
    assert new.agent_id != agent.agent_id


async def test_down_and_up_again_and_again_are_success(any_scheduler: SchedulerWorld) -> None:
    world = any_scheduler
    agent = await first(world)
    for move in (world.scheduler.machine_down, world.scheduler.machine_up):
        await move(agent.hostname, agent.address)
        await move(agent.hostname, agent.address)
    await until(world, lambda state: len(state.agents) == 3)


async def test_up_without_down_is_success(any_scheduler: SchedulerWorld) -> None:
    agent = await first(any_scheduler)
    await any_scheduler.scheduler.machine_up(agent.hostname, agent.address)
    assert len((await any_scheduler.scheduler.state()).agents) == 3


async def test_a_machine_without_an_agent_can_be_barred_too(any_scheduler: SchedulerWorld) -> None:
    """A failed machine may be taken down after its agent has left the lists."""
    await any_scheduler.scheduler.machine_down("10.99.0.1", "10.99.0.1")
    await any_scheduler.scheduler.machine_up("10.99.0.1", "10.99.0.1")
    assert len((await any_scheduler.scheduler.state()).agents) == 3


async def test_two_machines_down_at_once_come_up_one_by_one(any_scheduler: SchedulerWorld) -> None:
    world = any_scheduler
    one, two, _ = (await world.scheduler.state()).agents
    await world.scheduler.machine_down(one.hostname, one.address)
    await world.scheduler.machine_down(two.hostname, two.address)
    await world.scheduler.machine_up(one.hostname, one.address)
    world.renew(one.address)
    state = await until(world, lambda state: at(state, one.address) is not None)
    assert at(state, two.address) is None
