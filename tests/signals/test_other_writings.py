"""Events as services have written them at other times and places: the meaning is the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.model.signals import SignalKind
from shared.signals.event_grid import Ear, hear
from tests.builders import NOW, SET, policy
from tests.signals.events import (
    Json,
    availability_event,
    done_by,
    health_event,
    resource_event,
    scheduled_event,
    subject,
    vm_event,
)
from tests.signals.hearing import only, signal, signals

OURS = "0f0f0f0f-1111-2222-3333-444444444444"
SOON = datetime(2026, 11, 22, 3, 15, 30, tzinfo=UTC)


def ear(event: Json) -> Ear:
    (found,) = hear(event, policy(), frozenset({OURS}), NOW)
    return found.ear


@pytest.mark.parametrize("part", ["principal", "app", "object_id"])
def test_an_actor_in_json_within_a_string_is_known(part: str) -> None:
    """Event Grid's first version of these events had `authorization` and `claims` as strings."""
    event = done_by(vm_event("Delete", "delete", "3"), **{part: OURS.upper()})
    for name in ("authorization", "claims"):
        event["data"][name] = json.dumps(event["data"][name])
    assert ear(event) is Ear.ECHO


@pytest.mark.parametrize("claim", ["oid", "azp", "appid"])
def test_an_actor_in_a_token_of_any_version_is_known(claim: str) -> None:
    event = done_by(vm_event("Delete", "delete", "3"))
    event["data"]["claims"] = {claim: f" {OURS} "}
    assert ear(event) is Ear.ECHO


@pytest.mark.parametrize(
    "written", ["{authorizations}", "", '"' + OURS + '"', "[" * 5000, '{"appid":"' + "x" * 70_000 + '"}', 7]
)
def test_claims_that_can_not_be_read_name_nobody(written: object) -> None:
    event = vm_event("Delete", "delete", "3")
    event["data"] |= {"authorization": written, "claims": written}
    assert (signal(event).kind, signal(event).by) == (SignalKind.VM_DELETED, None)


EVENTS = (
    vm_event("Action", "deallocate/action", "3"),
    vm_event("Write", "write", None, "Failure"),
    availability_event("Unavailable", "3"),
    health_event("VirtualMachineHostCrashed", "3"),
    scheduled_event(subject("3"), EventStatus="Scheduled"),
    resource_event(subject("3"), deleted=True),
)


@pytest.mark.parametrize("change", [str.lower, str.upper])
@pytest.mark.parametrize("event", EVENTS)
def test_casing_of_types_does_not_count(event: Json, change: Callable[[str], str]) -> None:
    assert signal(event | {"eventType": change(event["eventType"])}) == signal(event)


def recased(told: Any, change: Callable[[str], str]) -> Any:
    """The same with every name in another casing."""
    if isinstance(told, dict):
        return {change(name): recased(value, change) for name, value in told.items()}
    return [recased(one, change) for one in told] if isinstance(told, list) else told


@pytest.mark.parametrize("change", [str.lower, str.upper, lambda name: name[:1].swapcase() + name[1:]])
@pytest.mark.parametrize("event", EVENTS)
def test_casing_of_names_within_an_event_does_not_count(event: Json, change: Callable[[str], str]) -> None:
    other = event | {"data": recased(event["data"], change)}
    other["data"]["claims"] = event["data"].get("claims")
    assert signal(other) == signal(event)


@pytest.mark.parametrize(
    "written",
    [
        "Sun, 22 Nov 2026 05:15:30 +0200",
        "Sun, 22 Nov 2026 03:15:30 -0000",
        "Sunday, 22-Nov-26 03:15:30 GMT",
        "Sun Nov 22 03:15:30 2026",
        "2026-11-22T03:15:30.0000000+00:00",
        "20261122T031530Z",
    ],
)
def test_a_deadline_in_a_standard_form_is_read(written: str) -> None:
    assert signal(scheduled_event(subject("1"), EventStatus="Scheduled", NotBefore=written)).deadline == SOON


@pytest.mark.parametrize(
    "written", ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00.0000000", "1601-01-01T00:00:00Z"]
)
def test_the_time_that_stands_for_none_is_no_deadline(written: str) -> None:
    scheduled = scheduled_event(subject("1"), EventStatus="Scheduled", NotBefore=written)
    assert signal(scheduled).deadline is None
    started = scheduled_event(subject("1"), EventStatus="Started", NotBefore=written)
    assert signal(started).deadline == NOW


@pytest.mark.parametrize("listed", [subject("1"), subject("1").lower() + "/", f"x/{SET}_1"])
def test_a_machine_that_is_listed_by_its_id_is_known(listed: str) -> None:
    (one,) = signals(scheduled_event(subject(), Resources=[listed]))
    assert (one.node, one.about) == (f"{SET}_1", "")


def test_the_story_of_a_scheduled_event_has_its_own_id() -> None:
    (one,) = signals(scheduled_event(subject("1"), EventId="743c15d8"))
    assert one.thread == "743c15d8"
    assert signal(availability_event("Available", "1")).thread == ""


def test_maintenance_of_a_cluster_of_kubernetes_is_not_ours() -> None:
    """It comes with the type of machines' maintenance and names of its own."""
    event = scheduled_event(
        "/subscriptions/0/resourcegroups/x/providers/Microsoft.ContainerService/managedClusters/y"
    )
    event["data"]["resourceInfo"]["properties"] = {"eventStatus": "Started", "resourceType": "ManagedCluster"}
    assert only(event).ear is Ear.NOT_OURS
