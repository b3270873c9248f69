"""An answer that got lost is not a no, and a pause that Azure asks for is told and not slept."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from shared.errors import Retry, Unknown
from shared.model.azure import ProgressState
from tests.contract.compute_worlds import SIZE, ComputeWorld


async def test_a_destruction_whose_answer_got_lost_is_unknown_and_happened(
    compute_world: ComputeWorld,
) -> None:
    compute, pool = compute_world.compute, compute_world.pool
    compute_world.lose_next_answer()

    with pytest.raises(Unknown):
        await compute.destroy(pool, ["3"])

    compute_world.wait()
    assert await compute.instance(pool, "3") is None
    assert (await compute.scale_set(pool)).capacity == SIZE - 1


async def test_a_growth_whose_answer_got_lost_is_unknown_and_happened_once(
    compute_world: ComputeWorld,
) -> None:
    compute, pool = compute_world.compute, compute_world.pool
    etag = (await compute.scale_set(pool)).etag
    compute_world.lose_next_answer()

    with pytest.raises(Unknown):
        await compute.set_capacity(pool, SIZE + 1, etag)

    compute_world.wait()
    assert (await compute.scale_set(pool)).capacity == SIZE + 1
    assert len(await compute.instances(pool)) == SIZE + 1


async def test_a_throttling_azure_is_left_alone_for_as_long_as_it_asks(compute_world: ComputeWorld) -> None:
    compute, pool = compute_world.compute, compute_world.pool
    etag = (await compute.scale_set(pool)).etag
    token = await compute.set_capacity(pool, SIZE, etag)
    compute_world.throttle(timedelta(minutes=20))
    began = time.monotonic()

    for call in (
        compute.scale_set(pool),
        compute.instances(pool),
        compute.instance(pool, "3"),
        compute.addresses(pool),
        compute.destroy(pool, ["3"]),
        compute.set_capacity(pool, 1, etag),
        compute.look(pool, token),
    ):
        with pytest.raises(Retry) as retry:
            await call
        assert retry.value.after == timedelta(minutes=20)

    assert time.monotonic() - began < 2


async def test_an_operation_can_be_looked_at_again_and_again_after_its_end(
    compute_world: ComputeWorld,
) -> None:
    compute, pool = compute_world.compute, compute_world.pool
    token = await compute.destroy(pool, ["3"])
    compute_world.wait()

    states = {(await compute.look(pool, token)).state for _ in range(3)}

    assert states == {ProgressState.SUCCEEDED}


@pytest.mark.parametrize("token", ["", "operation-99"])
async def test_an_operation_that_nobody_knows_has_an_unknown_outcome(
    compute_world: ComputeWorld, token: str
) -> None:
    with pytest.raises(Unknown):
        await compute_world.compute.look(compute_world.pool, token)
