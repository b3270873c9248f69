"""The page tells what alerts and DC/OS's health become: every kind and topic of it, as it really is."""

from __future__ import annotations

from typing import Any

import pytest

from shared.firehose.body import FORMS
from shared.model.complaints import Topic
from shared.model.signals import SignalKind
from shared.signals.alert_rows import ALERTMANAGER, AZURE_MONITOR, HEALTH
from shared.signals.azure_monitor import Kind
from shared.signals.page import page
from tests.builders import SUBSCRIPTION
from tests.signals.alerts import (
    OURS,
    Json,
    alert,
    azure,
    heard,
    metric,
    notification,
    signals,
    told,
    with_essentials,
)
from tests.signals.events import subject

OVER = {"monitorCondition": "Resolved"}
LABELS = {"pool": "private", "host": "10.0.0.4"}


def resource_health(status: str, instance: str | None = "3") -> Json:
    return azure("Resource Health", subject(instance), properties={"currentHealthStatus": status})


def service_health(stage: str, incident: str = "Incident") -> Json:
    properties = {"incidentType": incident, "stage": stage}
    return azure("ServiceHealth", f"/subscriptions/{SUBSCRIPTION}", properties=properties)


def operation(instance: str | None = "3", **context: Any) -> Json:
    return azure("Activity Log - Administrative", subject(instance), **context)


def autoscale(status: str) -> Json:
    return azure("Activity Log - Autoscale", properties={"resourceName": subject()}, status=status)


def prometheus(**essentials: str) -> Json:
    payload = azure("Prometheus", labels={"cluster": "prod", **LABELS}, ruleGroup="/g")
    return with_essentials(payload, **essentials)


ONE_OF_EACH: dict[Kind, list[Json]] = {
    Kind.CONDITION: [
        metric(subject("3")),
        metric(subject()),
        with_essentials(metric(subject("3")), **OVER),
        with_essentials(metric(subject()), **OVER),
    ],
    Kind.PROMETHEUS: [
        prometheus(),
        prometheus(**OVER),
        azure("Prometheus", labels={"cluster": "prod", "pool": "private"}),
        with_essentials(azure("Prometheus", labels={"cluster": "prod", "pool": "private"}), **OVER),
    ],
    Kind.RESOURCE_HEALTH: [
        resource_health(status, instance)
        for status in ("Unavailable", "Degraded", "Available", "Unknown")
        for instance in ("3", None)
    ],
    Kind.SERVICE_HEALTH: [
        service_health("Active"),
        service_health("Resolved"),
        service_health("Active", "Security"),
    ],
    Kind.OPERATION: [operation(), operation(None), operation(caller=OURS), operation(eventSource="Policy")],
    Kind.AUTOSCALE: [autoscale("Succeeded"), autoscale("Failed")],
    Kind.SMART: [
        azure("SmartDetector", "/subscriptions/s/resourcegroups/g/providers/microsoft.insights/components/a")
    ],
    Kind.COSTS: [azure("CostAlerts", AlertCategory="budgets")],
}


@pytest.mark.parametrize("kind", Kind)
def test_each_kind_of_azure_monitor_becomes_what_the_page_says(kind: Kind) -> None:
    became = {one.kind for payload in ONE_OF_EACH[kind] for one in signals(told(payload))}
    listed = {each for row in AZURE_MONITOR[kind] for each in (*row.kinds, *row.on_set)}
    assert became == listed


def test_alerts_of_alertmanager_become_what_the_page_says() -> None:
    states = [
        alert(status, **labels)
        for status in ("firing", "resolved")
        for labels in ({"host": "a"}, {"pool": "private"})
    ]
    became = {one.kind for one in signals(heard(notification(*states)))}
    listed = {kind for row in ALERTMANAGER for kind in row.kinds}
    assert became == listed - {SignalKind.CLUSTER_UNWELL, SignalKind.CLUSTER_WELL}


def test_every_topic_of_health_and_every_form_of_metrics_is_on_the_page() -> None:
    assert set(HEALTH) == set(Topic)
    assert all(f"`{form}`" in page() for form in FORMS)
    assert all(f"| {row.type} |" in page() for rows in HEALTH.values() for row in rows)
