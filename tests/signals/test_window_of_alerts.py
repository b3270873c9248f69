"""Alerts in the window: what is said again is no more work, and no end of anything is lost."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from shared.model.signals import Signal, SignalKind, Source
from shared.signals.window import MOST, WINDOW, Stopped, Window
from tests.builders import NOW, SET, signal
from tests.signals.alerts import alert, heard, metric, notification, signals, told, with_essentials
from tests.signals.events import subject

SECOND = timedelta(seconds=1)
HOST = f"{SET}_3"
ENDED = NOW.isoformat()


def said(status: str = "firing", **labels: str) -> Signal:
    """One alert of Alertmanager about machine 3."""
    ends = {"ends": ENDED} if status == "resolved" else {}
    return signals(heard(notification(alert(status, **{"host": HOST, **ends, **labels}))))[0]


def measured(condition: str = "Fired", alert_id: str = "a1") -> Signal:
    """One alert of Azure Monitor about machine 3."""
    times = {"resolvedDateTime": ENDED} if condition == "Resolved" else {}
    payload = with_essentials(metric(subject("3")), monitorCondition=condition, alertId=alert_id, **times)
    return signals(told(payload))[0]


def went(window: Window, *many: Signal, after: timedelta = SECOND) -> list[bool]:
    """Which go through, one each second."""
    return [bool(window.sift([one], NOW + number * after).through) for number, one in enumerate(many)]


def test_a_repeat_and_another_replica_are_no_more_work() -> None:
    assert went(Window(), said(), said(), said(replica="b")) == [True, False, False]


def test_another_source_that_says_it_of_the_same_machine_is_no_more_work() -> None:
    assert went(Window(), said(), measured()) == [True, False]
    assert went(Window(), measured(), said()) == [True, False]
    crash = replace(signal(SignalKind.NODE_UNWELL, 3), source=Source.EVENT_GRID, what="VirtualMachineCrashed")
    assert went(Window(), crash, said()) == [True, False]


def test_what_azure_says_itself_is_never_held_back_for_an_alert() -> None:
    crash = replace(signal(SignalKind.NODE_UNWELL, 3), source=Source.EVENT_GRID, what="VirtualMachineCrashed")
    old_alert = replace(measured(), occurred_at=NOW)
    older_event = replace(crash, occurred_at=NOW - SECOND)
    assert went(Window(), old_alert, older_event) == [True, True]


def test_two_alerts_of_one_source_about_one_machine_are_both_heard() -> None:
    assert went(Window(), said(), said(alertname="DiskFull")) == [True, True]


def test_an_end_goes_through_and_what_begins_again_after_it() -> None:
    again = replace(said(), event_id="85656d21@later|unwell")
    ended = replace(said("resolved"), event_id="85656d21@later|well")
    assert went(Window(), said(), said("resolved"), again, ended) == [True] * 4


def test_ends_of_different_alerts_about_one_machine_all_go_through() -> None:
    ends = [said("resolved"), said("resolved", path="/var"), measured("Resolved")]
    assert went(Window(), *ends) == [True] * 3
    assert went(Window(), said("resolved"), said("resolved")) == [True, False]


def test_an_alert_that_comes_after_its_own_end_is_late() -> None:
    window = Window()
    assert went(window, said("resolved"), said(), said(path="/var")) == [True, False, True]
    assert window.sift([said()], NOW + 3 * WINDOW).stopped == {Stopped.LATE: 1}


def test_an_alert_that_began_long_ago_is_not_late() -> None:
    window = Window()
    newer = replace(measured(), occurred_at=NOW)
    window.sift([newer], NOW)
    older = replace(measured(alert_id="a2"), what="another", occurred_at=NOW - timedelta(hours=3))
    assert window.sift([older], NOW + SECOND).through == (older,)


def test_five_thousand_alerts_are_few_messages_and_their_ends_too() -> None:
    window, through, looks = Window(), 0, 0
    for status in ("firing", "resolved"):
        for number in range(5000):
            sifted = window.sift([said(status, host=f"10.1.{number // 250}.{number % 250}")], NOW)
            through, looks = through + len(sifted.through), looks + len(sifted.looks)
    assert (through, looks) == (2 * MOST, 1)


def test_a_flood_of_alerts_does_not_hide_an_end() -> None:
    window = Window()
    window.sift([said(host=f"10.1.0.{number}") for number in range(200)], NOW)
    assert window.sift([said("resolved", host="10.1.0.199")], NOW).through
