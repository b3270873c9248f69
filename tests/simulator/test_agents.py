"""How agents come, go and come back."""

import pytest

from simulator.world.build import ClusterSpec
from tests.simulator.stage import Stage, play


def test_a_new_instance_joins_with_a_new_agent_id_after_its_time() -> None:
    async def story(stage: Stage) -> None:
        known = set(stage.cluster.mesos.registered)
        stage.world.set_capacity(stage.private, 4)
        await stage.after(s=90 + 74)
        assert set(stage.cluster.mesos.registered) == known
        await stage.after(s=2)
        assert stage.agent(3).id not in known
        assert stage.cluster.whole()

    play(story)


def test_a_broken_image_never_joins_though_azure_says_succeeded() -> None:
    async def story(stage: Stage) -> None:
        stage.world.set_capacity(stage.private, 4)
        await stage.after(minutes=60)
        assert stage.instance(3).provisioning == "Succeeded"
        assert stage.cluster.agent_of(stage.instance(3)) is None

    play(story, ClusterSpec("broken", never_join=frozenset({"private"})))


def test_a_dead_process_on_a_living_vm_is_inactive_at_once() -> None:
    async def story(stage: Stage) -> None:
        stage.world.kill_agent_process(stage.instance(0))
        assert not stage.agent(0).active
        assert stage.instance(0).power == "running"
        assert not stage.instance(0).healthy

    play(story)


def test_a_process_that_systemd_restarts_keeps_its_id() -> None:
    async def story(stage: Stage) -> None:
        agent_id = stage.agent(0).id
        stage.world.kill_agent_process(stage.instance(0), restart_in_s=5)
        await stage.after(s=6)
        assert stage.agent(0).id == agent_id
        assert stage.agent(0).active
        assert stage.agent(0).reregistered == stage.now().replace(second=5)

    play(story)


def test_a_frozen_agent_looks_active_until_its_pings_run_out() -> None:
    async def story(stage: Stage) -> None:
        agent_id = stage.agent(0).id
        stage.world.freeze_vm(stage.instance(0))
        await stage.after(s=299)
        assert stage.agent(0).active
        await stage.after(s=17)
        assert agent_id in stage.cluster.mesos.unreachable
        assert agent_id not in stage.cluster.mesos.registered

    play(story)


def test_an_agent_that_answers_in_time_is_not_given_up() -> None:
    async def story(stage: Stage) -> None:
        stage.world.partition(stage.instance(0))
        await stage.after(minutes=4)
        stage.world.partition(stage.instance(0), cut_off=False)
        await stage.after(minutes=30)
        assert stage.cluster.mesos.unreachable == {}
        assert stage.instance(0).healthy

    play(story)


def test_an_unreachable_agent_may_return_under_its_id() -> None:
    async def story(stage: Stage) -> None:
        agent_id = stage.agent(0).id
        stage.world.freeze_vm(stage.instance(0))
        await stage.after(minutes=10)
        assert agent_id in stage.cluster.mesos.unreachable
        stage.world.thaw_vm(stage.instance(0))
        await stage.after(s=2)
        assert stage.agent(0).id == agent_id

    play(story)


def test_on_the_oldest_mesos_an_agent_that_was_given_up_returns_as_somebody_new() -> None:
    async def story(stage: Stage) -> None:
        agent_id = stage.agent(0).id
        stage.world.freeze_vm(stage.instance(0))
        await stage.after(minutes=10)
        stage.world.thaw_vm(stage.instance(0))
        await stage.after(s=2)
        assert stage.agent(0).id != agent_id

    play(story, ClusterSpec("old", "1.8"))


def test_a_newcomer_at_a_dead_agents_address_takes_its_place_in_the_list() -> None:
    async def story(stage: Stage) -> None:
        dead = stage.agent(0).id
        stage.world.delete_instance(stage.instance(0))
        await stage.after(minutes=1)
        assert dead in stage.cluster.mesos.registered, "Mesos has not noticed"
        stage.world.set_capacity(stage.private, 3)
        await stage.after(minutes=3)
        assert stage.agent(3).address == "10.32.0.4"
        assert dead not in stage.cluster.mesos.registered
        assert stage.world.journal.of("agent_removed")[0].subject == dead

    play(story)


@pytest.mark.parametrize(("dcos", "mesos"), [("1.8", "1.0.3"), ("1.11.2", "1.5.0"), ("2.2", "1.11.0")])
def test_agents_run_the_mesos_of_their_release(dcos: str, mesos: str) -> None:
    async def story(stage: Stage) -> None:
        assert stage.agent(0).release.mesos == mesos

    play(story, ClusterSpec("versions", dcos))


def test_an_unknown_release_is_refused_with_those_that_are_known() -> None:
    async def story(stage: Stage) -> None:
        return None

    with pytest.raises(ValueError, match=r"DC/OS 3\.0 is not known here.*2\.2"):
        play(story, ClusterSpec("future", "3.0"))
