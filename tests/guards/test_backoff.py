"""The guard `backoff`: does Azure have room for another machine?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from shared.guards import backoff
from shared.guards.question import Question
from shared.model.ledger import NoRoom
from shared.model.remedies import Remedy
from tests.builders import NOW, Cluster, disruption

UNTIL = NOW + timedelta(minutes=10)


def asked(remedy: Remedy = Remedy.REPLACE, until: timedelta = timedelta(minutes=10)) -> Question:
    """About an unreachable node, while Azure has no room."""
    return short(Cluster(nodes=9), remedy, until)


def short(
    cluster: Cluster, remedy: Remedy = Remedy.REPLACE, until: timedelta = timedelta(minutes=10)
) -> Question:
    cluster.is_unreachable(1)
    room = NoRoom("AllocationFailed", 2, NOW - timedelta(minutes=5), NOW + until)
    cluster.ledger = replace(cluster.ledger, no_room=room)
    return replace(cluster.question(1, "o-1"), remedy=remedy)


def test_condition_1_where_azure_has_room_nothing_is_held() -> None:
    assert backoff.ask(Cluster(nodes=9).question(1)).allowed


@pytest.mark.parametrize("remedy", [Remedy.RESTART_UNIT, Remedy.RESTART, Remedy.REIMAGE])
def test_condition_2_what_needs_no_room_is_not_held(remedy: Remedy) -> None:
    assert backoff.ask(asked(remedy)).allowed


def test_condition_3_a_node_that_is_gone_is_not_held() -> None:
    cluster = Cluster(nodes=9)
    cluster.is_deleted(1)
    cluster.ledger = asked().ledger
    assert backoff.ask(cluster.question(1)).allowed


def test_condition_4_an_end_that_is_near_is_not_held() -> None:
    cluster = Cluster(nodes=9)
    cluster.ledger = asked().ledger
    cluster.is_announced(1, timedelta(minutes=5))
    assert backoff.ask(cluster.question(1)).allowed


def test_condition_5_who_has_the_room_already_is_not_held() -> None:
    cluster = Cluster(nodes=9)
    question = short(cluster)
    own = replace(question.ledger, active=(disruption(1, surge=True),))
    assert backoff.ask(replace(question, ledger=own)).allowed
    others = replace(question.ledger, active=(disruption(2, surge=True), disruption(1)))
    assert not backoff.ask(replace(question, ledger=others)).allowed


@pytest.mark.parametrize("remedy", [Remedy.REDEPLOY, Remedy.REPLACE])
def test_condition_6_until_the_back_off_is_over_it_is_waited_for(remedy: Remedy) -> None:
    answer = backoff.ask(asked(remedy))
    assert (answer.allowed, answer.reason, answer.until) == (False, "no_room", UNTIL)
    assert answer.numbers == {"code": "AllocationFailed", "tries": 2, "until": UNTIL.isoformat()}


def test_conditions_7_and_8_when_it_is_over_one_tries_and_the_others_wait() -> None:
    question = asked(until=timedelta(0))
    assert backoff.ask(question).allowed
    own = replace(question.ledger, active=(disruption(1),))
    assert backoff.ask(replace(question, ledger=own)).allowed
    others = replace(question.ledger, active=(disruption(2),))
    answer = backoff.ask(replace(question, ledger=others))
    assert (answer.allowed, answer.reason, answer.until) == (False, "room_is_asked", None)
