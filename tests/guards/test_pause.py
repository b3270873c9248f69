"""The guard `pause`: what a person stopped stays stopped."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from shared.guards import AFTER_THE_LOSS, ORDER, TO_GROW, pause
from shared.model.bodies import Body
from shared.model.decisions import Answer
from shared.model.overrides import THE_CLUSTER, Override, OverrideKind
from tests.builders import NOW, Cluster, instance, name

HOUR = timedelta(hours=1)


def asked(*overrides: Override) -> Answer:
    cluster = Cluster(nodes=3)
    cluster.overrides = list(overrides)
    return pause.ask(cluster.question(1))


def paused(subject: str, until: timedelta | None = None) -> Override:
    end = NOW + until if until is not None else None
    return Override(OverrideKind.PAUSE, subject, "ann", "a move", NOW - HOUR, end)


@pytest.mark.parametrize(
    ("subject", "reason"),
    [(THE_CLUSTER, "paused_cluster"), ("private", "paused_pool"), (name(1), "held_node")],
    ids=["condition 1", "condition 2", "condition 3"],
)
def test_what_is_paused_is_not_touched(subject: str, reason: str) -> None:
    answer = asked(paused(subject))
    assert (answer.allowed, answer.reason, answer.until) == (False, reason, None)
    assert (answer.numbers["who"], answer.numbers["why"]) == ("ann", "a move")


def test_the_widest_pause_is_the_one_that_is_told() -> None:
    assert asked(paused(name(1)), paused("private"), paused(THE_CLUSTER)).reason == "paused_cluster"


def test_a_pause_with_an_end_says_when_it_may_go_on() -> None:
    assert asked(paused("private", until=HOUR)).until == NOW + HOUR


def test_a_pause_that_has_run_out_stops_nothing() -> None:
    assert asked(paused("private", until=timedelta(0))).allowed


@pytest.mark.parametrize("subject", ["public", name(2)])
def test_a_pause_of_something_else_stops_nothing(subject: str) -> None:
    assert asked(paused(subject)).allowed


def on_a_protected_machine(ours: bool = False) -> Answer:
    cluster = Cluster(nodes=3)
    question = cluster.question(1)
    machine = instance(1, is_protected_from_set_actions=True)
    body = Body(name(1), "1", machine.vm_id, None, "operation", "incident", NOW, NOW + HOUR, "")
    finding = replace(question.finding, node=replace(question.finding.node, instance=machine))
    ledger = replace(question.ledger, bodies=(body,) if ours else ())
    return pause.ask(replace(question, finding=finding, ledger=ledger))


def test_condition_4_a_machine_that_somebody_protected_in_azure_is_not_touched() -> None:
    answer = on_a_protected_machine()
    assert (answer.allowed, answer.reason) == (False, "protected_node")


def test_condition_4_what_we_protected_ourselves_to_keep_it_is_no_refusal() -> None:
    assert on_a_protected_machine(ours=True).allowed


def test_an_approval_is_no_pause() -> None:
    assert asked(Override(OverrideKind.APPROVE, "private", "ann", "", NOW)).allowed


def test_it_is_asked_before_everything_that_changes_something() -> None:
    assert all(pause.ask in guards for guards in (ORDER, AFTER_THE_LOSS, TO_GROW))
