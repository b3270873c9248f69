"""Whatever a cluster looks like: what is never decided.

Clusters are drawn from what Azure, Mesos, the inventory, the incidents and the ledger may say, also where they
contradict each other, under any policy that is accepted.
"""

from __future__ import annotations

from datetime import timedelta
from random import Random

import msgspec
from hypothesis import event, given
from hypothesis import strategies as st

from shared.decide.repair import decide_repairs
from shared.model.azure import Power, Provisioning
from shared.model.decisions import Decision, Verdict
from shared.model.incidents import IncidentState
from shared.model.ledger import Ledger
from shared.model.nodes import Condition
from shared.model.remedies import Remedy
from shared.model.signals import SignalKind
from shared.policy.schema import Disruption as Limits
from shared.policy.schema import Mode, PoolPolicy, Storm
from shared.policy.share import Share
from tests.builders import (
    NOW,
    Cluster,
    address,
    agent,
    disruption,
    incident,
    memory,
    name,
    pool_policy,
    signal,
)

HOUR = timedelta(hours=1)
AGES = st.integers(0, 7200).map(lambda seconds: timedelta(seconds=seconds))
SOURCES = ("scale_set", "instances", "addresses", "scheduler")
# Often enough such that something is done about it: where anything may be anything, all is refused for many reasons.
FATES = st.sampled_from(
    ["well"] * 5 + ["deallocated"] * 2 + ["unreachable"] * 2 + ["deleted"] * 2 + ["anything"]
)
MODES = st.sampled_from([Mode.ENFORCE] * 9 + list(Mode))


@st.composite
def pools(draw: st.DrawFn) -> PoolPolicy:
    limits = Limits(
        at_once=Share(draw(st.integers(1, 100)), draw(st.booleans())),
        per_hour=draw(st.integers(1, 12)),
        per_day=draw(st.integers(1, 24)),
        per_fault_domain=draw(st.none() | st.integers(1, 3)),
    )
    storm = Storm(unhealthy=draw(st.sampled_from([Share(40, True), *[Share(100, False)] * 4])))
    return pool_policy(mode=draw(MODES), disruption=limits, storm=storm)


@st.composite
def clusters(draw: st.DrawFn) -> Cluster:
    cluster = Cluster(draw(st.integers(0, 9)), draw(pools()))
    for number in list(cluster.instances):
        _meets(draw, cluster, number, draw(FATES))
    for number in draw(st.lists(st.integers(20, 23), max_size=2, unique=True)):
        cluster.is_new(number, age=draw(AGES), provisioning=draw(st.sampled_from(Provisioning)))
    cluster.capacity += draw(st.sampled_from([0] * 9 + [-3, -1, 1]))
    busy = draw(st.sampled_from([[], [], [], [1], [4, 5]]))
    cluster.busy = {name(number) for number in busy}
    cluster.ledger = Ledger(
        "private",
        wanted=draw(st.sampled_from([*[cluster.ledger.wanted] * 9, None, 0, 12])),
        active=tuple(disruption(number) for number in busy),
        started=tuple(sorted(NOW - age for age in draw(st.lists(AGES, max_size=4)))),
        storm_until=draw(st.sampled_from([*[None] * 9, NOW - HOUR, NOW + HOUR])),
    )
    return cluster


def _meets(draw: st.DrawFn, cluster: Cluster, number: int, fate: str) -> None:
    match fate:
        case "deallocated":
            cluster.is_deallocated(number)
        case "unreachable":
            cluster.is_unreachable(number, since=draw(AGES))
        case "deleted":
            cluster.is_deleted(number, told=draw(st.booleans()))
        case "anything":
            _anything(draw, cluster, number)


def _anything(draw: st.DrawFn, cluster: Cluster, number: int) -> None:
    """Azure, Mesos, the inventory and the incident each say something, whether or not it fits together."""
    id, states = f"agent-S{number}", st.sampled_from(["connected", "disconnected", "lost", "new", "moved"])
    match draw(states):
        case "disconnected":
            cluster.agents[id] = agent(number, active=False)
        case "lost":
            del cluster.agents[id]
        case "new":
            cluster.agents[f"{id}-new"] = agent(number, agent_id=f"{id}-new", active=draw(st.booleans()))
        case "moved":
            cluster.agents[id] = agent(number, address=address(number % 3 + 1))
    cluster.becomes(
        number, power=draw(st.sampled_from(Power)), provisioning=draw(st.sampled_from(Provisioning))
    )
    if draw(st.booleans()):
        del cluster.instances[number]
        cluster.capacity -= 1
    match draw(st.sampled_from(["all", "no agent", "nothing"])):
        case "no agent":
            cluster.memory[name(number)] = memory(number, agent_id=None, joined_at=None)
        case "nothing":
            del cluster.memory[name(number)]
    if draw(st.booleans()):
        condition, state = draw(st.sampled_from(Condition)), draw(st.sampled_from(IncidentState))
        cluster.incidents[name(number)] = incident(number, condition, draw(AGES), state=state)
    if draw(st.booleans()):
        cluster.signals.append(
            signal(draw(st.sampled_from(SignalKind)), draw(st.sampled_from([number, None])))
        )


