"""Alertmanager: the webhook payload of version 4, a group of alerts.

What misleads in it, and how it is read:

* A group fires while one of its alerts does; each alert has its own status, and that counts.
* `endsAt` of a firing alert is year 1, or a time in the future: it ends nothing.
* The same alert comes again each `repeat_interval`, whenever its group changes, and from each receiver that leads here.
  Its id is made of fingerprint and start as they are written, so it stays one hint.
* With `max_alerts` only the first alerts are listed and `truncatedAlerts` counts the others. One that is not in the
  list is not resolved. We read no more than `MOST_ALERTS`; what is beyond them counts like that.

Source: prometheus/alertmanager:docs/configuration.md (webhook_config), docs/notifications.md and
notify/webhook/webhook.go.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.errors import Poison
from shared.model.signals import Source
from shared.policy.schema import Policy

from .alert import (
    Alert,
    Alerts,
    Tone,
    digest,
    labels_of,
    mapping_at,
    read_json,
    severity_of,
    text_at,
    time_of,
)
from .alert_targets import place

WHAT = "notification of Alertmanager"
MOST_ALERTS = 10_000
"""Of one notification are read. The sender waits for its answer, and long before that all of them ask for one look."""


def hear_alertmanager(body: bytes, policy: Policy, now: datetime) -> Alerts:
    """What the alerts of one notification mean. Raises `Poison` alone."""
    payload = read_json(body, WHAT)
    listed = payload.get("alerts")
    if not isinstance(listed, list):
        raise Poison(f"this is no {WHAT}: it has no list of alerts")
    common = labels_of(mapping_at(payload, "commonLabels").items())
    group = text_at(payload, "status")
    spoiled: list[str] = []
    alerts: list[Alert] = []
    for number, raw in enumerate(listed[:MOST_ALERTS], 1):
        alert = _read(raw, group, common, now)
        if isinstance(alert, str):
            spoiled.append(f"alert {number} of {len(listed)} {alert}")
        else:
            alerts.append(alert)
    heard = tuple(one for alert in alerts for one in place(alert, policy, now))
    return Alerts(heard, tuple(spoiled), _truncated(payload) + len(listed[MOST_ALERTS:]))


def _read(raw: object, group: str, common: Mapping[str, str], now: datetime) -> Alert | str:
    """The alert, or what is wrong with it. `group` is the status of its group, `common` are the labels of all of it."""
    if not isinstance(raw, Mapping):
        return f"is no object but {type(raw).__name__}"
    status = (text_at(raw, "status") or group).lower()
    if status not in {"firing", "resolved"}:
        return f"has the status {status!r}, which is neither firing nor resolved"
    labels = {**common, **labels_of(mapping_at(raw, "labels").items())}
    if not labels:
        return "has no labels"
    name = labels.get("alertname", "")
    fingerprint = text_at(raw, "fingerprint") or digest(*(f"{key}={labels[key]}" for key in sorted(labels)))
    begun = time_of(raw.get("startsAt"))
    ended = time_of(raw.get("endsAt")) if status == "resolved" else None
    start = begun.isoformat() if begun else ""
    return Alert(
        source=Source.ALERTMANAGER,
        id=f"{fingerprint[:64]}@{start}",
        name=name,
        tone=Tone.UNWELL if status == "firing" else Tone.WELL,
        at=min(ended or begun or now, now),
        severity=severity_of(labels.get("severity", "")),
        labels=labels,
    )


def _truncated(payload: Mapping[str, Any]) -> int:
    """How many the sender left out. A count may be written as text."""
    text = text_at(payload, "truncatedAlerts")
    return min(int(text), 1_000_000) if text.isascii() and text.isdigit() else 0
