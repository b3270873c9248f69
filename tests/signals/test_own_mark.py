"""Our own requests are known by their ids when they come back as events, whoever is said to have sent them."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.model.mark import NO_MARK, Mark
from shared.signals.event_grid import Ear, Heard, hear
from tests.builders import NOW, policy
from tests.signals.events import Json, as_cloud_event, availability_event, vm_event

MARK = Mark("ourstorage")


def heard(event: Json, mark: Mark = MARK) -> Heard:
    (found,) = hear(event, policy(), frozenset(), NOW, mark)
    return found


def named(event: Json, request: str = "", correlation: str = "") -> Json:
    event["data"] |= {"correlationId": correlation, "httpRequest": {"clientRequestId": request}}
    return event


@pytest.mark.parametrize("result", ["Success", "Failure", "Cancel"])
@pytest.mark.parametrize("operation", ["delete/action", "write"])
def test_an_operation_on_the_set_that_we_asked_for_is_an_echo(operation: str, result: str) -> None:
    verb = operation.rpartition("/")[2].title()
    event = named(vm_event(verb, operation, None, result), request=MARK.new())
    assert heard(event).ear is Ear.ECHO
    assert heard(as_cloud_event(event)).ear is Ear.ECHO


def test_what_azure_does_in_the_course_of_our_request_is_an_echo() -> None:
    event = named(vm_event("Delete", "delete", "3"), request=str(uuid4()), correlation=MARK.new().upper())
    assert heard(event).ear is Ear.ECHO


def test_a_request_of_somebody_else_is_none() -> None:
    event = named(vm_event("Delete", "delete", "3"), str(uuid4()), str(uuid4()))
    assert heard(event).ear is Ear.SIGNAL


def test_another_installation_s_request_is_somebody_else_s() -> None:
    event = named(vm_event("Delete", "delete", "3"), Mark("theirstorage").new(), Mark("theirstorage").new())
    assert heard(event).ear is Ear.SIGNAL


def test_who_does_not_know_its_installation_takes_nothing_for_its_own() -> None:
    event = named(vm_event("Delete", "delete", "3"), NO_MARK.new(), NO_MARK.new())
    assert heard(event, NO_MARK).ear is Ear.SIGNAL


def test_what_is_no_operation_is_no_echo_whatever_it_carries() -> None:
    """That a machine is unavailable is news also while we work on it."""
    event = named(availability_event("Unavailable", "3"), MARK.new(), MARK.new())
    assert heard(event).ear is Ear.SIGNAL


def test_ids_are_uuids_and_differ() -> None:
    made = {MARK.new() for _ in range(100)}
    assert len(made) == 100
    assert all(str(UUID(one)) == one and MARK.is_on(one) for one in made)


@given(st.text(max_size=40) | st.uuids().map(str))
def test_no_other_text_bears_the_mark(text: str) -> None:
    assert not MARK.is_on(text)


def test_an_id_of_which_one_digit_is_another_does_not_bear_the_mark() -> None:
    made = MARK.new()
    for place in range(36):
        if made[place] != "-":
            other = "0" if made[place] != "0" else "1"
            assert not MARK.is_on(made[:place] + other + made[place + 1 :])
