"""The guard `approval`: a person agrees first, where the policy says so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from shared.guards import approval
from shared.model.decisions import Answer
from shared.model.nodes import Condition
from shared.model.overrides import Override, OverrideKind
from shared.model.remedies import Remedy
from shared.policy.schema import Mode, Repair
from tests.builders import NOW, Cluster, incident, name, pool_policy

HOUR = timedelta(hours=1)
INCIDENT = incident(1, Condition.GONE, HOUR)


def asked(
    mode: Mode, *overrides: Override, approve: tuple[Remedy, ...] = (), begun: timedelta | None = None
) -> Answer:
    cluster = Cluster(nodes=3, pool=pool_policy(mode=mode, repair=Repair(approve=approve)))
    cluster.incidents[name(1)] = INCIDENT
    cluster.overrides = list(overrides)
    question = cluster.question(1)
    return approval.ask(replace(question, begun_at=NOW + begun if begun is not None else None))


def said(kind: OverrideKind, until: timedelta | None = None, remedy: str = "replace") -> Override:
    end = NOW + until if until is not None else None
    return Override(kind, INCIDENT.id, "ann", "looked at it", NOW - HOUR, end, remedy)


@pytest.mark.parametrize("mode", [Mode.ENFORCE, Mode.PROPOSE])
def test_condition_1_what_was_rejected_is_not_done(mode: Mode) -> None:
    answer = asked(mode, said(OverrideKind.REJECT), said(OverrideKind.APPROVE))
    assert (answer.allowed, answer.reason, answer.numbers["who"]) == (False, "approval_rejected", "ann")


def test_condition_2_nobody_has_to_agree_where_the_policy_does_not_ask() -> None:
    assert asked(Mode.ENFORCE, approve=(Remedy.REDEPLOY,)).allowed


@pytest.mark.parametrize(("mode", "approve"), [(Mode.PROPOSE, ()), (Mode.ENFORCE, (Remedy.REPLACE,))])
def test_condition_3_what_was_approved_is_done(mode: Mode, approve: tuple[Remedy, ...]) -> None:
    answer = asked(mode, said(OverrideKind.APPROVE, until=HOUR), approve=approve)
    assert (answer.allowed, answer.numbers["who"]) == (True, "ann")


def test_condition_3_an_approval_that_ran_out_before_anything_began_is_none() -> None:
    assert (
        asked(Mode.PROPOSE, said(OverrideKind.APPROVE, until=-timedelta(minutes=1))).reason
        == "approval_awaited"
    )


def test_condition_3_an_approval_that_ran_out_while_the_operation_works_still_counts() -> None:
    late = said(OverrideKind.APPROVE, until=-timedelta(minutes=1))
    assert asked(Mode.PROPOSE, late, begun=-timedelta(minutes=5)).allowed


@pytest.mark.parametrize(("mode", "approve"), [(Mode.PROPOSE, ()), (Mode.ENFORCE, (Remedy.REPLACE,))])
def test_condition_4_without_an_approval_it_waits_for_one(mode: Mode, approve: tuple[Remedy, ...]) -> None:
    answer = asked(mode, approve=approve)
    assert (answer.allowed, answer.reason, answer.awaits) == (False, "approval_awaited", "replace")


def test_condition_4_an_approval_of_another_remedy_is_none() -> None:
    assert asked(Mode.PROPOSE, said(OverrideKind.APPROVE, remedy="restart")).reason == "approval_awaited"


def test_condition_4_an_approval_for_another_incident_is_none() -> None:
    other = replace(said(OverrideKind.APPROVE), subject="set_9@1")
    assert asked(Mode.PROPOSE, other).reason == "approval_awaited"