def actions(cluster: Cluster) -> list[Decision]:
    acts = [decision for decision in cluster.decide().values() if decision.verdict is Verdict.ACT]
    event(f"{min(len(acts), 3)} acts")
    return acts


@given(clusters())
def test_never_more_than_the_ledger_allows(cluster: Cluster) -> None:
    acts, (pool,) = actions(cluster), cluster.policy.pools
    if not acts:
        return
    limits, book = pool.disruption, cluster.ledger
    assert len(book.active) + len(acts) <= limits.at_once.of(max(len(cluster.findings()), book.wanted or 0))
    assert sum(at > NOW - HOUR for at in book.started) + len(acts) <= limits.per_hour
    assert len(book.started) + len(acts) <= limits.per_day
    if limits.per_fault_domain is not None:
        taken = [int(node.rpartition("_")[2]) % 5 for node in (entry.node for entry in book.active)]
        taken += [int(decision.node.rpartition("_")[2]) % 5 for decision in acts]
        assert max(taken.count(domain) for domain in taken) <= limits.per_fault_domain


@given(clusters())
def test_only_what_is_gone_unreachable_or_stuck_is_replaced(cluster: Cluster) -> None:
    by_name = {finding.node.name: finding for finding in cluster.findings()}
    for decision in actions(cluster):
        finding = by_name[decision.node]
        assert finding.condition in {Condition.GONE, Condition.UNREACHABLE, Condition.STUCK}
        assert decision.condition is finding.condition
        assert not finding.blind
        assert finding.node.agent is None or not finding.node.agent.active
        assert decision.node not in cluster.busy
        assert (decision.remedy, decision.until) == (Remedy.REPLACE, None)
        assert decision.answers
        assert all(answer.allowed for answer in decision.answers)


@given(clusters())
def test_nothing_is_ever_decided_about_healthy_or_joining_nodes(cluster: Cluster) -> None:
    well = {
        finding.node.name
        for finding in cluster.findings()
        if finding.condition in {Condition.HEALTHY, Condition.JOINING}
    }
    assert well.isdisjoint(cluster.decide())


@given(clusters(), st.sets(st.sampled_from(SOURCES), min_size=1))
def test_nothing_is_done_when_any_reading_failed(cluster: Cluster, unreadable: set[str]) -> None:
    cluster.unreadable = unreadable
    assert actions(cluster) == []


@given(clusters(), st.sets(st.sampled_from(SOURCES)))
def test_gone_is_always_azures_own_word(cluster: Cluster, unreadable: set[str]) -> None:
    """What is not known never becomes gone."""
    cluster.unreadable = unreadable
    for finding in cluster.findings():
        if finding.condition is Condition.GONE:
            instance = finding.node.instance
            assert "instances" not in unreadable
            assert (
                instance is None
                or instance.power is Power.DEALLOCATED
                or instance.provisioning is Provisioning.DELETING
            )


@given(clusters())
def test_whoever_observes_or_proposes_touches_nothing(cluster: Cluster) -> None:
    if cluster.policy.pools[0].mode is not Mode.ENFORCE:
        assert actions(cluster) == []


@given(clusters())
def test_an_empty_cluster_acts_on_nothing(cluster: Cluster) -> None:
    cluster.instances, cluster.addresses, cluster.agents = {}, {}, {}
    assert actions(cluster) == []


@given(clusters(), st.integers(-3, 0))
def test_a_capacity_of_zero_acts_on_nothing(cluster: Cluster, capacity: int) -> None:
    cluster.capacity = capacity
    assert actions(cluster) == []


@given(clusters())
def test_readings_that_are_too_old_justify_nothing(cluster: Cluster) -> None:
    cluster.started_at = NOW - timedelta(seconds=61)
    assert actions(cluster) == []


@given(clusters(), st.randoms(use_true_random=False))
def test_the_same_inputs_give_the_same_bytes(cluster: Cluster, random: Random) -> None:
    situation = cluster.situation()
    first = msgspec.json.encode(decide_repairs(situation))
    numbers = list(cluster.instances)
    random.shuffle(numbers)
    cluster.instances = {number: cluster.instances[number] for number in numbers}
    cluster.agents = dict(reversed(cluster.agents.items()))
    cluster.memory = dict(reversed(cluster.memory.items()))
    assert msgspec.json.encode(decide_repairs(cluster.situation())) == first


@given(clusters())
def test_whatever_is_not_done_says_why_and_until_when(cluster: Cluster) -> None:
    for decision in cluster.decide().values():
        assert decision.because
        if decision.verdict is Verdict.WAIT:
            assert decision.until is not None
            assert decision.until > NOW
        else:
            assert decision.until is None
