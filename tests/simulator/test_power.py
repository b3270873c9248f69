"""What restarts, deallocations, evictions and crashes do to a VM and to the agent in it."""

import pytest

from simulator.world.operations import AzureRefusal, OperationStatus
from simulator.world.vm import Power
from tests.simulator.stage import Stage, play


def test_a_restart_keeps_the_agent_id() -> None:
    async def story(stage: Stage) -> None:
        agent_id = stage.agent(0).id
        operation = stage.world.restart(stage.instance(0))
        await stage.after(s=1)
        assert not stage.agent(0).active
        await stage.after(minutes=2)
        assert operation.status is OperationStatus.SUCCEEDED
        assert stage.agent(0).id == agent_id
        assert stage.instance(0).healthy

    play(story)


def test_a_redeploy_loses_the_temporary_disk_and_with_it_the_agent_id() -> None:
    async def story(stage: Stage) -> None:
        agent_id, address = stage.agent(0).id, stage.instance(0).nic.address
        stage.world.redeploy(stage.instance(0))
        await stage.after(minutes=10)
        assert stage.agent(0).id != agent_id
        assert stage.agent(0).address == address
        assert agent_id not in stage.cluster.mesos.registered

    play(story)


def test_a_deallocated_instance_stays_in_the_set_and_counts_as_capacity() -> None:
    async def story(stage: Stage) -> None:
        stage.world.deallocate(stage.instance(0))
        assert stage.instance(0).power is Power.DEALLOCATING
        await stage.after(minutes=2)
        assert stage.instance(0).power is Power.DEALLOCATED
        assert stage.private.capacity == 3
        assert not stage.instance(0).healthy

    play(story)


def test_a_frozen_vm_shows_running_and_is_not_healthy() -> None:
    async def story(stage: Stage) -> None:
        stage.world.freeze_vm(stage.instance(0))
        assert stage.instance(0).power is Power.RUNNING
        assert stage.agent(0).active
        assert not stage.instance(0).healthy
        await stage.after(minutes=1)
        stage.world.thaw_vm(stage.instance(0))
        await stage.after(s=1)
        assert stage.instance(0).healthy

    play(story)


def test_an_eviction_cuts_the_power_without_a_word_and_deletes_the_instance() -> None:
    async def story(stage: Stage) -> None:
        stage.world.evict(stage.instance(0))
        await stage.after(s=30)
        assert stage.agent(0).connected, "nobody closed the connection"
        await stage.after(s=30)
        assert 0 not in stage.private.instances
        assert stage.private.capacity == 2

    play(story)


def test_by_policy_an_evicted_instance_stays_deallocated() -> None:
    async def story(stage: Stage) -> None:
        stage.private.evicted_instances_are_deleted = False
        stage.world.evict(stage.instance(0))
        await stage.after(minutes=5)
        assert stage.instance(0).power is Power.DEALLOCATED
        assert stage.private.capacity == 3

    play(story)


def test_after_a_crash_of_its_host_a_vm_comes_back_by_itself_as_a_new_agent() -> None:
    async def story(stage: Stage) -> None:
        agent_id = stage.agent(0).id
        stage.world.crash_host(stage.instance(0))
        assert not stage.instance(0).healthy
        await stage.after(minutes=6)
        assert stage.instance(0).healthy
        assert stage.agent(0).id != agent_id

    play(story)


def test_a_busy_vm_refuses_a_second_action() -> None:
    async def story(stage: Stage) -> None:
        stage.world.restart(stage.instance(0))
        with pytest.raises(AzureRefusal, match="Conflict"):
            stage.world.restart(stage.instance(0))

    play(story)


def test_a_vm_that_is_being_deleted_refuses_every_action() -> None:
    async def story(stage: Stage) -> None:
        stage.world.delete_instance(stage.instance(0))
        with pytest.raises(AzureRefusal, match="marked for deletion"):
            stage.world.restart(stage.instance(0))

    play(story)


def test_a_delete_preempts_what_goes_on() -> None:
    async def story(stage: Stage) -> None:
        restart = stage.world.restart(stage.instance(0))
        stage.world.delete_instance(stage.instance(0))
        assert restart.status is OperationStatus.CANCELED
        await stage.after(minutes=2)
        assert 0 not in stage.private.instances

    play(story)
