"""A master that fails is helped, mildest remedy first, and nothing else moves before its quorum is whole again."""

from __future__ import annotations

from datetime import timedelta

from shared.errors import Retry, Unknown
from shared.model.incidents import IncidentState
from shared.model.operations import OperationState
from shared.model.remedies import Remedy
from tests.masters.hall import VMS, Hall, address, machine

FULL = f"{{vms: {VMS}}}"


async def test_a_hung_master_is_restarted_and_verified() -> None:
    hall = Hall()
    await hall.sweeps()
    hall.hangs(1)
    await hall.after(minutes=6)
    assert hall.done == [("restart", machine(1))]
    assert await hall.open_incidents() == {}
    (operation,) = await hall.closed_operations()
    assert operation.state is OperationState.DONE
    assert [one.step for one in operation.steps] == [
        "prove_ill",
        "keep_evidence",
        "restart",
        "await_master",
        "verify_quorum",
    ]
    assert hall.lost == []


async def test_a_process_that_died_is_started_again_and_its_machine_is_left_alone() -> None:
    hall = Hall(policy=FULL)
    await hall.sweeps()
    hall.process_dies(1)
    await hall.after(minutes=9)
    assert hall.done == [("run_command", machine(1))]
    assert hall.scripts[0].startswith("systemctl restart dcos-mesos-master.service;")
    assert await hall.open_incidents() == {}


async def test_a_leader_that_hangs_is_helped_when_the_next_one_has_had_its_time() -> None:
    hall = Hall()
    await hall.sweeps()
    hall.hangs(0)
    await hall.after(minutes=9)
    assert hall.done == []
    assert "leader_is_new" in await hall.held_because(0)
    await hall.after(minutes=6)
    assert hall.done == [("restart", machine(0))]
    assert await hall.open_incidents() == {}


async def test_agents_are_left_alone_after_a_leader_was_helped() -> None:
    hall = Hall()
    await hall.sweeps()
    hall.council.without_registry.add(address(0))  # the leader, ill while it leads
    await hall.after(minutes=7)
    assert hall.done == [("restart", machine(0))]
    hall.agent_dies(2)
    await hall.after(minutes=8)
    assert hall.destroyed == []
    assert any(hall.name(2) in line and "leader_is_new" in line for line in await hall.said())


async def test_what_a_restart_does_not_help_waits_for_a_person_s_yes_and_is_redeployed() -> None:
    hall = Hall()
    hall.cured_by_acts = {"redeploy"}
    await hall.sweeps()
    hall.hangs(1)
    await hall.after(minutes=15)
    assert hall.done == [("restart", machine(1))]
    assert "approval_awaited" in await hall.held_because(1)
    await hall.approves("redeploy")
    await hall.after(minutes=8)
    assert hall.done[1:] == [("redeploy", machine(1))]
    assert await hall.open_incidents() == {}


async def test_when_nothing_helps_a_person_is_called_and_the_others_are_left_alone() -> None:
    hall = Hall(masters=5, policy=f"{{vms: {VMS}, repair: {{ladder: [restart]}}}}")
    hall.cured_by_acts = set()
    await hall.sweeps()
    hall.hangs(1)
    await hall.after(minutes=15)
    incident = await hall.incident(1)
    assert incident is not None
    assert (incident.state, incident.tried) == (IncidentState.HANDED_OVER, (Remedy.RESTART,))
    hall.hangs(3)
    await hall.after(minutes=20)
    assert hall.done == [("restart", machine(1))]
    assert "quorum_unproven" in await hall.held_because(3)


async def test_of_five_two_are_helped_one_after_the_other() -> None:
    hall = Hall(masters=5)
    await hall.sweeps()
    hall.hangs(1)
    hall.hangs(3)
    await hall.after(minutes=15)
    assert sorted(hall.done) == [("restart", machine(1)), ("restart", machine(3))]
    first, second = sorted(await hall.closed_operations(), key=lambda one: one.created_at)
    assert first.closed_at is not None
    assert second.created_at > first.closed_at + timedelta(minutes=1)
    assert (first.state, second.state) == (OperationState.DONE, OperationState.DONE)
    assert hall.lost == []


async def test_of_seven_three_are_helped_and_four_always_serve() -> None:
    hall = Hall(masters=7)
    await hall.sweeps()
    for number in (1, 3, 5):
        hall.hangs(number)
    await hall.after(minutes=25)
    assert sorted(hall.done) == [("restart", machine(number)) for number in (1, 3, 5)]
    assert (hall.lost, await hall.open_incidents()) == ([], {})


