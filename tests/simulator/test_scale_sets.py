"""Scale sets grow, shrink and lose instances as Azure's do."""

import pytest

from simulator.world.azure import AllocationFault
from simulator.world.build import ClusterSpec
from simulator.world.operations import AzureRefusal, OperationStatus
from simulator.world.vm import Power, Provisioning
from tests.simulator.stage import Stage, play


def test_raising_the_capacity_creates_instances_that_boot() -> None:
    async def story(stage: Stage) -> None:
        operation = stage.world.set_capacity(stage.private, 5)
        assert [i.power for i in stage.private.instances.values()][3:] == [Power.CREATING] * 2
        assert stage.private.provisioning is Provisioning.UPDATING
        await stage.after(s=60)
        assert stage.instance(4).power is Power.STARTING
        await stage.after(s=40)
        assert stage.instance(4).power is Power.RUNNING
        assert operation.status is OperationStatus.SUCCEEDED
        assert stage.private.provisioning is Provisioning.SUCCEEDED

    play(story)


def test_numbers_are_never_used_again() -> None:
    async def story(stage: Stage) -> None:
        stage.world.delete_instance(stage.instance(2))
        await stage.after(minutes=2)
        stage.world.set_capacity(stage.private, 3)
        await stage.after(minutes=3)
        assert sorted(stage.private.instances) == [0, 1, 3]

    play(story)


def test_deleting_an_instance_lowers_the_capacity_and_changes_the_etag() -> None:
    async def story(stage: Stage) -> None:
        etag = stage.private.etag
        stage.world.delete_instance(stage.instance(1))
        assert stage.private.capacity == 2
        assert stage.private.etag != etag
        await stage.after(minutes=1)
        assert sorted(stage.private.instances) == [0, 2]

    play(story)


def test_lowering_the_capacity_takes_the_highest_numbers() -> None:
    async def story(stage: Stage) -> None:
        stage.world.set_capacity(stage.private, 1)
        await stage.after(minutes=2)
        assert sorted(stage.private.instances) == [0]

    play(story)


def test_a_newer_capacity_write_preempts_the_older() -> None:
    async def story(stage: Stage) -> None:
        older = stage.world.set_capacity(stage.private, 5)
        await stage.after(s=10)
        newer = stage.world.set_capacity(stage.private, 6)
        assert older.status is OperationStatus.CANCELED
        assert older.error is not None
        assert older.error.code == "OperationPreempted"
        await stage.after(minutes=3)
        assert newer.status is OperationStatus.SUCCEEDED
        assert len(stage.private.instances) == 6

    play(story)


def test_no_room_in_the_region_shows_only_in_the_operation() -> None:
    async def story(stage: Stage) -> None:
        stage.world.azure.allocation_faults.append(AllocationFault(count=1))
        operation = stage.world.set_capacity(stage.private, 5)
        await stage.after(minutes=3)
        assert operation.status is OperationStatus.FAILED
        assert operation.error is not None
        assert operation.error.code == "AllocationFailed"
        assert len(stage.private.instances) == 4
        assert stage.private.capacity == 5

    play(story)


def test_an_instance_that_never_came_up_stays_behind_as_failed() -> None:
    async def story(stage: Stage) -> None:
        stage.world.azure.allocation_faults.append(AllocationFault(count=1, leaves_instance=True))
        stage.world.set_capacity(stage.private, 4)
        await stage.after(minutes=3)
        assert stage.instance(3).provisioning is Provisioning.FAILED
        assert not stage.instance(3).healthy

    play(story)


def test_the_quota_refuses_with_its_numbers_and_changes_nothing() -> None:
    async def story(stage: Stage) -> None:
        stage.world.azure.quota.cores = 9
        with pytest.raises(
            AzureRefusal, match=r"Current Limit: 9, Current Usage: 8, Additional Required: 4"
        ) as refused:
            stage.world.set_capacity(stage.private, 5)
        assert refused.value.status == 409
        assert stage.private.capacity == 3

    play(story)


def test_instances_spread_over_zones_and_fault_domains() -> None:
    async def story(stage: Stage) -> None:
        places = [(i.zone, i.fault_domain) for i in stage.private.instances.values()]
        assert places == [("1", 0), ("2", 0), ("3", 0), ("1", 1), ("2", 1), ("3", 1)]
        stage.world.delete_instance(stage.instance(1))
        await stage.after(minutes=1)
        stage.world.set_capacity(stage.private, 6)
        assert (stage.instance(6).zone, stage.instance(6).fault_domain) == ("2", 0)

    play(story, ClusterSpec("zoned", pools={"private": 6}, zones=("1", "2", "3")))


def test_the_lowest_free_address_is_given_out_again() -> None:
    async def story(stage: Stage) -> None:
        addresses = {number: stage.instance(number).nic.address for number in range(3)}
        assert addresses == {0: "10.32.0.4", 1: "10.32.0.5", 2: "10.32.0.6"}
        stage.world.delete_instance(stage.instance(1))
        await stage.after(minutes=1)
        stage.world.set_capacity(stage.private, 4)
        assert [stage.instance(3).nic.address, stage.instance(4).nic.address] == ["10.32.0.5", "10.32.0.7"]

    play(story)


def test_the_journal_knows_who_destroyed_a_healthy_instance() -> None:
    async def story(stage: Stage) -> None:
        stage.world.delete_instance(stage.instance(0))
        stage.world.power_off(stage.instance(1))
        stage.world.delete_instance(stage.instance(1))
        ordered = stage.world.journal.of("instance_delete_ordered")
        assert [entry.healthy for entry in ordered] == [True, False]
        assert {entry.by.by for entry in ordered} == {"operator"}

    play(story)
