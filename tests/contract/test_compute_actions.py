"""What is done to one machine is done to that machine alone, takes its time, and says how it ended."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from msgspec.structs import replace

from shared.errors import Refused, Retry, Unknown
from shared.model.azure import GuestAgent, PoolAddress, Power, Progress, ProgressState, Provisioning
from shared.ports.compute import Compute
from tests.contract.compute_worlds import SIZE, ComputeWorld

type Act = Callable[[Compute, PoolAddress, str], Awaitable[str]]

ACTS: dict[str, Act] = {
    "restart": lambda compute, pool, id: compute.restart(pool, id),
    "redeploy": lambda compute, pool, id: compute.redeploy(pool, id),
    "reimage": lambda compute, pool, id: compute.reimage(pool, id),
    "power_off": lambda compute, pool, id: compute.power_off(pool, id),
}
WRITES: dict[str, Act] = ACTS | {
    "run_command": lambda compute, pool, id: compute.run_command(pool, id, ["echo hello"]),
    "protect": lambda compute, pool, id: compute.protect(pool, id, True),
}
ENDS = {"power_off": Power.STOPPED}


@pytest.fixture(params=ACTS)
def act(request: pytest.FixtureRequest) -> Act:
    return ACTS[request.param]


@pytest.fixture(params=WRITES)
def write(request: pytest.FixtureRequest) -> Act:
    return WRITES[request.param]


@pytest.mark.parametrize("verb", ACTS)
async def test_an_action_takes_its_time_and_touches_no_other_machine(
    compute_world: ComputeWorld, verb: str
) -> None:
    compute, pool = compute_world.compute, compute_world.pool
    before, addresses = await compute.instances(pool), await compute.addresses(pool)

    token = await ACTS[verb](compute, pool, "3")

    assert (await compute.look(pool, token)).state is ProgressState.IN_PROGRESS
    busy = await compute.instance(pool, "3")
    assert busy is not None
    assert busy.provisioning is Provisioning.UPDATING

    compute_world.wait()
    assert await compute.look(pool, token) == Progress(ProgressState.SUCCEEDED)
    after = await compute.instances(pool)
    assert [one for one in after if one.instance_id != "3"] == [
        one for one in before if one.instance_id != "3"
    ]
    power = ENDS.get(verb, Power.RUNNING)
    heard = GuestAgent.READY if power is Power.RUNNING else GuestAgent.SILENT
    assert after[3] == replace(before[3], power=power, guest_agent=heard)
    assert await compute.addresses(pool) == addresses
    assert (await compute.scale_set(pool)).capacity == SIZE


@pytest.mark.parametrize(("verb", "kept"), [("restart", True), ("redeploy", False), ("reimage", False)])
async def test_only_a_restart_keeps_the_temporary_disk(
    compute_world: ComputeWorld, verb: str, kept: bool
) -> None:
    await ACTS[verb](compute_world.compute, compute_world.pool, "3")
    compute_world.wait()

    assert compute_world.has_its_disk("3") is kept
    assert compute_world.has_its_disk("4")


async def test_a_reimaged_machine_has_the_model_that_its_set_has_now(compute_world: ComputeWorld) -> None:
    compute, pool = compute_world.compute, compute_world.pool
    compute_world.new_image()
    before = await compute.instances(pool)
    assert {one.latest_model for one in before} == {False}

    await compute.restart(pool, "2")
    await compute.reimage(pool, "3")
    compute_world.wait()

    after = await compute.instances(pool)
    assert after[2] == before[2]
    assert after[3].latest_model is True
    assert after[3].image != before[3].image
    assert (after[3].image or "").endswith(":16.04.202611010")


async def test_a_machine_that_does_not_exist_is_refused_by_name(
    compute_world: ComputeWorld, write: Act
) -> None:
    compute_world.lose("3")

    with pytest.raises(Refused) as refusal:
        await write(compute_world.compute, compute_world.pool, "3")

    assert refusal.value.reason == "instance_not_found"


async def test_a_set_that_does_not_exist_is_not_taken_for_its_machine(
    compute_world: ComputeWorld, write: Act
) -> None:
    nowhere = replace(compute_world.pool, scale_set="no-such-set")

    with pytest.raises(Refused) as refusal:
        await write(compute_world.compute, nowhere, "3")

    assert refusal.value.reason == "scale_set_not_found"


async def test_no_name_is_a_mistake_and_acts_on_nothing(compute_world: ComputeWorld, write: Act) -> None:
    before = await compute_world.compute.instances(compute_world.pool)

    with pytest.raises(ValueError, match="nothing was done"):
        await write(compute_world.compute, compute_world.pool, "")

    assert await compute_world.compute.instances(compute_world.pool) == before


async def test_a_machine_that_is_worked_on_is_left_alone_until_that_has_ended(
    compute_world: ComputeWorld, write: Act
) -> None:
    compute, pool = compute_world.compute, compute_world.pool
    await compute.restart(pool, "3")

    with pytest.raises(Retry):
        await write(compute, pool, "3")

    compute_world.wait()
    assert await write(compute, pool, "3")


async def test_a_machine_that_is_being_destroyed_is_left_alone(
    compute_world: ComputeWorld, write: Act
) -> None:
    await compute_world.compute.destroy(compute_world.pool, ["3"])

    with pytest.raises(Retry):
        await write(compute_world.compute, compute_world.pool, "3")


async def test_destroying_a_machine_ends_what_was_done_to_it(compute_world: ComputeWorld, act: Act) -> None:
    compute, pool = compute_world.compute, compute_world.pool
    token = await act(compute, pool, "3")

    await compute.destroy(pool, ["3"])
    compute_world.wait()

    progress = await compute.look(pool, token)
    assert (progress.state, progress.code) == (ProgressState.FAILED, "OperationPreempted")
    assert await compute.instance(pool, "3") is None


@pytest.mark.parametrize("is_deallocated", [False, True])
async def test_what_somebody_stopped_is_not_restarted_and_runs_no_command(
    compute_world: ComputeWorld, is_deallocated: bool
) -> None:
    compute, pool = compute_world.compute, compute_world.pool
    if is_deallocated:
        compute_world.deallocate("3")
    else:
        await compute.power_off(pool, "3")
    compute_world.wait()

    for write in ("restart", "run_command"):
        with pytest.raises(Refused) as refusal:
            await WRITES[write](compute, pool, "3")
        assert refusal.value.reason == "not_running"


async def test_what_was_stopped_can_be_redeployed_and_runs_again(compute_world: ComputeWorld) -> None:
    compute, pool = compute_world.compute, compute_world.pool
    await compute.power_off(pool, "3")
    compute_world.wait()

    await compute.redeploy(pool, "3")
    compute_world.wait()

    instance = await compute.instance(pool, "3")
    assert instance is not None
    assert instance.power is Power.RUNNING
    assert await compute.restart(pool, "3")


@pytest.mark.parametrize(
    "code", ["AllocationFailed", "OverconstrainedAllocationRequest", "OperationPreempted"]
)
async def test_an_action_that_fails_says_so_and_marks_its_machine(
    compute_world: ComputeWorld, act: Act, code: str
) -> None:
    compute, pool = compute_world.compute, compute_world.pool
    compute_world.fail_next_action(code)

    token = await act(compute, pool, "3")
    compute_world.wait()

    progress = await compute.look(pool, token)
    assert (progress.state, progress.code) == (ProgressState.FAILED, code)
    instance = await compute.instance(pool, "3")
    assert instance is not None
    assert (instance.provisioning, instance.failure) == (Provisioning.FAILED, code)
    assert (instance.power, compute_world.has_its_disk("3")) == (Power.RUNNING, True)


async def test_an_action_that_never_ends_holds_its_machine_and_can_be_destroyed(
    compute_world: ComputeWorld, act: Act
) -> None:
    compute, pool = compute_world.compute, compute_world.pool
    compute_world.hang_next_action()

    token = await act(compute, pool, "3")
    compute_world.wait()

    assert (await compute.look(pool, token)).state is ProgressState.IN_PROGRESS
    with pytest.raises(Retry):
        await compute.restart(pool, "3")
    await compute.destroy(pool, ["3"])
    compute_world.wait()
    assert await compute.instance(pool, "3") is None


async def test_an_action_whose_answer_got_lost_is_unknown_and_was_begun(
    compute_world: ComputeWorld, act: Act
) -> None:
    compute, pool = compute_world.compute, compute_world.pool
    compute_world.lose_next_answer()

    with pytest.raises(Unknown):
        await act(compute, pool, "3")

    instance = await compute.instance(pool, "3")
    assert instance is not None
    assert instance.provisioning is Provisioning.UPDATING
