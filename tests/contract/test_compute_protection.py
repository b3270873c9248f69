"""A machine is protected, both ways at once, from what is done to its whole set, and from nothing else."""

from __future__ import annotations

from contextlib import suppress

from shared.errors import Unknown
from shared.model.azure import ProgressState, VmHealth
from tests.contract.compute_worlds import ComputeWorld


async def protections(world: ComputeWorld, instance_id: str) -> tuple[bool, bool]:
    instance = await world.compute.instance(world.pool, instance_id)
    assert instance is not None
    return instance.is_protected_from_scale_in, instance.is_protected_from_set_actions


async def test_protection_is_put_on_and_taken_off_again(compute_world: ComputeWorld) -> None:
    compute, pool = compute_world.compute, compute_world.pool
    for on in (True, False):
        token = await compute.protect(pool, "3", on)
        compute_world.wait()

        assert (await compute.look(pool, token)).state is ProgressState.SUCCEEDED
        assert await protections(compute_world, "3") == (on, on)
        assert await protections(compute_world, "4") == (False, False)


async def test_what_is_so_already_is_not_written_again(compute_world: ComputeWorld) -> None:
    compute, pool = compute_world.compute, compute_world.pool
    await compute.protect(pool, "3", True)
    compute_world.wait()

    for instance_id, on in (("3", True), ("4", False)):
        token = await compute.protect(pool, instance_id, on)

        assert (await compute.look(pool, token)).state is ProgressState.SUCCEEDED
    assert await compute.restart(pool, "3"), "nothing is going on there"


async def test_a_protected_machine_can_still_be_stopped_and_destroyed(compute_world: ComputeWorld) -> None:
    compute, pool = compute_world.compute, compute_world.pool
    await compute.protect(pool, "3", True)
    compute_world.wait()

    stopped = await compute.power_off(pool, "3")
    compute_world.wait()
    assert (await compute.look(pool, stopped)).state is ProgressState.SUCCEEDED
    assert await protections(compute_world, "3") == (True, True)

    await compute.destroy(pool, ["3"])
    compute_world.wait()
    assert await compute.instance(pool, "3") is None


async def test_what_the_health_extension_says_is_read(compute_world: ComputeWorld) -> None:
    compute, pool = compute_world.compute, compute_world.pool
    compute_world.say_health("3", VmHealth.UNHEALTHY)

    instances = await compute.instances(pool)

    assert instances[3].health is VmHealth.UNHEALTHY
    assert {one.health for one in instances if one.instance_id != "3"} == {VmHealth.UNKNOWN}


async def test_a_protection_whose_answer_got_lost_was_written_and_nobody_says_that_it_was_not(
    compute_world: ComputeWorld,
) -> None:
    compute_world.lose_next_answer()

    with suppress(Unknown):
        await compute_world.compute.protect(compute_world.pool, "3", True)

    compute_world.wait()
    assert await protections(compute_world, "3") == (True, True)


async def test_protection_from_scaling_in_alone_leaves_the_other_one_as_it_is(
    compute_world: ComputeWorld,
) -> None:
    compute, pool = compute_world.compute, compute_world.pool
    for on in (True, False):
        await compute.protect(pool, "3", on, only_scale_in=True)
        compute_world.wait()
        assert await protections(compute_world, "3") == (on, False)

    await compute.protect(pool, "4", True)
    compute_world.wait()
    for on in (True, False):
        token = await compute.protect(pool, "4", on, only_scale_in=True)
        assert (await compute.look(pool, token)).state is ProgressState.SUCCEEDED
        compute_world.wait()
        assert await protections(compute_world, "4") == (True, True), "somebody else's"
