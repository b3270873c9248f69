"""Events as Event Grid sends them: published samples, put onto a machine of ours.

vm_event("Delete", "delete", instance="3")       an operation on an instance of the pool `private`
vm_event("Action", "deallocate/action")          one on the whole set
as_cloud_event(event)                            the same in the other schema

Their time is that of `tests.builders.NOW`, whatever it was in the sample.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.builders import GROUP, NOW, SET, SUBSCRIPTION

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
    event["eventTime"] = NOW.isoformat()
    event["data"]["operationName"] = f"Microsoft.Compute/virtualMachineScaleSets/{child}{operation}"
    return event


def health_event(annotation: str | None, instance: str | None = None) -> Json:
    """What Resource Health says: an annotation, or else that availability changed."""
    kind = "health_availability_status_changed" if annotation is None else "health_resource_annotated"
    event = sample(f"{kind}.eventgrid")
    event["subject"], event["eventTime"] = subject(instance), NOW.isoformat()
    if annotation is not None:
        event["data"]["resourceInfo"]["properties"]["annotationName"] = annotation
    return event


def availability_event(state: str, instance: str | None = None) -> Json:
    event = health_event(None, instance)
    event["data"]["resourceInfo"]["properties"]["availabilityState"] = state
    return event


def scheduled_event(of_id: str, **facts: Any) -> Json:
    """Maintenance of a machine or a set; `facts` are properties, those that are None are left out."""
    event = sample("maintenance_scheduled_event_emitted.vmss.eventgrid")
    more = "/providers/microsoft.maintenance/scheduledevents/1"
    event["subject"], event["eventTime"] = of_id + more, NOW.isoformat()
    info = event["data"]["resourceInfo"]
    told = {key: value for key, value in (info["properties"] | facts).items() if value is not None}
    info["id"], info["properties"] = event["subject"], told
    return event


def resource_event(of_id: str, *, deleted: bool = False, **facts: Any) -> Json:
    """A resource with its new state."""
    event = sample("resources_created_or_updated.eventgrid")
    event["subject"], event["eventTime"] = of_id, NOW.isoformat()
    event["eventType"] = "Microsoft.ResourceNotifications.Resources." + (
        "Deleted" if deleted else "CreatedOrUpdated"
    )
    event["data"]["resourceInfo"] |= {"id": of_id, "properties": facts}
    return event


def flexible(name: str, group: str = GROUP) -> str:
    """The id of a machine that is a resource of its own."""
    return (
        f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{group}"
        f"/providers/Microsoft.Compute/virtualMachines/{name}"
    )


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
