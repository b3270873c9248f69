"""What alerts of Azure Monitor mean, of every kind of rule and in every spelling."""

from __future__ import annotations

from typing import Any

import pytest

from shared.errors import Poison
from shared.model.signals import Severity, SignalKind, Source
from shared.policy.alerts import AlertRule, Meaning
from shared.signals.azure_monitor import hear_azure_monitor
from shared.signals.event_grid import Ear
from tests.builders import GROUP, NOW, SET, SUBSCRIPTION, policy
from tests.signals.alerts import (
    BEGUN,
    OURS,
    Json,
    azure,
    metric,
    sample,
    signals,
    told,
    understood,
    whys,
    with_essentials,
)
from tests.signals.events import subject

WORKSPACE = "/subscriptions/s/resourcegroups/g/providers/microsoft.operationalinsights/workspaces/w"
JUMP_HOST = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}/providers/Microsoft.Compute/virtualMachines/jump"
)


def dynamic(*targets: str) -> Json:
    payload = metric(*targets)
    payload["data"]["alertContext"]["conditionType"] = "DynamicThresholdCriteria"
    payload["data"]["alertContext"]["condition"]["allOf"][0] |= {
        "alertSensitivity": "Low",
        "threshold": "0.3",
    }
    return payload


@pytest.mark.parametrize("payload", [metric, dynamic])
@pytest.mark.parametrize("spelt", [str, str.lower, str.upper])
def test_a_metric_alert_on_an_instance_is_about_the_node(payload: Any, spelt: Any) -> None:
    (signal,) = signals(told(payload(spelt(subject("3")))))
    assert (signal.kind, signal.pool, signal.node) == (SignalKind.NODE_UNWELL, "private", f"{SET}_3")
    assert (signal.source, signal.what, signal.severity) == (
        Source.AZURE_MONITOR,
        "a-rule",
        Severity.CRITICAL,
    )
    assert signal.occurred_at.isoformat() == BEGUN


def test_a_metric_alert_on_the_set_is_about_the_pool() -> None:
    (signal,) = signals(told(metric(subject())))
    assert (signal.kind, signal.pool, signal.node) == (SignalKind.POOL_UNWELL, "private", None)


def test_a_dimension_names_the_machine_of_a_set() -> None:
    (signal,) = signals(told(metric(subject(), VMName=f"{SET}_7")))
    assert (signal.kind, signal.node) == (SignalKind.NODE_UNWELL, f"{SET}_7")


def test_an_instance_of_a_flexible_set_is_found_by_its_name() -> None:
    machine = f"{JUMP_HOST.rpartition('/')[0]}/{SET}_0a1b2c3d"
    (signal,) = signals(told(metric(machine.lower())))
    assert (signal.kind, signal.pool, signal.about) == (
        SignalKind.NODE_UNWELL,
        "private",
        f"{SET}_0a1b2c3d".lower(),
    )


def test_several_targets_are_several_hints() -> None:
    found = signals(told(metric(subject("3"), subject("4"), subject("3").upper(), JUMP_HOST)))
    assert [one.node for one in found] == [f"{SET}_3", f"{SET}_4"]
    assert len({one.event_id for one in found}) == 2


def test_a_resolved_alert_says_that_the_node_is_well() -> None:
    payload = with_essentials(
        metric(subject("3")), monitorCondition="Resolved", resolvedDateTime=NOW.isoformat()
    )
    (signal,) = signals(told(payload))
    assert (signal.kind, signal.occurred_at) == (SignalKind.NODE_WELL, NOW)


def test_firing_again_is_the_same_hint_and_the_end_another() -> None:
    ids = [signals(told(metric(subject("3"))))[0].event_id for _ in range(2)]
    ended = signals(told(with_essentials(metric(subject("3")), monitorCondition="Resolved")))[0].event_id
    assert ids[0] == ids[1] != ended


@pytest.mark.parametrize("service", ["Log Alerts V2", "LogAlertsV2", "log alerts v2"])
def test_a_log_alert_names_the_machine_in_a_dimension_or_an_item(service: str) -> None:
    payload = with_essentials(
        metric(WORKSPACE, Computer="agent-3"), monitoringService=service, signalType="Log"
    )
    assert [one.about for one in signals(told(payload))] == ["agent-3"]
    bare = with_essentials(metric(WORKSPACE), monitoringService=service, configurationItems=["a-1", "a-2"])
    assert [one.about for one in signals(told(bare))] == ["a-1", "a-2"]


def test_a_log_alert_names_the_machine_by_a_resource_id() -> None:
    payload = metric(WORKSPACE, _ResourceId=subject("3").lower())
    assert [one.node for one in signals(told(payload))] == [f"{SET}_3"]


def test_a_prometheus_rule_has_labels() -> None:
    context = sample("prometheus_context_only")["alertContext"]
    context["labels"] |= {"cluster": "prod", "instance": "10.0.0.4:9100", "severity": "critical"}
    (signal,) = signals(told(azure("Prometheus", WORKSPACE, **context)))
    assert (signal.kind, signal.about) == (SignalKind.NODE_UNWELL, "10.0.0.4")


@pytest.mark.parametrize("service", ["Resource Health", "ResourceHealth", "resourcehealth", "?"])
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("Unavailable", SignalKind.NODE_UNWELL),
        ("Degraded", SignalKind.NODE_UNWELL),
        ("Unknown", SignalKind.VM_CHANGED),
        ("Available", SignalKind.NODE_WELL),
    ],
)
def test_resource_health_says_itself_whether_it_is_over(service: str, status: str, kind: SignalKind) -> None:
    payload = sample("resource_health_fired")
    payload["data"]["alertContext"]["properties"]["currentHealthStatus"] = status
    with_essentials(payload, monitoringService=service, alertTargetIDs=[subject("3")])
    (signal,) = signals(told(payload))
    assert (signal.kind, signal.node, signal.severity) == (kind, f"{SET}_3", Severity.INFO)


