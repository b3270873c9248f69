"""What one invocation contains, per trigger.

The Functions host and the Python worker agree on a data shape for each trigger: one value for the trigger's
parameter and a dictionary of trigger metadata. The worker's converters turn exactly these shapes into
``func.EventGridEvent``, ``func.QueueMessage`` and so on, and they fail or quietly give ``None`` on anything else.
This file is that agreement and nothing more: pure functions from what a listener heard to an ``Inputs``.

Shapes are those of the host's sources (Azure/azure-functions-host, GrpcMessageConversionExtensions and
ScriptInvocationContextExtensions): a string stays a string, bytes stay bytes, every other value, numbers and dates
too, travels as JSON text.

Where the story goes on: ``worker`` hands an ``Inputs`` to Microsoft's worker library.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from azure.functions.meta import Datum


@dataclass(frozen=True, slots=True)
class Inputs:
    """The value of the trigger's parameter, and the metadata that travels beside it."""

    value: Datum
    metadata: Mapping[str, Datum] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class QueueDelivery:
    """One received queue message: the decoded body and what the queue service says about it."""

    body: bytes
    message_id: str
    pop_receipt: str
    dequeue_count: int
    inserted_at: datetime
    expires_at: datetime
    next_visible_at: datetime


@dataclass(frozen=True, slots=True)
class TimerStatus:
    """When a timer last ran, when it will run next, and when that was written down (aware UTC)."""

    last: datetime
    next: datetime
    last_updated: datetime


@dataclass(frozen=True, slots=True)
class HttpCall:
    """One HTTP request as the host tells it to the worker: lower-case header names, empty query values dropped."""

    method: str
    url: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    route: Mapping[str, str]
    body: bytes


def event_grid_inputs(event: Mapping[str, Any]) -> Inputs:
    """One event, in Event Grid or CloudEvents schema. Arrays are split before: one invocation per event."""
    metadata = {"data": _json(event["data"])} if event.get("data") is not None else {}
    return Inputs(_json(event), metadata)


def queue_inputs(delivery: QueueDelivery) -> Inputs:
    """One queue message. Its text is a string; bytes that are not UTF-8 stay bytes.

    The host adds the top-level members of a JSON body to the metadata and compares names without regard to case,
    so a body with a member ``id`` or ``dequeueCount`` changes what the function reads as ``msg.id`` or
    ``msg.dequeue_count`` (Azure/azure-functions-python-worker issue 1373). Scalars arrive as text.
    """
    try:
        text = delivery.body.decode("utf-8")
    except UnicodeDecodeError:
        body = Datum(delivery.body, "bytes")
        text = ""
    else:
        body = Datum(text, "string")
    metadata = {
        "QueueTrigger": body,
        "Id": Datum(delivery.message_id, "string"),
        "PopReceipt": Datum(delivery.pop_receipt, "string"),
        "DequeueCount": _json(delivery.dequeue_count),
        "InsertionTime": _json(_moment(delivery.inserted_at)),
        "ExpirationTime": _json(_moment(delivery.expires_at)),
        "NextVisibleTime": _json(_moment(delivery.next_visible_at)),
    }
    return Inputs(body, _with_body_members(metadata, text))


def timer_inputs(status: TimerStatus | None, now: datetime, *, is_past_due: bool) -> Inputs:
    """One tick. ``status`` is None for a timer without monitoring; ``now`` is the moment of the tick."""
    told = None
    if status is not None:
        told = {
            "Last": _moment(status.last),
            "Next": _moment(status.next),
            "LastUpdated": _moment(status.last_updated),
        }
    value = {"Schedule": {"AdjustForDST": True}, "ScheduleStatus": told, "IsPastDue": is_past_due}
    return Inputs(_json(value), {"TimerTrigger": Datum(now.strftime("%m/%d/%Y %H:%M:%S"), "string")})


def http_inputs(call: HttpCall) -> Inputs:
    """One HTTP request. The worker needs a body value even when there is none."""
    value = {
        "method": Datum(call.method, "string"),
        "url": Datum(call.url, "string"),
        "headers": _strings(call.headers),
        "query": _strings(call.query),
        "params": _strings(call.route),
        "body": Datum(call.body, "bytes"),
    }
    return Inputs(Datum(value, "http"), {**_strings(call.query), **_strings(call.route)})


def _with_body_members(metadata: dict[str, Datum], text: str) -> dict[str, Datum]:
    if not text.lstrip().startswith("{"):
        return metadata
    try:
        members = json.loads(text)
    except ValueError:
        return metadata
    known = {name.lower(): name for name in metadata}
    for name, value in members.items():
        if value is not None:
            metadata[known.get(name.lower(), name)] = _member(value)
    return metadata


def _member(value: object) -> Datum:
    if isinstance(value, str):
        return Datum(value, "string")
    if isinstance(value, (dict, list)):
        return _json(value)
    return Datum(json.dumps(value), "string")


def _strings(values: Mapping[str, str]) -> dict[str, Datum]:
    return {name: Datum(value, "string") for name, value in values.items()}


def _json(value: object) -> Datum:
    return Datum(json.dumps(value, separators=(",", ":"), ensure_ascii=False), "json")


def _moment(moment: datetime) -> str:
    return moment.isoformat()
