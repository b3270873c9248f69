"""The guard `joining`: do new machines become nodes at all?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from shared.guards import joining
from shared.model.ledger import Unjoined
from shared.model.overrides import Override, OverrideKind
from shared.model.remedies import Remedy
from tests.builders import DAY, NOW, Cluster, memory, name

MINUTE = timedelta(minutes=1)
FAILED = Unjoined("o-5", name(5), NOW - 20 * MINUTE, NOW - 5 * MINUTE)


def after_a_failed_join() -> Cluster:
    cluster = Cluster(nodes=9)
    cluster.is_unreachable(1)
    cluster.ledger = replace(cluster.ledger, unjoined=(FAILED,))
    return cluster


def approves(subject: str, since: timedelta, remedy: Remedy = Remedy.REPLACE) -> Override:
    return Override(OverrideKind.APPROVE, subject, "ann", "I looked", NOW + since, None, remedy.value)


def test_condition_1_what_brings_no_new_machine_is_not_held() -> None:
    question = after_a_failed_join().question(1)
    for remedy in set(Remedy) - {Remedy.REPLACE, Remedy.GROW, Remedy.SHRINK}:
        assert joining.ask(replace(question, remedy=remedy)).allowed


@pytest.mark.parametrize("remedy", [Remedy.GROW, Remedy.SHRINK])
def test_condition_3_no_pool_changes_its_size_while_machines_do_not_join(remedy: Remedy) -> None:
    question = replace(after_a_failed_join().question(1), remedy=remedy)
    assert joining.ask(question).reason == "joins_failed"


def test_condition_2_an_end_that_is_near_is_not_held() -> None:
    cluster = after_a_failed_join()
    cluster.is_announced(2, 5 * MINUTE)
    assert joining.ask(cluster.question(2)).allowed


def test_condition_3_after_a_machine_that_did_not_join_no_other_is_ordered() -> None:
    answer = joining.ask(after_a_failed_join().question(1))
    assert (answer.allowed, answer.reason, answer.until) == (False, "joins_failed", None)
    assert answer.numbers == {"failed": 1, "last": "o-5", "at": FAILED.failed_at.isoformat()}


@pytest.mark.parametrize("subject", ["private", "i-1"])
def test_condition_3_a_person_who_approves_after_that_lifts_it(subject: str) -> None:
    cluster = after_a_failed_join()
    cluster.overrides = [approves(subject, -6 * MINUTE)]
    assert not joining.ask(cluster.question(1)).allowed, "that was before it failed"
    cluster.overrides = [approves(subject, -4 * MINUTE, Remedy.RESTART)]
    assert not joining.ask(cluster.question(1)).allowed, "that was about something else"
    cluster.overrides = [approves(subject, -4 * MINUTE)]
    assert joining.ask(cluster.question(1)).allowed


def with_stuck(*numbers: int) -> Cluster:
    """Machines that came an hour ago and never had an agent; the others joined a day ago."""
    cluster = Cluster(nodes=9)
    for number in numbers:
        cluster.is_new(number, age=60 * MINUTE)
        came = memory(number, agent_id=None, joined_at=None, first_seen_at=NOW - 60 * MINUTE)
        cluster.memory[name(number)] = came
    return cluster


def test_condition_4_while_a_machine_is_stuck_no_other_is_replaced() -> None:
    answer = joining.ask(with_stuck(20).question(1))
    assert (answer.allowed, answer.reason) == (False, "joins_stuck")
    assert answer.numbers == {"stuck": 1, "first": name(20)}


def test_condition_4_one_that_is_stuck_alone_may_be_replaced_itself() -> None:
    assert joining.ask(with_stuck(20).question(20)).allowed
    assert not joining.ask(with_stuck(20, 21).question(20)).allowed


def test_condition_4_ends_when_another_one_has_joined_since() -> None:
    cluster = with_stuck(20)
    cluster.remembers(2, joined_at=NOW - 60 * MINUTE)
    assert not joining.ask(cluster.question(1)).allowed, "it joined in the same moment, not after it"
    cluster.remembers(2, joined_at=NOW - 50 * MINUTE)
    assert joining.ask(cluster.question(1)).allowed


def test_condition_4_a_join_long_ago_whose_agent_is_lost_now_says_nothing() -> None:
    cluster = with_stuck(20)
    cluster.remembers(2, joined_at=NOW - 50 * MINUTE)
    cluster.loses_agent(2)
    assert not joining.ask(cluster.question(1)).allowed


def test_condition_4_a_person_who_approves_of_it_in_this_pool_lifts_it() -> None:
    cluster = with_stuck(20)
    cluster.overrides = [approves("public", -DAY), approves("i-1", -DAY)]
    assert not joining.ask(cluster.question(1)).allowed
    cluster.overrides = [approves("private", -DAY)]
    assert joining.ask(cluster.question(1)).allowed


def test_a_pool_whose_machines_join_is_not_held() -> None:
    assert joining.ask(Cluster(nodes=9).question(1)).allowed
