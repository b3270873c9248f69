"""Apps are kept running, as well as a scheduler can know."""

import pytest

from simulator.world.build import ClusterSpec
from simulator.world.tasks import App
from tests.simulator.stage import Stage, play

WEB = App("web", 6, cpus=0.5)


def test_apps_are_spread_over_the_agents_of_their_pool() -> None:
    async def story(stage: Stage) -> None:
        assert [len(stage.agent(number).tasks) for number in range(3)] == [2, 2, 2]
        public = next(iter(stage.cluster.pools["public"].instances.values()))
        agent = stage.cluster.agent_of(public)
        assert agent is not None
        assert len(agent.tasks) == 1

    play(story, ClusterSpec("apps", apps=(WEB, App("edge", 1, pool="public"))))


@pytest.mark.parametrize(("dcos", "state"), [("1.8", "TASK_LOST"), ("1.11", "TASK_UNREACHABLE")])
def test_tasks_of_a_lost_agent_start_elsewhere_once_it_is_given_up(dcos: str, state: str) -> None:
    async def story(stage: Stage) -> None:
        stage.world.freeze_vm(stage.instance(0))
        await stage.after(minutes=4)
        assert stage.cluster.mesos.schedulers[0].running("web") == 6, "the masters believe it runs"
        await stage.after(minutes=2)
        assert {entry.detail["state"] for entry in stage.world.journal.of("task_ended")} == {state}
        assert stage.cluster.mesos.schedulers[0].running("web") == 6
        assert len(stage.agent(1).tasks) == 3

    play(story, ClusterSpec("apps", dcos, apps=(WEB,)))


def test_marking_gone_moves_tasks_within_seconds() -> None:
    async def story(stage: Stage) -> None:
        stage.world.freeze_vm(stage.instance(0))
        await stage.mark_gone(stage.agent(0).id)
        await stage.after(s=10)
        assert {e.detail["state"] for e in stage.world.journal.of("task_ended")} == {"TASK_GONE_BY_OPERATOR"}
        assert stage.cluster.mesos.schedulers[0].running("web") == 6

    play(story, ClusterSpec("apps", apps=(WEB,)))


def test_what_was_launched_on_an_agent_that_hung_starts_when_it_is_back() -> None:
    async def story(stage: Stage) -> None:
        stage.world.freeze_vm(stage.instance(0))
        await stage.mark_gone(stage.agent(1).id)
        await stage.after(minutes=1)
        assert stage.cluster.mesos.schedulers[0].running("web") < 6
        stage.world.thaw_vm(stage.instance(0))
        await stage.after(s=10)
        assert stage.cluster.mesos.schedulers[0].running("web") == 6

    play(story, ClusterSpec("apps", apps=(WEB,)))


def test_without_room_tasks_wait_for_an_agent_that_joins() -> None:
    async def story(stage: Stage) -> None:
        stage.world.delete_instance(stage.instance(0))
        stage.world.delete_instance(stage.instance(1))
        await stage.after(minutes=1)
        scheduler = stage.cluster.mesos.schedulers[0]
        for agent in list(stage.cluster.mesos.registered.values()):
            if not agent.process.responsive:
                await stage.mark_gone(agent.id)
        await stage.after(minutes=5)
        assert scheduler.running("web") == 4
        stage.world.set_capacity(stage.private, 2)
        await stage.after(minutes=5)
        assert scheduler.running("web") == 6

    play(story, ClusterSpec("apps", apps=(WEB,)))


def test_a_task_launched_on_a_dead_agent_hangs_in_staging() -> None:
    async def story(stage: Stage) -> None:
        stage.world.freeze_vm(stage.instance(0))
        stage.world.freeze_vm(stage.instance(1))
        await stage.mark_gone(stage.agent(1).id)
        await stage.after(minutes=1)
        scheduler = stage.cluster.mesos.schedulers[0]
        assert scheduler.running("web") < 6
        assert any(task.state == "TASK_STAGING" for task in stage.agent(0).tasks.values())

    play(story, ClusterSpec("apps", apps=(WEB,)))


def test_surplus_tasks_of_a_returning_agent_are_killed() -> None:
    async def story(stage: Stage) -> None:
        stage.world.freeze_vm(stage.instance(0))
        await stage.after(minutes=10)
        stage.world.thaw_vm(stage.instance(0))
        await stage.after(minutes=1)
        assert stage.cluster.mesos.schedulers[0].running("web") == 6
        assert stage.agent(0).tasks == {}
        assert stage.agent(0).used_cpus == pytest.approx(0)

    play(story, ClusterSpec("apps", apps=(WEB,)))


def test_an_app_added_later_is_started() -> None:
    async def story(stage: Stage) -> None:
        stage.cluster.mesos.schedulers[0].add(App("late", 3))
        await stage.after(s=10)
        assert stage.cluster.mesos.schedulers[0].running("late") == 3
        assert stage.cluster.whole()

    play(story)


def test_what_was_launched_on_an_agent_that_hangs_begins_when_it_does_so_no_more() -> None:
    async def story(stage: Stage) -> None:
        stage.world.freeze_vm(stage.instance(0))
        stage.cluster.mesos.schedulers[0].add(App("more", 3, cpus=0.2, unique=True))
        await stage.after(minutes=1)
        assert stage.cluster.mesos.schedulers[0].running("more") == 2
        stage.world.thaw_vm(stage.instance(0))
        await stage.after(minutes=1)
        assert stage.cluster.mesos.schedulers[0].running("more") == 3

    play(story, ClusterSpec("apps", apps=(WEB,)))


def test_what_was_launched_on_an_agent_whose_process_ended_begins_when_it_is_back() -> None:
    async def story(stage: Stage) -> None:
        stage.cluster.mesos.schedulers[0].add(App("more", 3, cpus=0.2, unique=True))
        await stage.after(s=4)
        stage.world.kill_agent_process(stage.instance(0), restart_in_s=30)
        await stage.after(s=20)
        assert stage.cluster.mesos.schedulers[0].running("more") == 2
        await stage.after(minutes=1)
        assert stage.cluster.mesos.schedulers[0].running("more") == 3

    play(story, ClusterSpec("apps", apps=(WEB,)))
