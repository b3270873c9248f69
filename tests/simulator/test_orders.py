"""Gone, drained, deactivated: what operators may order, and from which release on."""

from typing import Any

import pytest

from simulator.world.build import ClusterSpec
from simulator.world.tasks import App
from tests.simulator.stage import Stage, play

NEW = ClusterSpec("new", "2.2", apps=(App("web", 6),))


def _agent(agent_id: str) -> dict[str, Any]:
    return {"agent_id": {"value": agent_id}}


def test_gone_is_for_ever_and_may_be_said_twice() -> None:
    async def story(stage: Stage) -> None:
        agent_id = stage.agent(0).id
        assert await stage.mark_gone(agent_id) == (200, "")
        assert await stage.mark_gone(agent_id) == (200, "")
        stage.world.restart(stage.instance(0))
        await stage.after(minutes=5)
        assert stage.cluster.agent_of(stage.instance(0)) is None
        assert stage.world.journal.of("agent_refused")[0].detail["why"] == "its id is gone"

    play(story, NEW)


def test_a_reimage_gives_a_gone_agents_vm_a_new_life() -> None:
    async def story(stage: Stage) -> None:
        await stage.mark_gone(stage.agent(0).id)
        await stage.ask_arm("POST", f"{stage.instance(0).id}/reimage")
        await stage.after(minutes=10)
        assert stage.instance(0).healthy

    play(story, NEW)


def test_gone_for_an_agent_nobody_knows_is_404() -> None:
    async def story(stage: Stage) -> None:
        assert await stage.mark_gone("nobody-S9") == (404, "Agent 'nobody-S9' not found")

    play(story)


@pytest.mark.parametrize("dcos", ["1.8", "1.9", "1.10"])
def test_older_masters_do_not_know_gone(dcos: str) -> None:
    async def story(stage: Stage) -> None:
        status, text = await stage.mark_gone(stage.agent(0).id)
        assert status == 400
        assert text == "Failed to validate master::Call: Expecting 'type' to be present"

    play(story, ClusterSpec("old", dcos))


def test_dcos_1_11_marks_gone_but_does_not_drain() -> None:
    async def story(stage: Stage) -> None:
        agent_id = stage.agent(0).id
        status, _ = await stage.call("DRAIN_AGENT", drain_agent=_agent(agent_id))
        assert status == 400
        assert await stage.mark_gone(agent_id) == (200, "")

    play(story, ClusterSpec("acs", "1.11"))


def test_a_deactivated_agent_keeps_its_tasks_and_gets_no_more() -> None:
    async def story(stage: Stage) -> None:
        agent = stage.agent(0)
        tasks = set(agent.tasks)
        assert await stage.call("DEACTIVATE_AGENT", deactivate_agent=_agent(agent.id)) == (200, "")
        await stage.mark_gone(stage.agent(1).id)
        await stage.after(minutes=1)
        assert set(agent.tasks) == tasks
        assert not agent.active
        assert await stage.call("REACTIVATE_AGENT", reactivate_agent=_agent(agent.id)) == (200, "")
        assert agent.active

    play(story, NEW)


def test_a_drain_kills_the_tasks_and_ends_drained() -> None:
    async def story(stage: Stage) -> None:
        agent = stage.agent(0)
        grace = {"max_grace_period": {"seconds": 60}}
        assert await stage.call("DRAIN_AGENT", drain_agent=_agent(agent.id) | grace) == (200, "")
        assert {task.state for task in agent.tasks.values()} == {"TASK_KILLING"}
        status, text = await stage.call("REACTIVATE_AGENT", reactivate_agent=_agent(agent.id))
        assert (status, text) == (400, "Agent is still in the DRAINING state")
        await stage.after(s=30)
        assert agent.drain is not None
        assert agent.drain.state == "DRAINED"
        assert agent.tasks == {}
        assert stage.cluster.mesos.schedulers[0].running("web") == 6

    play(story, NEW)


def test_a_drain_may_end_in_gone() -> None:
    async def story(stage: Stage) -> None:
        agent_id = stage.agent(0).id
        await stage.call("DRAIN_AGENT", drain_agent=_agent(agent_id) | {"mark_gone": True})
        await stage.after(s=30)
        assert agent_id in stage.cluster.mesos.gone

    play(story, NEW)


def test_a_dead_agent_is_not_drained_until_it_returns() -> None:
    async def story(stage: Stage) -> None:
        agent = stage.agent(0)
        stage.world.kill_agent_process(stage.instance(0))
        await stage.call("DRAIN_AGENT", drain_agent=_agent(agent.id))
        await stage.after(minutes=10)
        assert agent.drain is not None
        assert agent.drain.state == "DRAINING"

    play(story, NEW)
