"""The verdict over recorded journals: what passes, and each way in which it does not."""

from __future__ import annotations

from simulator.demo.verdict import Hold, broken_at, judge
from simulator.world.journal import MESOS, OPERATOR, PLATFORM, Entry
from tests.demo.journals import ARM, BREAK, LOST, MASTERS, at, deleted, entry, facts, failed, killed, passed

NO_REASONS: frozenset[str] = frozenset()


def test_a_deleted_agent_that_was_brought_back_passes_every_check() -> None:
    assert all(check.ok for check in judge(facts(deleted())))


def test_a_dead_machine_may_be_destroyed() -> None:
    assert failed(facts(killed())) == {}


def test_a_healthy_machine_that_was_destroyed_fails() -> None:
    journal = [*deleted(), entry(3.0, "instance_delete_ordered", "7", ARM, True)]

    wrong = failed(facts(journal))

    assert "instance_delete_ordered 7" in wrong["nothing healthy touched"]
    assert "instance_delete_ordered 7" in wrong["only the lost"]


def test_an_operator_who_deletes_a_healthy_machine_is_not_the_app() -> None:
    journal = [*deleted(), entry(0.0, "instance_delete_ordered", "7", OPERATOR, True)]

    assert failed(facts(journal)) == {}


def test_a_sick_machine_that_the_story_did_not_break_must_not_be_touched_either() -> None:
    journal = [*deleted(), entry(3.0, "agent_marked_gone", "agent-S7", MASTERS, False)]

    assert "only the lost" in failed(facts(journal))


def test_more_new_machines_than_were_lost_fail() -> None:
    journal = [*deleted(), entry(3.0, "instance_created", "13", ARM, False)]

    assert failed(facts(journal)) == {"only the lost": "2 machines were ordered for 1 lost"}


def test_a_cluster_that_is_not_whole_fails_with_what_is_missing() -> None:
    wrong = failed(facts(deleted(), not_whole="11 healthy agents of 12"))

    assert wrong == {"whole": "the cluster is not whole: 11 healthy agents of 12"}


def test_a_story_that_ran_out_of_time_says_what_it_waited_for() -> None:
    wrong = failed(facts(deleted(), waiting_for="1 of 1 replacements"))

    assert wrong == {"in time": "the time was over while waiting for 1 of 1 replacements"}


def test_fewer_replacements_than_expected_fail() -> None:
    assert failed(facts(deleted(), replaced=0)) == {"replaced": "0 were replaced, expected were 1"}


def test_masters_that_were_told_in_the_wrong_way_fail() -> None:
    wrong = failed(facts(deleted(), told_by="agent_shut_down"))

    assert "agent_marked_gone" in wrong["replaced"]


def test_masters_that_were_not_told_fail() -> None:
    journal = [one for one in deleted() if one.what != "agent_marked_gone"]

    assert failed(facts(journal)) == {"replaced": "Mesos was told of 0 of 1 lost agents"}


def test_a_hold_in_which_nothing_was_done_and_the_reason_was_given_passes() -> None:
    hold = Hold("a storm", BREAK, at(10), ("storm_now",), frozenset({"storm_now"}), 0)

    kept = passed(facts([], [hold], expected=0))

    assert "nothing was done after: a storm, and said why: storm_now" in [check.text for check in kept]


def test_a_hold_without_the_reason_fails() -> None:
    hold = Hold("a storm", BREAK, at(10), ("storm_now",), frozenset({"ledger_at_once"}), 0)

    wrong = failed(facts([], [hold], expected=0))

    assert wrong == {"held: a storm": "nothing was done, but the audit does not say why (storm_now)"}


def test_anything_that_was_ordered_in_a_hold_fails() -> None:
    hold = Hold("the masters are silent", BREAK, at(3), (), NO_REASONS, 0)

    wrong = failed(facts(deleted(), [hold]))

    assert "agent_marked_gone agent-S3" in wrong["held: the masters are silent"]


def test_a_write_to_azure_in_a_hold_fails_even_if_it_came_to_nothing() -> None:
    hold = Hold("the masters are silent", BREAK, at(3), (), NO_REASONS, 2)

    wrong = failed(facts([], [hold], expected=0))

    assert "2 writes to Azure" in wrong["held: the masters are silent"]


def test_what_happens_after_the_hold_does_not_count_against_it() -> None:
    hold = Hold("the masters are silent", BREAK, at(2), (), NO_REASONS, 0)

    assert failed(facts(deleted(), [hold])) == {}


def test_a_machine_ordered_before_a_hold_may_come_up_in_it() -> None:
    hold = Hold("the masters are silent", at(4), at(9), (), NO_REASONS, 0)

    assert failed(facts(deleted(), [hold])) == {}


def test_the_last_new_machine_must_be_ordered_in_the_time_that_the_scenario_sets() -> None:
    assert failed(facts(deleted(), ordered_within_s=3.0)) == {}
    wrong = failed(facts(deleted(), ordered_within_s=2.0))
    assert wrong == {
        "ordered in time": "all new machines were ordered 2.6 s after the break, allowed are 2 s"
    }


def test_the_break_is_the_first_thing_that_struck_what_was_lost() -> None:
    journal = [entry(-5.0, "master_elected", "dcos-master-0", MESOS), *deleted()]

    assert broken_at(journal, LOST) == BREAK
    assert broken_at(journal, frozenset()) is None


def announced(joins_at: float) -> list[Entry]:
    """The host of instance 3 may be failing; the app lets 12 come for it and destroys it."""
    return [
        entry(0.0, "instance_end_announced", "3", PLATFORM, True),
        entry(1.0, "instance_created", "12", ARM, False),
        entry(joins_at, "agent_registered", "agent-S12", MESOS, True),
        entry(9.0, "instance_delete_ordered", "3", ARM, True),
        entry(9.5, "agent_marked_gone", "agent-S3", MASTERS, False),
    ]


def test_a_machine_whose_end_is_announced_may_go_after_its_successor_has_joined() -> None:
    assert failed(facts(announced(joins_at=8.0), announced=True)) == {}


def test_a_machine_whose_end_is_announced_may_not_go_before_its_successor_has_joined() -> None:
    assert "nothing healthy touched" in failed(facts(announced(joins_at=9.2), announced=True))


def test_a_machine_that_works_may_not_go_when_nothing_was_announced() -> None:
    assert "nothing healthy touched" in failed(facts(announced(joins_at=8.0)))
