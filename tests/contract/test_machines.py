"""The masters' machines are read whole and acted upon one by one, and nothing can take them away."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest
from msgspec.structs import replace

from shared.errors import Refused, Retry, Unknown
from shared.model.azure import GuestAgent, MachineGroup, Power, Progress, ProgressState, Provisioning
from shared.ports.machines import Machines
from tests.contract.machine_worlds import (
    GROUP,
    NAMES,
    OTHER,
    MachinesInMemory,
    MachineWorld,
    simulated_machines,
)

type Act = Callable[[Machines, MachineGroup, str], Awaitable[str]]

ACTS: dict[str, Act] = {
    "restart": lambda machines, group, name: machines.restart(group, name),
    "redeploy": lambda machines, group, name: machines.redeploy(group, name),
}
WRITES: dict[str, Act] = ACTS | {
    "start": lambda machines, group, name: machines.start(group, name),
    "run_command": lambda machines, group, name: machines.run_command(group, name, ["echo hello"]),
}


@pytest.fixture(params=["memory", "simulator", "simulator on a socket"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[MachineWorld]:
    if request.param == "memory":
        yield MachinesInMemory()
        return
    async with simulated_machines(socket="socket" in request.param) as simulated:
        yield simulated


@pytest.fixture(params=ACTS)
def act(request: pytest.FixtureRequest) -> Act:
    return ACTS[request.param]


@pytest.fixture(params=WRITES)
def write(request: pytest.FixtureRequest) -> Act:
    return WRITES[request.param]


async def test_the_groups_machines_are_read_with_power_place_and_address(world: MachineWorld) -> None:
    found = await world.machines.machines(GROUP)

    assert [one.name for one in found] == NAMES
    assert {(one.power, one.provisioning) for one in found} == {(Power.RUNNING, Provisioning.SUCCEEDED)}
    assert [one.address for one in found] == ["172.16.0.5", "172.16.0.6", "172.16.0.7"]
    assert [(one.fault_domain, one.update_domain) for one in found] == [(0, 0), (1, 1), (2, 2)]
    assert {one.guest_agent for one in found} == {GuestAgent.READY}
    assert len({one.vm_id for one in found}) == 3
    assert all(one.created_at and one.created_at.tzinfo and one.image and one.size for one in found)


async def test_one_machine_read_by_itself_is_the_one_in_the_list(world: MachineWorld) -> None:
    found = await world.machines.machines(GROUP)

    assert await world.machines.machine(GROUP, NAMES[1]) == found[1]


async def test_a_pattern_that_nothing_matches_finds_nothing(world: MachineWorld) -> None:
    for pattern in ("dcos-master-99999999-*", ""):
        assert await world.machines.machines(replace(GROUP, pattern=pattern)) == ()


async def test_a_machine_that_was_deleted_does_not_exist(world: MachineWorld, write: Act) -> None:
    world.lose(NAMES[1])

    assert await world.machines.machine(GROUP, NAMES[1]) is None
    assert [one.name for one in await world.machines.machines(GROUP)] == [NAMES[0], NAMES[2]]
    with pytest.raises(Refused) as refusal:
        await write(world.machines, GROUP, NAMES[1])
    assert (refusal.value.guard, refusal.value.reason) == ("azure", "machine_not_found")


@pytest.mark.parametrize("name", [OTHER, "", "../virtualMachineScaleSets/agents"])
async def test_a_machine_that_is_none_of_the_groups_is_a_mistake(
    world: MachineWorld, write: Act, name: str
) -> None:
    for call in (write(world.machines, GROUP, name), world.machines.machine(GROUP, name)):
        with pytest.raises(ValueError, match="nothing was done"):
            await call


@pytest.mark.parametrize("verb", ACTS)
async def test_an_action_takes_its_time_and_touches_no_other_machine(world: MachineWorld, verb: str) -> None:
    before = await world.machines.machines(GROUP)

    token = await ACTS[verb](world.machines, GROUP, NAMES[1])

    assert (await world.machines.look(GROUP, token)).state is ProgressState.IN_PROGRESS
    busy = await world.machines.machine(GROUP, NAMES[1])
    assert busy is not None
    assert busy.provisioning is Provisioning.UPDATING
    world.wait()
    assert await world.machines.look(GROUP, token) == Progress(ProgressState.SUCCEEDED)
    assert await world.machines.machines(GROUP) == before
    assert world.has_its_disk(NAMES[1]) is (verb == "restart")


async def test_a_machine_that_is_worked_on_is_left_alone_until_that_has_ended(
    world: MachineWorld, write: Act
) -> None:
    await world.machines.restart(GROUP, NAMES[1])

    with pytest.raises(Retry):
        await write(world.machines, GROUP, NAMES[1])

    world.wait()
    assert await write(world.machines, GROUP, NAMES[1])


@pytest.mark.parametrize(("deallocate", "keeps_disk"), [(False, True), (True, False)])
async def test_a_machine_that_is_off_is_started(
    world: MachineWorld, deallocate: bool, keeps_disk: bool
) -> None:
    before = await world.machines.machines(GROUP)
    world.stop(NAMES[1], deallocate=deallocate)
    off = await world.machines.machine(GROUP, NAMES[1])
    assert off is not None
    assert off.power is (Power.DEALLOCATED if deallocate else Power.STOPPED)

    token = await world.machines.start(GROUP, NAMES[1])

    busy = await world.machines.machine(GROUP, NAMES[1])
    assert busy is not None
    assert (busy.power, busy.provisioning) == (Power.STARTING, Provisioning.UPDATING)
    world.wait()
    assert await world.machines.look(GROUP, token) == Progress(ProgressState.SUCCEEDED)
    assert await world.machines.machines(GROUP) == before
    assert world.has_its_disk(NAMES[1]) is keeps_disk


async def test_to_start_what_runs_boots_nothing(world: MachineWorld) -> None:
    world.silence(NAMES[1])
    before = await world.machines.machine(GROUP, NAMES[1])

    token = await world.machines.start(GROUP, NAMES[1])

    busy = await world.machines.machine(GROUP, NAMES[1])
    assert busy is not None
    assert busy.power is Power.RUNNING
    world.wait()

    assert await world.machines.look(GROUP, token) == Progress(ProgressState.SUCCEEDED)
    assert await world.machines.machine(GROUP, NAMES[1]) == before, (
        "a boot would end the silence of its agent"
    )


async def test_a_machine_that_is_off_cannot_be_restarted(world: MachineWorld) -> None:
    world.stop(NAMES[1], deallocate=True)

    with pytest.raises(Refused) as refusal:
        await world.machines.restart(GROUP, NAMES[1])
    assert refusal.value.reason == "not_running"


async def test_a_script_is_run_and_what_it_printed_comes_back(world: MachineWorld) -> None:
    token = await world.machines.run_command(GROUP, NAMES[1], ["echo hello"])
    world.wait()

    assert await world.machines.look(GROUP, token) == Progress(ProgressState.SUCCEEDED, output="hello")


async def test_a_silent_agent_lets_a_command_wait_and_then_fail(world: MachineWorld) -> None:
    world.silence(NAMES[1])
    machine = await world.machines.machine(GROUP, NAMES[1])
    assert machine is not None
    assert machine.guest_agent is GuestAgent.SILENT

    token = await world.machines.run_command(GROUP, NAMES[1], ["echo hello"])
    world.wait()
    assert (await world.machines.look(GROUP, token)).state is ProgressState.IN_PROGRESS
    world.wait()

    progress = await world.machines.look(GROUP, token)
    assert (progress.state, progress.code) == (ProgressState.FAILED, "VMAgentStatusCommunicationError")


async def test_an_action_that_fails_says_so_and_marks_its_machine(world: MachineWorld, act: Act) -> None:
    world.fail_next_action("AllocationFailed")

    token = await act(world.machines, GROUP, NAMES[1])
    world.wait()

    progress = await world.machines.look(GROUP, token)
    assert (progress.state, progress.code) == (ProgressState.FAILED, "AllocationFailed")
    machine = await world.machines.machine(GROUP, NAMES[1])
    assert machine is not None
    assert (machine.provisioning, machine.failure) == (Provisioning.FAILED, "AllocationFailed")
    assert (machine.power, world.has_its_disk(NAMES[1])) == (Power.RUNNING, True)


async def test_an_action_that_never_ends_holds_its_machine(world: MachineWorld, act: Act) -> None:
    world.hang_next_action()

    token = await act(world.machines, GROUP, NAMES[1])
    world.wait()

    assert (await world.machines.look(GROUP, token)).state is ProgressState.IN_PROGRESS
    with pytest.raises(Retry):
        await world.machines.restart(GROUP, NAMES[1])


async def test_an_action_whose_answer_got_lost_is_unknown_and_was_begun(
    world: MachineWorld, write: Act
) -> None:
    world.lose_next_answer()

    with pytest.raises(Unknown):
        await write(world.machines, GROUP, NAMES[1])

    with pytest.raises(Retry):
        await world.machines.run_command(GROUP, NAMES[1], ["echo hello"])


async def test_a_throttling_azure_is_left_alone_for_as_long_as_it_asks(world: MachineWorld) -> None:
    machines = world.machines
    token = await machines.restart(GROUP, NAMES[0])
    world.throttle(timedelta(minutes=20))
    began = time.monotonic()

    for call in (
        machines.machines(GROUP),
        machines.machine(GROUP, NAMES[1]),
        machines.restart(GROUP, NAMES[1]),
        machines.redeploy(GROUP, NAMES[1]),
        machines.run_command(GROUP, NAMES[1], ["echo hello"]),
        machines.look(GROUP, token),
    ):
        with pytest.raises(Retry) as retry:
            await call
        assert retry.value.after == timedelta(minutes=20)

    assert time.monotonic() - began < 2


@pytest.mark.parametrize("token", ["", "operation-99"])
async def test_an_operation_that_nobody_knows_has_an_unknown_outcome(world: MachineWorld, token: str) -> None:
    with pytest.raises(Unknown):
        await world.machines.look(GROUP, token)


def test_nothing_in_the_port_takes_a_machine_away() -> None:
    calls = {name for name in vars(Machines) if not name.startswith("_")}

    assert calls == {"machines", "machine", "start", "restart", "redeploy", "run_command", "look"}
