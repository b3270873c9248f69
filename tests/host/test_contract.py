"""What listeners hand to the worker and how they wait, where a run of a function cannot show it."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime, timedelta

from azure.functions.meta import Datum
from hypothesis import given
from hypothesis import strategies as st

from simulator.host.contract import QueueDelivery, TimerStatus, event_grid_inputs, queue_inputs, timer_inputs
from simulator.host.outputs import queue_bodies
from simulator.host.queues import PollingBackoff
from simulator.host.storage import UndecodableMessage, decode_message, encode_message

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def _delivery(body: bytes) -> QueueDelivery:
    return QueueDelivery(body, "id-1", "receipt-1", 2, NOON, NOON, NOON)


def test_numbers_and_dates_of_a_message_travel_as_json_text() -> None:
    metadata = queue_inputs(_delivery(b"plain")).metadata
    told = {name: (datum.type, datum.value) for name, datum in metadata.items()}
    assert told["Id"] == ("string", "id-1")
    assert told["DequeueCount"] == ("json", "2")
    assert told["InsertionTime"] == ("json", '"2026-11-22T12:00:00+00:00"')
    assert told["QueueTrigger"] == ("string", "plain")


def test_body_members_join_the_metadata_and_keep_known_spellings() -> None:
    body = {"ID": "mine", "PopReceipt": None, "Other": 1, "deep": {"a": [1]}}
    metadata = queue_inputs(_delivery(json.dumps(body).encode())).metadata
    assert metadata["Id"].value == "mine"
    assert metadata["PopReceipt"].value == "receipt-1"
    assert (metadata["Other"].type, metadata["Other"].value) == ("string", "1")
    assert (metadata["deep"].type, metadata["deep"].value) == ("json", '{"a":[1]}')
    assert "ID" not in metadata


@given(st.binary())
def test_any_bytes_make_an_invocation_and_are_not_changed(body: bytes) -> None:
    value = queue_inputs(_delivery(body)).value
    assert (value.value.encode() if value.type == "string" else value.value) == body


@given(st.binary())
def test_a_base64_message_is_decoded_to_what_was_sent(body: bytes) -> None:
    assert decode_message(encode_message(body, is_base64=True), is_base64=True) == body


@given(st.text())
def test_decoding_any_text_gives_bytes_or_says_that_it_cannot(text: str) -> None:
    with contextlib.suppress(UndecodableMessage):
        assert isinstance(decode_message(text, is_base64=True), bytes)


def test_an_event_is_compact_json_with_its_data_beside_it() -> None:
    inputs = event_grid_inputs({"id": "é", "data": {"a": 1}})
    assert inputs.value.value == '{"id":"é","data":{"a":1}}'
    assert inputs.metadata["data"].value == '{"a":1}'
    assert event_grid_inputs({"id": "1"}).metadata == {}


def test_a_timer_without_monitor_has_no_status() -> None:
    assert json.loads(timer_inputs(None, NOON, is_past_due=True).value.value) == {
        "Schedule": {"AdjustForDST": True},
        "ScheduleStatus": None,
        "IsPastDue": True,
    }
    told = json.loads(timer_inputs(TimerStatus(NOON, NOON, NOON), NOON, is_past_due=False).value.value)
    assert set(told["ScheduleStatus"]) == {"Last", "Next", "LastUpdated"}


def test_a_json_output_is_one_message_per_item() -> None:
    assert queue_bodies(Datum('["a", {"b": 1}]', "json")) == ["a", '{"b": 1}']
    assert queue_bodies(Datum('{"b": 1}', "json")) == ['{"b": 1}']
    assert queue_bodies(Datum(b"\xff", "bytes")) == [b"\xff"]


def test_the_wait_between_empty_polls_doubles_up_to_the_longest() -> None:
    backoff = PollingBackoff(timedelta(seconds=2), jitter=lambda: 1.0)
    assert [round(backoff.next_s(), 3) for _ in range(7)] == [0.1, 0.2, 0.3, 0.5, 0.9, 1.7, 2.0]
    backoff.reset()
    assert backoff.next_s() == 0.1


@given(st.floats(0.8, 1.2), st.integers(1, 5000))
def test_no_wait_is_longer_than_the_longest_however_long_the_queue_is_empty(
    jitter: float, polls: int
) -> None:
    backoff = PollingBackoff(timedelta(seconds=60), jitter=lambda: jitter)
    assert all(0.1 <= backoff.next_s() <= 60 for _ in range(min(polls, 200)))