async def test_an_approval_that_runs_out_while_it_is_made_use_of_holds_to_its_end() -> None:
    hall = Hall(policy=f"{{vms: {VMS}, repair: {{ladder: [redeploy]}}}}", takes_s=300)
    await hall.sweeps()
    hall.hangs(1)
    await hall.after(minutes=3)
    hall.machines.faults.always("redeploy", Retry("Azure is busy", timedelta(seconds=10)))
    await hall.approves("redeploy", until=hall.clock.now() + timedelta(minutes=2))
    await hall.after(minutes=4)
    hall.machines.faults.clear()
    await hall.after(minutes=15)
    assert (hall.done, await hall.open_incidents()) == ([("redeploy", machine(1))], {})


async def test_an_agent_that_is_replaced_meanwhile_stands_in_no_master_s_way() -> None:
    hall = Hall()
    await hall.sweeps()
    hall.agent_dies(2)
    hall.hangs(1)
    await hall.after(minutes=3)
    assert {one.pool for one in await hall.running()} == {"private", "(masters)"}
    assert hall.done == [("restart", machine(1))]


async def test_an_approval_that_has_run_out_begins_nothing() -> None:
    hall = Hall(policy=f"{{vms: {VMS}, repair: {{ladder: [redeploy]}}}}")
    await hall.sweeps()
    hall.hangs(1)
    await hall.after(seconds=65)
    await hall.approves("redeploy", until=hall.clock.now() + timedelta(seconds=10))
    await hall.after(minutes=15)
    assert hall.done == []


async def test_one_that_recovers_by_itself_is_not_touched() -> None:
    hall = Hall()
    await hall.sweeps()
    hall.hangs(1)
    await hall.sweeps()
    hall.recovers(1)
    await hall.after(minutes=5)
    assert hall.done == []
    assert await hall.open_incidents() == {}


async def test_it_is_over_only_when_the_ensemble_is_as_whole_as_it_was() -> None:
    hall = Hall()
    await hall.sweeps()
    hall.hangs(1)
    await hall.after(minutes=2, seconds=30)
    assert hall.done == [("restart", machine(1))]
    hall.council.without_zookeeper.add(address(2))
    await hall.after(minutes=10)
    (operation,) = await hall.running()
    assert operation.step == "verify_quorum"
    assert operation.notes["waiting"] == f"not serving as before: {address(2)}"
    hall.council.without_zookeeper.discard(address(2))
    await hall.after(minutes=2)
    assert await hall.open_incidents() == {}


async def test_a_machine_that_boots_without_its_registry_is_not_taken_for_helped() -> None:
    hall = Hall()
    await hall.sweeps()
    hall.hangs(1)
    hall.council.without_registry.add(address(1))
    await hall.after(minutes=9)
    (operation,) = await hall.running()
    assert (operation.step, operation.state) == ("await_master", OperationState.RUNNING)
    hall.council.without_registry.clear()
    await hall.after(minutes=2)
    assert await hall.running() == []


async def test_a_redeployment_that_helped_is_remembered_and_not_repeated_the_same_day() -> None:
    hall = Hall(policy=f"{{vms: {VMS}, repair: {{ladder: [restart]}}}}")
    await hall.sweeps()
    hall.hangs(1)
    await hall.after(minutes=10)
    hall.hangs(1)
    await hall.after(minutes=10)
    assert hall.done == [("restart", machine(1))]
    incident = await hall.incident(1)
    assert incident is not None
    assert incident.state is IncidentState.HANDED_OVER
    assert "did not last" in incident.outcome


async def test_what_azure_tells_of_its_machine_opens_the_case_at_once() -> None:
    hall = Hall()
    await hall.sweeps()
    hall.hangs(1)
    await hall.hears_of(1, "restart")
    incident = await hall.incident(1)
    assert incident is not None
    assert [signal.about for signal in incident.signals] == [machine(1)]


async def test_an_order_whose_answers_are_lost_again_and_again_is_given_three_times_at_most() -> None:
    hall = Hall()
    await hall.sweeps()
    hall.machines.faults.always("restart", Unknown("the connection was closed"))
    hall.hangs(1)
    await hall.after(minutes=30)
    orders = [line for line in await hall.said() if f"restarting master {address(1)}" in line]
    assert 2 <= len(orders) <= 3
