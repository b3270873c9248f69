"""What is decided about an agent that is too full: the rules of `shared/decide/unburden.py`, by their numbers."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from shared.decide.leavers import Ground
from shared.decide.relief import Heat, relieve
from shared.decide.unburden import decide_relief
from shared.model.decisions import Decision, Verdict
from shared.model.incidents import IncidentState
from shared.model.nodes import Condition
from shared.model.overrides import Override, OverrideKind
from shared.model.remedies import Remedy
from shared.policy.rebalance import Rebalance
from shared.policy.schema import Mode
from tests.builders import NOW, disruption, incident, name
from tests.decide.sizing import MINUTE, Sizing, scaled


def crowded(**other: object) -> Sizing:
    """One agent is full, one has three of four cores free, one is empty."""
    pool = Sizing(3, scaled(rebalance=Rebalance(load=True), **other))
    pool.runs("/web", 1, 1, 1, 1, 2)
    return pool


def decided(pool: Sizing, *before: Decision) -> tuple[Decision, ...]:
    situation = pool.situation()
    heat = relieve(Ground.of(situation), pool.policy.pools[0], None)
    return decide_relief(situation, [heat], before)


def test_one_decision_is_about_the_agent_with_every_guard_s_answer() -> None:
    (one,) = decided(crowded())
    assert (one.node, one.pool, one.condition) == (name(1), "private", Condition.HOT)
    assert (one.verdict, one.remedy) == (Verdict.ACT, Remedy.RELIEVE)
    assert "its agent is 100% full, the mean of the pool is 42%" in one.because
    assert {answer.guard for answer in one.answers} >= {"mode", "ledger", "stateful", "relief", "window"}


def test_where_nothing_moves_nothing_is_decided() -> None:
    assert decide_relief(crowded().situation(), [Heat("private", 0.5, 0.5, "cool")], ()) == ()


def test_rule_1_what_was_decided_before_in_the_pool_comes_first() -> None:
    other = Decision(name(3), "private", Condition.DOOMED, Verdict.HOLD, "its end is announced")
    assert decided(crowded(), other) == ()
    assert len(decided(crowded(), replace(other, pool="public"))) == 1


def test_rule_2_what_was_handed_over_is_left_to_the_person() -> None:
    pool = crowded()
    pool.incidents[name(1)] = incident(1, Condition.HOT, MINUTE, state=IncidentState.HANDED_OVER)
    assert decided(pool) == ()


def test_rule_3_a_guard_that_refuses_holds_it() -> None:
    (one,) = decided(crowded(mode=Mode.OBSERVE))
    assert (one.verdict, one.remedy) == (Verdict.HOLD, None)
    pool = crowded()
    pool.ledger = replace(pool.ledger, started=(NOW - timedelta(minutes=50),) * 500)
    (one,) = decided(pool)
    assert (one.verdict, one.until) == (Verdict.WAIT, NOW + timedelta(minutes=10))


def test_rule_3_a_proposal_waits_for_the_person_who_may_agree() -> None:
    pool = crowded(mode=Mode.PROPOSE)
    pool.incidents[name(1)] = incident(1, Condition.HOT, MINUTE)
    (one,) = decided(pool)
    assert [answer.awaits for answer in one.answers if answer.awaits] == ["relieve"]
    yes = Override(OverrideKind.APPROVE, "i-1", "ann", "fine", NOW - MINUTE, remedy=Remedy.RELIEVE.value)
    pool.overrides.append(yes)
    (one,) = decided(pool)
    assert one.verdict is Verdict.ACT


def test_what_was_decided_of_the_same_node_for_another_reason_is_another_case() -> None:
    pool = crowded()
    pool.incidents[name(1)] = incident(1, Condition.SURPLUS, MINUTE, operation="o-1")
    (one,) = decided(pool)
    assert one.verdict is Verdict.ACT
    pool.ledger = replace(pool.ledger, active=(disruption(1),))
    assert decided(pool) == (), "and its place is not taken for one of ours"
