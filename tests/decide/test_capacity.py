"""What is done about a pool's size: the rules of `shared/decide/capacity.py`, by their numbers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from shared.decide.capacity import decide_sizes
from shared.decide.sizes import size_pools
from shared.model.catalog import UNKNOWN_RESIDENT
from shared.model.decisions import Decision, Verdict
from shared.model.ledger import NoRoom, Unjoined
from shared.model.nodes import Condition
from shared.model.overrides import Override, OverrideKind
from shared.model.remedies import Remedy
from shared.model.sizes import size_of
from shared.model.suspects import Suspect
from shared.policy.schema import Mode, Storm
from shared.policy.share import Share
from shared.policy.windows import Window
from tests.builders import NOW, disruption, incident, name
from tests.decide.sizing import MINUTE, Sizing, number_of, scaled

SIZE = size_of("private")


def to_have(target: int, nodes: int = 5, **other: object) -> Sizing:
    pool = Sizing(nodes, scaled(**other))
    pool.says(target=target)
    return pool


def acted(pool: Sizing) -> list[int]:
    """Who goes now, by number."""
    return [number_of(node) for node, one in pool.decided().items() if one.verdict is Verdict.ACT]


def against(decision: Decision) -> list[str]:
    return [answer.reason for answer in decision.answers if not answer.allowed]


def limited(pool: Sizing, at_once: int, **other: object) -> None:
    """No more than so many at the same time."""
    limits = replace(pool.policy.pools[0].disruption, at_once=Share(at_once, False), **other)
    pool.policy = replace(pool.policy, pools=(replace(pool.policy.pools[0], disruption=limits),))


def test_rule_1_a_pool_that_has_its_size_is_let_be() -> None:
    assert to_have(5).decided() == {}


def test_rule_1_who_is_on_its_way_out_is_given_back_before_anything_is_ordered() -> None:
    pool = to_have(5)
    pool.ledger = replace(pool.ledger, active=(disruption(1, shrinks=True),))
    assert (pool.sized().size, pool.sized().nodes) == (4, 5)
    assert pool.decided() == {}


def test_rule_2_growth_is_one_decision_about_the_size() -> None:
    decision = to_have(8).decided()[SIZE]
    assert (decision.remedy, decision.condition, decision.pool) == (Remedy.GROW, Condition.SHORT, "private")
    assert decision.verdict is Verdict.ACT
    assert decision.because == "8 nodes and not 5 are wanted: the target is 8 (person ann); grow it"


def test_rule_2_more_is_ordered_while_others_are_coming() -> None:
    pool = to_have(8)
    pool.busy.add(SIZE)
    decision = Decision(SIZE, "private", Condition.SHORT, Verdict.ACT, "", Remedy.GROW)
    pool.incidents[SIZE] = replace(incident(1, Condition.SHORT, MINUTE), node=SIZE, decision=decision)
    pool.is_new(6)
    pool.ledger = replace(pool.ledger, wanted=6)
    assert pool.decided()[SIZE].verdict is Verdict.ACT


def test_rule_2_no_other_growth_begins_beside_one_that_is_being_closed() -> None:
    pool = to_have(8)
    pool.busy.add(SIZE)
    assert pool.decided() == {}
    pool.incidents[SIZE] = replace(incident(1, Condition.SHORT, MINUTE), node=SIZE)
    assert pool.decided() == {}, "it was withdrawn, and its row is not closed yet"
    pool.busy.clear()
    assert pool.decided()[SIZE].verdict is Verdict.ACT


def test_rule_3_one_decision_for_each_that_goes() -> None:
    pool = to_have(3)
    assert acted(pool) == pool.gone()
    assert {(one.remedy, one.condition) for one in pool.decided().values()} == {
        (Remedy.SHRINK, Condition.SURPLUS)
    }


def test_rule_4_of_whom_something_else_was_decided_is_left_alone() -> None:
    pool = to_have(4)
    sized = size_pools(pool.situation(), {})
    other = Decision(name(1), "private", Condition.IMPAIRED, Verdict.HOLD, "")
    assert sized[0].choice is not None
    assert sized[0].choice.nodes == (name(1),)
    assert decide_sizes(pool.situation(), sized, (other,)) == ()


def test_rule_5_nothing_is_done_where_the_policy_observes() -> None:
    for target in (3, 8):
        decisions = to_have(target, mode=Mode.OBSERVE).decided().values()
        assert {one.verdict for one in decisions} == {Verdict.HOLD}
        assert {reason for one in decisions for reason in against(one)} == {"mode_observe"}


def test_rule_5_a_window_holds_shrinking_and_not_growing() -> None:
    closed = Window(cron="0 12 * * *", zone="UTC", lasts=timedelta(hours=1))
    shrinking = next(iter(to_have(3, windows=(closed,)).decided().values()))
    assert shrinking.verdict is Verdict.WAIT
    assert shrinking.until == NOW.replace(hour=12)
    assert to_have(8, windows=(closed,)).decided()[SIZE].verdict is Verdict.ACT


@pytest.mark.parametrize(("target", "verdict"), [(3, Verdict.HOLD), (12, Verdict.ACT)])
def test_rule_5_a_storm_holds_shrinking_and_not_growing(target: int, verdict: Verdict) -> None:
    pool = to_have(target, nodes=9, storm=Storm(unhealthy=Share(2, False)))
    for number in (1, 2, 3):
        pool.is_unreachable(number)
    assert {one.verdict for one in pool.decided().values()} == {verdict}


def test_rule_5_no_shrinking_just_after_an_election() -> None:
    pool = to_have(3)
    pool.elected_at = NOW - MINUTE
    assert next(iter(pool.decided().values())).verdict is Verdict.WAIT
    pool = to_have(8)
    pool.elected_at = NOW - MINUTE
    assert pool.decided()[SIZE].verdict is Verdict.ACT


@pytest.mark.parametrize("target", [3, 8])
def test_rule_5_neither_while_machines_do_not_join(target: int) -> None:
    pool = to_have(target)
    failed = Unjoined("o-9", name(9), NOW - 20 * MINUTE, NOW - 5 * MINUTE)
    pool.ledger = replace(pool.ledger, unjoined=(failed,))
    assert against(next(iter(pool.decided().values()))) == ["joins_failed"]


def test_rule_5_no_shrinking_while_the_failed_share_something() -> None:
    pool = to_have(3)
    shared = Suspect("private", "image", "a:b:c:1", 3, 3, 3, 5, 0.01, frozenset({name(9)}), 60)
    situation = replace(pool.situation(), suspects=(shared,))
    decisions = decide_sizes(situation, size_pools(situation, {}), ())
    assert against(decisions[0]) == ["others_may_fail"]


def test_rule_5_no_growth_where_new_ones_fail() -> None:
    pool = to_have(8)
    young = Suspect("private", "young", "yes", 3, 3, 3, 5, 0.01, frozenset({name(9)}), 60, strikes_new=True)
    situation = replace(pool.situation(), suspects=(young,))
    decisions = decide_sizes(situation, size_pools(situation, {}), ())
    assert against(decisions[0]) == ["new_ones_fail"]


def test_rule_5_azure_without_room_is_asked_again_when_the_time_comes() -> None:
    pool = to_have(8)
    until = NOW + 10 * MINUTE
    pool.ledger = replace(pool.ledger, no_room=NoRoom("AllocationFailed", 1, NOW, until))
    decision = pool.decided()[SIZE]
    assert (decision.verdict, decision.until) == (Verdict.WAIT, until)


@pytest.mark.parametrize("target", [3, 8])
@pytest.mark.parametrize("reading", ["scale_set", "instances", "addresses", "scheduler"])
def test_rule_5_what_could_not_be_read_freezes_the_pool(reading: str, target: int) -> None:
    pool = to_have(target)
    pool.unreadable = {reading}
    assert acted(pool) == []


@pytest.mark.parametrize("capacity", [0, 1, 30])
@pytest.mark.parametrize("target", [3, 8])
def test_rule_5_a_size_that_makes_no_sense_freezes_the_pool(capacity: int, target: int) -> None:
    pool = to_have(target)
    pool.capacity = capacity
    assert acted(pool) == []


def test_rule_5_repair_goes_before_shrinking() -> None:
    pool = to_have(3)
    for number in (1, 2):
        pool.is_unreachable(number)
    decision = pool.decided()[pool.sized().choice.nodes[0]]  # type: ignore[union-attr]
    assert against(decision) == ["spare_covers"]


def test_rule_5_an_ill_one_holds_only_as_much_as_covers_for_it() -> None:
    pool = to_have(3)
    pool.is_unreachable(1)
    assert acted(pool) == [2]


def test_rule_6_behind_one_that_waits_for_the_ledger_nobody_is_asked() -> None:
    pool = to_have(1, nodes=6)
    limited(pool, 4)
    assert acted(pool) == pool.gone()
    pool.ledger = replace(pool.ledger, active=(disruption(5), disruption(6)))
    assert [one.verdict for one in pool.decided().values()] == [Verdict.ACT, Verdict.ACT, Verdict.HOLD]
    assert len(pool.gone()) == 4


def test_rule_6_repair_that_was_decided_now_has_taken_its_place() -> None:
    pool = to_have(2)
    limited(pool, 1)
    pool.is_deleted(5)
    decisions = pool.decided()
    assert [against(one) for one in decisions.values()] == [["ledger_at_once"]]


def test_rule_6_one_that_waits_for_its_rack_lets_the_next_one_pass() -> None:
    pool = to_have(3)
    limited(pool, 9, per_fault_domain=1)
    pool.ledger = replace(pool.ledger, active=(replace(disruption(5), fault_domain=1),))
    verdicts = {number_of(node): one.verdict for node, one in pool.decided().items()}
    assert verdicts == {1: Verdict.HOLD, 2: Verdict.ACT}


def test_rule_6_people_are_asked_for_as_many_as_could_go_at_once() -> None:
    pool = to_have(1, mode=Mode.PROPOSE)
    limited(pool, 2)
    decisions = list(pool.decided().values())
    assert [one.verdict for one in decisions] == [Verdict.HOLD] * 2
    assert [against(one) for one in decisions] == [["approval_awaited"]] * 2
    pool.ledger = replace(pool.ledger, active=(disruption(5),))
    decisions = list(pool.decided().values())
    assert [against(one) for one in decisions] == [
        ["approval_awaited"],
        ["ledger_at_once", "approval_awaited"],
    ]


def test_rule_6_what_was_agreed_to_is_done_and_the_other_waits() -> None:
    pool = to_have(3, mode=Mode.PROPOSE)
    pool.incidents[name(2)] = incident(2, Condition.SURPLUS, MINUTE)
    yes = Override(OverrideKind.APPROVE, "i-2", "ann", "fine", NOW - MINUTE, remedy=Remedy.SHRINK.value)
    pool.overrides.append(yes)
    assert acted(pool) == [2]


def test_growth_that_was_agreed_to_is_ordered() -> None:
    pool = to_have(8, mode=Mode.PROPOSE)
    assert against(pool.decided()[SIZE]) == ["approval_awaited"]
    pool.incidents[SIZE] = replace(incident(1, Condition.SHORT, MINUTE), node=SIZE)
    yes = Override(OverrideKind.APPROVE, "i-1", "ann", "fine", NOW - MINUTE, remedy=Remedy.GROW.value)
    pool.overrides.append(yes)
    assert pool.decided()[SIZE].verdict is Verdict.ACT


def test_what_keeps_data_is_never_decided_about() -> None:
    pool = to_have(1, nodes=3)
    for number in (1, 2, 3):
        pool.runs(f"/store-{number}", number, is_resident=True, package=UNKNOWN_RESIDENT)
    assert pool.decided() == {}
