"""Kinds of Azure Monitor alerts whose subject stands in an unusual place, or that have none of ours.

The forms are those that Azure publishes for its test actions (MicrosoftDocs/azure-monitor-docs
alerts-payload-samples.md), cut down to what is read.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from shared.model.signals import SignalKind
from shared.signals.azure_monitor import hear_azure_monitor
from shared.signals.event_grid import Ear
from tests.builders import NOW, SET, policy
from tests.signals.alerts import OURS, Json, azure, metric, signals, told, whys, with_essentials
from tests.signals.events import flexible, subject

GROUP = "/subscriptions/11111111-1111-1111-1111-111111111111/resourcegroups/test-RG/providers"
SETTING = f"{GROUP}/microsoft.insights/autoscalesettings/a-setting"
WORKSPACE = f"{GROUP}/microsoft.operationalinsights/workspaces/a-workspace"
APPLICATION = f"{GROUP}/microsoft.insights/components/an-application"


def autoscale(**context: Any) -> Json:
    properties = {"resourceName": subject(), "oldInstancesCount": "9", "newInstancesCount": "8"}
    context = {"eventSource": "Autoscale", "status": "Succeeded", "properties": properties, **context}
    return with_essentials(azure("Activity Log - Autoscale", SETTING, **context), signalType="Activity Log")


def test_autoscale_names_the_set_among_its_properties() -> None:
    (signal,) = signals(told(autoscale()))
    assert (signal.kind, signal.pool, signal.node) == (SignalKind.POOL_RESIZED, "private", None)


def test_what_autoscale_only_tried_is_a_look_and_no_new_size() -> None:
    (signal,) = signals(told(autoscale(status="Failed")))
    assert (signal.kind, signal.pool) == (SignalKind.POOL_CHANGED, "private")


def test_autoscale_of_another_set_is_not_ours() -> None:
    alerts = told(autoscale(properties={"resourceName": subject().replace(SET, "another")}))
    assert (signals(alerts), len(whys(alerts))) == ([], 1)


def smart() -> Json:
    context = {"DetectionSummary": "slower", "SmartDetectorId": "DependencyPerformanceDegradationDetector"}
    payload = azure("SmartDetector", APPLICATION, **context)
    return with_essentials(payload, signalType="Log", configurationItems=["an-application"])


COSTS = dict.fromkeys(
    ("alertRule", "severity", "signalType", "monitorCondition", "alertTargetIDs", "originAlertId")
)


def budget() -> Json:
    context = {"AlertCategory": "budgets", "AlertData": {"BudgetName": "ours", "Scope": "/subscriptions/s/"}}
    return with_essentials(azure("CostAlerts", **context), configurationItems=["budgets"], **COSTS)


OLD_BUDGET = {"schemaId": "AIP Budget Notification", "data": {"BudgetName": "ours", "Budget": "10000"}}
SECURITY = azure(
    "Activity Log - Security",
    subject("3"),
    eventSource="Security",
    properties={"resourceType": "Virtual Machine", "compromisedEntity": "testVM"},
)


@pytest.mark.parametrize("payload", [smart(), budget(), OLD_BUDGET, SECURITY])
def test_what_is_about_applications_money_or_viruses_is_no_machine_s_trouble(payload: Json) -> None:
    alerts = told(payload)
    assert (signals(alerts), [one.ear for one in alerts.heard]) == ([], [Ear.NOT_OURS])


def logged(*items: str, **context: Any) -> Json:
    payload = azure("Log Analytics", WORKSPACE, SearchQuery="Heartbeat", **context)
    return with_essentials(payload, signalType="Log", configurationItems=list(items))


def test_the_first_version_of_log_alerts_names_machines_apart_from_its_condition() -> None:
    (by_dimension,) = signals(told(logged(Dimensions=[{"name": "Computer", "value": "agent-3"}])))
    (by_item,) = signals(told(logged("agent-3", AffectedConfigurationItems=["agent-3"])))
    (by_context,) = signals(told(logged(AffectedConfigurationItems=["agent-3"])))
    assert {one.about for one in (by_dimension, by_item, by_context)} == {"agent-3"}


@pytest.mark.parametrize("payload", [logged("a-workspace"), logged()])
def test_a_log_alert_that_knows_no_machine_names_its_workspace_and_is_not_ours(payload: Json) -> None:
    assert signals(told(payload)) == []


def test_managed_prometheus_may_name_the_machine_by_its_resource() -> None:
    labels = {"alertname": "NodeDown", "microsoft.resourceid": subject("3").lower(), "job": "node"}
    payload = azure(
        "Prometheus", f"{GROUP}/microsoft.monitor/accounts/a", labels=labels, expressionValue="NaN"
    )
    assert [one.node for one in signals(told(payload))] == [f"{SET}_3"]


def test_every_dimension_of_several_criteria_counts() -> None:
    payload = metric(subject(), Cpu="total")
    payload["data"]["alertContext"]["condition"]["allOf"].append(
        {"dimensions": [{"name": "VMName", "value": f"{SET}_7"}]}
    )
    assert [one.node for one in signals(told(payload))] == [f"{SET}_7"]


def test_our_own_operation_is_known_by_its_claims_too() -> None:
    claims = json.dumps({"appid": OURS.upper(), "ver": "1.0"})
    payload = azure("Activity Log - Administrative", subject("3"), caller="somebody@example", claims=claims)
    assert [one.ear for one in told(payload).heard] == [Ear.ECHO]
    other = azure("Activity Log - Administrative", subject("3"), caller="somebody@example", claims="{}")
    assert [one.kind for one in signals(told(other))] == [SignalKind.VM_CHANGED]


def test_a_machine_that_is_only_named_like_the_pool_s_asks_for_a_look() -> None:
    (ours,) = signals(told(metric(flexible(f"{SET}_0a1b2c3d"))))
    (guess,) = signals(told(metric(flexible(f"{SET}_jumphost-1"))))
    assert (ours.kind, ours.about) == (SignalKind.NODE_UNWELL, f"{SET}_0a1b2c3d")
    assert (guess.kind, guess.about) == (SignalKind.VM_CHANGED, f"{SET}_jumphost-1")


def test_a_clock_that_is_ahead_does_not_make_a_repeat_another_alert() -> None:
    payload = with_essentials(metric(subject("3")), firedDateTime=(NOW + timedelta(seconds=5)).isoformat())
    body = json.dumps(payload).encode()
    first, later = (
        signals(hear_azure_monitor(body, policy(), frozenset(), now))[0]
        for now in (NOW, NOW + timedelta(hours=1))
    )
    assert (first.occurred_at, first.event_id) == (NOW, later.event_id)
