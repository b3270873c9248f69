"""The order to Azure about a master's machine: given to the machine that was decided about, once, and looked at."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from shared.errors import Refused
from shared.model.operations import OperationState
from shared.model.readings import Value
from tests.masters.hall import VMS, Hall, address, machine
from tests.watched import Call

FULL = f"{{vms: {VMS}}}"


class Changing:
    """Changes the world between the guards' answer and the order: when the one machine is read."""

    def __init__(self, hall: Hall, how: str) -> None:
        self._hall, self._how = hall, how

    async def __call__(self, call: Call) -> Any:
        machines = self._hall.machines
        if call.name == "machines.machine":
            if self._how == "lost":
                machines.lose(machine(1))
            else:
                machines._machines[machine(1)] = replace(machines._machines[machine(1)], vm_id="another")
        return await call.go()


class Ageless:
    """No master says how long it has been running."""

    async def __call__(self, call: Call) -> Any:
        answer = await call.go()
        if call.name != "council.read":
            return answer
        mesos = {
            name: replace(one, value=replace(one.value, started_at=None)) if isinstance(one, Value) else one
            for name, one in answer.mesos.items()
        }
        return replace(answer, mesos=mesos)


@pytest.mark.parametrize(("how", "said"), [("lost", "does not know"), ("another", "is another machine now")])
async def test_a_machine_that_is_not_the_one_decided_about_is_not_touched(how: str, said: str) -> None:
    hall = Hall()
    await hall.sweeps()
    hall.app = hall.new_app(Changing(hall, how))
    hall.hangs(1)
    await hall.after(minutes=3)
    assert hall.done == []
    (operation,) = await hall.closed_operations()
    assert (operation.state, said in " ".join(await hall.said())) == (OperationState.HANDED_OVER, True)


async def test_while_azure_is_at_it_the_order_is_not_taken_for_done() -> None:
    hall = Hall(takes_s=240)
    await hall.sweeps()
    hall.hangs(1)
    await hall.after(minutes=4)
    (operation,) = await hall.running()
    assert (operation.step, operation.notes["waiting"]) == ("restart", "Azure is restarting it")


async def test_an_order_that_comes_to_nothing_is_followed_by_the_next_rung() -> None:
    hall = Hall(policy=f"{{vms: {VMS}, repair: {{ladder: [restart, redeploy], approve: []}}}}")
    await hall.sweeps()
    hall.hangs(1)
    hall.machines.fail_operation("InternalExecutionError", "It came to nothing.")
    await hall.after(minutes=12)
    assert [verb for verb, _ in hall.done] == ["restart", "redeploy"]
    states = {one.remedy.value: one.state for one in await hall.closed_operations()}
    assert states == {"restart": OperationState.FAILED, "redeploy": OperationState.DONE}
    assert any("It came to nothing." in line for line in await hall.said())


async def test_an_order_that_azure_refuses_is_followed_by_the_next_rung() -> None:
    hall = Hall(policy=f"{{vms: {VMS}, repair: {{ladder: [restart, redeploy], approve: []}}}}")
    await hall.sweeps()
    hall.hangs(1)
    hall.machines.faults.always("restart", Refused("azure", "not_authorized", {}))
    await hall.after(minutes=8)
    assert hall.done == [("redeploy", machine(1))]
    assert await hall.open_incidents() == {}


async def test_the_unit_by_which_it_is_ill_is_started_again_and_no_other() -> None:
    hall = Hall(policy=FULL)
    await hall.sweeps()
    hall.council.without_zookeeper.add(address(1))
    await hall.after(minutes=8)
    assert hall.done == [("run_command", machine(1))]
    assert hall.scripts[0].startswith("systemctl restart dcos-exhibitor.service;")
    assert await hall.open_incidents() == {}


async def test_a_unit_that_only_diagnostics_tell_of_is_proved_by_diagnostics_read_since() -> None:
    hall = Hall(policy=FULL)
    await hall.sweeps()
    hall.reports.failed.add((address(1), "dcos-net.service"))
    await hall.app.check_health()
    await hall.after(minutes=5)
    await hall.app.check_health()
    await hall.after(minutes=5)
    assert hall.scripts[0].startswith("systemctl restart dcos-net.service;")
    (operation,) = await hall.running()
    assert operation.notes["waiting"] == "DC/OS's diagnostics have not been read since"
    hall.reports.failed.clear()
    await hall.app.check_health()
    await hall.after(minutes=1)
    assert [verb for verb, _ in hall.done] == ["run_command"]
    assert await hall.open_incidents() == {}


async def test_while_its_mesos_is_the_one_of_before_a_restart_has_not_helped() -> None:
    hall = Hall(policy=f"{{vms: {VMS}, repair: {{ladder: [restart]}}}}")
    hall.cured_by_acts = set()
    await hall.sweeps()
    hall.hangs(1)
    await hall.after(minutes=3)
    hall.council.down.clear()
    hall.council.without_zookeeper.clear()
    await hall.after(minutes=5)
    (operation,) = await hall.running()
    assert operation.notes["waiting"] == "its Mesos has not been started since"
    await hall.after(minutes=10)
    assert [one.state for one in await hall.closed_operations()] == [OperationState.FAILED]


async def test_one_that_does_not_say_since_when_it_runs_is_not_taken_for_restarted() -> None:
    hall = Hall(policy=f"{{vms: {VMS}, repair: {{ladder: [restart]}}}}")
    await hall.sweeps()
    hall.app = hall.new_app(Ageless())
    hall.hangs(1)
    await hall.after(minutes=6)
    (operation,) = await hall.running()
    assert operation.notes["waiting"] == "its Mesos has not been started since"


async def test_an_ensemble_with_two_leaders_or_without_a_member_is_not_whole() -> None:
    hall = Hall()
    await hall.sweeps()
    hall.hangs(1)
    await hall.after(minutes=2, seconds=30)
    hall.council.outside.add(address(2))
    await hall.after(minutes=5)
    (operation,) = await hall.running()
    assert operation.notes["waiting"] == f"not in the ensemble: {address(2)}"
    hall.council.outside.clear()
    hall.council.exhibitor_hangs = True
    await hall.after(minutes=20)
    (operation,) = await hall.running()
    assert "cannot be read" in operation.notes["waiting"], "nobody is called for what cannot be seen"
    hall.council.exhibitor_hangs = False
    await hall.after(minutes=2)
    assert await hall.open_incidents() == {}


async def test_where_nobody_knows_the_unit_it_is_that_of_its_mesos() -> None:
    hall = Hall(policy=FULL)
    await hall.sweeps()
    hall.hangs(1)
    await hall.after(minutes=4)
    assert hall.scripts[0].startswith("systemctl restart dcos-mesos-master.service;")


async def test_while_nobody_can_tell_how_it_is_the_rung_has_not_failed() -> None:
    hall = Hall()
    await hall.sweeps()
    hall.hangs(1)
    await hall.after(minutes=2, seconds=30)
    hall.council.exhibitor_hangs = True
    await hall.after(minutes=30)
    (operation,) = await hall.running()
    assert (operation.step, "not proved" in operation.notes["waiting"]) == ("await_master", True)
    hall.council.exhibitor_hangs = False
    await hall.after(minutes=2)
    assert [one.state for one in await hall.closed_operations()] == [OperationState.DONE]
    assert await hall.open_incidents() == {}
