"""The guard `correlated`: do the failed nodes share something that explains their failure better than chance?"""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from shared.guards import Question, correlated
from shared.model.nodes import Condition
from shared.model.remedies import Remedy
from shared.model.suspects import Suspect
from tests.builders import Cluster, name

RACK = Suspect("private", "fault_domain", "2", 4, 5, 4, 30, 0.0004, frozenset({name(1), name(2)}), 60)


def question(number: int, *suspects: Suspect, remedy: Remedy = Remedy.REPLACE) -> Question:
    return replace(Cluster(nodes=9).question(number), suspects=suspects, remedy=remedy)


@pytest.mark.parametrize("remedy", Remedy)
@pytest.mark.parametrize("pool", ["private", ""], ids=["in its pool", "across pools"])
def test_condition_1_nothing_is_done_to_a_node_that_has_what_the_failed_share(
    pool: str, remedy: Remedy
) -> None:
    answer = correlated.ask(question(1, replace(RACK, pool=pool), remedy=remedy))
    assert (answer.allowed, answer.reason, answer.until) == (False, "shares_what_failed", None)
    assert answer.numbers == {
        "factor": "fault_domain",
        "value": "2",
        "failed": 4,
        "of": 5,
        "all_failed": 4,
        "nodes": 30,
        "p": 0.0004,
    }


def test_condition_1_elsewhere_repair_goes_on() -> None:
    assert correlated.ask(question(3, RACK)).allowed
    assert correlated.ask(question(1, replace(RACK, pool="public"))).allowed


def test_condition_1_a_node_of_which_azure_announces_the_end_is_let_pass() -> None:
    asked = question(1, RACK)
    doomed = replace(asked.finding, condition=Condition.DOOMED)
    assert correlated.ask(replace(asked, finding=doomed)).allowed


@pytest.mark.parametrize(
    ("remedy", "allowed"), [(Remedy.REPLACE, False), (Remedy.REIMAGE, False), (Remedy.RESTART, True)]
)
def test_condition_2_when_new_machines_fail_no_more_are_made(remedy: Remedy, allowed: bool) -> None:
    young = replace(RACK, factor="age", value="under an hour", strikes_new=True)
    answer = correlated.ask(question(3, young, remedy=remedy))
    assert (answer.allowed, answer.reason) == (allowed, "ok" if allowed else "new_ones_fail")
    assert correlated.ask(question(3, replace(young, pool="public"), remedy=remedy)).allowed


def test_without_a_suspect_it_goes_on() -> None:
    answer = correlated.ask(question(1))
    assert (answer.allowed, answer.numbers) == (True, {"suspects": 0})
