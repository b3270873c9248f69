"""What is read of a pool is what is there, complete and in order."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from shared.errors import Refused
from shared.model.azure import Power, Provisioning
from tests.contract.compute_worlds import SIZE, ComputeWorld


async def test_a_settled_pool_is_read_completely_and_in_the_order_of_its_ids(
    compute_world: ComputeWorld,
) -> None:
    name = compute_world.pool.scale_set

    scale_set = await compute_world.compute.scale_set(compute_world.pool)
    instances = await compute_world.compute.instances(compute_world.pool)

    assert (scale_set.name, scale_set.capacity, scale_set.provisioning) == (
        name,
        SIZE,
        Provisioning.SUCCEEDED,
    )
    assert [instance.instance_id for instance in instances] == [str(number) for number in range(SIZE)]
    assert [instance.name for instance in instances] == [f"{name}_{number}" for number in range(SIZE)]
    assert {instance.power for instance in instances} == {Power.RUNNING}
    assert {instance.provisioning for instance in instances} == {Provisioning.SUCCEEDED}
    assert len({instance.vm_id for instance in instances}) == SIZE
    assert {instance.fault_domain for instance in instances} == {0, 1, 2, 3, 4}
    assert all(instance.created_at and instance.created_at.tzinfo for instance in instances)


async def test_every_machine_has_its_own_private_address(compute_world: ComputeWorld) -> None:
    addresses = await compute_world.compute.addresses(compute_world.pool)

    assert set(addresses) == {str(number) for number in range(SIZE)}
    assert len(set(addresses.values())) == SIZE
    assert all(address.startswith("10.") for address in addresses.values())


async def test_an_instance_read_by_itself_is_the_one_in_the_list(compute_world: ComputeWorld) -> None:
    instances = await compute_world.compute.instances(compute_world.pool)

    assert await compute_world.compute.instance(compute_world.pool, "11") == instances[11]


async def test_a_lost_machine_is_in_no_reading_and_is_no_longer_wanted(compute_world: ComputeWorld) -> None:
    compute_world.lose("3")

    assert await compute_world.compute.instance(compute_world.pool, "3") is None
    assert "3" not in {i.instance_id for i in await compute_world.compute.instances(compute_world.pool)}
    assert "3" not in await compute_world.compute.addresses(compute_world.pool)
    assert (await compute_world.compute.scale_set(compute_world.pool)).capacity == SIZE - 1


async def test_a_deallocated_machine_is_still_there_and_still_wanted(compute_world: ComputeWorld) -> None:
    compute_world.deallocate("3")

    instance = await compute_world.compute.instance(compute_world.pool, "3")

    assert instance is not None
    assert instance.power is Power.DEALLOCATED
    assert instance in await compute_world.compute.instances(compute_world.pool)
    assert (await compute_world.compute.scale_set(compute_world.pool)).capacity == SIZE


async def test_an_instance_that_never_was_does_not_exist(compute_world: ComputeWorld) -> None:
    assert await compute_world.compute.instance(compute_world.pool, "99") is None


@pytest.mark.parametrize("reading", ["scale_set", "instances", "addresses"])
async def test_a_scale_set_that_is_not_there_is_refused_and_not_an_empty_reading(
    compute_world: ComputeWorld, reading: str
) -> None:
    nowhere = replace(compute_world.pool, scale_set="no-such-set")

    with pytest.raises(Refused) as refusal:
        await getattr(compute_world.compute, reading)(nowhere)

    assert (refusal.value.guard, refusal.value.reason) == ("azure", "scale_set_not_found")


async def test_an_instance_of_a_scale_set_that_is_not_there_is_refused_and_not_gone(
    compute_world: ComputeWorld,
) -> None:
    for nowhere in (
        replace(compute_world.pool, scale_set="no-such-set"),
        replace(compute_world.pool, resource_group="no-such-group"),
    ):
        with pytest.raises(Refused) as refusal:
            await compute_world.compute.instance(nowhere, "3")
        assert refusal.value.reason == "scale_set_not_found"
