"""What is let through of many signals: one test for each numbered rule, and floods."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from shared.model.signals import SignalKind
from shared.signals.window import MOST, WINDOW, Stopped, Window
from tests.builders import NOW, signal

SECOND = timedelta(seconds=1)
GONE = SignalKind.VM_DELETED


def test_rule_1_the_same_event_is_let_through_once_and_again_after_the_window() -> None:
    window, one = Window(), signal(GONE, 1)
    other_words = replace(one, kind=SignalKind.VM_CHANGED)
    assert window.sift([one], NOW).through == (one,)
    assert window.sift([other_words], NOW + SECOND).stopped == {Stopped.DUPLICATE: 1}
    assert window.sift([one], NOW + WINDOW).through == (one,)


def test_rule_2_the_same_said_in_two_events_is_let_through_once() -> None:
    window, one = Window(), signal(GONE, 1)
    again = replace(one, event_id="another")
    assert window.sift([one, again], NOW).stopped == {Stopped.SAME: 1}


def test_one_event_about_two_nodes_is_two_signals() -> None:
    first, second = signal(GONE, 1), replace(signal(GONE, 2), event_id=signal(GONE, 1).event_id)
    assert Window().sift([first, second], NOW).through == (first, second)


def test_rule_3_what_is_older_than_what_is_known_of_the_node_is_noted_and_not_acted_on() -> None:
    window = Window()
    new = replace(signal(SignalKind.VM_RESTARTED, 1), occurred_at=NOW)
    old = replace(signal(SignalKind.VM_STOPPED, 1), event_id="old", occurred_at=NOW - SECOND)
    window.sift([new], NOW)
    sifted = window.sift([old], NOW + SECOND)
    assert sifted.through == ()
    assert sifted.late == (old,)


@pytest.mark.parametrize("loss", [SignalKind.VM_DELETED, SignalKind.VM_EVICTED])
def test_a_loss_is_never_late(loss: SignalKind) -> None:
    window = Window()
    window.sift([replace(signal(SignalKind.NODE_WELL, 1), occurred_at=NOW)], NOW)
    lost = replace(signal(loss, 1), event_id="old", occurred_at=NOW - SECOND)
    assert window.sift([lost], NOW + SECOND).through == (lost,)


def test_what_is_announced_is_late_within_its_own_story_alone() -> None:
    """A deadline that is told behind a newer word about something else is still a deadline."""
    window = Window()
    well = replace(signal(SignalKind.NODE_WELL, 1), occurred_at=NOW)
    doomed = replace(
        signal(SignalKind.NODE_DOOMED, 1), event_id="e|scheduled", thread="e", occurred_at=NOW - SECOND
    )
    called_off = replace(well, event_id="f|canceled", thread="f")
    scheduled = replace(doomed, event_id="f|scheduled", thread="f")
    assert window.sift([well], NOW).through == (well,)
    assert window.sift([doomed], NOW).through == (doomed,)
    assert window.sift([called_off, scheduled], NOW + WINDOW).late == (scheduled,)


def test_another_deadline_is_not_the_same() -> None:
    window, one = Window(), replace(signal(SignalKind.NODE_DOOMED, 1), deadline=NOW + SECOND)
    sooner = replace(one, event_id="another", deadline=NOW)
    assert window.sift([one, sooner], NOW).through == (one, sooner)


def test_rule_4_a_flood_becomes_one_look_per_window() -> None:
    window = Window()
    flood = [replace(signal(GONE, number), event_id=f"e{number}") for number in range(5000)]
    through, looks = 0, 0
    for number, one in enumerate(flood):
        sifted = window.sift([one], NOW + number * timedelta(milliseconds=12))
        through += len(sifted.through)
        looks += len(sifted.looks)
    windows = timedelta(minutes=1) / WINDOW + 1
    assert through <= MOST * windows
    assert 1 <= looks <= windows


def test_what_goes_in_one_message_counts_once() -> None:
    window = Window()
    of_one_event = [replace(signal(GONE, number), event_id=f"e|{number}") for number in range(1000)]
    assert len(window.sift(of_one_event, NOW, together=True).through) == 1000
    for number in range(1, MOST):
        assert window.sift(
            [replace(signal(GONE, -number), event_id="f")], NOW + WINDOW / 2, together=True
        ).through
    late = [replace(signal(GONE, 5000 + number), event_id=f"g|{number}") for number in range(1000)]
    sifted = window.sift(late, NOW + WINDOW / 2, together=True)
    assert (sifted.through, sifted.flood, sifted.looks) == ((), tuple(late), ("prod",))


def test_after_a_flood_single_signals_are_let_through_again() -> None:
    window = Window()
    window.sift([replace(signal(GONE, number), event_id=f"e{number}") for number in range(500)], NOW)
    late = signal(GONE, 501)
    assert window.sift([late], NOW + WINDOW).through == (late,)


def test_one_cluster_s_flood_does_not_stop_another_s_signals() -> None:
    window = Window()
    window.sift([replace(signal(GONE, number), event_id=f"e{number}") for number in range(500)], NOW)
    elsewhere = replace(signal(GONE, 1), cluster="other")
    assert window.sift([elsewhere], NOW).through == (elsewhere,)


def test_our_own_sweeps_and_wakes_always_go_through() -> None:
    window, sweep = Window(), signal(SignalKind.SWEEP, None, pool=None)
    assert len(window.sift([sweep] * 200, NOW).through) == 200


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 30)), max_size=60))
def test_every_signal_is_let_through_or_counted(said: list[tuple[int, int]]) -> None:
    window, now = Window(), NOW
    for number, wait_s in said:
        now += timedelta(seconds=wait_s)
        sifted = window.sift([replace(signal(GONE, number), occurred_at=now)], now)
        assert len(sifted.through) + sum(sifted.stopped.values()) == 1
