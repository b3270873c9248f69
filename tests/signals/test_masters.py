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


def test_nor_are_those_of_the_same_name_in_another_subscription() -> None:
    event = told("delete")
    elsewhere = event["subject"].replace(SUBSCRIPTION, "11111111-1111-1111-1111-111111111111")
    event["subject"] = event["data"]["resourceUri"] = elsewhere
    assert heard(event).ear is Ear.NOT_OURS


def test_the_case_of_a_group_s_name_makes_no_other_group() -> None:
    signal = heard(told("restart/action", group=GROUP.upper())).signal
    assert signal is not None
    assert signal.pool == MASTERS


def test_a_cluster_that_names_no_machines_stands_in_no_other_s_way() -> None:
    two = policy(
        cluster_policy(name="first"), cluster_policy(name="second", quorum=Quorum(vms="dcos-master-*"))
    )
    (one,) = hear(told("restart/action"), two, frozenset(), NOW)
    assert one.signal is not None
    assert one.signal.cluster == "second"


def test_without_their_names_no_machine_is_a_master_s() -> None:
    (one,) = hear(told("delete"), policy(), frozenset(), NOW)
    assert one.ear is Ear.NOT_OURS
