"""Alerts as their senders write them: the samples, and small ones about a machine of ours.

notification(alert(instance="10.0.0.3:9100"))     one of Alertmanager
metric(subject("3"))                              one of Azure Monitor about an instance
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from shared.model.signals import Signal
from shared.policy.alerts import Alerts as AlertPolicy
from shared.policy.schema import Policy
from shared.signals.alert import Alerts
from shared.signals.alertmanager import hear_alertmanager
from shared.signals.azure_monitor import hear_azure_monitor
from tests.builders import NOW, cluster_policy, policy
from tests.signals.events import DATA

type Json = dict[str, Any]

OURS = "0f0f0f0f-1111-2222-3333-444444444444"
BEGUN = (NOW - timedelta(minutes=3)).isoformat()


def sample(file: str) -> Json:
    read: Json = json.loads((DATA / "alerts" / f"{file}.json").read_text())
    return read


def alert(
    status: str = "firing", starts: str = BEGUN, ends: str = "0001-01-01T00:00:00Z", **labels: str
) -> Json:
    return {
        "status": status,
        "labels": {"alertname": "MesosAgentDown", "severity": "critical", **labels},
        "annotations": {},
        "startsAt": starts,
        "endsAt": ends,
        "generatorURL": "http://prometheus.example/graph",
        "fingerprint": "-".join(sorted(labels.values()))[:16] or "none",
    }


def notification(*alerts: Json, **other: Any) -> Json:
    return {"version": "4", "status": "firing", "receiver": "hook", "alerts": list(alerts), **other}


def understood(**alerts: Any) -> Policy:
    """One cluster that says this of alerts."""
    return policy(cluster_policy(alerts=AlertPolicy(**alerts)))


def heard(payload: object, rules: Policy | None = None) -> Alerts:
    """What Alertmanager's payload means."""
    return hear_alertmanager(json.dumps(payload).encode(), rules or policy(), NOW)


def told(payload: object, rules: Policy | None = None) -> Alerts:
    """What Azure Monitor's payload means."""
    return hear_azure_monitor(json.dumps(payload).encode(), rules or policy(), frozenset({OURS}), NOW)


def signals(alerts: Alerts) -> list[Signal]:
    return [one.signal for one in alerts.heard if one.signal is not None]


def whys(alerts: Alerts) -> list[str]:
    return [one.why for one in alerts.heard if one.signal is None]


def azure(service: str, *targets: str, **context: Any) -> Json:
    """An alert in the common schema."""
    essentials = {
        "alertId": "/subscriptions/s/providers/Microsoft.AlertsManagement/alerts/a1",
        "alertRule": "a-rule",
        "severity": "Sev1",
        "signalType": "Metric",
        "monitorCondition": "Fired",
        "monitoringService": service,
        "alertTargetIDs": list(targets),
        "configurationItems": [],
        "firedDateTime": BEGUN,
        "essentialsVersion": "1.0",
        "alertContextVersion": "1.0",
    }
    data = {"essentials": essentials, "alertContext": context}
    return {"schemaId": "azureMonitorCommonAlertSchema", "data": data}


def metric(*targets: str, **dimensions: str) -> Json:
    named = [{"name": name, "value": value} for name, value in dimensions.items()]
    return azure("Platform", *targets, condition={"windowSize": "PT5M", "allOf": [{"dimensions": named}]})


def with_essentials(payload: Json, **changes: Any) -> Json:
    payload["data"]["essentials"] |= changes
    return payload
