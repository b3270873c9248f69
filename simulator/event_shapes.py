"""What Event Grid events look like.

Changes of the world become events in the Event Grid schema: `Microsoft.Resources.Resource{Write,Delete,Action}...` for
operations that went through Azure Resource Manager, `Microsoft.ResourceNotifications.HealthResources...` for what
Resource Health says, and `...MaintenanceResources.ScheduledEventEmitted` for what is scheduled. Shapes:
MicrosoftDocs/azure-docs articles/event-grid/event-schema-resource-groups.md and event-schema-health-resources.md, and
MicrosoftDocs/azure-compute-docs, "Scheduled Events - Event Grid" (published samples are kept in tests/data and
compared).
"""

import uuid
from datetime import datetime
from typing import Any

from simulator.world.changes import (
    Annotated,
    AvailabilityChanged,
    Change,
    OperationEnded,
    Outcome,
    Scheduled,
)
from simulator.world.journal import Actor

TENANT = "00000000-0000-4000-8000-0000000007e4"
_KINDS = {"write": "Write", "delete": "Delete", "action": "Action"}
_STATUS = {Outcome.SUCCESS: "Succeeded", Outcome.FAILURE: "Failed", Outcome.CANCEL: "Canceled"}
_OBJECT_ID = "http://schemas.microsoft.com/identity/claims/objectidentifier"
_TENANT_ID = "http://schemas.microsoft.com/identity/claims/tenantid"


def event_of(change: Change, subscription: str) -> dict[str, Any]:
    """One event, ready to be put into an array and sent."""
    if isinstance(change, OperationEnded):
        return _operation(change, subscription)
    if isinstance(change, Scheduled):
        return _scheduled(change, subscription)
    return _health(change, subscription)


def validation_event(code: str, subscription: str, now: datetime) -> dict[str, Any]:
    """The event of the handshake; whoever gets it must echo the code."""
    return {
        "id": str(uuid.uuid4()),
        "topic": f"/subscriptions/{subscription}",
        "subject": "",
        "data": {
            "validationCode": code,
            "validationUrl": f"https://rp-westeurope.eventgrid.azure.net:553/eventsubscriptions/simulated/validate?id={code}",
        },
        "eventType": "Microsoft.EventGrid.SubscriptionValidationEvent",
        "eventTime": moment(now),
        "metadataVersion": "1",
        "dataVersion": "1",
    }


def moment(when: datetime) -> str:
    """Seven digits and a Z, as Event Grid writes times."""
    return when.strftime("%Y-%m-%dT%H:%M:%S.%f0Z")


def _operation(change: OperationEnded, subscription: str) -> dict[str, Any]:
    intent, actor = change.intent, change.intent.actor
    kind = _KINDS[intent.operation.rsplit("/", 1)[-1].lower()]
    group = "/".join(intent.resource.split("/")[:5])
    data = {
        "authorization": {
            "scope": intent.resource,
            "action": intent.operation,
            "evidence": _evidence(actor, subscription),
        },
        "claims": _claims(actor),
        "correlationId": intent.correlation_id,
        "httpRequest": {
            "clientRequestId": intent.client_request_id,
            "clientIpAddress": "203.0.113.7",
            "method": intent.method,
            "url": intent.url,
        },
        "resourceProvider": "Microsoft.Compute",
        "resourceUri": intent.resource,
        "operationName": intent.operation,
        "status": _STATUS[change.outcome],
        "subscriptionId": subscription,
        "tenantId": TENANT,
    }
    head = {"subject": intent.resource, "eventType": f"Microsoft.Resources.Resource{kind}{change.outcome}"}
    return (
        head | {"eventTime": moment(change.time), "id": str(uuid.uuid4()), "data": data} | _tail("2", group)
    )


def _evidence(actor: Actor, subscription: str) -> dict[str, str]:
    """Why the caller was allowed to; ids are written without dashes here, as Azure does."""
    return {
        "role": "Contributor",
        "roleAssignmentScope": f"/subscriptions/{subscription}",
        "roleAssignmentId": str(uuid.uuid5(uuid.NAMESPACE_OID, actor.principal_id)).replace("-", ""),
        "roleDefinitionId": "b24988ac618042a0ab8820f7382dd24c",
        "principalId": actor.principal_id.replace("-", ""),
        "principalType": "ServicePrincipal" if actor.by == "client" else "User",
    }


def _claims(actor: Actor) -> dict[str, str]:
    """What was in the caller's token."""
    return {
        "aud": "https://management.core.windows.net/",
        "iss": f"https://sts.windows.net/{TENANT}/",
        "appid": actor.app_id,
        "appidacr": "2",
        _OBJECT_ID: actor.principal_id,
        _TENANT_ID: TENANT,
        "ver": "1.0",
    }


def _health(change: Annotated | AvailabilityChanged, subscription: str) -> dict[str, Any]:
    event_id = str(uuid.uuid4())
    properties: dict[str, Any] = {
        "targetResourceId": change.resource,
        "targetResourceType": change.resource_type,
        "occurredTime": moment(change.time),
    }
    if isinstance(change, Annotated):
        kind, name = "resourceAnnotations", "ResourceAnnotated"
        properties |= {
            "annotationName": change.name,
            "reason": change.reason,
            "summary": change.summary,
            "context": change.context,
            "category": change.category,
        }
    else:
        kind, name = "availabilityStatuses", "AvailabilityStatusChanged"
        properties |= {"previousAvailabilityState": change.before, "availabilityState": change.after}
    info = {
        "id": f"{change.resource}/providers/Microsoft.ResourceHealth/{kind}/{event_id}",
        "name": event_id,
        "type": f"Microsoft.ResourceHealth/{kind}",
        "properties": properties,
    }
    data = {
        "resourceInfo": info,
        "operationalInfo": {"resourceEventTime": moment(change.time)},
        "apiVersion": "2023-12-01",
    }
    head = {"id": event_id, "subject": change.resource, "data": data, "eventTime": moment(change.time)}
    event_type = f"Microsoft.ResourceNotifications.HealthResources.{name}"
    return head | {"eventType": event_type} | _tail("1", f"/subscriptions/{subscription}")


def _scheduled(change: Scheduled, subscription: str) -> dict[str, Any]:
    subject = f"{change.scale_set}/providers/microsoft.maintenance/scheduledevents/{change.event_id}"
    begins = change.not_before.strftime("%a, %d %b %Y %H:%M:%S GMT") if change.not_before else ""
    info = {
        "id": subject,
        "name": change.event_id,
        "type": "microsoft.maintenance/scheduledEvents",
        "location": change.location,
        "properties": {
            "DurationInSeconds": -1,
            "Description": change.description,
            "EventId": change.event_id,
            "EventSource": "Platform",
            "EventStatus": change.status,
            "EventType": change.what,
            "NotBefore": begins,
            "Resources": list(change.machines),
            "ResourceType": "VirtualMachine",
        },
    }
    data = {"resourceInfo": info, "apiVersion": "2024-07-01"}
    head = {"id": str(uuid.uuid4()), "subject": subject, "data": data, "eventTime": moment(change.time)}
    event_type = "Microsoft.ResourceNotifications.MaintenanceResources.ScheduledEventEmitted"
    return head | {"eventType": event_type} | _tail("3.0", f"/subscriptions/{subscription}")


def _tail(data_version: str, topic: str) -> dict[str, str]:
    return {"dataVersion": data_version, "metadataVersion": "1", "topic": topic}
