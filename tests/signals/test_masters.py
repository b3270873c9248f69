"""What is told of the machines of masters wakes the pass, and says little more: what somebody did to one."""

from __future__ import annotations

import pytest

from shared.model.masters import MASTERS
from shared.model.signals import SignalKind
from shared.policy.quorum import Quorum
from shared.signals.event_grid import Ear, Heard, hear
from tests.builders import GROUP, NOW, SUBSCRIPTION, cluster_policy, policy
from tests.signals.events import Json, vm_event

VM = "dcos-master-633E21A3-1"
NAMED = policy(cluster_policy(quorum=Quorum(vms="dcos-master-633E21A3-*")))


def told(operation: str, name: str = VM, group: str = GROUP) -> Json:
    event = vm_event("Delete" if operation == "delete" else "Action", operation)
    where = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{group}/providers/Microsoft.Compute/virtualMachines/{name}"
    event["subject"] = event["data"]["resourceUri"] = where
    event["data"]["operationName"] = f"Microsoft.Compute/virtualMachines/{operation}"
    return event


def heard(event: Json) -> Heard:
    (one,) = hear(event, NAMED, frozenset(), NOW)
    return one


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        ("restart/action", SignalKind.VM_RESTARTED),
        ("start/action", SignalKind.VM_RESTARTED),
        ("deallocate/action", SignalKind.VM_DEALLOCATED),
        ("powerOff/action", SignalKind.VM_STOPPED),
        ("write", SignalKind.VM_CHANGED),
        ("delete", SignalKind.VM_CHANGED),
    ],
)
def test_an_operation_on_a_master_s_machine_asks_for_a_look(operation: str, kind: SignalKind) -> None:
    signal = heard(told(operation)).signal
    assert signal is not None
    assert (signal.kind, signal.pool, signal.node, signal.about) == (kind, MASTERS, None, VM)


@pytest.mark.parametrize(("name", "group"), [("dcos-master-0000AAAA-1", GROUP), (VM, "another-group")])
def test_machines_that_the_policy_does_not_name_are_not_ours(name: str, group: str) -> None:
    assert heard(told("delete", name, group)).ear is Ear.NOT_OURS


def test_without_their_names_no_machine_is_a_master_s() -> None:
    (one,) = hear(told("delete"), policy(), frozenset(), NOW)
    assert one.ear is Ear.NOT_OURS
