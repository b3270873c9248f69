"""What an event of Event Grid means: of every operation on a set or an instance, in both schemas and any casing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from shared.model.signals import Signal, SignalKind, Source
from shared.signals.event_grid import Ear, Heard, hear
from tests.builders import NOW, SET, cluster_policy, policy, pool_policy
from tests.signals.events import Json, as_cloud_event, done_by, health_event, sample, subject, vm_event

OURS = "0F0F0F0F-1111-2222-3333-444444444444"


def heard(event: Json, *own: str, now: datetime = NOW) -> Heard:
    (found,) = hear(event, policy(), frozenset(own), now)
    return found


def signal_of(event: Json, now: datetime = NOW) -> Signal:
    found = heard(event, now=now)
    assert (found.ear, found.cluster) == (Ear.SIGNAL, "prod")
    assert found.signal is not None
    return found.signal


BOOTS = (
    "start/action",
    "restart/action",
    "redeploy/action",
    "reimage/action",
    "reimageAll/action",
    "performMaintenance/action",
)
ON_AN_INSTANCE = (
    dict.fromkeys(BOOTS, SignalKind.VM_RESTARTED)
    | {
        "delete": SignalKind.VM_DELETED,
        "deallocate/action": SignalKind.VM_DEALLOCATED,
        "powerOff/action": SignalKind.VM_STOPPED,
    }
    | dict.fromkeys(
        [
            "write",
            "runCommand/action",
            "simulateEviction/action",
            "approveRollingUpgrade/action",
            "extensions/delete",
        ],
        SignalKind.VM_CHANGED,
    )
)
ON_THE_SET = (
    dict.fromkeys(BOOTS, SignalKind.VM_RESTARTED)
    | {
        "write": SignalKind.POOL_RESIZED,
        "delete/action": SignalKind.VM_DELETED,
        "deallocate/action": SignalKind.VM_DEALLOCATED,
        "powerOff/action": SignalKind.VM_STOPPED,
    }
    | dict.fromkeys(
        [
            "delete",
            "manualUpgrade/action",
            "setOrchestrationServiceState/action",
            "extensions/delete",
            "extensions/write",
        ],
        SignalKind.POOL_CHANGED,
    )
)


def verb_of(operation: str) -> str:
    return operation.rpartition("/")[2].title()


@pytest.mark.parametrize(("operation", "kind"), ON_AN_INSTANCE.items())
def test_every_operation_on_an_instance(operation: str, kind: SignalKind) -> None:
    signal = signal_of(vm_event(verb_of(operation), operation, "3"))
    assert (signal.kind, signal.pool, signal.node) == (kind, "private", f"{SET}_3")


@pytest.mark.parametrize(("operation", "kind"), ON_THE_SET.items())
def test_every_operation_on_the_set_is_about_the_pool(operation: str, kind: SignalKind) -> None:
    signal = signal_of(vm_event(verb_of(operation), operation))
    assert (signal.kind, signal.pool, signal.node) == (kind, "private", None)


@pytest.mark.parametrize("result", ["Failure", "Cancel"])
@pytest.mark.parametrize("instance", ["3", None])
def test_an_operation_that_did_not_succeed_asks_for_a_look(result: str, instance: str | None) -> None:
    signal = signal_of(vm_event("Delete", "delete", instance, result))
    assert signal.kind is (SignalKind.VM_CHANGED if instance else SignalKind.POOL_CHANGED)


@pytest.mark.parametrize("instance", ["3", None])
def test_an_operation_of_another_provider_on_our_machine_asks_for_a_look(instance: str | None) -> None:
    """A lock or a diagnostic setting that is deleted is no machine that is deleted."""
    event = vm_event("Delete", "delete", instance)
    event["data"]["operationName"] = "Microsoft.Authorization/locks/delete"
    assert signal_of(event).kind is (SignalKind.VM_CHANGED if instance else SignalKind.POOL_CHANGED)


@pytest.mark.parametrize(
    "event", [vm_event("Delete", "delete", "3"), vm_event("Write", "write"), health_event(None, "3")]
)
def test_both_schemas_mean_the_same(event: Json) -> None:
    assert signal_of(as_cloud_event(event)) == signal_of(event)


def test_a_published_cloud_event_is_understood() -> None:
    event = sample("health_availability_status_changed.cloudevent") | {"subject": subject("3")}
    assert signal_of(event, now=datetime(2023, 7, 25, tzinfo=UTC)).kind is SignalKind.NODE_WELL


@pytest.mark.parametrize("change", [str.lower, str.upper, str.swapcase])
def test_casing_of_ids_and_operations_does_not_count(change: Callable[[str], str]) -> None:
    event = vm_event("Delete", "delete", "3")
    plain = signal_of(event)
    event["subject"] = change(event["subject"])
    event["data"]["operationName"] = change(event["data"]["operationName"])
    assert signal_of(event) == plain, "the node is named as the policy writes its set"


@pytest.mark.parametrize(
    "more", ["/providers/Microsoft.ResourceHealth/availabilityStatuses/current", "/extensions/x", "/"]
)
def test_what_belongs_to_a_machine_is_about_the_machine(more: str) -> None:
    event = vm_event("Action", "restart/action", "3")
    event["subject"] += more
    assert signal_of(event).node == f"{SET}_3"


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("2018-07-19T18:38:04.6117357Z", datetime(2018, 7, 19, 18, 38, 4, 611736, UTC)),
        ("2018-07-19T18:38:04.9999999Z", datetime(2018, 7, 19, 18, 38, 5, 0, UTC)),
        ("2018-07-19T19:24:12.763881Z", datetime(2018, 7, 19, 19, 24, 12, 763881, UTC)),
        ("2018-07-19T19:24:12Z", datetime(2018, 7, 19, 19, 24, 12, 0, UTC)),
        ("2018-07-19T21:24:12+02:00", datetime(2018, 7, 19, 19, 24, 12, 0, UTC)),
    ],
)
def test_times_are_read_with_all_their_digits_and_kept_in_utc(written: str, means: datetime) -> None:
    now = datetime(2018, 7, 19, 20, tzinfo=UTC)
    signal = signal_of(vm_event("Delete", "delete", "3") | {"eventTime": written}, now)
    assert (signal.occurred_at, signal.heard_at) == (means, now)
    assert signal.occurred_at.utcoffset() == now.utcoffset()
    assert abs((signal.occurred_at - means).total_seconds()) < 1e-6


def test_a_time_that_the_worker_has_parsed_already_is_taken() -> None:
    assert signal_of(vm_event("Write", "write") | {"eventTime": NOW}).occurred_at == NOW


def test_a_signal_says_where_it_comes_from_and_who_did_it() -> None:
    event = done_by(vm_event("Delete", "delete", "3"), principal="B", app="A", object_id="C")
    signal = signal_of(event)
    assert (signal.source, signal.event_id, signal.by) == (Source.EVENT_GRID, event["id"], "a")
    assert signal_of(done_by(event)).by is None


@pytest.mark.parametrize("where", ["principal", "app", "object_id"])
@pytest.mark.parametrize("written", [OURS, OURS.lower(), OURS.replace("-", "")])
@pytest.mark.parametrize("ours", [OURS, OURS.lower()])
def test_what_we_did_ourselves_is_an_echo(where: str, written: str, ours: str) -> None:
    event = done_by(vm_event("Delete", "delete", "3"), **{where: written})
    found = heard(event, "another", ours)
    assert (found.ear, found.cluster, found.signal) == (Ear.ECHO, "prod", None)
    assert heard(event).ear is Ear.SIGNAL, "nobody said who we are"


@pytest.mark.parametrize("result", ["Failure", "Cancel"])
def test_our_own_failure_is_an_echo_too(result: str) -> None:
    event = done_by(vm_event("Write", "write", None, result), app=OURS)
    assert heard(event, OURS.lower()).ear is Ear.ECHO


def test_what_somebody_else_did_is_no_echo() -> None:
    event = done_by(vm_event("Delete", "delete", "3"), principal="theirs", app="", object_id="theirs")
    assert heard(event, OURS.lower(), "").ear is Ear.SIGNAL


@pytest.mark.parametrize(
    "other",
    [
        subject("3", group="another"),
        subject("3", scale_set="another"),
        subject("3", scale_set=SET + "2"),
        subject("3").replace("/subscriptions/0", "/subscriptions/1"),
        subject().replace("virtualMachineScaleSets", "virtualMachines"),
        subject().replace("Microsoft.Compute", "Microsoft.Storage"),
        "/subscriptions/0/resourceGroups/acs-prod",
        "x" + subject("3"),
        "something else",
    ],
)
def test_what_is_about_no_pool_of_the_policy_is_not_ours(other: str) -> None:
    found = heard(vm_event("Delete", "delete", "3") | {"subject": other}, OURS.lower())
    assert (found.ear, found.cluster, found.subject, found.signal) == (Ear.NOT_OURS, "", other, None)


def test_an_event_goes_to_the_cluster_and_pool_that_own_the_set() -> None:
    public = pool_policy(name="public", scale_set="dcos-agent-public")
    both = policy(cluster_policy(pool_policy(), public), cluster_policy(name="dev", resource_group="acs-dev"))
    for where, owner in (
        (subject("3", scale_set="dcos-agent-public"), ("prod", "public", "dcos-agent-public_3")),
        (subject("3", group="acs-dev"), ("dev", "private", f"{SET}_3")),
    ):
        (one,) = hear(vm_event("Delete", "delete", "3") | {"subject": where}, both, frozenset(), NOW)
        found = one.signal
        assert found is not None
        assert (found.cluster, found.pool, found.node) == owner
