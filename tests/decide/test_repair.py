"""Each numbered rule of shared/decide/repair.py."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from shared.guards import ORDER
from shared.model.azure import Power, Provisioning
from shared.model.decisions import Decision, Verdict
from shared.model.incidents import IncidentState
from shared.model.nodes import Condition
from shared.model.remedies import Remedy
from shared.model.signals import Signal, SignalKind
from shared.policy.schema import Mode
from tests.builders import CALM, NOW, Cluster, agent, disruption, incident, name, pool_policy, signal

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def decided(cluster: Cluster, number: int = 1) -> Decision | None:
    return cluster.decide().get(name(number))


def verdict(cluster: Cluster, number: int = 1) -> Verdict | None:
    decision = decided(cluster, number)
    return decision.verdict if decision else None


def refused_by(decision: Decision | None) -> list[str]:
    assert decision is not None
    return [answer.reason for answer in decision.answers if not answer.allowed]


def test_rule_1_of_healthy_and_joining_nodes_nothing_is_decided() -> None:
    cluster = Cluster(nodes=3)
    cluster.is_new(4)
    assert cluster.decide() == {}


@pytest.mark.parametrize("source", ["instances", "scheduler"])
def test_rule_2_of_nodes_that_could_not_be_seen_nothing_is_decided(source: str) -> None:
    cluster = Cluster(nodes=3)
    cluster.is_unreachable(1)
    cluster.unreadable = {source}
    assert cluster.decide() == {}


def test_rule_3_a_node_with_an_operation_is_left_to_it() -> None:
    cluster = Cluster(nodes=5)
    cluster.is_deallocated(1)
    assert verdict(cluster) is Verdict.ACT
    cluster.busy = {name(1)}
    assert cluster.decide() == {}


def test_rule_3_a_node_that_was_handed_over_is_left_to_the_person_until_it_changes() -> None:
    cluster = Cluster(nodes=5)
    cluster.is_unreachable(1)
    cluster.incidents[name(1)] = incident(
        1, Condition.UNREACHABLE, 5 * MINUTE, state=IncidentState.HANDED_OVER
    )
    assert cluster.decide() == {}
    cluster.becomes(1, power=Power.DEALLOCATED)
    assert verdict(cluster) is Verdict.ACT


def test_rule_4_a_stopped_node_is_held_whatever_the_guards_say() -> None:
    cluster = Cluster(nodes=5)
    cluster.becomes(1, power=Power.STOPPED)
    decision = decided(cluster)
    assert decision is not None
    assert (decision.verdict, decision.condition, decision.remedy) == (Verdict.HOLD, Condition.STOPPED, None)
    assert decision.because == (
        "it is powered off, but still allocated; nothing is done about nodes that are stopped"
    )


def test_rule_4_a_contradiction_is_held() -> None:
    cluster = Cluster(nodes=5)
    cluster.becomes(1, power=Power.DEALLOCATED)
    assert cluster.finding(1).condition is Condition.UNKNOWN
    assert verdict(cluster) is Verdict.HOLD


def test_rule_5_an_unreachable_node_is_confirmed_before_anything_is_done() -> None:
    cluster = Cluster(nodes=5)
    cluster.is_unreachable(1, since=44 * SECOND)
    decision = decided(cluster)
    assert decision is not None
    assert (decision.verdict, decision.until, decision.answers) == (Verdict.WAIT, NOW + SECOND, ())
    assert decision.because.endswith("confirming that it stays so")
    cluster.is_unreachable(1, since=45 * SECOND)
    assert verdict(cluster) is Verdict.ACT


def test_rule_5_the_confirmation_begins_with_the_first_sight() -> None:
    cluster = Cluster(nodes=5)
    cluster.loses_agent(1)
    decision = decided(cluster)
    assert decision is not None
    assert (decision.verdict, decision.until) == (Verdict.WAIT, NOW + 45 * SECOND)


def test_rule_5_time_in_another_condition_does_not_confirm() -> None:
    cluster = Cluster(nodes=5)
    cluster.loses_agent(1)
    cluster.incidents[name(1)] = incident(1, Condition.STOPPED, timedelta(hours=5))
    assert verdict(cluster) is Verdict.WAIT


def test_rule_5_an_agent_that_was_back_meanwhile_is_confirmed_again() -> None:
    cluster = Cluster(nodes=5)
    cluster.incidents[name(1)] = incident(1, Condition.UNREACHABLE, 5 * MINUTE)
    cluster.agents["agent-S1"] = agent(1, active=False, registered_at=NOW - 6 * MINUTE)
    assert verdict(cluster) is Verdict.ACT
    cluster.agents["agent-S1"] = agent(1, active=False, registered_at=NOW - MINUTE)
    decision = decided(cluster)
    assert decision is not None
    assert (decision.verdict, decision.until) == (Verdict.WAIT, NOW + 45 * SECOND)


def test_rule_5_what_nobody_looked_at_when_it_was_due_is_confirmed_again() -> None:
    cluster = Cluster(nodes=5)
    cluster.is_unreachable(1, 60 * MINUTE)
    seen = cluster.incidents[name(1)]
    cluster.incidents[name(1)] = replace(seen, wake_at=NOW - 4 * MINUTE)
    assert verdict(cluster) is Verdict.ACT
    cluster.incidents[name(1)] = replace(seen, wake_at=NOW - 6 * MINUTE)
    decision = decided(cluster)
    assert decision is not None
    assert (decision.verdict, decision.until) == (Verdict.WAIT, NOW + 45 * SECOND)


def test_rule_5_the_time_is_the_policys() -> None:
    pool = pool_policy()
    pool = replace(pool, repair=replace(pool.repair, confirm_after=timedelta(0)))
    cluster = Cluster(nodes=5, pool=pool)
    cluster.loses_agent(1)
    assert verdict(cluster) is Verdict.ACT, "nothing to wait for"


def test_rule_6_an_unlisted_node_of_whose_deletion_nobody_told_waits_for_the_explanation() -> None:
    cluster = Cluster(nodes=5)
    cluster.is_deleted(1, told=False)
    decision = decided(cluster)
    assert decision is not None
    assert (decision.verdict, decision.until) == (Verdict.WAIT, NOW + 45 * SECOND)
    assert decision.because.endswith("nobody told of a deletion yet")
    cluster.incidents[name(1)] = incident(1, Condition.GONE, 45 * SECOND)
    assert verdict(cluster) is Verdict.ACT


@pytest.mark.parametrize("kind", [SignalKind.VM_DELETED, SignalKind.VM_EVICTED])
@pytest.mark.parametrize("number", [1, None])
@pytest.mark.parametrize("heard", ["now", "before"])
def test_rule_6_a_deletion_that_was_told_of_needs_no_explanation(
    kind: SignalKind, number: int | None, heard: str
) -> None:
    cluster = Cluster(nodes=5)
    cluster.is_deleted(1, told=False)
    told = signal(kind, number)
    if heard == "now":
        cluster.signals.append(told)
    else:
        cluster.incidents[name(1)] = incident(1, Condition.GONE, SECOND, signals=(told,))
    assert verdict(cluster) is Verdict.ACT


@pytest.mark.parametrize(
    "other",
    [
        signal(SignalKind.VM_DELETED, 2),
        signal(SignalKind.VM_DELETED, None, pool="public"),
        signal(SignalKind.VM_DELETED, None, pool=None),
        signal(SignalKind.VM_CHANGED, 1),
        signal(SignalKind.POOL_RESIZED),
    ],
)
def test_rule_6_what_was_told_of_something_else_explains_nothing(other: Signal) -> None:
    cluster = Cluster(nodes=5)
    cluster.is_deleted(1, told=False)
    cluster.signals = [other]
    assert verdict(cluster) is Verdict.WAIT


def test_rule_6_a_deallocated_node_needs_no_explanation() -> None:
    cluster = Cluster(nodes=5)
    cluster.is_deallocated(1)
    assert verdict(cluster) is Verdict.ACT


@pytest.mark.parametrize("power", [Power.DEALLOCATED, Power.RUNNING])
@pytest.mark.parametrize("told", [False, True])
def test_rule_6_what_azure_is_deleting_is_left_to_it_until_somebody_tells_why(
    power: Power, told: bool
) -> None:
    cluster = Cluster(nodes=5)
    cluster.loses_agent(1)
    cluster.becomes(1, power=power, provisioning=Provisioning.DELETING)
    cluster.signals = [signal(SignalKind.VM_DELETED, 1)] if told else []
    assert verdict(cluster) is (Verdict.ACT if told else Verdict.HOLD)


@pytest.mark.parametrize(("since_min", "expected"), [(59, Verdict.HOLD), (60, Verdict.ACT)])
def test_rule_6_a_deletion_that_never_ends_is_not_waited_for_without_an_end(
    since_min: int, expected: Verdict
) -> None:
    cluster = Cluster(nodes=5)
    cluster.loses_agent(1)
    cluster.becomes(1, provisioning=Provisioning.DELETING)
    cluster.incidents[name(1)] = incident(1, Condition.GONE, timedelta(minutes=since_min))
    assert verdict(cluster) is expected


def test_rule_8_a_refusal_without_an_end_holds() -> None:
    cluster = Cluster(nodes=5, pool=pool_policy(mode=Mode.OBSERVE))
    cluster.is_deallocated(1)
    decision = decided(cluster)
    assert decision is not None
    assert (decision.verdict, decision.until, decision.remedy) == (Verdict.HOLD, None, None)
    assert "refused by mode (mode_observe)" in decision.because
    assert len(decision.answers) == len(ORDER), "all guards are asked"


def test_rule_8_refusals_that_all_end_by_the_clock_wait_for_the_last_one() -> None:
    cluster = Cluster(nodes=5)
    cluster.is_deallocated(1)
    cluster.elected_at = NOW - 8 * MINUTE
    cluster.ledger = replace(cluster.ledger, storm_until=NOW + 5 * MINUTE)
    decision = decided(cluster)
    assert refused_by(decision) == ["leader_is_new", "storm_cooling"]
    assert decision is not None
    assert (decision.verdict, decision.until) == (Verdict.WAIT, NOW + 5 * MINUTE)


def test_rule_8_one_refusal_without_an_end_among_others_holds() -> None:
    cluster = Cluster(nodes=5)
    cluster.is_deallocated(1)
    cluster.elected_at = NOW - 8 * MINUTE
    cluster.ledger = replace(cluster.ledger, active=(disruption(3),))
    decision = decided(cluster)
    assert refused_by(decision) == ["leader_is_new", "ledger_at_once"]
    assert decision is not None
    assert (decision.verdict, decision.until) == (Verdict.HOLD, None)


def test_rule_9_a_node_that_nothing_stands_against_is_replaced() -> None:
    cluster = Cluster(nodes=5)
    cluster.is_deallocated(1)
    decision = decided(cluster)
    assert decision is not None
    assert (decision.verdict, decision.remedy, decision.until) == (Verdict.ACT, Remedy.REPLACE, None)
    assert (decision.node, decision.pool, decision.condition) == (name(1), "private", Condition.GONE)
    assert decision.because == "it is deallocated, its temporary disk is lost; replace it"
    assert all(answer.allowed for answer in decision.answers)


def test_the_defaults_refuse_to_touch_two_dead_agents_of_three() -> None:
    cluster = Cluster(nodes=3)
    cluster.is_unreachable(1)
    cluster.is_unreachable(2)
    decisions = cluster.decide()
    assert {decision.verdict for decision in decisions.values()} == {Verdict.HOLD}
    assert refused_by(decisions[name(1)]) == ["storm_now"]


def test_without_the_storm_the_defaults_still_touch_only_one_of_two_dead_agents() -> None:
    cluster = Cluster(nodes=3, pool=pool_policy(storm=CALM))
    cluster.is_unreachable(1)
    cluster.is_unreachable(2)
    assert [decision.verdict for decision in cluster.decide().values()] == [Verdict.ACT, Verdict.HOLD]
    assert refused_by(decided(cluster, 2)) == ["ledger_at_once"]
