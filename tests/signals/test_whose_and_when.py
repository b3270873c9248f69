"""Machines that are resources of their own, resources without an actor, and events from another time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from shared.model.signals import SignalKind
from shared.signals.event_grid import EARLY, STALE, Ear
from tests.builders import GROUP, NOW, SET
from tests.signals.events import (
    Json,
    done_by,
    flexible,
    health_event,
    resource_event,
    scheduled_event,
    subject,
    vm_event,
)
from tests.signals.hearing import only, signal

MINE = f"{SET}_0a1b2c3d"


def on_a_machine(operation: str, id: str, verb: str = "Action") -> Json:
    event = vm_event(verb, operation)
    event["subject"] = event["data"]["resourceUri"] = id
    event["data"]["operationName"] = f"Microsoft.Compute/virtualMachines/{operation}"
    return event


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        ("delete", SignalKind.VM_DELETED),
        ("deallocate/action", SignalKind.VM_DEALLOCATED),
        ("powerOff/action", SignalKind.VM_STOPPED),
        ("start/action", SignalKind.VM_RESTARTED),
        ("restart/action", SignalKind.VM_RESTARTED),
        ("redeploy/action", SignalKind.VM_RESTARTED),
        ("reimage/action", SignalKind.VM_RESTARTED),
        ("performMaintenance/action", SignalKind.VM_RESTARTED),
        ("write", SignalKind.VM_CHANGED),
        ("reapply/action", SignalKind.VM_CHANGED),
        ("runCommand/action", SignalKind.VM_CHANGED),
        ("simulateEviction/action", SignalKind.VM_CHANGED),
    ],
)
@pytest.mark.parametrize("change", [str, str.lower, str.upper])
def test_a_machine_with_a_name_of_azures_making_is_the_pools(
    operation: str, kind: SignalKind, change: type[str]
) -> None:
    event = on_a_machine(change(operation), change(flexible(MINE)))
    one = signal(event)
    assert (one.kind, one.pool, one.node, one.about) == (kind, "private", None, change(MINE))


@pytest.mark.parametrize("name", [f"{SET}_jump", f"{SET}_0a1b2c3d4e", f"{SET}_3"])
@pytest.mark.parametrize("operation", ["delete", "restart/action"])
def test_a_machine_with_a_name_like_the_pools_is_only_looked_at(name: str, operation: str) -> None:
    one = signal(on_a_machine(operation, flexible(name)))
    assert (one.kind, one.pool, one.about) == (SignalKind.VM_CHANGED, "private", name)


@pytest.mark.parametrize(
    "id", [flexible("dcos-master-0"), flexible(SET), flexible("x" + MINE), flexible(MINE, group="another")]
)
def test_other_machines_of_the_group_are_not_ours(id: str) -> None:
    assert only(on_a_machine("delete", id)).ear is Ear.NOT_OURS


def test_a_resource_that_names_its_set_belongs_there_whatever_its_name() -> None:
    ours: dict[str, Any] = {"virtualMachineScaleSet": {"id": subject()}}
    one = signal(resource_event(flexible("pet"), **ours))
    assert (one.kind, one.pool, one.about) == (SignalKind.VM_CHANGED, "private", "pet")
    theirs: dict[str, Any] = {"virtualMachineScaleSet": {"id": subject(scale_set="another")}}
    assert only(resource_event(flexible(MINE), **theirs)).ear is Ear.NOT_OURS


@pytest.mark.parametrize("deleted", [True, False])
def test_a_resource_that_was_written_or_is_gone_asks_for_a_look_and_counts_as_nothing_else(
    deleted: bool,
) -> None:
    """It comes after a scale-in and after our own work as well."""
    assert signal(resource_event(subject("3"), deleted=deleted)).kind is SignalKind.VM_CHANGED
    assert signal(resource_event(subject(), deleted=deleted)).kind is SignalKind.POOL_CHANGED


EVENTS = [
    vm_event("Delete", "delete", "3"),
    health_event("VirtualMachinePreempted", "3"),
    scheduled_event(subject(), Resources=[f"{SET}_1", f"{SET}_2"]),
    resource_event(subject("3")),
]


def sent(event: Json, ago: timedelta) -> Json:
    return event | {"eventTime": (NOW - ago).isoformat()}


@pytest.mark.parametrize("event", EVENTS)
def test_an_event_from_yesterday_or_from_the_future_is_noted_and_not_acted_on(event: Json) -> None:
    second = timedelta(seconds=1)
    old, early = only(sent(event, STALE + second)), only(sent(event, -EARLY - second))
    assert (old.ear, old.cluster, old.signal) == (Ear.NOTED, "prod", None)
    assert old.why.startswith("it is older than 24 hours")
    assert (early.ear, early.signal) == (Ear.NOTED, None)
    assert early.why.startswith("it is from more than 5 minutes ahead")


@pytest.mark.parametrize("ago", [STALE, -EARLY, timedelta(0)])
def test_an_event_that_was_delivered_late_or_by_another_clock_still_counts(ago: timedelta) -> None:
    assert signal(sent(EVENTS[0], ago)).occurred_at == NOW - ago


def test_an_old_event_about_somebody_elses_machine_is_still_not_ours() -> None:
    old = sent(EVENTS[0], STALE * 2)
    assert only(old | {"subject": subject("3", group=GROUP + "x")}).ear is Ear.NOT_OURS


def test_who_did_it_is_told_of_operations_alone() -> None:
    operation = done_by(vm_event("Delete", "delete", "3"), principal="somebody")
    assert signal(operation).by == "somebody"
    event = health_event("VirtualMachinePreempted", "3")
    event["data"]["authorization"] = operation["data"]["authorization"]
    assert signal(event).by is None
