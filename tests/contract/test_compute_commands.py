"""Scripts run in a machine whose agent answers, one at a time, and what they print comes back."""

from __future__ import annotations

import pytest

from shared.errors import Retry, Unknown
from shared.model.azure import GuestAgent, Progress, ProgressState
from tests.contract.compute_worlds import ComputeWorld

SCRIPT = ["systemctl restart dcos-metrics-agent.service", "echo restarted", "echo exit=0"]


async def test_what_a_script_printed_comes_with_the_last_look(compute_world: ComputeWorld) -> None:
    compute, pool = compute_world.compute, compute_world.pool
    before = await compute.instances(pool)

    token = await compute.run_command(pool, "3", SCRIPT)

    assert await compute.look(pool, token) == Progress(ProgressState.IN_PROGRESS)
    compute_world.wait()
    printed = Progress(ProgressState.SUCCEEDED, output="restarted\nexit=0")
    assert await compute.look(pool, token) == printed
    assert await compute.look(pool, token) == printed, "as often as it is asked"
    assert await compute.instances(pool) == before


async def test_an_empty_script_is_a_mistake(compute_world: ComputeWorld) -> None:
    scripts: tuple[str | list[str], ...] = ([], "", "echo hello")
    for script in scripts:
        with pytest.raises(ValueError, match="nothing was run"):
            await compute_world.compute.run_command(compute_world.pool, "3", script)


async def test_one_script_runs_at_a_time_in_each_machine(compute_world: ComputeWorld) -> None:
    compute, pool = compute_world.compute, compute_world.pool
    await compute.run_command(pool, "3", SCRIPT)

    with pytest.raises(Retry):
        await compute.run_command(pool, "3", SCRIPT)
    assert await compute.run_command(pool, "4", SCRIPT)

    compute_world.wait()
    assert await compute.run_command(pool, "3", SCRIPT)


async def test_a_silent_agent_lets_a_command_wait_and_then_fail(compute_world: ComputeWorld) -> None:
    compute, pool = compute_world.compute, compute_world.pool
    compute_world.silence("3")
    instance = await compute.instance(pool, "3")
    assert instance is not None
    assert instance.guest_agent is GuestAgent.SILENT

    token = await compute.run_command(pool, "3", SCRIPT)
    compute_world.wait()
    assert (await compute.look(pool, token)).state is ProgressState.IN_PROGRESS

    compute_world.wait()
    progress = await compute.look(pool, token)
    assert (progress.state, progress.code) == (ProgressState.FAILED, "VMAgentStatusCommunicationError")


async def test_a_restart_makes_a_silent_agent_report_again(compute_world: ComputeWorld) -> None:
    compute, pool = compute_world.compute, compute_world.pool
    compute_world.silence("3")

    await compute.restart(pool, "3")
    compute_world.wait()

    instance = await compute.instance(pool, "3")
    assert instance is not None
    assert instance.guest_agent is GuestAgent.READY


async def test_a_command_that_fails_says_so_and_leaves_its_machine_as_it_is(
    compute_world: ComputeWorld,
) -> None:
    compute, pool = compute_world.compute, compute_world.pool
    before = await compute.instances(pool)
    compute_world.fail_next_action("VMExtensionProvisioningError")

    token = await compute.run_command(pool, "3", SCRIPT)
    compute_world.wait()

    progress = await compute.look(pool, token)
    assert (progress.state, progress.code) == (ProgressState.FAILED, "VMExtensionProvisioningError")
    assert progress.output == ""
    assert await compute.instances(pool) == before


async def test_a_command_whose_answer_got_lost_is_unknown_and_runs(compute_world: ComputeWorld) -> None:
    compute, pool = compute_world.compute, compute_world.pool
    compute_world.lose_next_answer()

    with pytest.raises(Unknown):
        await compute.run_command(pool, "3", SCRIPT)

    with pytest.raises(Retry):
        await compute.run_command(pool, "3", SCRIPT)
