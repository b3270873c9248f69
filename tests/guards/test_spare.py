"""The guard `spare`: is the machine one too many, for a pool whose other machines work?"""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from shared.guards import Question, spare
from shared.model.remedies import Remedy
from shared.model.sizes import surplus
from tests.builders import Cluster, disruption


def asked(
    cluster: Cluster, number: int = 1, aim: int | None = None, operation: str | None = None
) -> Question:
    question = cluster.question(number, operation)
    finding = surplus(question.finding, "") if question.finding.is_connected else question.finding
    return replace(question, remedy=Remedy.SHRINK, finding=finding, aim=aim)


def reason(question: Question) -> str:
    return spare.ask(question).reason


def test_condition_1_what_does_not_shrink_the_pool_is_not_held() -> None:
    cluster = Cluster(nodes=5)
    cluster.is_unreachable(2)
    for remedy in set(Remedy) - {Remedy.SHRINK}:
        assert spare.ask(replace(asked(cluster, aim=5), remedy=remedy)).allowed


def test_condition_2_without_a_size_nothing_is_one_too_many() -> None:
    cluster = Cluster(nodes=5)
    cluster.ledger = replace(cluster.ledger, wanted=None)
    assert reason(asked(cluster, aim=3)) == "spare_unknown"


@pytest.mark.parametrize(("aim", "reason_code"), [(4, "ok"), (5, "spare_needed")])
def test_condition_3_nothing_goes_that_the_pool_is_to_have(aim: int, reason_code: str) -> None:
    assert reason(asked(Cluster(nodes=5), aim=aim)) == reason_code


def test_condition_3_those_on_their_way_out_count_as_gone() -> None:
    cluster = Cluster(nodes=5)
    cluster.ledger = replace(cluster.ledger, active=(disruption(2, shrinks=True),))
    assert reason(asked(cluster, aim=4)) == "spare_needed"
    assert reason(asked(cluster, aim=3)) == "ok"


def test_condition_3_what_was_counted_down_for_is_not_counted_again() -> None:
    cluster = Cluster(nodes=5)
    own = disruption(1, shrinks=True, surge=True, leaving=True)
    cluster.ledger = replace(cluster.ledger, wanted=4, active=(own,))
    assert reason(asked(cluster, aim=4, operation=own.operation)) == "ok"


def test_condition_4_who_covers_for_an_ill_one_is_not_one_too_many() -> None:
    cluster = Cluster(nodes=5)
    cluster.is_unreachable(2)
    assert reason(asked(cluster, aim=4)) == "spare_covers"
    assert reason(asked(cluster, aim=3)) == "ok"


def test_condition_4_an_end_that_is_announced_is_no_work() -> None:
    cluster = Cluster(nodes=5)
    cluster.is_announced(2, None)
    assert reason(asked(cluster, aim=4)) == "spare_covers"


def test_condition_4_one_that_never_joined_is_missed_by_nobody() -> None:
    cluster = Cluster(nodes=5)
    cluster.loses_agent(1)
    assert reason(asked(cluster, aim=4)) == "ok"


def test_without_an_aim_it_is_one_fewer_than_now() -> None:
    cluster = Cluster(nodes=5)
    assert reason(asked(cluster)) == "ok"
    cluster.is_unreachable(2)
    assert reason(asked(cluster)) == "spare_covers"