def service_health(**properties: Any) -> Json:
    payload = azure("ServiceHealth", f"/subscriptions/{SUBSCRIPTION.upper()}", properties=properties)
    del payload["data"]["essentials"]["configurationItems"]
    return payload


SERVICES = '[{"ImpactedRegions":[{"RegionName":"West US"}],"ServiceName":"Virtual Machine Scale Sets"}]'


@pytest.mark.parametrize("services", [SERVICES, [{"ServiceName": "Virtual Machines"}], None])
@pytest.mark.parametrize(
    ("stage", "kind"), [("Active", SignalKind.CLUSTER_UNWELL), ("Resolved", SignalKind.CLUSTER_WELL)]
)
def test_service_health_is_about_the_clusters_of_a_subscription(
    services: Any, stage: str, kind: SignalKind
) -> None:
    (signal,) = signals(told(service_health(incidentType="Incident", stage=stage, impactedServices=services)))
    assert (signal.kind, signal.cluster, signal.pool) == (kind, "prod", None)


@pytest.mark.parametrize(
    "properties",
    [
        {"incidentType": "Informational", "stage": "Active"},
        {"incidentType": "Security", "stage": "Active"},
        {
            "incidentType": "Incident",
            "stage": "Active",
            "impactedServices": '[{"ServiceName":"Bot Service"}]',
        },
    ],
)
def test_service_health_that_stops_no_machine_is_left_alone(properties: dict[str, Any]) -> None:
    alerts = told(service_health(**properties))
    assert (signals(alerts), len(whys(alerts))) == ([], 1)


@pytest.mark.parametrize("signal_type", ["Activity Log", "ActivityLog"])
@pytest.mark.parametrize(
    ("instance", "kind"), [("3", SignalKind.VM_CHANGED), (None, SignalKind.POOL_CHANGED)]
)
def test_an_operation_in_the_activity_log_asks_for_a_look(
    signal_type: str, instance: str | None, kind: SignalKind
) -> None:
    payload = azure("Activity Log - Administrative", subject(instance), caller="somebody", status="Succeeded")
    (signal,) = signals(told(with_essentials(payload, signalType=signal_type)))
    assert (signal.kind, signal.by) == (kind, "somebody")


def test_our_own_operation_is_an_echo() -> None:
    alerts = told(azure("Activity Log - Administrative", subject("3"), caller=OURS.upper()))
    assert [one.ear for one in alerts.heard] == [Ear.ECHO]


def test_autoscale_says_that_the_pool_has_another_size() -> None:
    properties = {"oldInstancesCount": "3", "newInstancesCount": "4", "resourceName": SET}
    (signal,) = signals(told(azure("Activity Log - Autoscale", subject(), properties=properties)))
    assert (signal.kind, signal.pool) == (SignalKind.POOL_RESIZED, "private")


def test_machines_in_no_pool_are_not_ours_whatever_the_dimensions_say() -> None:
    alerts = told(metric(JUMP_HOST, VMName=f"{SET}_3"))
    assert (signals(alerts), whys(alerts)) == ([], ["it is about machines that are in no pool of the policy"])


@pytest.mark.parametrize("file", ["metric_static_fired", "metric_static_resolved", "log_alerts_v2_fired"])
def test_published_samples_about_other_resources_destroy_nothing(file: str) -> None:
    assert all(one.about and one.node is None for one in signals(told(sample(file))))


def test_a_rule_of_the_policy_gives_an_alert_about_a_service_its_meaning() -> None:
    storage = understood(rules=(AlertRule(name="storage", alert="test-metric*", means=Meaning.CLUSTER),))
    (signal,) = signals(told(sample("metric_static_fired"), storage))
    assert (signal.kind, signal.what) == (SignalKind.CLUSTER_UNWELL, "test-metricAlertRule")


@pytest.mark.parametrize("word", ["Sev0", "Sev1", "Sev2", "Sev3", "Sev4", "Sev9", None, 7])
def test_any_severity_has_a_meaning(word: Any) -> None:
    (signal,) = signals(told(with_essentials(metric(subject("3")), severity=word)))
    known = {
        "Sev0": Severity.CRITICAL,
        "Sev1": Severity.CRITICAL,
        "Sev3": Severity.INFO,
        "Sev4": Severity.INFO,
    }
    assert signal.severity is known.get(word, Severity.WARNING)


def test_missing_and_strange_fields_only_make_it_less_exact() -> None:
    payload = metric(subject("3"))
    for name in (
        "alertId",
        "alertRule",
        "severity",
        "firedDateTime",
        "configurationItems",
        "monitoringService",
    ):
        del payload["data"]["essentials"][name]
    payload["data"]["essentials"]["alertTargetIDs"] = subject("3")
    payload["data"]["alertContext"] = None
    (signal,) = signals(told(payload))
    assert (signal.kind, signal.node, signal.occurred_at) == (SignalKind.NODE_UNWELL, f"{SET}_3", NOW)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"not json", "it is not JSON"),
        (b"[1]", "it is no object but list"),
        (b'{"schemaId": "AzureMonitorMetricAlert", "data": {}}', "switch the common alert schema on"),
        (b'{"data": {"essentials": {"monitorCondition": "Perhaps"}}}', "neither Fired nor Resolved"),
        (b"[" * 200_000, "it is not JSON"),
    ],
)
def test_what_is_no_alert_in_the_common_schema_is_poison(body: bytes, why: str) -> None:
    with pytest.raises(Poison, match=why):
        hear_azure_monitor(body, policy(), frozenset(), NOW)
