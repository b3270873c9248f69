"""In which order nodes are decided about, and that every decision counts for the next one."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import msgspec
import pytest
from msgspec.structs import replace

from shared.decide.repair import Situation, decide_repairs
from shared.model.decisions import Verdict
from shared.model.nodes import Condition
from shared.policy.schema import Disruption as Limits
from shared.policy.share import Share
from tests.builders import NOW, Cluster, disruption, generous, incident, name

MINUTE = timedelta(minutes=1)


def broken(nodes: int, lost: int, **limits: int | Share | None) -> Cluster:
    """Of `nodes`, the first `lost` are deallocated. Ledger limits as given, otherwise wide ones."""
    pool = generous()
    disruption: Limits = replace(pool.disruption, **limits)
    cluster = Cluster(nodes, replace(pool, disruption=disruption))
    for number in range(1, lost + 1):
        cluster.is_deallocated(number)
    return cluster


def acted_on(cluster: Cluster) -> list[str]:
    return [node for node, decision in cluster.decide().items() if decision.verdict is Verdict.ACT]


def refusals_of(cluster: Cluster) -> list[str]:
    """The first refusal of each decision that is none to act."""
    refused: list[str] = []
    for decision in cluster.decide().values():
        refused.extend([answer.reason for answer in decision.answers if not answer.allowed][:1])
    return refused


def test_the_oldest_incident_comes_first() -> None:
    cluster = broken(9, lost=3, at_once=Share(1, False))
    cluster.incidents = {
        name(2): incident(2, Condition.GONE, 9 * MINUTE),
        name(3): incident(3, Condition.GONE, 5 * MINUTE),
    }
    assert list(cluster.decide()) == [name(2), name(3), name(1)]
    assert acted_on(cluster) == [name(2)]


def test_a_node_whose_condition_changed_keeps_its_place() -> None:
    cluster = broken(9, lost=2, at_once=Share(1, False))
    cluster.incidents = {
        name(2): replace(incident(2, Condition.UNREACHABLE, 9 * MINUTE), since=NOW - MINUTE),
        name(1): incident(1, Condition.GONE, 5 * MINUTE),
    }
    assert list(cluster.decide()) == [name(2), name(1)]


def test_nodes_of_the_same_age_come_by_name() -> None:
    assert list(broken(9, lost=3).decide()) == [name(1), name(2), name(3)]


def test_what_is_decided_counts_against_the_limit_at_once() -> None:
    cluster = broken(9, lost=5, at_once=Share(3, False))
    assert acted_on(cluster) == [name(1), name(2), name(3)]
    assert refusals_of(cluster) == ["ledger_at_once"] * 2
    cluster.ledger = replace(cluster.ledger, active=(disruption(8),))
    assert acted_on(cluster) == [name(1), name(2)], "together with what is at work already"


@pytest.mark.parametrize(
    ("limit", "reason"), [("per_hour", "ledger_per_hour"), ("per_day", "ledger_per_day")]
)
def test_what_is_decided_counts_against_the_rates(limit: str, reason: str) -> None:
    cluster = broken(9, lost=4, **{limit: 3})
    cluster.ledger = replace(cluster.ledger, started=(NOW - 10 * MINUTE,))
    assert acted_on(cluster) == [name(1), name(2)]
    assert refusals_of(cluster) == [reason] * 2


def test_what_is_decided_counts_in_its_fault_domain() -> None:
    cluster = broken(12, lost=7, per_fault_domain=1)
    assert acted_on(cluster) == [name(number) for number in range(1, 6)], "1 to 5 are in five domains"
    assert refusals_of(cluster) == ["ledger_fault_domain"] * 2


def test_what_is_decided_about_a_deleted_machine_counts_in_the_domain_where_it_was() -> None:
    cluster = broken(12, lost=0, per_fault_domain=1)
    cluster.is_deleted(1)
    cluster.is_deleted(6)
    assert acted_on(cluster) == [name(1)]


def test_a_decision_that_is_not_to_act_takes_no_place() -> None:
    cluster = broken(9, lost=2, at_once=Share(1, False))
    cluster.is_unreachable(3, since=timedelta(seconds=1))
    cluster.incidents[name(3)] = replace(cluster.incidents[name(3)], opened_at=NOW - 60 * MINUTE)
    assert list(cluster.decide()) == [name(3), name(1), name(2)]
    assert acted_on(cluster) == [name(1)]


def test_a_place_that_was_taken_before_a_crash_is_used_and_counted_once() -> None:
    """The ledger has the disruption of node 1, but its operation was never begun."""
    cluster = broken(9, lost=3, at_once=Share(2, False))
    cluster.ledger = replace(cluster.ledger, active=(disruption(1),), started=(NOW - MINUTE,))
    assert acted_on(cluster) == [name(2)], "without the incident it is somebody else's"
    cluster.incidents[name(1)] = incident(1, Condition.GONE, MINUTE, operation="o-1")
    assert acted_on(cluster) == [name(1), name(2)]


def test_a_replacement_that_is_taken_up_again_without_a_place_takes_one() -> None:
    cluster = broken(9, lost=2, at_once=Share(1, False))
    cluster.incidents[name(1)] = incident(1, Condition.GONE, MINUTE, operation="o-1")
    assert acted_on(cluster) == [name(1)]


def motley() -> Situation:
    """Something of everything."""
    cluster = broken(30, lost=6, at_once=Share(4, False), per_fault_domain=2)
    for number in (10, 11, 12):
        cluster.is_unreachable(number, since=number * MINUTE)
    cluster.is_deleted(20)
    cluster.is_deleted(21, told=False)
    cluster.is_new(40)
    cluster.ledger = replace(cluster.ledger, active=(disruption(25),))
    return cluster.situation()


def test_the_same_inputs_give_the_same_bytes() -> None:
    assert msgspec.json.encode(decide_repairs(motley())) == msgspec.json.encode(decide_repairs(motley()))


@pytest.mark.parametrize("seed", range(5))
def test_the_order_in_which_things_were_read_changes_no_byte(seed: int) -> None:
    random, situation = Random(seed), motley()
    findings, incidents = list(situation.findings), list(situation.incidents.items())
    signals = list(situation.signals)
    for one in (findings, incidents, signals):
        random.shuffle(one)
    shuffled = replace(situation, findings=tuple(findings), incidents=dict(incidents), signals=tuple(signals))
    assert msgspec.json.encode(decide_repairs(shuffled)) == msgspec.json.encode(decide_repairs(situation))


def test_deciding_changes_nothing_that_it_was_given() -> None:
    situation = motley()
    before = msgspec.json.encode(situation)
    decide_repairs(situation)
    assert msgspec.json.encode(situation) == before
