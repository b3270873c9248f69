"""What Azure has scheduled for machines: which of them, what, and until when."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.model.signals import Severity, SignalKind
from shared.signals.event_grid import Ear
from shared.signals.event_grid.maintenance import not_before
from tests.builders import NOW, SET
from tests.signals.events import as_cloud_event, flexible, sample, scheduled_event, subject
from tests.signals.hearing import only, signal, signals

SOON = datetime(2026, 11, 22, 3, 15, 30, tzinfo=UTC)
DOOMED, WELL = SignalKind.NODE_DOOMED, SignalKind.NODE_WELL
ALL_ENDINGS = [
    ("Freeze", "Completed", WELL),
    ("Reboot", "Completed", WELL),
    ("Redeploy", "Completed", WELL),
    ("Preempt", "Completed", SignalKind.VM_EVICTED),
    ("Terminate", "Completed", SignalKind.VM_CHANGED),
    ("Preempt", "Canceled", WELL),
    ("Terminate", "Cancelled", WELL),
    ("Reboot", "CANCELED", WELL),
]


def test_each_machine_that_is_listed_is_doomed_until_the_deadline() -> None:
    event = scheduled_event(
        subject(),
        Resources=[f"{SET}_1", f"{SET.upper()}_2"],
        EventStatus="Scheduled",
        EventType="Reboot",
        NotBefore="Sun, 22 Nov 2026 03:15:30 GMT",
    )
    found = signals(event)
    assert [one.node for one in found] == [f"{SET}_1", f"{SET}_2"]
    assert {(one.kind, one.what, one.deadline, one.pool) for one in found} == {
        (DOOMED, "Reboot", SOON, "private")
    }
    assert len({one.event_id for one in found}) == 2
    assert signals(as_cloud_event(event)) == found


@pytest.mark.parametrize(
    "written",
    [
        "Sun, 22 Nov 2026 03:15:30 GMT",
        "Mon, 22 Nov 2026 03:15:30 GMT",
        "22 Nov 2026 03:15:30 GMT",
        "2026-11-22T03:15:30Z",
        "2026-11-22T03:15:30.0000000Z",
        "2026-11-22T03:15:30",
        "2026-11-22T05:15:30+02:00",
        "  2026-11-22 03:15:30Z ",
    ],
)
def test_the_deadline_is_read_in_every_form_that_azure_writes(written: str) -> None:
    event = scheduled_event(subject("1"), EventStatus="Scheduled", NotBefore=written)
    assert signal(event).deadline == SOON


@pytest.mark.parametrize(
    "written",
    [
        "",
        None,
        7,
        "soon",
        "Sun, 22 Foo 2026 03:15:30 GMT",
        "Sun, 31 Feb 2026 00:00:00 GMT",
        "0001-01-01T00:00:00+14:00",
    ],
)
def test_a_deadline_that_can_not_be_read_is_unknown_until_it_has_begun(written: object) -> None:
    scheduled = scheduled_event(subject("1"), EventStatus="Scheduled", NotBefore=written)
    assert (signal(scheduled).kind, signal(scheduled).deadline) == (DOOMED, None)
    started = scheduled_event(subject("1"), EventStatus="Started", NotBefore=written)
    assert (signal(started).kind, signal(started).deadline) == (DOOMED, NOW)


@pytest.mark.parametrize(("what", "status", "kind"), ALL_ENDINGS)
def test_what_is_over_says_what_has_become_of_the_machine(what: str, status: str, kind: SignalKind) -> None:
    one = signal(scheduled_event(subject("1"), EventType=what, EventStatus=status))
    assert (one.kind, one.node, one.deadline, one.severity) == (kind, f"{SET}_1", None, Severity.INFO)


@pytest.mark.parametrize(
    ("what", "severity"),
    [
        ("Freeze", Severity.INFO),
        ("Reboot", Severity.WARNING),
        ("Redeploy", Severity.WARNING),
        ("Preempt", Severity.CRITICAL),
        ("Terminate", Severity.CRITICAL),
        ("Levitate", Severity.WARNING),
    ],
)
def test_how_bad_it_is_depends_on_what_will_be_left(what: str, severity: Severity) -> None:
    one = signal(scheduled_event(subject("1"), EventType=what, EventStatus="Scheduled"))
    assert (one.kind, one.severity) == (DOOMED, severity)


@pytest.mark.parametrize("listed", [None, [], "all", [None, 7, ""], {"a": 1}])
def test_without_a_list_of_machines_it_is_about_the_pool(listed: object) -> None:
    one = signal(scheduled_event(subject(), Resources=listed, EventStatus="Scheduled"))
    assert (one.kind, one.pool, one.node, one.about) == (DOOMED, "private", None, "")
    over = signal(scheduled_event(subject(), Resources=listed, EventStatus="Canceled"))
    assert over.kind is SignalKind.POOL_WELL


def test_a_machine_that_is_listed_twice_counts_once() -> None:
    assert len(signals(scheduled_event(subject(), Resources=[f"{SET}_1"] * 3))) == 1


def test_a_machine_with_another_name_is_left_to_the_pass_to_find() -> None:
    one = signal(scheduled_event(subject(), Resources=["agent00001"]))
    assert (one.kind, one.node, one.about, one.pool) == (DOOMED, None, "agent00001", "private")


def test_a_machine_of_its_own_is_told_by_its_id_and_not_by_its_list() -> None:
    one = signal(scheduled_event(flexible(f"{SET}_0a1b2c3d").lower(), Resources=["x", "y"], NotBefore=""))
    assert (one.kind, one.about, one.pool) == (DOOMED, f"{SET}_0a1b2c3d".lower(), "private")


def test_each_status_of_one_event_is_news_of_its_own() -> None:
    told = [
        signal(scheduled_event(subject("1"), EventStatus=status)).event_id
        for status in ("Scheduled", "Started", "Completed", "Scheduled")
    ]
    assert len(set(told)) == 3
    assert told[0] == told[3]


@pytest.mark.parametrize(
    "spelled", ["microsoft.maintenance/scheduledevents/write", "Microsoft.Maintenance/scheduledEvents/write"]
)
def test_the_other_spelling_of_the_type_means_the_same(spelled: str) -> None:
    event = scheduled_event(subject("1"))
    assert signal(event | {"eventType": spelled}) == signal(event)


def test_the_published_sample_is_about_a_set_that_is_not_ours() -> None:
    assert only(sample("maintenance_scheduled_event_emitted.vmss.eventgrid")).ear is Ear.NOT_OURS


@given(st.text(max_size=40) | st.integers() | st.none())
def test_whatever_is_written_as_a_deadline_is_a_time_in_utc_or_none(written: object) -> None:
    found = not_before(written)
    assert found is None or found.utcoffset() == NOW.utcoffset()
