"""What a scheduler says of its cluster: twin, simulated masters of four DC/OS releases, real Mesos."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from shared.errors import Retry
from shared.model.mesos import workload_key
from tests.contract.schedulers import SchedulerWorld, at, until


async def test_every_registered_agent_is_listed_with_its_address(any_scheduler: SchedulerWorld) -> None:
    state = await any_scheduler.scheduler.state()
    assert sorted(agent.address for agent in state.agents) == any_scheduler.addresses
    for agent in state.agents:
        assert agent.active
        assert agent.hostname == agent.address
        assert agent.port > 0
        assert agent.registered_at is not None
        assert agent.registered_at.tzinfo is not None
        assert agent.tasks == {}
    assert [agent.agent_id for agent in state.agents] == sorted({agent.agent_id for agent in state.agents})


async def test_the_state_says_who_leads_since_when(any_scheduler: SchedulerWorld) -> None:
    state = await any_scheduler.scheduler.state()
    assert state.leader
    assert state.version
    assert state.elected_at.tzinfo is not None
    assert state.reregister_window == timedelta(minutes=10)
    assert state.recovered == ()


async def test_the_same_cluster_gives_the_same_state(any_scheduler: SchedulerWorld) -> None:
    """But for the time of the answer, which goes on."""
    one, other = await any_scheduler.scheduler.state(), await any_scheduler.scheduler.state()
    assert replace(one, answered_at=None) == replace(other, answered_at=None)


async def test_an_agent_whose_process_died_is_listed_and_not_active(any_scheduler: SchedulerWorld) -> None:
    dead, *living = any_scheduler.addresses
    any_scheduler.kill(dead)
    state = await until(any_scheduler, lambda state: not all(agent.active for agent in state.agents))
    assert {agent.address: agent.active for agent in state.agents} == {dead: False} | dict.fromkeys(
        living, True
    )


async def test_an_agent_that_comes_back_is_the_same_agent(any_scheduler: SchedulerWorld) -> None:
    address = any_scheduler.addresses[0]
    before = at(await any_scheduler.scheduler.state(), address)
    any_scheduler.kill(address)
    await until(any_scheduler, lambda state: not all(agent.active for agent in state.agents))
    any_scheduler.start(address)
    after = at(await until(any_scheduler, lambda state: all(agent.active for agent in state.agents)), address)
    assert before is not None
    assert after is not None
    assert after.agent_id == before.agent_id


async def test_running_tasks_are_counted_by_agent_and_workload(any_scheduler: SchedulerWorld) -> None:
    any_scheduler.run("web", 2)
    state = await until(
        any_scheduler, lambda state: sum(sum(agent.tasks.values()) for agent in state.agents) == 2
    )
    keys = {key for agent in state.agents for key in agent.tasks}
    assert len(keys) == 1
    (framework_id,) = (one for one in state.frameworks if workload_key(one, "web") in keys)
    assert state.frameworks[framework_id].name


async def test_after_an_election_agents_that_are_not_back_are_recovered(
    any_scheduler: SchedulerWorld,
) -> None:
    before = await any_scheduler.scheduler.state()
    any_scheduler.elect()
    after = await until(any_scheduler, lambda state: state.elected_at > before.elected_at)
    assert after.agents == ()
    assert after.recovered == tuple(agent.agent_id for agent in before.agents)


async def test_masters_that_do_not_answer_give_no_state(any_scheduler: SchedulerWorld) -> None:
    any_scheduler.silence()
    with pytest.raises(Retry):
        await any_scheduler.scheduler.state()


async def test_masters_that_do_not_answer_are_told_nothing(any_scheduler: SchedulerWorld) -> None:
    agent = (await any_scheduler.scheduler.state()).agents[0]
    any_scheduler.silence()
    with pytest.raises(Retry):
        await any_scheduler.scheduler.mark_gone(agent.agent_id)
    with pytest.raises(Retry):
        await any_scheduler.scheduler.machine_down(agent.hostname, agent.address)
