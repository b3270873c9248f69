"""What the ledger learns from how operations end, and when it forgets it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from shared.decide.lessons import concluded, kept_in_mind, says_no_room, without_room
from shared.guards import tally_pools
from shared.model.ledger import Ledger, NoRoom, Unjoined, Wave
from shared.model.operations import Operation, OperationState, StepRecord, Subject
from shared.model.remedies import Remedy
from tests.builders import NOW, Cluster, disruption, name
from tests.judge.health import unit_fails

MINUTE = timedelta(minutes=1)
UNIT = "dcos-docker-gc.service"
ILL = f"impaired ({UNIT})"
DONE, FAILED = OperationState.DONE, OperationState.FAILED
HANDED_OVER, WITHDRAWN = OperationState.HANDED_OVER, OperationState.WITHDRAWN


def operation(*steps: str, **notes: str) -> Operation:
    """Of node 1, begun ten minutes ago, with these steps done."""
    began = NOW - 10 * MINUTE
    records = tuple(StepRecord(step, began, NOW, "") for step in steps)
    subject = Subject(name(1), "1", "vm-1", None, None, None, 1)
    plain = Operation("o-1", "prod", "private", "i-1", Remedy.REPLACE, subject, "verify", began, began, NOW)
    return replace(plain, steps=records, notes=notes)


def book(trouble: str = "", **other: object) -> Ledger:
    return replace(Ledger("private", active=(disruption(1, trouble=trouble),)), **other)


# Machines that did not join.


@pytest.mark.parametrize("steps", [("destroy", "grow"), ("surge",)])
def test_who_waited_in_vain_for_a_machine_is_remembered(steps: tuple[str, ...]) -> None:
    told = concluded(book(), operation(*steps), HANDED_OVER, NOW)
    assert told.unjoined == (Unjoined("o-1", name(1), NOW - 10 * MINUTE, NOW),)
    assert concluded(told, operation(*steps), HANDED_OVER, NOW) == told, "once"


@pytest.mark.parametrize(
    ("state", "steps", "notes"),
    [
        (HANDED_OVER, ("prove_dead",), {}),
        (HANDED_OVER, ("grow", "await_join"), {}),
        (HANDED_OVER, ("grow",), {"replacement": "new"}),
        (HANDED_OVER, ("surge", "await_successor", "move_tasks"), {"replacement": "new"}),
        (DONE, ("grow",), {}),
        (WITHDRAWN, ("surge",), {}),
    ],
)
def test_other_endings_say_nothing_about_joining(
    state: OperationState, steps: tuple[str, ...], notes: dict[str, str]
) -> None:
    assert concluded(book(), operation(*steps, **notes), state, NOW).unjoined == ()


def mind(cluster: Cluster) -> Ledger:
    findings = cluster.findings()
    tally = tally_pools(cluster.snapshot(), findings)["private"]
    return kept_in_mind(cluster.ledger, findings, tally, cluster.now)


def test_it_is_forgotten_when_a_machine_has_joined_since_it_was_ordered() -> None:
    cluster = Cluster(nodes=3)
    failed = Unjoined("o-1", name(1), NOW - 10 * MINUTE, NOW)
    cluster.ledger = replace(cluster.ledger, unjoined=(failed,))
    cluster.remembers(2, joined_at=NOW - 10 * MINUTE)
    assert mind(cluster).unjoined == (failed,)
    cluster.remembers(2, joined_at=NOW - 9 * MINUTE)
    assert mind(cluster).unjoined == ()


# Room.


def test_each_refusal_of_room_in_a_row_is_waited_for_twice_as_long_up_to_two_hours() -> None:
    ledger, now, pauses = Ledger("private"), NOW, list[float]()
    for _ in range(7):
        ledger = without_room(ledger, "AllocationFailed", now)
        assert ledger.no_room is not None
        pauses.append((ledger.no_room.until - now) / MINUTE)
        now = ledger.no_room.until
    assert pauses == [5, 10, 20, 40, 80, 120, 120]
    assert ledger.no_room == NoRoom("AllocationFailed", 7, NOW, now)


def test_what_several_operations_hear_at_the_same_time_counts_once() -> None:
    once = without_room(Ledger("private"), "QuotaExceeded", NOW)
    assert without_room(once, "AllocationFailed", NOW + MINUTE) == once


def test_that_there_is_no_room_is_forgotten_when_nobody_has_asked_for_long() -> None:
    cluster = Cluster(nodes=3)
    cluster.ledger = without_room(cluster.ledger, "AllocationFailed", NOW)
    cluster.now = NOW + 5 * MINUTE + timedelta(hours=2) - timedelta(seconds=1)
    assert mind(cluster).no_room is not None
    cluster.now += timedelta(seconds=1)
    assert mind(cluster).no_room is None


def test_a_machine_that_joined_since_room_could_be_asked_for_again_shows_that_there_is_room() -> None:
    cluster = Cluster(nodes=3)
    cluster.ledger = without_room(cluster.ledger, "AllocationFailed", NOW)
    cluster.now = NOW + 10 * MINUTE
    cluster.remembers(2, joined_at=NOW + 5 * MINUTE)
    assert mind(cluster).no_room is not None
    cluster.remembers(2, joined_at=NOW + 6 * MINUTE)
    assert mind(cluster).no_room is None


@pytest.mark.parametrize(
    ("code", "message", "means"),
    [
        ("AllocationFailed", "", True),
        ("ZonalAllocationFailed", "", True),
        ("SkuNotAvailable", "", True),
        ("quota_exceeded", "", True),
        ("OperationNotAllowed", "it results in exceeding approved standardDSv3Family Cores quota", True),
        ("OperationNotAllowed", "The instance is protected from deletion.", False),
        ("InternalExecutionError", "quota", False),
    ],
)
def test_what_means_that_there_is_no_room(code: str, message: str, means: bool) -> None:
    assert says_no_room(code, message) is means


# Waves.


def test_who_was_helped_counts_in_its_wave_and_who_was_not_stops_it() -> None:
    helped = concluded(book(ILL, waves=(Wave(ILL, NOW, 1, (name(1),)),)), operation(), DONE, NOW)
    assert helped.waves == (Wave(ILL, NOW, 2, helped_at=NOW),)
    for state in (FAILED, HANDED_OVER):
        stopped = concluded(book(ILL, waves=(Wave(ILL, NOW, 1),)), operation(), state, NOW)
        assert stopped.waves == (Wave(ILL, NOW, 1, (name(1),)),)
        assert concluded(stopped, operation(), state, NOW) == stopped, "once"


def test_who_was_withdrawn_or_was_dead_says_nothing() -> None:
    before = book(ILL, waves=(Wave(ILL, NOW, 1),))
    assert concluded(before, operation(), WITHDRAWN, NOW) == before
    assert concluded(book(), operation(), DONE, NOW) == book()


def test_an_operation_without_a_place_teaches_nothing() -> None:
    empty = Ledger("private")
    assert concluded(empty, operation("grow"), HANDED_OVER, NOW) == empty


def test_a_wave_lasts_while_there_are_nodes_with_its_trouble_or_one_is_being_helped() -> None:
    cluster = Cluster(nodes=5)
    wave = Wave(ILL, NOW, 1)
    cluster.ledger = replace(cluster.ledger, waves=(wave,))
    unit_fails(cluster, 2, unit=UNIT)
    assert mind(cluster).waves == (wave,)
    cluster.health = Cluster().health
    assert mind(cluster).waves == ()
    cluster.ledger = replace(cluster.ledger, active=(disruption(1, trouble=ILL),))
    assert mind(cluster).waves == (wave,)


def test_a_node_at_which_it_did_not_help_holds_the_others_until_it_is_well_or_gone() -> None:
    cluster = Cluster(nodes=5)
    unit_fails(cluster, 1, 2, unit=UNIT)
    cluster.ledger = replace(cluster.ledger, waves=(Wave(ILL, NOW, 0, (name(1), name(3), name(99))),))
    assert mind(cluster).waves == (Wave(ILL, NOW, 0, (name(1),)),)
    cluster.loses_agent(1)
    assert mind(cluster).waves == (Wave(ILL, NOW, 0, (name(1),)),), "it died of it"


def test_a_machine_that_is_no_better_than_the_one_before_it_stops_its_wave() -> None:
    cluster = Cluster(nodes=12)
    unit_fails(cluster, 1, 2, 3, unit=UNIT)
    assert mind(cluster).waves == ()
    cluster.remembers(1, replaces="o-1", joined_at=NOW - timedelta(hours=2))
    assert mind(cluster).waves == (Wave(ILL, NOW, failed=(name(1),)),)
    cluster.remembers(1, replaces="o-1", joined_at=NOW - timedelta(hours=25))
    assert mind(cluster).waves == ()
