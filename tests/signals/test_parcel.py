"""Many signals travel in few messages, and each arrives."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from shared.model.signals import Severity, Signal, SignalKind, Source
from shared.ports.queues import LARGEST_MESSAGE
from shared.signals.parcel import opened, packed
from tests.builders import NOW, SET, signal

DOOMED = SignalKind.NODE_DOOMED


def doomed(number: int, **other: object) -> Signal:
    """As a scheduled event tells it of one of its machines."""
    plain = replace(signal(DOOMED, number), deadline=NOW + timedelta(minutes=15), thread="743c15d8")
    return replace(plain, event_id=f"6e9f8439-8bf5-48f1-805d-ad8ab7cd1951|scheduled|{SET}_{number}", **other)


def arrived(messages: list[str]) -> list[Signal]:
    return [one for message in messages for one in opened(message)]


def test_a_thousand_machines_of_one_event_need_a_few_messages() -> None:
    signals = [doomed(number) for number in range(1000)]
    messages = packed(signals)
    assert len(messages) <= 5
    assert all(len(message) <= LARGEST_MESSAGE for message in messages)
    assert arrived(messages) == signals


def test_one_signal_is_a_message_as_ever() -> None:
    (message,) = packed([doomed(1)])
    assert msgspec.json.decode(message, type=Signal) == doomed(1)


def test_who_knows_no_parcels_finds_the_first() -> None:
    (message,) = packed([doomed(1), doomed(2)])
    assert msgspec.json.decode(message, type=Signal) == doomed(1)


def test_a_field_that_only_the_first_has_is_not_the_others() -> None:
    signals = [doomed(1), replace(doomed(2), deadline=None, node=None, about="host-7", thread="")]
    assert arrived(packed(signals)) == signals


def test_each_cluster_has_messages_of_its_own() -> None:
    signals = [doomed(1), replace(doomed(2), cluster="dev"), doomed(3)]
    messages = packed(signals)
    assert [[one.cluster for one in opened(message)] for message in messages] == [["prod", "prod"], ["dev"]]


def test_nothing_is_no_message() -> None:
    assert packed([]) == []


@pytest.mark.parametrize("message", ["", "{}", "[]", '{"also": 7}', "\xff"])
def test_what_is_no_parcel_is_an_error_that_the_reader_knows(message: str) -> None:
    with pytest.raises((msgspec.MsgspecError, UnicodeError)):
        opened(message)


def test_a_part_that_is_no_signal_is_an_error_that_the_reader_knows() -> None:
    (message,) = packed([doomed(1), doomed(2)])
    with pytest.raises(msgspec.MsgspecError):
        opened(message.replace(f'"node":"{SET}_2"', '"node":2'))


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
ANY = st.builds(
    Signal,
    kind=st.sampled_from(SignalKind),
    source=st.sampled_from(Source),
    cluster=st.sampled_from(["prod", "dev"]),
    event_id=TEXT,
    occurred_at=st.integers(0, 10**9).map(lambda s: NOW - timedelta(seconds=s)),
    heard_at=st.just(NOW),
    pool=st.none() | TEXT,
    node=st.none() | TEXT,
    severity=st.sampled_from(Severity),
    about=TEXT,
)


@given(st.lists(ANY, max_size=40))
def test_every_signal_arrives_in_the_order_of_its_cluster(signals: list[Signal]) -> None:
    messages = packed(signals)
    assert all(len(message.encode()) <= LARGEST_MESSAGE for message in messages)
    for cluster in ("prod", "dev"):
        mine = [one for one in signals if one.cluster == cluster]
        assert [one for one in arrived(messages) if one.cluster == cluster] == mine
