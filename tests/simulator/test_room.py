"""Where tasks run: constraints, roles, and what waits until there is room."""

from __future__ import annotations

import pytest

from simulator.dcos.marathon_views import declined_steps
from simulator.world.agent import Agent, Resources
from simulator.world.build import ClusterSpec
from simulator.world.room import REASONS, keeps_constraints
from simulator.world.scheduler import Scheduler
from simulator.world.tasks import App, TaskState
from tests.simulator.stage import Stage, play

ONE_CORE = Resources(cpus=1.0)
RACKS = {"private": {"rack": "a"}, "spare": {"rack": "b"}}
TWO_POOLS = {"private": 2, "spare": 2}


def marathon(stage: Stage) -> Scheduler:
    return stage.cluster.mesos.schedulers[0]


def agents(stage: Stage) -> list[Agent]:
    return list(stage.cluster.mesos.registered.values())


@pytest.mark.parametrize(
    ("constraint", "racks"),
    [
        (("rack", "IS", "a"), "a a"),
        (("rack", "LIKE", "[bc]"), "b b"),
        (("rack", "UNLIKE", "a"), "b b"),
        (("rack", "CLUSTER", "b"), "b b"),
        (("rack", "CLUSTER"), "a a"),
        (("rack", "UNIQUE"), "a b"),
        (("rack", "MAX_PER", "1"), "a b"),
        (("rack", "GROUP_BY", "2"), "a a b b"),
        (("hostname", "UNIQUE"), "a a b b"),
        (("floor", "LIKE", ".*"), ""),
        (("floor", "UNLIKE", ".*"), "a a b b"),
    ],
)
def test_constraints_say_where_tasks_run(constraint: tuple[str, ...], racks: str) -> None:
    async def story(stage: Stage) -> None:
        marathon(stage).add(App("picky", 4, cpus=1.0, pool="", constraints=(constraint,)))
        await stage.after(s=30)
        found = sorted(agent.attributes["rack"] for agent in agents(stage) for _ in agent.tasks)
        assert " ".join(found) == racks

    play(story, ClusterSpec("racks", pools=TWO_POOLS, attributes=RACKS, agent_resources=ONE_CORE))


def test_an_unknown_operator_is_a_mistake_of_the_story() -> None:
    async def story(stage: Stage) -> None:
        with pytest.raises(ValueError, match="ABOUT is no operator"):
            keeps_constraints(stage.agent(0), App("odd", 1, constraints=(("os", "ABOUT", "x"),)), ())

    play(story, ClusterSpec("odd"))


def test_an_app_of_no_pool_runs_on_all_agents_but_public_ones() -> None:
    async def story(stage: Stage) -> None:
        marathon(stage).add(App("any", 9, cpus=1.0, pool=""))
        await stage.after(s=30)
        assert {agent.pool for agent in agents(stage) if agent.tasks} == {"private", "spare"}
        assert marathon(stage).running("any") == 4

    pools = {**TWO_POOLS, "public": 1}
    play(story, ClusterSpec("any", pools=pools, agent_resources=ONE_CORE))


def test_what_waits_runs_as_soon_as_the_pool_has_grown() -> None:
    async def story(stage: Stage) -> None:
        marathon(stage).add(App("burst", 5, cpus=1.0))
        await stage.after(s=30)
        assert marathon(stage).running("burst") == 3
        stage.world.set_capacity(stage.private, 5)
        await stage.after(minutes=4)
        assert marathon(stage).running("burst") == 5

    play(story, ClusterSpec("grows", pools={"private": 3}, agent_resources=ONE_CORE))


def test_a_port_that_tasks_insist_on_is_had_once_on_an_agent_and_only_where_it_is_offered() -> None:
    async def story(stage: Stage) -> None:
        for name, port in (("one", 1080), ("other", 1080), ("beyond", 80)):
            marathon(stage).add(App(name, 2, ports=(port,)))
        await stage.after(s=30)
        running = [marathon(stage).running(name) for name in ("one", "other", "beyond")]
        assert sum(running[:2]) == 3
        assert running[2] == 0
        reasons = set(marathon(stage).refusals(App("other", 1, ports=(1080,))))
        assert reasons == {"InsufficientPorts"}

    play(story, ClusterSpec("ports", pools={"private": 3}))


def test_marathon_tells_of_offers_as_of_a_funnel() -> None:
    steps = declined_steps({"UnfulfilledRole": 2, "InsufficientCpus": 5, "InsufficientMemory": 1})
    told = {step["reason"]: (step["declined"], step["processed"]) for step in steps}
    assert list(told) == list(REASONS)
    assert told["UnfulfilledConstraint"] == (0, 6)
    assert (told["UnfulfilledRole"], told["InsufficientCpus"]) == ((2, 8), (5, 6))
    assert (told["InsufficientMemory"], told["InsufficientPorts"]) == ((1, 1), (0, 0))


def test_work_that_is_done_ends_without_a_kill_and_leaves_room() -> None:
    async def story(stage: Stage) -> None:
        marathon(stage).finish("web")
        await stage.after(s=30)
        ended = stage.world.journal.of("task_ended")
        assert [entry.detail["state"] for entry in ended] == [TaskState.FINISHED] * 3
        assert [agent.used_cpus for agent in agents(stage)] == [0.0] * 3
        assert marathon(stage).running("web") == 0

    spec = ClusterSpec("done", pools={"private": 3}, apps=(App("web", 3, cpus=1.0),))
    play(story, spec)
