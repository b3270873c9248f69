"""Spot machines that Azure takes back: the rules of `shared/decide/evictions.py`, by number."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from shared.decide.evictions import MOST, is_in_wave, with_evictions
from shared.model.ledger import Eviction, Ledger, Loss
from shared.model.nodes import Notice
from shared.model.signals import Signal, SignalKind
from shared.policy.scaling import Spot
from tests.builders import NOW, Cluster, name, signal

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def announced(number: int, ago: timedelta = MINUTE, **other: Any) -> Notice:
    at = NOW - ago
    plain = Notice(f"e{number}", "Preempt", "event_grid", at, at, at, at + timedelta(seconds=30))
    return replace(plain, **other)


def warned(cluster: Cluster, *numbers: int, **other: Any) -> Cluster:
    for number in numbers:
        before = cluster.memory[name(number)]
        cluster.memory[name(number)] = replace(before, notices=(announced(number, **other),))
    return cluster


def counted(
    cluster: Cluster, book: Ledger | None = None, heard: Iterable[Signal] = (), is_spot: bool = True
) -> Ledger:
    findings = cluster.findings()
    return with_evictions(book or cluster.ledger, findings, tuple(heard), NOW, is_spot=is_spot)


def lost(cluster: Cluster, *numbers: int, at: datetime = NOW) -> Ledger:
    return replace(cluster.ledger, losses=tuple(Loss(name(number), at) for number in numbers))


def nodes(book: Ledger) -> list[str]:
    return [one.node for one in book.evictions]


def test_rule_1_what_azure_announces_counts_once_from_when_it_was_first_heard() -> None:
    cluster = warned(Cluster(3), 2)
    book = counted(cluster, is_spot=False)
    assert book.evictions == (Eviction(name(2), NOW - MINUTE),)
    assert counted(cluster, book) is book


def test_rule_1_what_was_called_off_is_forgotten() -> None:
    book = counted(warned(Cluster(3), 2))
    assert nodes(counted(warned(Cluster(3), 2, is_over=True), book)) == []


def test_rule_1_what_was_carried_out_is_not() -> None:
    book = counted(warned(Cluster(3), 2))
    cluster = warned(Cluster(3), 2, is_over=True)
    cluster.is_deallocated(2)
    assert nodes(counted(cluster, book)) == [name(2)]


@pytest.mark.parametrize("what", ["Reboot", "Terminate", "Redeploy"])
def test_rule_1_other_announcements_are_none(what: str) -> None:
    assert nodes(counted(warned(Cluster(3), 2, what=what))) == []


def test_rule_2_what_resource_health_says_counts_without_an_announcement() -> None:
    heard = [signal(SignalKind.VM_EVICTED, 2), signal(SignalKind.VM_EVICTED, 9)]
    assert nodes(counted(Cluster(3), heard=heard, is_spot=False)) == [name(2)], "9 is another pool's"


def test_rule_3_a_spot_machine_that_is_gone_without_a_word_counts() -> None:
    cluster = Cluster(3)
    cluster.is_deallocated(2)
    assert nodes(counted(cluster, lost(cluster, 2))) == [name(2)]
    assert nodes(counted(cluster, lost(cluster, 2), is_spot=False)) == [], (
        "machines of other sets are not evicted"
    )
    assert nodes(counted(cluster, cluster.ledger)) == [], "no loss by the rules of losses"
    assert nodes(counted(cluster, lost(cluster, 2, at=NOW - MINUTE))) == [], "it was gone before"


@pytest.mark.parametrize(
    "kind", [SignalKind.VM_DELETED, SignalKind.VM_DEALLOCATED, SignalKind.VM_STOPPED], ids=str
)
def test_rule_3_what_somebody_took_is_no_eviction(kind: SignalKind) -> None:
    cluster = Cluster(3)
    cluster.is_deallocated(2)
    assert nodes(counted(cluster, lost(cluster, 2), [signal(kind, 2)])) == []


def test_rule_3_one_that_does_not_answer_is_no_eviction() -> None:
    cluster = Cluster(3)
    cluster.is_unreachable(2)
    assert nodes(counted(cluster, lost(cluster, 2))) == []


def test_they_are_kept_for_a_day_and_never_more_than_the_row_holds() -> None:
    old = Eviction("old", NOW - timedelta(days=1))
    many = tuple(Eviction(f"n{one}", NOW - HOUR + one * MINUTE / 10) for one in range(MOST + 5))
    book = replace(Cluster(1).ledger, evictions=(old, *many))
    assert nodes(counted(Cluster(1), book)) == [f"n{one}" for one in range(5, MOST + 5)]


def wave(*minutes_ago: float, **spot: Any) -> bool:
    ats = sorted(NOW - one * MINUTE for one in minutes_ago)
    book = Ledger("private", evictions=tuple(Eviction(str(index), at) for index, at in enumerate(ats)))
    return is_in_wave(book, Spot(**spot), NOW)


def test_rule_4_more_than_the_policy_says_within_the_time_are_a_wave() -> None:
    assert not wave(1, 2, 3)
    assert wave(1, 2, 3, 60)
    assert not wave(1, 20, 40, 62)
    assert wave(1, 20, 40, 62, within=2 * HOUR)
    assert wave(1, 2, evictions=1)


def test_rule_5_it_is_over_when_none_came_for_the_rest() -> None:
    assert wave(59, 60, 61, 62)
    assert not wave(60, 61, 62, 63)
    assert wave(60, 61, 62, 63, rest=2 * HOUR)


def test_rule_5_single_ones_keep_it_going() -> None:
    assert wave(50, 100, 150, 151, 152, 153)
    assert not wave(50, 111, 112, 113, 114)


def test_none_is_a_wave_where_the_policy_says_so() -> None:
    book = Ledger("private", evictions=tuple(Eviction(str(one), NOW) for one in range(9)))
    assert not is_in_wave(book, None, NOW)
