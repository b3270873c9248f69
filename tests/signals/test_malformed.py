"""What is no event, or none that is known, becomes `Poison` with a sentence; nothing else is ever raised."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import azure.functions as func
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.vm_events import _as_sent
from shared.errors import Poison
from shared.signals.event_grid import LONGEST, Ear, Heard, hear
from tests.builders import NOW, policy
from tests.signals.events import (
    Json,
    as_cloud_event,
    availability_event,
    done_by,
    flexible,
    health_event,
    resource_event,
    sample,
    scheduled_event,
    subject,
    vm_event,
)

DELETED = vm_event("Delete", "delete", "3")
HALF = "\ud83d"  # JSON can write half of a surrogate pair


def heard(event: object) -> Heard:
    return hear(event, policy(), frozenset({"ours"}), NOW)[0]


def why(event: object) -> str:
    with pytest.raises(Poison) as poison:
        heard(event)
    assert str(poison.value).endswith("it goes to the quarantine and nothing else is done with it")
    return poison.value.why


@pytest.mark.parametrize("event", [None, True, 0, 1.5, "event", [], [DELETED], [1]])
def test_what_is_no_object_is_no_event(event: object) -> None:
    assert why(event).startswith("this is not an event of Event Grid: it is no object but ")


def test_an_empty_object_is_no_event() -> None:
    assert why({}).startswith("this is not an event of Event Grid: ")


@pytest.mark.parametrize("field", ["id", "subject", "eventType", "eventTime"])
@pytest.mark.parametrize("value", [None, 7, True, ["x"], {"x": 1}])
def test_a_field_of_another_type_is_named(field: str, value: object) -> None:
    names = {"eventType": "event_type", "eventTime": "time"}
    assert f"$.{names.get(field, field)}" in why(DELETED | {field: value})


@pytest.mark.parametrize("field", ["id", "subject", "eventType", "eventTime"])
def test_a_field_that_is_not_there_is_no_event(field: str) -> None:
    assert why({name: value for name, value in DELETED.items() if name != field})


@pytest.mark.parametrize("field", ["id", "subject", "eventType"])
@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("", "is empty"),
        ("x" * (LONGEST + 1), f"has {LONGEST + 1} characters"),
        (f"a{HALF}b", "is no Unicode text"),
    ],
)
def test_a_text_that_could_not_be_kept_is_refused(field: str, value: str, said: str) -> None:
    """It would fail later, where the platform would deliver it again and again."""
    assert why(DELETED | {field: value}).endswith(f"{field.replace('eventT', 't')} {said}")


@pytest.mark.parametrize(
    "time",
    [
        "",
        "yesterday",
        "2018-07-19",
        "2018-13-19T18:38:04Z",
        "2018-07-19T25:38:04Z",
        f"2018{HALF}",
        "1532025484",
    ],
)
def test_a_time_that_is_none_is_no_event(time: str) -> None:
    assert why(DELETED | {"eventTime": time})


def test_a_time_without_a_zone_could_be_any_time() -> None:
    assert why(DELETED | {"eventTime": "2018-07-19T18:38:04"}).endswith("has no zone")
    assert why(DELETED | {"eventTime": datetime(2018, 7, 19)}).endswith("has no zone")  # noqa: DTZ001


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_time_before_or_after_the_calendar_is_refused(time: str) -> None:
    assert why(DELETED | {"eventTime": time}).endswith("is outside the calendar")


@pytest.mark.parametrize("data", ["text", 7, [1], True])
def test_data_that_is_no_object_is_no_event(data: object) -> None:
    assert "$.data" in why(DELETED | {"data": data})


@pytest.mark.parametrize("data", [None, {}, {"operationName": None}, {"operationName": 7}, {"claims": []}])
def test_data_that_tells_nothing_asks_for_a_look(data: object) -> None:
    assert heard(DELETED | {"data": data}).ear is Ear.SIGNAL


@pytest.mark.parametrize("broken", [7, None, "text", [], {"evidence": 7}, {"evidence": {"principalId": {}}}])
def test_an_actor_that_can_not_be_read_is_nobody(broken: object) -> None:
    event = vm_event("Delete", "delete", "3")
    event["data"] |= {"authorization": broken, "claims": broken}
    found = heard(event).signal
    assert found is not None
    assert found.by is None


@pytest.mark.parametrize("actor", [HALF, "x" * (LONGEST + 1)])
def test_an_actor_that_could_not_be_kept_is_left_out(actor: str) -> None:
    found = heard(done_by(vm_event("Delete", "delete", "3"), principal=actor)).signal
    assert found is not None
    assert found.by is None


def test_the_names_of_one_schema_do_not_count_in_the_other() -> None:
    assert why({**DELETED, "specversion": "1.0"})
    plain = as_cloud_event(DELETED)
    del plain["specversion"]
    assert why(plain)


@pytest.mark.parametrize(
    "file",
    [
        "dead_letter.eventgrid",
    ],
)
def test_a_type_that_this_version_does_not_know_is_kept_for_somebody_to_see(file: str) -> None:
    event = sample(file)
    kind = event.get("eventType") or event["type"]
    assert why(event) == f"event {event['id']} is of type {kind!r}, which this version does not know"


def test_the_handshake_is_no_event_for_us() -> None:
    assert why(sample("subscription_validation.eventgrid")).endswith("its subject is empty")


@pytest.mark.parametrize("kind", [DELETED["eventType"] + "x", DELETED["eventType"] + " ", "Microsoft"])
def test_types_are_compared_as_a_whole(kind: str) -> None:
    assert "which this version does not know" in why(DELETED | {"eventType": kind})


def test_whatever_lies_around_an_event_does_not_matter() -> None:
    deep: Any = "bottom"
    for _ in range(900):
        deep = {"deeper": deep}
    event = DELETED | {"extra": HALF, "data": DELETED["data"] | {"deep": deep, HALF: HALF, "big": 10**400}}
    assert heard(event) == heard(DELETED)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)
SAMPLES = [
    DELETED,
    vm_event("Write", "write"),
    health_event("VirtualMachinePreempted", "3"),
    availability_event("Degraded", "3"),
    scheduled_event(subject(), Resources=["a", "b"]),
    resource_event(flexible("pet"), virtualMachineScaleSet={"id": subject()}),
]
PATHS = [
    ("id",),
    ("subject",),
    ("eventType",),
    ("eventTime",),
    ("data",),
    ("data", "operationName"),
    ("data", "authorization"),
    ("data", "authorization", "evidence"),
    ("data", "claims"),
    ("data", "resourceInfo"),
    ("data", "resourceInfo", "properties"),
    ("data", "resourceInfo", "properties", "annotationName"),
    ("data", "resourceInfo", "properties", "availabilityState"),
    ("data", "resourceInfo", "properties", "context"),
    ("data", "resourceInfo", "properties", "EventStatus"),
    ("data", "resourceInfo", "properties", "EventType"),
    ("data", "resourceInfo", "properties", "NotBefore"),
    ("data", "resourceInfo", "properties", "Resources"),
    ("data", "resourceInfo", "properties", "virtualMachineScaleSet"),
    ("data", "resourceInfo", "properties", "virtualMachineScaleSet", "id"),
    ("specversion",),
]


def answers_or_poison(event: object) -> None:
    found: tuple[Heard, ...] = ()
    said = ""
    try:
        found = hear(event, policy(), frozenset({"ours"}), NOW)
    except Poison as poison:
        said = poison.why
    assert found or said.encode(), "a sentence that can be kept"
    for one in found:
        assert (one.signal is not None) == (one.ear is Ear.SIGNAL)
        assert msgspec.json.encode(one), "whatever is heard can be written down"


@given(JSON)
def test_any_json_value_is_heard_or_poison(event: object) -> None:
    answers_or_poison(event)


@given(st.sampled_from(SAMPLES), st.booleans(), st.lists(st.tuples(st.sampled_from(PATHS), JSON), max_size=3))
def test_any_event_with_anything_in_any_place_is_heard_or_poison(
    event: Json, as_cloud: bool, changes: list[tuple[tuple[str, ...], Any]]
) -> None:
    changed: Json = msgspec.json.decode(msgspec.json.encode(as_cloud_event(event) if as_cloud else event))
    for path, value in changes:
        here: Any = changed
        for name in path[:-1]:
            here = here.get(name) if isinstance(here, dict) else None
        if isinstance(here, dict):
            here[path[-1]] = value
    answers_or_poison(changed)


@given(st.text(max_size=30), st.sampled_from(["", "3", "virtualMachines/3", "/"]))
def test_any_subject_is_heard_or_poison(middle: str, end: str) -> None:
    answers_or_poison(DELETED | {"subject": subject(middle) + end})


@pytest.mark.parametrize("schema", ["event grid", "cloud"])
def test_the_door_hands_events_on_as_they_were_sent(schema: str) -> None:
    if schema == "cloud":
        event: Any = func.CloudEvent(
            id=DELETED["id"],
            source=DELETED["topic"],
            type=DELETED["eventType"],
            specversion="1.0",
            time=NOW,
            subject=DELETED["subject"],
            data=DELETED["data"],
        )
    else:
        event = func.EventGridEvent(
            id=DELETED["id"],
            data=DELETED["data"],
            topic=DELETED["topic"],
            subject=DELETED["subject"],
            event_type=DELETED["eventType"],
            event_time=NOW,
            data_version="2",
        )
    assert heard(_as_sent(event)) == heard(DELETED | {"eventTime": NOW})


def test_what_the_worker_makes_of_an_event_without_a_time_is_poison() -> None:
    event = func.CloudEvent(id="1", source="s", type=DELETED["eventType"], specversion="1.0", data=None)
    assert why(_as_sent(event))
