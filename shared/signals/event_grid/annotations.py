"""Resource Health's annotations: why a machine's availability changed, and what each asks of us.

    act        something is wrong, or will be: the pass looks, and repairs what its readings confirm
    watch      the platform or the guest boots it again by itself: the pass gives it time to come back
    suppress   somebody meant it, or it is over in moments: no failure. Where the machine is down meanwhile, the signal
               keeps the pass from repairing what is only being restarted

Names, contexts and impacts: MicrosoftDocs/azure-docs articles/service-health/resource-health-vm-annotation.md. What
each asks for is our reading of the text there. Names are compared without case and without `VirtualMachine` in front,
which the page itself leaves out here and there.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from shared.model.signals import Severity, SignalKind

SOURCE = "MicrosoftDocs/azure-docs articles/service-health/resource-health-vm-annotation.md"
BY_THE_PLATFORM = "platform initiated"


class Asks(StrEnum):
    ACT = "act"
    WATCH = "watch"
    SUPPRESS = "suppress"


class Annotation(Struct, frozen=True):
    """`kind` is the signal for a machine; None: it is noted and wakes nobody."""

    name: str
    asks: Asks
    kind: SignalKind | None
    means: str
    severity: Severity = Severity.WARNING


_UNWELL, _DOOMED, _BOOTS = SignalKind.NODE_UNWELL, SignalKind.NODE_DOOMED, SignalKind.VM_RESTARTED
_STOPPED = SignalKind.VM_STOPPED
_BAD, _MILD = Severity.CRITICAL, Severity.INFO

LISTED = (
    Annotation(
        "VirtualMachinePreempted", Asks.ACT, SignalKind.VM_EVICTED, "a spot machine was evicted", _BAD
    ),
    Annotation("VirtualMachineStorageOffline", Asks.ACT, _UNWELL, "it lost its disk", _BAD),
    Annotation("VirtualMachineProvisioningTimedOut", Asks.ACT, _UNWELL, "its guest did not come up", _BAD),
    Annotation(
        "VirtualMachineFailedToSecureBoot", Asks.ACT, _UNWELL, "its guest was refused by secure boot", _BAD
    ),
    Annotation("AccelnetUnhealthy", Asks.ACT, _UNWELL, "accelerated networking does not work"),
    Annotation(
        "VirtualMachineScheduledForServiceHealing", Asks.ACT, _DOOMED, "its host is bad, it will be moved"
    ),
    Annotation("VirtualMachineMigrationScheduledForDegradedHardware", Asks.ACT, _DOOMED, "the same"),
    Annotation(
        "VirtualMachinePossiblyDegradedDueToHardwareFailure", Asks.ACT, _DOOMED, "its host may be failing"
    ),
    Annotation(
        "PossiblyDegradedDueToHardwareFailureWithRedeployDeadline",
        Asks.ACT,
        _DOOMED,
        "its host may be failing, and it is to be redeployed in time",
    ),
    Annotation("VirtualMachineHostCrashed", Asks.WATCH, _BOOTS, "its host crashed, it boots again", _BAD),
    Annotation(
        "VirtualMachineHostRebootedForRepair", Asks.WATCH, _BOOTS, "its host was booted for repair", _BAD
    ),
    Annotation(
        "VirtualMachineMigrationInitiatedForRepair",
        Asks.WATCH,
        _BOOTS,
        "it boots on another host; what lay on its local disk is lost",
        _BAD,
    ),
    Annotation("VirtualMachineCrashed", Asks.WATCH, _BOOTS, "its guest crashed, it boots again", _BAD),
    Annotation("VirtualMachineRebootInitiatedForPlannedMaintenance", Asks.WATCH, _BOOTS, "planned: it boots"),
    Annotation(
        "VirtualMachineMigrationInitiatedForPlannedMaintenance",
        Asks.WATCH,
        _BOOTS,
        "planned: it boots elsewhere",
    ),
    Annotation(
        "VirtualMachineRedeployInitiatedByControlPlaneDueToPlannedMaintenance",
        Asks.WATCH,
        _BOOTS,
        "somebody had it redeployed ahead of maintenance; what lay on its local disk is lost",
    ),
    Annotation(
        "VirtualMachinePlannedFreezeStarted", Asks.SUPPRESS, None, "planned: it pauses for moments", _MILD
    ),
    Annotation("VirtualMachinePlannedFreezeSucceeded", Asks.SUPPRESS, None, "planned: it paused", _MILD),
    Annotation(
        "VirtualMachinePlannedFreezeFailed", Asks.SUPPRESS, None, "planned: the pause was called off", _MILD
    ),
    Annotation("LiveMigrationSucceeded", Asks.SUPPRESS, None, "it paused while it was moved", _MILD),
    Annotation("LiveMigrationFailure", Asks.SUPPRESS, None, "it stayed on its host", _MILD),
    Annotation("VirtualMachineRestarted", Asks.SUPPRESS, _BOOTS, "somebody restarted it", _MILD),
    Annotation(
        "VirtualMachineRebootInitiatedByControlPlane", Asks.SUPPRESS, _BOOTS, "somebody had it booted", _MILD
    ),
    Annotation(
        "VirtualMachineRedeployInitiatedByControlPlane",
        Asks.SUPPRESS,
        _BOOTS,
        "somebody redeployed it",
        _MILD,
    ),
    Annotation(
        "VirtualMachineStartInitiatedByControlPlane", Asks.SUPPRESS, _BOOTS, "somebody started it", _MILD
    ),
    Annotation(
        "VirtualMachineStopInitiatedByControlPlane", Asks.SUPPRESS, _STOPPED, "somebody stops it", _MILD
    ),
    Annotation(
        "VirtualMachineStoppedInternally", Asks.SUPPRESS, _STOPPED, "it was shut down from within", _MILD
    ),
    Annotation("VirtualMachineDeallocationInitiated", Asks.SUPPRESS, None, "somebody deallocates it", _MILD),
    Annotation("VirtualMachineAllocated", Asks.SUPPRESS, None, "it is being set up", _MILD),
    Annotation("VirtualMachineSizeChanged", Asks.SUPPRESS, None, "somebody changes its size", _MILD),
    Annotation(
        "VirtualMachineConfigurationUpdated", Asks.SUPPRESS, None, "somebody changes its model", _MILD
    ),
)


def _plain(name: str) -> str:
    return name.lower().removeprefix("virtualmachine")


_BY_NAME = {_plain(one.name): one for one in LISTED}


def annotation(name: str) -> Annotation | None:
    """None for one that the page does not list."""
    return _BY_NAME.get(_plain(name))
