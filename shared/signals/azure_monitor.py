"""Azure Monitor: alerts in the common schema, of every kind of rule.

    metric (static, dynamic), availability     fire and resolve; dimensions count as labels
    log search (v1, v2)                        the same; the machines are in dimensions or in `configurationItems`
    Prometheus rule groups                     labels like Alertmanager's
    resource health                            always "Fired": `currentHealthStatus` says whether it is well again
    service health                             about a subscription; `stage` says whether it is over
    activity log, autoscale                    tell of an operation and not of an illness: they ask for a look
    smart detection, costs                     about applications and money: of no machine

Names and types of fields differ between Azure's own samples (`Resource Health` and `ResourceHealth`, numbers and
texts), so a kind is known by what its context holds and not by its label alone. Other payload forms, from before the
common schema, are poison with a word on how to switch it on.
Source: MicrosoftDocs/azure-monitor-docs alerts-common-schema.md and alerts-payload-samples.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from shared.errors import Poison
from shared.model.signals import Source
from shared.policy.schema import Policy

from .alert import (
    MOST_LABELS,
    Alert,
    Alerts,
    Tone,
    digest,
    labels_of,
    list_at,
    mapping_at,
    read_json,
    severity_of,
    text_at,
    time_of,
    written,
)
from .alert_targets import place
from .event_grid import Ear, Heard
from .event_grid.operations import actors, is_us

WHAT = "alert of Azure Monitor in the common schema"
MOST_TARGETS = 100

_OVER = frozenset({"resolved", "complete", "completed", "canceled", "cancelled", "rca"})
_BUDGET = "aip budget notification"
_COSTS = "it tells of costs, which stop no machine"
# Services of Azure without which agents do not run (azure service names, as in `impactedServices`).
_NEEDED = ("virtual machine", "storage", "network", "load balancer", "managed disk", "resource manager")


class Kind(StrEnum):
    CONDITION = "condition"
    PROMETHEUS = "prometheus"
    RESOURCE_HEALTH = "resource_health"
    SERVICE_HEALTH = "service_health"
    AUTOSCALE = "autoscale"
    OPERATION = "operation"
    SMART = "smart"
    COSTS = "costs"


def hear_azure_monitor(body: bytes, policy: Policy, own: frozenset[str], now: datetime) -> Alerts:
    """What an alert means. `own` are our own object and application ids, lower case. Raises `Poison` alone."""
    payload = read_json(body, WHAT)
    data = mapping_at(payload, "data")
    essentials, context = mapping_at(data, "essentials"), mapping_at(data, "alertContext")
    schema = text_at(payload, "schemaId") or "none"
    if not essentials and schema.lower() == _BUDGET:
        name = text_at(data, "BudgetName")
        return Alerts((Heard(Ear.NOT_OURS, "", name, _COSTS, digest(name)),))
    if not essentials:
        raise Poison(
            f"this is no {WHAT}: it has no data.essentials (schemaId: {schema}); "
            "switch the common alert schema on in the action group's receiver"
        )
    kind = _kind(essentials, context)
    condition = text_at(essentials, "monitorCondition").lower()
    if condition not in {"fired", "resolved"} and kind is not Kind.COSTS:
        raise Poison(f"this is no {WHAT}: its monitorCondition is {condition!r}, neither Fired nor Resolved")
    alert = _alert(kind, essentials, context, now)
    why = _why_nothing(kind, context)
    if why:
        return Alerts((Heard(Ear.NOT_OURS, "", alert.name, why, alert.id),))
    if kind is Kind.OPERATION and is_us(_actors(context), own):
        return Alerts((Heard(Ear.ECHO, "", alert.name, "we did it ourselves", alert.id),))
    return Alerts(place(alert, policy, now))


def _alert(kind: Kind, essentials: Mapping[str, Any], context: Mapping[str, Any], now: datetime) -> Alert:
    name = text_at(essentials, "alertRule") or text_at(context, "AlertData", "BudgetName")
    tone = _tone(kind, essentials, context)
    fired = time_of(essentials.get("firedDateTime"))
    resolved = time_of(essentials.get("resolvedDateTime")) if tone is Tone.WELL else None
    given = text_at(essentials, "alertId") or text_at(essentials, "originAlertId")
    labels = _labels(kind, context)
    is_log = kind is Kind.CONDITION and _is_log(essentials)
    return Alert(
        source=Source.AZURE_MONITOR,
        id=digest(given or name, fired.isoformat() if fired else ""),
        name=name,
        tone=tone,
        at=min(resolved or fired or now, now),
        severity=severity_of(text_at(essentials, "severity")),
        labels=labels_of(labels),
        targets=_targets(kind, essentials, context, labels),
        machines=_items(essentials, context) if is_log else (),
        names_by_label=kind is Kind.PROMETHEUS or is_log,
        by=text_at(context, "caller") or None,
    )


def _kind(essentials: Mapping[str, Any], context: Mapping[str, Any]) -> Kind:
    service = _plain(text_at(essentials, "monitoringService"))
    properties = mapping_at(context, "properties")
    if service == "costalerts" or "AlertCategory" in context:
        return Kind.COSTS
    if service == "smartdetector" or "SmartDetectorId" in context:
        return Kind.SMART
    if "resourcehealth" in service or "currentHealthStatus" in properties:
        return Kind.RESOURCE_HEALTH
    if "servicehealth" in service or "incidentType" in properties:
        return Kind.SERVICE_HEALTH
    if "autoscale" in service or "newInstancesCount" in properties:
        return Kind.AUTOSCALE
    if "prometheus" in service or "ruleGroup" in context:
        return Kind.PROMETHEUS
    if "activitylog" in service or _plain(text_at(essentials, "signalType")) == "activitylog":
        return Kind.OPERATION
    return Kind.CONDITION


def _tone(kind: Kind, essentials: Mapping[str, Any], context: Mapping[str, Any]) -> Tone:
    """Alerts about the activity log always say Fired; whether something is over stands in their context. What autoscale
    only tried is a look: a new size may mean that somebody wants fewer machines."""
    over = text_at(essentials, "monitorCondition").lower() == "resolved"
    if kind is Kind.AUTOSCALE:
        return Tone.RESIZED if text_at(context, "status").lower() in {"", "succeeded"} else Tone.CHANGED
    if kind is Kind.OPERATION:
        return Tone.CHANGED
    if kind is Kind.RESOURCE_HEALTH:
        status = text_at(context, "properties", "currentHealthStatus").lower()
        if status == "unknown" and not over:
            return Tone.CHANGED
        over = over or status == "available"
    if kind is Kind.SERVICE_HEALTH:
        stage = text_at(context, "properties", "stage") or text_at(context, "status")
        over = over or stage.lower() in _OVER
    return Tone.WELL if over else Tone.UNWELL


def _why_nothing(kind: Kind, context: Mapping[str, Any]) -> str:
    """Why an alert of this kind says nothing about machines; empty when it may."""
    properties = mapping_at(context, "properties")
    if kind is Kind.COSTS:
        return _COSTS
    if kind is Kind.SERVICE_HEALTH:
        incident = text_at(properties, "incidentType").lower()
        if incident not in {"", "incident", "maintenance"}:
            return f"service health tells of {incident}, which stops no machine"
        impacted = _impacted(properties.get("impactedServices"))
        if impacted and not any(service in impacted for service in _NEEDED):
            return "service health tells of services that agents do not need"
    source = _plain(text_at(context, "eventSource"))
    if kind is Kind.OPERATION and source in {"policy", "security", "recommendation"}:
        return f"it is an entry of {source} in the activity log"
    return ""


def _impacted(services: object) -> str:
    """Names of services, lower case: the field is a list of objects, or JSON in a text."""
    if isinstance(services, str):
        return services[:100_000].lower()
    listed = services[:MOST_TARGETS] if isinstance(services, list) else []
    return " ".join(text_at(one, "ServiceName") or written(one) for one in listed).lower()


def _labels(kind: Kind, context: Mapping[str, Any]) -> Sequence[tuple[object, object]]:
    """Labels of a Prometheus rule, or dimensions of a metric or log rule; those of log search v1 stand apart."""
    if kind is Kind.PROMETHEUS:
        return list(mapping_at(context, "labels").items())[:MOST_LABELS]
    lists = [
        list_at(one, "dimensions")
        for one in list_at(mapping_at(context, "condition"), "allOf")[:MOST_TARGETS]
    ]
    return [
        (dimension.get("name"), dimension.get("value"))
        for dimensions in (*lists, list_at(context, "Dimensions"))
        for dimension in dimensions[:MOST_TARGETS]
        if isinstance(dimension, Mapping)
    ]


def _targets(
    kind: Kind,
    essentials: Mapping[str, Any],
    context: Mapping[str, Any],
    labels: Iterable[tuple[object, object]],
) -> tuple[str, ...]:
    """What the rule watches. A log rule watches a workspace and tells the machine in a dimension, and autoscale watches
    its own setting and tells the set among the properties."""
    told = [value for name, value in labels if written(name).lower().endswith("resourceid")]
    if kind is Kind.AUTOSCALE:
        told.append(mapping_at(context, "properties").get("resourceName"))
    listed = [*told[:MOST_TARGETS], *list_at(essentials, "alertTargetIDs")[:MOST_TARGETS]]
    return tuple(id for id in map(written_id, listed) if id.startswith("/"))


def _items(essentials: Mapping[str, Any], context: Mapping[str, Any]) -> tuple[str, ...]:
    """Machines that a log rule lists. Where it knows none it lists what it watches, which is no machine."""
    watched = {written_id(id).rpartition("/")[2].lower() for id in list_at(essentials, "alertTargetIDs")}
    listed = [*list_at(essentials, "configurationItems"), *list_at(context, "AffectedConfigurationItems")]
    items = dict.fromkeys(written(item) for item in listed[:MOST_TARGETS])
    return tuple(item for item in items if item and item.lower() not in watched)


def _actors(context: Mapping[str, Any]) -> frozenset[str]:
    """Who did it. The claims are JSON in a text."""
    claims = context.get("claims")
    if isinstance(claims, str):
        try:
            claims = msgspec.json.decode(claims)
        except (msgspec.MsgspecError, RecursionError, UnicodeError):
            claims = None
    told = actors({"authorization": context.get("authorization"), "claims": claims})
    return told | {text_at(context, "caller").lower()}


def _is_log(essentials: Mapping[str, Any]) -> bool:
    service, signal = text_at(essentials, "monitoringService"), text_at(essentials, "signalType")
    return _plain(signal) == "log" or _plain(service).startswith("logalerts")


def written_id(value: object) -> str:
    """A resource id; they are longer than other texts."""
    return value if isinstance(value, str) and len(value) <= 2000 and value.isprintable() else ""


def _plain(text: str) -> str:
    """Without case, spaces and hyphens, which differ from sample to sample."""
    return "".join(char for char in text.lower() if char.isalnum())
