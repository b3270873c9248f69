"""What Resource Health says: of availability, and with annotations why."""

from __future__ import annotations

import pytest
from azure.eventgrid import SystemEventNames

from shared.model.signals import Severity, SignalKind
from shared.signals.event_grid import TYPES, Ear
from shared.signals.event_grid.annotations import LISTED, Annotation, Asks
from tests.builders import SET
from tests.signals.events import as_cloud_event, availability_event, health_event
from tests.signals.hearing import only, signal

UNWELL, WELL = SignalKind.NODE_UNWELL, SignalKind.NODE_WELL
STATES = {
    "Available": (WELL, SignalKind.POOL_WELL, Severity.INFO),
    "Unavailable": (UNWELL, SignalKind.POOL_UNWELL, Severity.CRITICAL),
    "Degraded": (UNWELL, SignalKind.POOL_UNWELL, Severity.WARNING),
    "Unknown": (SignalKind.VM_CHANGED, SignalKind.POOL_CHANGED, Severity.WARNING),
    "Sleepwalking": (SignalKind.VM_CHANGED, SignalKind.POOL_CHANGED, Severity.WARNING),
    "": (SignalKind.VM_CHANGED, SignalKind.POOL_CHANGED, Severity.WARNING),
}
# What the page of annotations says of each, in its own order: whether anybody meant it.
MEANT = {
    "VirtualMachineRestarted": SignalKind.VM_RESTARTED,
    "VirtualMachineRebootInitiatedByControlPlane": SignalKind.VM_RESTARTED,
    "VirtualMachineRedeployInitiatedByControlPlane": SignalKind.VM_RESTARTED,
    "VirtualMachineStartInitiatedByControlPlane": SignalKind.VM_RESTARTED,
    "VirtualMachineStopInitiatedByControlPlane": SignalKind.VM_STOPPED,
    "VirtualMachineStoppedInternally": SignalKind.VM_STOPPED,
}
FAILURES = {
    "VirtualMachinePreempted": SignalKind.VM_EVICTED,
    "VirtualMachineStorageOffline": UNWELL,
    "VirtualMachineProvisioningTimedOut": UNWELL,
    "AccelnetUnhealthy": UNWELL,
    "VirtualMachineScheduledForServiceHealing": SignalKind.NODE_DOOMED,
    "VirtualMachineMigrationScheduledForDegradedHardware": SignalKind.NODE_DOOMED,
    "VirtualMachinePossiblyDegradedDueToHardwareFailure": SignalKind.NODE_DOOMED,
    "VirtualMachineHostCrashed": SignalKind.VM_RESTARTED,
    "VirtualMachineHostRebootedForRepair": SignalKind.VM_RESTARTED,
    "VirtualMachineMigrationInitiatedForRepair": SignalKind.VM_RESTARTED,
    "VirtualMachineCrashed": SignalKind.VM_RESTARTED,
    "VirtualMachineRebootInitiatedForPlannedMaintenance": SignalKind.VM_RESTARTED,
    "VirtualMachineMigrationInitiatedForPlannedMaintenance": SignalKind.VM_RESTARTED,
}
WAKES_NOBODY = [
    "VirtualMachinePlannedFreezeStarted",
    "VirtualMachinePlannedFreezeSucceeded",
    "VirtualMachinePlannedFreezeFailed",
    "LiveMigrationSucceeded",
    "LiveMigrationFailure",
    "VirtualMachineDeallocationInitiated",
    "VirtualMachineAllocated",
    "VirtualMachineSizeChanged",
    "VirtualMachineConfigurationUpdated",
]


@pytest.mark.parametrize("state", STATES)
def test_availability_makes_a_machine_or_a_pool_well_or_unwell(state: str) -> None:
    of_machine, of_set, severity = STATES[state]
    one = signal(availability_event(state, "3"))
    assert (one.kind, one.severity, one.what, one.node) == (of_machine, severity, state, f"{SET}_3")
    whole = signal(availability_event(state))
    assert (whole.kind, whole.node, whole.pool) == (of_set, None, "private")


@pytest.mark.parametrize("state", [None, 7, [], {}])
def test_a_state_that_is_no_text_asks_for_a_look(state: object) -> None:
    event = availability_event("", "3")
    event["data"]["resourceInfo"]["properties"]["availabilityState"] = state
    assert signal(event).kind is SignalKind.VM_CHANGED


