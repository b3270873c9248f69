"""Events as Event Grid sends them: published samples, put onto a machine of ours.

vm_event("Delete", "delete", instance="3")       an operation on an instance of the pool `private`
vm_event("Action", "deallocate/action")          one on the whole set
as_cloud_event(event)                            the same in the other schema
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.builders import GROUP, SET, SUBSCRIPTION

DATA = Path(__file__).resolve().parents[1] / "data"
OBJECT_ID = "http://schemas.microsoft.com/identity/claims/objectidentifier"

type Json = dict[str, Any]


def sample(file: str) -> Json:
    """One published event; those that come as an array hold one."""
    paths = [DATA / folder / f"{file}.json" for folder in ("eventgrid", "simulator/eventgrid")]
    read = json.loads(next(path for path in paths if path.exists()).read_text())
    found: Json = read[0] if isinstance(read, list) else read
    return found


def subject(instance: str | None = None, group: str = GROUP, scale_set: str = SET) -> str:
    machine = "" if instance is None else f"/virtualMachines/{instance}"
    return (
        f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{group}"
        f"/providers/Microsoft.Compute/virtualMachineScaleSets/{scale_set}{machine}"
    )


def vm_event(verb: str, operation: str, instance: str | None = None, result: str = "Success") -> Json:
    """An operation that went through Azure Resource Manager. `verb` is Write, Delete or Action."""
    event = sample(f"resource_{verb.lower()}_success.eventgrid")
    child = "" if instance is None else "virtualMachines/"
    event["subject"] = event["data"]["resourceUri"] = subject(instance)
    event["eventType"] = f"Microsoft.Resources.Resource{verb}{result}"
    event["data"]["operationName"] = f"Microsoft.Compute/virtualMachineScaleSets/{child}{operation}"
    return event


def health_event(annotation: str | None, instance: str | None = None) -> Json:
    """What Resource Health says: an annotation, or else that availability changed."""
    kind = "health_availability_status_changed" if annotation is None else "health_resource_annotated"
    event = sample(f"{kind}.eventgrid")
    event["subject"] = subject(instance)
    if annotation is not None:
        event["data"]["resourceInfo"]["properties"]["annotationName"] = annotation
    return event


def done_by(event: Json, *, principal: str = "", app: str = "", object_id: str = "") -> Json:
    """The same event with another actor."""
    evidence = event["data"]["authorization"].setdefault("evidence", {})
    evidence["principalId"] = principal
    event["data"]["claims"] |= {"appid": app, OBJECT_ID: object_id}
    return event


def as_cloud_event(event: Json) -> Json:
    """As Event Grid writes it for a subscription in CloudEvents schema."""
    return {
        "id": event["id"],
        "source": event["topic"],
        "subject": event["subject"],
        "type": event["eventType"],
        "time": event["eventTime"],
        "data": event["data"],
        "specversion": "1.0",
    }
