"""The real azure-mgmt-compute against the ARM face: in process and on a socket."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from azure.core import MatchConditions
from azure.core.exceptions import (
    HttpResponseError,
    ResourceModifiedError,
    ResourceNotFoundError,
    ServiceRequestError,
    ServiceResponseTimeoutError,
)
from azure.mgmt.compute.aio import ComputeManagementClient
from azure.mgmt.compute.models import (
    VirtualMachineScaleSetUpdate,
    VirtualMachineScaleSetVMInstanceRequiredIDs,
)

from simulator.arm.face import ArmFace
from simulator.clock import WallClock
from simulator.faults import conflict, dropped, server_error, throttled
from simulator.serve import served
from simulator.wire import Silence
from simulator.world.azure import AllocationFault
from simulator.world.build import ClusterSpec, build_cluster, new_world
from simulator.world.durations import Durations
from simulator.world.world import Cluster
from tests.simulator.stage import Stage, compute_client, play


def _capacity(count: int) -> VirtualMachineScaleSetUpdate:
    return VirtualMachineScaleSetUpdate({"sku": {"capacity": count}})


def _ids(*numbers: str) -> VirtualMachineScaleSetVMInstanceRequiredIDs:
    return VirtualMachineScaleSetVMInstanceRequiredIDs(instance_ids=list(numbers))


async def _shown_capacity(client: ComputeManagementClient, group: str, name: str) -> int | None:
    sku = (await client.virtual_machine_scale_sets.get(group, name)).sku
    return sku.capacity if sku is not None else None


def test_a_listing_follows_its_pages_and_shows_power_and_place() -> None:
    async def story(stage: Stage) -> None:
        stage.arm = ArmFace(stage.world, page_size=4)
        async with stage.client() as client:
            vms = client.virtual_machine_scale_set_vms
            found = [vm async for vm in vms.list(stage.group, stage.private.name, expand="instanceView")]
        assert [vm.instance_id for vm in found] == [str(number) for number in range(10)]
        assert found[3].vm_id == stage.instance(3).vm_id
        view = found[3].instance_view
        assert view is not None
        assert view.platform_fault_domain == 3
        assert [status.code for status in view.statuses or []] == [
            "ProvisioningState/succeeded",
            "PowerState/running",
        ]

    play(story, ClusterSpec("pages", pools={"private": 10}))


def test_a_delete_is_polled_to_its_end_in_virtual_time() -> None:
    async def story(stage: Stage) -> None:
        began = stage.now()
        async with stage.client() as client:
            sets = client.virtual_machine_scale_sets
            poller = await sets.begin_delete_instances(stage.group, stage.private.name, _ids("1"))
            assert poller.status() == "InProgress"
            await poller.result()
        assert sorted(stage.private.instances) == [0, 2]
        assert 40 <= (stage.now() - began).total_seconds() <= 60

    play(story)


def test_a_continuation_token_resumes_without_a_second_order() -> None:
    async def story(stage: Stage) -> None:
        ids = _ids("1")
        async with stage.client() as client:
            sets = client.virtual_machine_scale_sets
            token = (
                await sets.begin_delete_instances(stage.group, stage.private.name, ids)
            ).continuation_token()
        async with stage.client() as client:
            sets = client.virtual_machine_scale_sets
            poller = await sets.begin_delete_instances(
                stage.group, stage.private.name, ids, continuation_token=token
            )
            await poller.result()
        orders = [request for request in stage.arm.requests if request.method == "POST"]
        assert len(orders) == 1

    play(story)


def test_growing_with_the_right_etag_works_and_with_an_old_one_is_refused() -> None:
    async def story(stage: Stage) -> None:
        async with stage.client() as client:
            sets = client.virtual_machine_scale_sets
            found = await sets.get(stage.group, stage.private.name)
            poller = await sets.begin_update(
                stage.group, stage.private.name, _capacity(4),
                etag=found.etag, match_condition=MatchConditions.IfNotModified,
            )  # fmt: skip
            await poller.result()
            with pytest.raises(ResourceModifiedError):
                _ = await sets.begin_update(
                    stage.group, stage.private.name, _capacity(9),
                    etag=found.etag, match_condition=MatchConditions.IfNotModified,
                )  # fmt: skip
        assert stage.private.capacity == 4

    play(story)


def test_a_failed_allocation_reaches_the_caller_with_its_code() -> None:
    async def story(stage: Stage) -> None:
        stage.world.azure.allocation_faults.append(AllocationFault())
        async with stage.client() as client:
            sets = client.virtual_machine_scale_sets
            poller = await sets.begin_update(stage.group, stage.private.name, _capacity(4))
            with pytest.raises(HttpResponseError) as failed:
                await poller.result()
        assert failed.value.error is not None
        assert failed.value.error.code == "AllocationFailed"

    play(story)


def test_what_is_not_there_is_not_found() -> None:
    async def story(stage: Stage) -> None:
        async with stage.client() as client:
            vms = client.virtual_machine_scale_set_vms
            with pytest.raises(ResourceNotFoundError):
                await vms.get(stage.group, stage.private.name, "99")
            with pytest.raises(ResourceNotFoundError):
                await client.virtual_machine_scale_sets.get(stage.group, "no-such-set")
            poller = await vms.begin_delete(stage.group, stage.private.name, "99")
            await poller.result()
            with pytest.raises(
                HttpResponseError, match="not an active Virtual Machine Scale Set VM instanceId"
            ):
                _ = await client.virtual_machine_scale_sets.begin_delete_instances(
                    stage.group, stage.private.name, _ids("0", "99")
                )
        assert len(stage.private.instances) == 3, "one unknown id and none is deleted"

    play(story)


def test_faults_strike_as_often_as_they_say() -> None:
    async def story(stage: Stage) -> None:
        stage.arm.faults.add(throttled(retry_after_s=77, times=1))
        stage.arm.faults.add(conflict(times=1))
        stage.arm.faults.add(server_error(503, times=1))
        statuses = []
        async with stage.client() as client:
            for _ in range(3):
                with pytest.raises(HttpResponseError) as failed:
                    await client.virtual_machine_scale_sets.get(stage.group, stage.private.name)
                statuses.append(failed.value.status_code)
            assert await _shown_capacity(client, stage.group, stage.private.name) == 3
        assert statuses == [429, 409, 503]

    play(story)


def test_a_dropped_answer_leaves_the_caller_in_the_dark_about_a_delete_that_happens() -> None:
    async def story(stage: Stage) -> None:
        stage.arm.faults.add(dropped(after_effect=True, method="POST", path="/delete$"))
        async with stage.client() as client:
            with pytest.raises(ServiceRequestError):
                _ = await client.virtual_machine_scale_sets.begin_delete_instances(
                    stage.group, stage.private.name, _ids("0")
                )
        await stage.after(minutes=1)
        assert 0 not in stage.private.instances

    play(story)


@pytest.mark.parametrize(
    ("how", "error"), [(Silence.REFUSED, ServiceRequestError), (Silence.HANGING, ServiceResponseTimeoutError)]
)
def test_a_silent_endpoint_raises_what_a_network_raises(how: Silence, error: type[Exception]) -> None:
    async def story(stage: Stage) -> None:
        stage.world.arm_down(how)
        async with stage.client() as client:
            with pytest.raises(error):
                await client.virtual_machine_scale_sets.get(stage.group, stage.private.name)
        stage.world.arm_up()
        async with stage.client() as client:
            assert (await client.virtual_machine_scale_sets.get(stage.group, stage.private.name)).name

    play(story)


@asynccontextmanager
async def _on_sockets() -> AsyncIterator[tuple[ComputeManagementClient, Cluster]]:
    world = new_world(WallClock(), Durations().scaled(0.002))
    cluster = build_cluster(world, ClusterSpec("socket"))
    arm = ArmFace(world, retry_after_s=None)
    async with served(world, arm=arm) as result, compute_client(result.arm_url, 0.02) as client:
        yield client, cluster


async def test_a_replacement_works_over_a_real_socket() -> None:
    async with _on_sockets() as (client, cluster):
        group, scale_set = cluster.resource_group, cluster.pools["private"]
        sets = client.virtual_machine_scale_sets
        await (await sets.begin_delete_instances(group, scale_set.name, _ids("1"))).result()
        await (await sets.begin_update(group, scale_set.name, _capacity(3))).result()
        names = [vm.name async for vm in client.virtual_machine_scale_set_vms.list(group, scale_set.name)]
        assert names == [f"{scale_set.name}_{number}" for number in (0, 2, 3)]
        assert scale_set.capacity == 3


async def test_a_dropped_connection_is_felt_over_a_real_socket() -> None:
    world = new_world(WallClock())
    cluster = build_cluster(world, ClusterSpec("socket"))
    async with served(world) as result, compute_client(result.arm_url, 0.02) as client:
        result.arm.faults.add(dropped(times=2))  # aiohttp sends a GET again by itself, once
        with pytest.raises(ServiceRequestError):
            await client.virtual_machine_scale_sets.get(cluster.resource_group, cluster.pools["private"].name)
        assert (
            await client.virtual_machine_scale_sets.get(cluster.resource_group, cluster.pools["private"].name)
        ).id
