"""What restarts, deallocations, evictions and crashes do to a VM and to the agent in it."""

import pytest

from simulator.world.azure import OVERCONSTRAINED, AllocationFault
from simulator.world.build import ClusterSpec
from simulator.world.operations import AzureRefusal, OperationStatus
from simulator.world.vm import Disk, Power
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


@pytest.mark.parametrize(
    ("action", "lost"),
    [("restart", False), ("redeploy", False), ("deallocate", False), ("reimage", True)],
)
def test_state_on_the_system_disk_is_lost_by_a_reimage_alone(action: str, lost: bool) -> None:
    async def story(stage: Stage) -> None:
        agent_id = stage.agent(0).id
        await stage.ask_arm("POST", f"{stage.instance(0).id}/{action}")
        await stage.after(minutes=10)
        if action == "deallocate":
            await stage.ask_arm("POST", f"{stage.instance(0).id}/start")
            await stage.after(minutes=10)
        assert (stage.agent(0).id != agent_id) is lost

    play(story, ClusterSpec("test", state_on=Disk.OS))


def test_a_reimage_may_be_told_to_keep_the_temporary_disk() -> None:
    async def story(stage: Stage) -> None:
        agent_id = stage.agent(0).id
        stage.world.azure.reimage_keeps_temporary_disk = True
        await stage.ask_arm("POST", f"{stage.instance(0).id}/reimage")
        await stage.after(minutes=10)
        assert stage.agent(0).id == agent_id

    play(story)


def test_a_restart_cures_a_hang() -> None:
    async def story(stage: Stage) -> None:
        stage.world.freeze_vm(stage.instance(0))
        stage.world.restart(stage.instance(0))
        await stage.after(minutes=3)
        assert stage.instance(0).healthy

    play(story)


def test_a_restart_after_a_power_cut_boots_and_after_a_power_off_is_refused() -> None:
    async def story(stage: Stage) -> None:
        stage.world.power_off(stage.instance(0))
        stage.world.restart(stage.instance(0))
        await stage.ask_arm("POST", f"{stage.instance(1).id}/powerOff")
        await stage.after(minutes=2)
        assert stage.instance(0).healthy
        assert stage.instance(1).power is Power.STOPPED
        with pytest.raises(AzureRefusal, match="set to run"):
            stage.world.restart(stage.instance(1))

    play(story)


def test_a_redeploy_that_finds_no_room_leaves_its_vm_without_a_host() -> None:
    async def story(stage: Stage) -> None:
        stage.world.azure.allocation_faults.append(AllocationFault(error=OVERCONSTRAINED))
        operation = stage.world.redeploy(stage.instance(0))
        await stage.after(minutes=10)
        assert operation.error == OVERCONSTRAINED
        assert (stage.instance(0).power, stage.instance(0).failure) == (
            Power.DEALLOCATED,
            "OverconstrainedAllocationRequest",
        )
        stage.world.redeploy(stage.instance(0))
        await stage.after(minutes=10)
        assert stage.instance(0).healthy

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
