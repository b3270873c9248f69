"""The wanted size is written only over the model that was read, and new machines take time and may not come."""

from __future__ import annotations

import pytest

from shared.errors import Conflict, Refused
from shared.model.azure import Power, ProgressState, Provisioning
from tests.contract.compute_worlds import SIZE, ComputeWorld


async def test_a_pool_that_grows_gets_new_machines_with_ids_that_were_never_used(
    compute_world: ComputeWorld,
) -> None:
    compute, pool = compute_world.compute, compute_world.pool
    before = await compute.instances(pool)

    token = await compute.set_capacity(pool, SIZE + 2, (await compute.scale_set(pool)).etag)

    assert (await compute.look(pool, token)).state is ProgressState.IN_PROGRESS
    assert (await compute.scale_set(pool)).capacity == SIZE + 2
    young = (await compute.instances(pool))[SIZE:]
    assert {instance.provisioning for instance in young} == {Provisioning.CREATING}

    compute_world.wait()
    assert (await compute.look(pool, token)).state is ProgressState.SUCCEEDED
    after = await compute.instances(pool)
    assert after[:SIZE] == before
    assert [instance.instance_id for instance in after[SIZE:]] == ["12", "13"]
    assert {(i.power, i.provisioning) for i in after[SIZE:]} == {(Power.RUNNING, Provisioning.SUCCEEDED)}
    assert (await compute.scale_set(pool)).provisioning is Provisioning.SUCCEEDED


async def test_an_address_is_used_again_and_an_id_is_not(compute_world: ComputeWorld) -> None:
    compute, pool = compute_world.compute, compute_world.pool
    address = (await compute.addresses(pool))["3"]
    compute_world.lose("3")

    await compute.set_capacity(pool, SIZE, (await compute.scale_set(pool)).etag)
    compute_world.wait()

    addresses = await compute.addresses(pool)
    assert "3" not in addresses
    assert addresses["12"] == address


async def test_a_write_over_a_model_that_has_changed_is_a_conflict_and_changes_nothing(
    compute_world: ComputeWorld,
) -> None:
    compute, pool = compute_world.compute, compute_world.pool
    read = await compute.scale_set(pool)
    compute_world.lose("3")

    with pytest.raises(Conflict):
        await compute.set_capacity(pool, SIZE + 5, read.etag)

    compute_world.wait()
    assert (await compute.scale_set(pool)).capacity == SIZE - 1
    assert len(await compute.instances(pool)) == SIZE - 1


async def test_every_write_changes_the_etag(compute_world: ComputeWorld) -> None:
    compute, pool = compute_world.compute, compute_world.pool
    etags = [(await compute.scale_set(pool)).etag]

    await compute.set_capacity(pool, SIZE + 1, etags[0])
    etags.append((await compute.scale_set(pool)).etag)
    await compute.destroy(pool, ["0"])
    etags.append((await compute.scale_set(pool)).etag)

    assert len(set(etags)) == 3


async def test_an_operation_that_finds_no_room_fails_with_azures_code(compute_world: ComputeWorld) -> None:
    compute, pool = compute_world.compute, compute_world.pool
    compute_world.fail_next_growth()

    token = await compute.set_capacity(pool, SIZE + 1, (await compute.scale_set(pool)).etag)
    compute_world.wait()
    progress = await compute.look(pool, token)

    assert (progress.state, progress.code) == (ProgressState.FAILED, "AllocationFailed")
    assert "Allocation failed" in progress.message
    assert len(await compute.instances(pool)) == SIZE


async def test_a_negative_capacity_is_a_mistake(compute_world: ComputeWorld) -> None:
    with pytest.raises(ValueError, match="-1"):
        await compute_world.compute.set_capacity(compute_world.pool, -1, '"1"')


async def test_a_missing_etag_is_refused_or_a_conflict_but_never_a_blind_write(
    compute_world: ComputeWorld,
) -> None:
    with pytest.raises((Conflict, Refused)):
        await compute_world.compute.set_capacity(compute_world.pool, 0, "")

    compute_world.wait()
    assert len(await compute_world.compute.instances(compute_world.pool)) == SIZE