@pytest.mark.parametrize(("name", "kind"), [*FAILURES.items(), *MEANT.items()])
def test_each_annotation_becomes_its_signal(name: str, kind: SignalKind) -> None:
    one = signal(health_event(name, "3"))
    assert (one.kind, one.what, one.node, one.deadline) == (kind, name, f"{SET}_3", None)


@pytest.mark.parametrize("name", WAKES_NOBODY)
@pytest.mark.parametrize("instance", ["3", None])
def test_what_is_harmless_or_meant_is_noted_and_wakes_nobody(name: str, instance: str | None) -> None:
    found = only(health_event(name, instance))
    assert (found.ear, found.cluster, found.signal) == (Ear.NOTED, "prod", None)
    assert found.why.startswith(f"{name}: ")


def test_no_annotation_is_listed_without_a_test_of_its_meaning() -> None:
    rest = {one.name for one in LISTED} - {*FAILURES, *MEANT, *WAKES_NOBODY}
    assert rest == {
        "VirtualMachineFailedToSecureBoot",
        "PossiblyDegradedDueToHardwareFailureWithRedeployDeadline",
        "VirtualMachineRedeployInitiatedByControlPlaneDueToPlannedMaintenance",
    }


@pytest.mark.parametrize("one", LISTED, ids=lambda one: one.name)
def test_what_is_acted_on_is_a_failure_and_what_is_suppressed_is_none(one: Annotation) -> None:
    failures = {SignalKind.NODE_UNWELL, SignalKind.NODE_DOOMED, SignalKind.VM_EVICTED}
    assert (one.kind in failures) == (one.asks is Asks.ACT)
    assert one.severity is Severity.INFO or one.asks is not Asks.SUPPRESS


@pytest.mark.parametrize("name", ["VirtualMachineDeallocationInitiated", "VirtualMachineSizeChanged"])
def test_what_nobody_asked_for_is_looked_at(name: str) -> None:
    event = health_event(name, "3")
    event["data"]["resourceInfo"]["properties"]["context"] = "Platform Initiated"
    assert signal(event).kind is SignalKind.VM_CHANGED


@pytest.mark.parametrize("name", ["VirtualMachineStruckByLightning", "", "x" * 5000])
def test_an_annotation_that_is_not_listed_asks_for_a_look(name: str) -> None:
    assert signal(health_event(name, "3")).kind is SignalKind.VM_CHANGED
    assert signal(health_event(name)).kind is SignalKind.POOL_CHANGED
    assert len(signal(health_event(name)).what) <= 200


@pytest.mark.parametrize(
    "name",
    [
        "virtualmachinepreempted",
        "VIRTUALMACHINEPREEMPTED",
        "Preempted",
    ],
)
def test_annotations_are_known_in_any_casing_and_without_their_prefix(name: str) -> None:
    assert signal(health_event(name, "3")).kind is SignalKind.VM_EVICTED


@pytest.mark.parametrize("name", ["VirtualMachineHostCrashed", "VirtualMachineStoppedInternally"])
def test_one_machine_of_a_set_that_boots_gives_no_time_to_all_the_others(name: str) -> None:
    assert signal(health_event(name)).kind is SignalKind.POOL_CHANGED


def test_a_set_that_is_unwell_is_about_the_pool_and_an_eviction_in_it_stays_one() -> None:
    assert signal(health_event("VirtualMachineStorageOffline")).kind is SignalKind.POOL_UNWELL
    assert signal(health_event("VirtualMachinePreempted")).kind is SignalKind.VM_EVICTED


@pytest.mark.parametrize("event", [availability_event("Degraded", "3"), health_event("Preempted", "3")])
def test_both_schemas_say_the_same(event: dict[str, object]) -> None:
    assert signal(as_cloud_event(event)) == signal(event)


def test_types_are_spelled_as_in_microsofts_own_list_where_that_has_them() -> None:
    named = {one.value for one in SystemEventNames}
    about = ("Microsoft.Resources.", "Microsoft.ResourceNotifications.")
    others = "Microsoft.ResourceNotifications.ContainerServiceEventResources.ScheduledEventEmitted"
    listed = {one for one in named if one.startswith(about)} - {others}
    assert set(TYPES) - listed == {
        "Microsoft.ResourceNotifications.MaintenanceResources.ScheduledEventEmitted",
        "microsoft.maintenance/scheduledevents/write",
    }
    assert listed <= set(TYPES)
