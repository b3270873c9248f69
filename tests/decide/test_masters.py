"""Each rule of shared/decide/masters.py, by its number."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from shared.decide.masters import decide_masters
from shared.model.azure import Power
from shared.model.decisions import Decision, Verdict
from shared.model.incidents import IncidentState
from shared.model.nodes import Condition, Helped, NodeMemory
from shared.model.overrides import Override, OverrideKind
from shared.model.remedies import Remedy
from shared.policy.quorum import MasterRepair, Quorum
from shared.policy.schema import Mode
from tests.builders import NOW
from tests.masters.council import VMS, Masters

MINUTE = timedelta(minutes=1)


def of(masters: Masters, number: int = 1) -> Decision:
    decision = masters.decision(number)
    assert decision is not None
    return decision


def refusals(decision: Decision) -> list[str]:
    return [answer.reason for answer in decision.answers if not answer.allowed]


def test_1_nothing_is_decided_about_masters_that_are_well() -> None:
    assert Masters(3).decide() == {}


def test_2_nothing_is_decided_by_readings_that_failed() -> None:
    masters = Masters(3)
    masters.ensemble_unread = True
    assert masters.decide() == {}


def test_3_who_is_worked_on_is_left_to_the_operation() -> None:
    masters = Masters(3)
    masters.hung(1)
    masters.at_work = {masters.addresses[1]: "o-1"}
    assert masters.decide() == {}


def test_3_who_was_handed_over_waits_until_its_condition_changes() -> None:
    masters = Masters(3)
    masters.hung(1, state=IncidentState.HANDED_OVER)
    assert masters.decide() == {}
    masters.ensemble[1] = (masters.addresses[1], "serving")
    assert of(masters).verdict is Verdict.WAIT


def test_4_a_contradiction_is_held() -> None:
    masters = Masters(3)
    masters.has_been(1, Condition.UNKNOWN)
    masters.machine(1, power=Power.STOPPED)
    assert of(masters).verdict is Verdict.HOLD


def test_5_an_unreachable_one_is_given_its_time() -> None:
    masters = Masters(3)
    masters.hung(1, ago=timedelta(seconds=59))
    decision = of(masters)
    assert (decision.verdict, decision.until) == (Verdict.WAIT, NOW + timedelta(seconds=1))
    masters.hung(1, ago=timedelta(seconds=60))
    assert of(masters).verdict is Verdict.ACT


def test_5_an_impaired_one_is_given_more() -> None:
    masters = Masters(3)
    masters.said(1, recovered=False)
    masters.has_been(1, Condition.IMPAIRED, 4 * MINUTE)
    assert of(masters).until == NOW + MINUTE
    masters.has_been(1, Condition.IMPAIRED, 5 * MINUTE)
    assert of(masters).remedy is Remedy.RESTART_UNIT


def test_5_the_time_in_another_condition_does_not_count() -> None:
    masters = Masters(3)
    masters.hung(1)
    masters.has_been(1, Condition.IMPAIRED)
    assert of(masters).until == NOW + MINUTE


def test_5_until_when_a_guard_refused_is_no_promise() -> None:
    masters = Masters(3)
    masters.hung(1)
    masters.overrides = [Override(OverrideKind.PAUSE, "", "anna", "work", NOW, NOW + 5 * MINUTE)]
    waits = of(masters)
    assert waits.verdict is Verdict.WAIT
    masters.hung(1, decision=waits)
    masters.overrides = []
    assert of(masters).verdict is Verdict.ACT, "the pause was taken back"


def test_5_what_counts_is_the_time_in_this_condition_not_that_since_the_case_was_opened() -> None:
    masters = Masters(3)
    masters.hung(1, ago=timedelta(seconds=5), opened_at=NOW - timedelta(hours=2))
    assert of(masters).verdict is Verdict.WAIT


def test_7_the_only_master_is_given_to_a_person() -> None:
    masters = Masters(1)
    masters.ensemble[0] = (masters.addresses[0], "down")
    masters.has_been(0, Condition.IMPAIRED)
    assert (of(masters, 0).verdict, "the only master" in of(masters, 0).because) == (Verdict.HAND_OVER, True)


def test_7_masters_whose_machines_are_not_named_are_given_to_a_person() -> None:
    masters = Masters(3, Quorum())
    masters.hung(1)
    assert (of(masters).verdict, "masters.vms" in of(masters).because) == (Verdict.HAND_OVER, True)


def test_7_so_is_one_whose_machine_is_not_there() -> None:
    masters = Masters(3)
    masters.hung(1)
    masters.machine(1, address="172.16.0.99")
    assert (of(masters).verdict, VMS in of(masters).because) == (Verdict.HAND_OVER, True)


def test_8_when_no_rung_is_left_a_person_is_called() -> None:
    masters = Masters(3)
    masters.hung(1, tried=(Remedy.RESTART_UNIT, Remedy.RESTART, Remedy.REDEPLOY))
    assert (of(masters).verdict, "no rung" in of(masters).because) == (Verdict.HAND_OVER, True)


def test_8_what_did_not_help_and_what_did_not_last_is_skipped() -> None:
    masters = Masters(3)
    masters.hung(1, tried=(Remedy.RESTART_UNIT,))
    assert of(masters).remedy is Remedy.RESTART
    name = masters.addresses[1]
    helped = (Helped(Remedy.RESTART, NOW - timedelta(hours=2)),)
    masters.memory[name] = NodeMemory(name, "(masters)", "vm", "id", NOW, helped=helped)
    assert refusals(of(masters)) == ["approval_awaited"]


def test_8_what_was_tried_for_a_case_that_a_person_has_counts_for_that_case() -> None:
    masters = Masters(3)
    masters.hung(1, tried=(Remedy.RESTART_UNIT, Remedy.RESTART, Remedy.REDEPLOY))
    told = masters.incidents[masters.addresses[1]]
    of_old = replace(told, state=IncidentState.HANDED_OVER, condition=Condition.IMPAIRED)
    masters.incidents[masters.addresses[1]] = of_old
    assert of(masters).verdict is Verdict.WAIT
    masters.policy = replace(
        masters.policy, quorum=Quorum(vms=VMS, repair=MasterRepair(confirm_after=0 * MINUTE))
    )
    assert (of(masters).verdict, of(masters).remedy) == (Verdict.ACT, Remedy.RESTART_UNIT)


def test_9_a_redeployment_waits_for_a_person() -> None:
    masters = Masters(3, Quorum(vms=VMS, repair=MasterRepair(ladder=(Remedy.REDEPLOY,))))
    masters.hung(1)
    assert (of(masters).verdict, refusals(of(masters))) == (Verdict.HOLD, ["approval_awaited"])
    masters.overrides = [Override(OverrideKind.APPROVE, "i-1", "anna", "go", NOW, remedy="redeploy")]
    assert (of(masters).verdict, of(masters).remedy) == (Verdict.ACT, Remedy.REDEPLOY)


def test_9_a_pause_of_the_cluster_or_the_masters_holds() -> None:
    masters = Masters(3)
    masters.hung(1)
    for subject in ("", "(masters)", masters.addresses[1]):
        masters.overrides = [Override(OverrideKind.PAUSE, subject, "anna", "work", NOW)]
        assert of(masters).verdict is Verdict.HOLD


def test_9_a_mode_that_only_observes_holds() -> None:
    masters = Masters(3)
    masters.hung(1)
    masters.policy = replace(masters.policy, mode=Mode.OBSERVE)
    assert refusals(of(masters)) == ["mode_observe"]


def test_9_a_new_leader_is_given_its_time_first() -> None:
    masters = Masters(3)
    masters.hung(1)
    masters.elected_at = NOW - 9 * MINUTE
    assert (of(masters).verdict, of(masters).until) == (Verdict.WAIT, NOW + MINUTE)


def test_9_what_refuses_without_an_end_is_held_whatever_else_ends() -> None:
    masters = Masters(3)
    masters.hung(1)
    masters.elected_at = NOW - 9 * MINUTE
    masters.is_silent(2)
    assert (of(masters).verdict, refusals(of(masters))) == (Verdict.HOLD, ["leader_is_new", "quorum_lost"])


def test_9_when_all_refusals_end_the_last_of_them_is_waited_for() -> None:
    masters = Masters(3)
    masters.hung(1)
    masters.elected_at = NOW - 9 * MINUTE
    until = NOW + 5 * MINUTE
    masters.overrides = [Override(OverrideKind.PAUSE, "", "anna", "work", NOW, until)]
    assert (of(masters).verdict, of(masters).until) == (Verdict.WAIT, until)


def test_9_what_was_decided_before_and_never_ended_is_no_other_operation() -> None:
    masters = Masters(5)
    masters.hung(1, operation="o-1")
    masters.at_work = {masters.addresses[2]: "o-1"}
    assert of(masters).verdict is Verdict.ACT


def test_10_the_first_rung_that_is_left_is_taken() -> None:
    masters = Masters(3)
    masters.hung(1)
    assert (of(masters).verdict, of(masters).remedy) == (Verdict.ACT, Remedy.RESTART_UNIT)


def test_one_pass_never_takes_two() -> None:
    masters = Masters(5)
    masters.hung(3, ago=timedelta(hours=2))
    masters.hung(1)
    assert of(masters, 3).verdict is Verdict.ACT
    assert refusals(of(masters, 1)) == ["quorum_at_work"]


def test_the_leader_is_taken_last() -> None:
    masters = Masters(5)
    masters.ensemble[0] = (masters.addresses[0], "down")
    masters.has_been(0, Condition.IMPAIRED, timedelta(hours=9))
    masters.hung(4)
    assert of(masters, 4).verdict is Verdict.ACT
    assert "quorum_at_work" in refusals(of(masters, 0))


def test_for_a_lost_quorum_a_person_is_called_once_for_all() -> None:
    masters = Masters(3)
    masters.hung(1)
    masters.hung(2)
    assert masters.decide()["(masters quorum)"].verdict is Verdict.HAND_OVER
    five = Masters(5)
    five.hung(1)
    five.hung(2)
    assert "(masters quorum)" not in five.decide(), "three of five are enough"
    masters.hung(2, ago=timedelta(seconds=5))
    masters.hung(1, ago=timedelta(seconds=5))
    assert "(masters quorum)" not in masters.decide()


def test_nobody_asks_nothing_is_decided() -> None:

    assert decide_masters(Masters(3).situation(), None) == ()
