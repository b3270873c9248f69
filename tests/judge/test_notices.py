"""What is announced of a node is remembered until it is taken back: the numbered rules of shared/judge/notices.py."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from shared.judge.notices import MOST, alarm_of, doom_of, fate_of, told
from shared.model.nodes import Fate, Helped, NodeMemory, Notice
from shared.model.remedies import Remedy
from shared.model.signals import Signal, SignalKind, Source
from tests.builders import NOW, memory, name, signal

MINUTE = timedelta(minutes=1)
SOON = NOW + 10 * MINUTE
DOOMED, WELL, UNWELL = SignalKind.NODE_DOOMED, SignalKind.NODE_WELL, SignalKind.NODE_UNWELL


def said(kind: SignalKind, what: str = "Redeploy", thread: str = "e1", **other: object) -> Signal:
    plain = replace(signal(kind, 1), what=what, thread=thread)
    return replace(plain, **other)


def after(*signals: Signal, now: datetime = NOW, before: NodeMemory | None = None) -> NodeMemory:
    """What is remembered of the node when it was told all of these, one after the other."""
    remembered = before or memory(1)
    for one in signals:
        remembered = told({name(1): remembered}, [one], now).get(name(1), remembered)
    return remembered


def doom(*signals: Signal, now: datetime = NOW) -> Notice | None:
    return doom_of(after(*signals), now)


def test_change_1_what_is_announced_is_remembered_with_its_deadline() -> None:
    found = doom(said(DOOMED, deadline=SOON))
    assert found is not None
    assert (found.what, found.deadline, found.source, fate_of(found)) == (
        "Redeploy",
        SOON,
        "event_grid",
        Fate.MOVES,
    )


def test_change_1_a_pause_of_seconds_is_nothing() -> None:
    assert after(said(DOOMED, "Freeze")).notices == ()


def test_change_2_only_an_alert_that_the_policy_lets_count_is_remembered() -> None:
    assert after(said(UNWELL, "NodeDiskGone")).notices == ()
    found = alarm_of(after(said(UNWELL, "NodeDiskGone", impairs=True)), NOW)
    assert found is not None
    assert (found.what, found.is_doom) == ("NodeDiskGone", False)
    assert doom(said(UNWELL, "NodeDiskGone", impairs=True)) is None


@pytest.mark.parametrize("end", [WELL, SignalKind.VM_EVICTED, SignalKind.VM_CHANGED])
def test_change_3_anything_else_in_the_same_story_ends_it(end: SignalKind) -> None:
    over = said(end, occurred_at=NOW + MINUTE)
    assert doom(said(DOOMED), over) is None
    assert doom(said(DOOMED), replace(over, thread="e2")) is not None
    assert doom(said(DOOMED), replace(over, thread="", what="Available")) is not None


def test_change_4_what_is_older_than_the_last_word_changes_nothing() -> None:
    ended = said(WELL, occurred_at=NOW)
    late = said(DOOMED, occurred_at=NOW - MINUTE)
    assert doom(said(DOOMED, occurred_at=NOW - 2 * MINUTE), ended, late) is None
    early_end = said(WELL, occurred_at=NOW - MINUTE)
    assert doom(said(DOOMED, occurred_at=NOW), early_end) is not None


def test_change_4_an_end_that_is_told_twice_or_with_its_beginning_is_an_end() -> None:
    assert doom(said(DOOMED), said(WELL), said(DOOMED), said(WELL)) is None


@pytest.mark.parametrize("end", [WELL, SignalKind.VM_EVICTED, SignalKind.VM_CHANGED])
def test_change_5_an_end_that_overtook_its_announcement_is_an_end(end: SignalKind) -> None:
    over = said(end, occurred_at=NOW, heard_at=NOW)
    late = said(DOOMED, occurred_at=NOW - MINUTE, heard_at=NOW + MINUTE)
    assert doom(over, late) is None
    assert doom(over, replace(late, thread="e2")) is not None
    assert doom(over, replace(late, occurred_at=NOW + MINUTE)) is not None, "it is announced anew"


def test_change_5_an_alert_that_is_resolved_before_it_is_heard_does_not_fire() -> None:
    over = said(WELL, "NodeDiskGone", impairs=True, source=Source.ALERTMANAGER, occurred_at=NOW)
    late = replace(over, kind=UNWELL, occurred_at=NOW - MINUTE, heard_at=NOW + MINUTE)
    assert alarm_of(after(over, late), NOW + MINUTE) is None
    assert alarm_of(after(late), NOW + MINUTE) is not None


def test_change_5_of_stories_that_would_not_count_no_end_is_remembered() -> None:
    assert after(said(WELL, "NodeDiskGone", source=Source.ALERTMANAGER)).notices == ()
    assert after(said(WELL, thread="")).notices == ()
    assert after(said(DOOMED, "Freeze")).notices == ()


def test_what_is_over_is_forgotten_before_what_goes_on() -> None:
    ends = [
        said(WELL, thread=f"e{number:02}", heard_at=NOW + number * MINUTE) for number in range(1, MOST + 3)
    ]
    kept = after(said(DOOMED, thread="e00"), *ends, now=NOW + timedelta(hours=1)).notices
    assert [one.story for one in kept if not one.is_over] == ["e00"]
    assert len(kept) == MOST


def test_the_same_story_goes_on_with_its_deadline_and_its_beginning() -> None:
    started = said(DOOMED, occurred_at=NOW + MINUTE, heard_at=NOW + MINUTE)
    found = doom(said(DOOMED, deadline=SOON), started)
    assert found is not None
    assert (found.since, found.heard_at, found.deadline) == (NOW, NOW + MINUTE, SOON)


def test_a_signal_about_nobody_that_is_known_changes_nothing() -> None:
    assert told({}, [said(DOOMED)], NOW) == {}
    assert told({name(1): memory(1)}, [replace(said(DOOMED), node=None)], NOW) == {}


def test_of_many_stories_the_latest_are_kept() -> None:
    many = [
        said(DOOMED, thread=f"e{number:02}", heard_at=NOW + number * MINUTE) for number in range(MOST + 3)
    ]
    kept = after(*many, now=NOW + timedelta(hours=1)).notices
    assert [one.story for one in kept] == [f"e{number:02}" for number in range(3, MOST + 3)]


def test_hold_2_a_time_that_is_an_hour_past_is_over() -> None:
    dated = said(DOOMED, deadline=NOW)
    assert doom(dated, now=NOW + timedelta(hours=1)) is not None
    assert doom(dated, now=NOW + timedelta(hours=1, seconds=1)) is None


def test_hold_3_what_has_no_time_holds_for_a_week() -> None:
    undated = said(DOOMED, "VirtualMachinePossiblyDegradedDueToHardwareFailure", thread="")
    assert doom(undated, now=NOW + timedelta(days=7)) is not None
    assert doom(undated, now=NOW + timedelta(days=7, seconds=1)) is None


@pytest.mark.parametrize(("what", "holds"), [("Redeploy", False), ("Preempt", True)])
def test_hold_4_a_machine_that_was_moved_since_has_left_its_bad_host_but_is_evicted_anywhere(
    what: str, holds: bool
) -> None:
    moved = replace(after(said(DOOMED, what)), helped=(Helped(Remedy.REDEPLOY, NOW + MINUTE),))
    assert (doom_of(moved, NOW + 2 * MINUTE) is not None) is holds
    before = replace(moved, helped=(Helped(Remedy.REDEPLOY, NOW - MINUTE),))
    assert doom_of(before, NOW) is not None


def test_an_alert_holds_as_long_as_it_is_repeated() -> None:
    firing = after(said(UNWELL, impairs=True))
    assert alarm_of(firing, NOW + timedelta(hours=5)) is not None
    assert alarm_of(firing, NOW + timedelta(hours=5, seconds=1)) is None
    again = after(said(UNWELL, impairs=True, heard_at=NOW + timedelta(hours=4)), before=firing)
    assert alarm_of(again, NOW + timedelta(hours=9)) is not None


def test_what_was_heard_in_the_future_says_nothing() -> None:
    ahead = NOW + timedelta(hours=2)
    assert doom(said(DOOMED, heard_at=ahead)) is None
    assert alarm_of(after(said(UNWELL, impairs=True, heard_at=ahead)), NOW) is None


@pytest.mark.parametrize(
    ("what", "fate"),
    [
        ("Preempt", Fate.ENDS),
        ("Redeploy", Fate.MOVES),
        ("VirtualMachineScheduledForServiceHealing", Fate.MOVES),
        ("Reboot", Fate.LEFT),
        ("Terminate", Fate.LEFT),
        ("SomethingNew", Fate.LEFT),
    ],
)
def test_what_an_event_does_to_a_machine(what: str, fate: Fate) -> None:
    found = doom(said(DOOMED, what))
    assert found is not None
    assert fate_of(found) is fate


def test_of_several_what_asks_for_most_is_told_and_then_what_comes_first() -> None:
    later, sooner = (
        said(DOOMED, "Redeploy", "a", deadline=SOON + MINUTE),
        said(DOOMED, "Redeploy", "b", deadline=SOON),
    )
    left = said(DOOMED, "Reboot", "c", deadline=NOW)
    found = doom(later, left, sooner)
    assert found is not None
    assert found.story == "b"
    evicted = doom(later, left, sooner, said(DOOMED, "Preempt", "d"))
    assert evicted is not None
    assert evicted.story == "d"


@pytest.mark.parametrize("kind", [SignalKind.VM_DELETED, SignalKind.VM_EVICTED])
def test_when_azure_says_that_it_took_a_machine_away_is_remembered(kind: SignalKind) -> None:
    earlier, later = NOW - 3 * MINUTE, NOW - MINUTE
    first, second = (said(kind, "", "", occurred_at=at) for at in (later, earlier))
    assert after(first, second).taken_at == later, "messages overtake each other"


def test_nobody_but_azure_says_when_a_machine_was_taken_away() -> None:
    said_by_others = said(SignalKind.VM_DELETED, "", "", source=Source.ALERTMANAGER)
    assert after(said_by_others, said(SignalKind.VM_STOPPED, "", "")).taken_at is None


def test_a_machine_is_not_taken_away_in_the_future() -> None:
    ahead = said(SignalKind.VM_EVICTED, "", "", occurred_at=NOW + 60 * MINUTE, heard_at=NOW)
    assert after(ahead).taken_at == NOW
