"""Exactly the machines that are named are destroyed, and their places with them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from shared.errors import Refused
from shared.model.azure import Progress, ProgressState, Provisioning
from tests.contract.compute_worlds import SIZE, ComputeWorld


async def test_a_destroyed_machine_is_deleting_first_and_gone_at_the_end(compute_world: ComputeWorld) -> None:
    compute, pool = compute_world.compute, compute_world.pool

    token = await compute.destroy(pool, ["3"])

    assert (await compute.look(pool, token)).state is ProgressState.IN_PROGRESS
    leaving = await compute.instance(pool, "3")
    assert leaving is not None
    assert leaving.provisioning is Provisioning.DELETING

    compute_world.wait()
    assert await compute.look(pool, token) == Progress(ProgressState.SUCCEEDED)
    assert await compute.instance(pool, "3") is None


async def test_only_the_named_machines_go_and_the_capacity_falls_by_their_number(
    compute_world: ComputeWorld,
) -> None:
    compute, pool = compute_world.compute, compute_world.pool
    before = await compute.instances(pool)

    await compute.destroy(pool, ["3", "10", "3"])
    assert (await compute.scale_set(pool)).capacity == SIZE - 2
    compute_world.wait()

    rest = [instance for instance in before if instance.instance_id not in ("3", "10")]
    assert list(await compute.instances(pool)) == rest
    assert (await compute.scale_set(pool)).capacity == SIZE - 2


async def test_an_empty_selection_acts_on_nothing(compute_world: ComputeWorld) -> None:
    nothings: tuple[Sequence[str], ...] = ([], (), "")
    for nothing in nothings:
        with pytest.raises(ValueError, match="acts on nothing"):
            await compute_world.compute.destroy(compute_world.pool, nothing)

    compute_world.wait()
    assert len(await compute_world.compute.instances(compute_world.pool)) == SIZE


async def test_a_text_is_not_taken_for_a_list_of_ids(compute_world: ComputeWorld) -> None:
    with pytest.raises(ValueError, match="ids"):
        await compute_world.compute.destroy(compute_world.pool, "11")

    compute_world.wait()
    assert len(await compute_world.compute.instances(compute_world.pool)) == SIZE


async def test_destroying_what_is_gone_already_succeeds_and_touches_nothing(
    compute_world: ComputeWorld,
) -> None:
    compute, pool = compute_world.compute, compute_world.pool
    compute_world.lose("3")

    token = await compute.destroy(pool, ["3", "99"])
    compute_world.wait()

    assert await compute.look(pool, token) == Progress(ProgressState.SUCCEEDED)
    assert len(await compute.instances(pool)) == SIZE - 1
    assert (await compute.scale_set(pool)).capacity == SIZE - 1


async def test_of_several_machines_those_that_are_still_there_are_destroyed(
    compute_world: ComputeWorld,
) -> None:
    compute, pool = compute_world.compute, compute_world.pool
    compute_world.lose("3")

    token = await compute.destroy(pool, ["3", "4"])
    compute_world.wait()

    assert await compute.look(pool, token) == Progress(ProgressState.SUCCEEDED)
    assert await compute.instance(pool, "4") is None
    assert (await compute.scale_set(pool)).capacity == SIZE - 2


async def test_destroying_the_same_machine_twice_lowers_the_capacity_once(
    compute_world: ComputeWorld,
) -> None:
    compute, pool = compute_world.compute, compute_world.pool

    await compute.destroy(pool, ["3"])
    await compute.destroy(pool, ["3"])
    compute_world.wait()

    assert (await compute.scale_set(pool)).capacity == SIZE - 1


async def test_nothing_can_be_destroyed_in_a_scale_set_that_is_not_there(compute_world: ComputeWorld) -> None:
    nowhere = replace(compute_world.pool, scale_set="no-such-set")

    with pytest.raises(Refused) as refusal:
        await compute_world.compute.destroy(nowhere, ["3"])

    assert refusal.value.reason == "scale_set_not_found"
