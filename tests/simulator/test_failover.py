"""A new leader waits for its agents, and nobody may conclude anything from who is missing meanwhile."""

from datetime import timedelta

from simulator.wire import Silence
from simulator.world.build import ClusterSpec
from simulator.world.tasks import App
from tests.simulator.stage import Stage, play


def test_for_some_seconds_nobody_leads() -> None:
    async def story(stage: Stage) -> None:
        stage.world.fail_over(stage.cluster)
        status, _, body = await stage.ask_mesos("GET", "/slaves")
        assert (status, body) == (503, b"No leader elected")
        status, _, _ = await stage.ask_mesos("GET", "/health")
        assert status == 200

    play(story)


def test_the_next_master_leads_and_first_reads_its_registry() -> None:
    async def story(stage: Stage) -> None:
        stage.world.fail_over(stage.cluster)
        await stage.after(s=12.5)
        leader = stage.cluster.mesos.leader
        assert leader is stage.cluster.mesos.masters[1]
        assert leader.elected == stage.now() - timedelta(seconds=0.5)
        status, _, body = await stage.ask_mesos("GET", "/slaves", master=1)
        assert (status, body) == (503, b"Master has not finished recovery")

    play(story)


def test_agents_are_recovered_first_and_register_again_within_seconds() -> None:
    async def story(stage: Stage) -> None:
        ids = set(stage.cluster.mesos.registered)
        stage.world.fail_over(stage.cluster)
        await stage.after(s=13.6)
        assert set(stage.cluster.mesos.recovered) | set(stage.cluster.mesos.registered) == ids
        assert stage.cluster.mesos.recovered
        await stage.after(s=15)
        assert set(stage.cluster.mesos.registered) == ids
        assert all(agent.reregistered for agent in stage.cluster.mesos.registered.values())

    play(story)


def test_the_missing_are_given_up_only_after_the_window_and_at_the_removal_rate() -> None:
    async def story(stage: Stage) -> None:
        stage.world.freeze_vm(stage.instance(0))
        stage.world.freeze_vm(stage.instance(1))
        stage.world.fail_over(stage.cluster)
        await stage.after(s=12 + 599)
        assert len(stage.cluster.mesos.recovered) == 2
        await stage.after(s=2)
        assert len(stage.cluster.mesos.unreachable) == 1
        await stage.after(minutes=21)
        assert len(stage.cluster.mesos.unreachable) == 2

    play(story)


def test_new_agents_carry_the_id_of_the_new_leader() -> None:
    async def story(stage: Stage) -> None:
        old = stage.cluster.mesos.masters[0].id
        stage.world.fail_over(stage.cluster, to=2)
        await stage.after(minutes=1)
        stage.world.set_capacity(stage.private, 4)
        await stage.after(minutes=5)
        assert stage.agent(3).id == f"{stage.cluster.mesos.masters[2].id}-S0"
        assert stage.agent(0).id.startswith(old)

    play(story)


def test_tasks_run_on_through_a_failover() -> None:
    async def story(stage: Stage) -> None:
        stage.world.fail_over(stage.cluster)
        await stage.after(minutes=2)
        assert stage.cluster.mesos.schedulers[0].running("web") == 5
        assert stage.world.journal.of("task_ended") == []

    play(story, ClusterSpec("tasks", apps=(App("web", 5),)))


def test_without_a_quorum_nobody_is_elected_until_a_master_comes_back() -> None:
    async def story(stage: Stage) -> None:
        elections, masters = stage.cluster.elections, stage.cluster.mesos.masters
        elections.stop(masters[1])
        elections.stop(masters[0])
        await stage.after(minutes=5)
        assert stage.cluster.mesos.leader is None
        elections.start(masters[1])
        await stage.after(minutes=1)
        assert stage.cluster.mesos.leader is masters[1]

    play(story)


def test_silent_masters_keep_their_agents() -> None:
    async def story(stage: Stage) -> None:
        stage.world.mesos_api_down(stage.cluster, Silence.HANGING)
        await stage.after(minutes=30)
        stage.world.mesos_api_up(stage.cluster)
        status, answer = await stage.call("GET_AGENTS")
        assert status == 200
        assert len(answer["get_agents"]["agents"]) == 4

    play(story)
