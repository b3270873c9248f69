"""Each rule of shared/guards/quorum.py, by its number."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from shared.guards import quorum
from shared.model.azure import Provisioning
from tests.builders import NOW
from tests.masters.council import Masters, diagnosed


def test_1_without_readings_of_masters_none_is_touched() -> None:
    question = replace(Masters(3).question(1), council=None)
    assert quorum.ask(question).reason == "quorum_unread"


def test_1_nor_by_readings_of_more_than_a_minute_ago() -> None:
    masters = Masters(3)
    masters.started_at = NOW - timedelta(seconds=61)
    assert quorum.ask(masters.question(1)).reason == "quorum_unread"
    masters.started_at = NOW - timedelta(seconds=60)
    assert quorum.ask(masters.question(1)).allowed


def test_2_the_only_master_is_never_touched() -> None:
    assert quorum.ask(Masters(1).question(0)).reason == "quorum_of_one"


def test_3_while_one_is_worked_on_no_other_is_begun() -> None:
    masters = Masters(5)
    masters.at_work = {masters.addresses[2]: "o-2"}
    assert quorum.ask(masters.question(1)).reason == "quorum_at_work"
    assert quorum.ask(masters.question(2, "o-2")).allowed


def test_4_one_that_was_worked_on_in_vain_bars_the_others_but_not_itself() -> None:
    masters = Masters(5)
    masters.is_silent(2)
    masters.unproven = {masters.addresses[2]}
    assert quorum.ask(masters.question(1)).reason == "quorum_unproven"
    assert quorum.ask(masters.question(2)).allowed


def test_4_it_bars_nobody_any_more_when_it_serves() -> None:
    masters = Masters(5)
    masters.unproven = {masters.addresses[2]}
    assert quorum.ask(masters.question(1)).allowed


def test_5_while_azure_works_on_another_machine_none_is_touched() -> None:
    masters = Masters(5)
    masters.machine(3, provisioning=Provisioning.UPDATING)
    answer = quorum.ask(masters.question(1))
    assert (answer.reason, answer.numbers["master"]) == ("quorum_moves", masters.addresses[3])


def test_5_nor_while_another_was_started_a_moment_ago() -> None:
    masters = Masters(5)
    masters.said(3, started_at=NOW - timedelta(minutes=2))
    assert quorum.ask(masters.question(1)).reason == "quorum_moves"
    masters.said(3, started_at=NOW - timedelta(minutes=4))
    assert quorum.ask(masters.question(1)).allowed


@pytest.mark.parametrize(
    ("masters", "ill", "allowed"),
    [(3, 1, True), (3, 2, False), (5, 2, True), (5, 3, False), (4, 1, True), (4, 2, False)],
)
def test_6_a_majority_of_all_has_to_serve_without_it(masters: int, ill: int, allowed: bool) -> None:
    council = Masters(masters)
    for number in range(1, ill + 1):
        council.is_silent(number)
    answer = quorum.ask(council.question(1))
    assert answer.allowed is allowed
    if not allowed:
        assert answer.reason == "quorum_lost"
        assert answer.numbers == {
            "masters": masters,
            "serve_without": masters - ill,
            "majority": masters // 2 + 1,
        }


def test_6_its_own_vote_does_not_count_though_it_serves_still() -> None:
    masters = Masters(3)
    masters.health = diagnosed(masters.addresses[1], "dcos-net.service")
    masters.is_silent(2)
    answer = quorum.ask(masters.question(1))
    assert (answer.reason, answer.numbers["serve_without"]) == ("quorum_lost", 1)


def test_2_one_that_is_no_master_of_the_policy_is_not_touched() -> None:
    question = Masters(3).question(1)
    strange = replace(question.finding, node=replace(question.finding.node, name="172.16.0.99"))
    assert quorum.ask(replace(question, finding=strange)).reason == "quorum_of_one"


def test_6_what_is_unknown_of_another_one_counts_as_not_serving() -> None:
    masters = Masters(3)
    masters.is_silent(1)
    masters.said(2, recovered=None)
    assert quorum.ask(masters.question(1)).reason == "quorum_lost"
    masters.said(2, recovered=True)
    masters.ensemble_unread = True
    assert quorum.ask(masters.question(1)).reason == "quorum_lost"


def test_7_the_leader_goes_after_all_others_that_are_ill() -> None:
    masters = Masters(5)
    masters.ensemble[0] = (masters.addresses[0], "down")
    masters.is_silent(3)
    assert quorum.ask(masters.question(0)).reason == "quorum_leader_last"
    assert quorum.ask(masters.question(3)).allowed


def test_7_the_leader_goes_when_it_is_the_one_that_is_ill() -> None:
    masters = Masters(3)
    masters.ensemble[0] = (masters.addresses[0], "down")
    assert quorum.ask(masters.question(0)).allowed
