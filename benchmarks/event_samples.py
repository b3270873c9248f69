"""Events in all the shapes that the benchmark of Event Grid uses, with their fields as Azure sends them.

Shapes: MicrosoftDocs/azure-docs articles/event-grid/event-schema-subscriptions.md, event-schema-health-resources.md,
event-schema-resources.md, and MicrosoftDocs/azure-compute-docs "Scheduled Events - Event Grid".
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
GROUP = "acs-prod"
SET = "dcos-agent-private-633E21A3-vmss0"
INSTANCES = 40
NOTIFIED = "Microsoft.ResourceNotifications"
ARM = "Microsoft.Compute/virtualMachineScaleSets"


def bodies(count: int, first: datetime, apart: timedelta) -> list[bytes]:
    """So many events, of kind after kind and machine after machine, every second one as a CloudEvent."""
    return [
        json.dumps(_event(number, first + number * apart), separators=(",", ":")).encode()
        for number in range(count)
    ]


def _event(number: int, at: datetime) -> dict[str, Any]:
    machine = f"{_set(SET)}/virtualMachines/{number // 9 % INSTANCES}"
    kinds: tuple[tuple[str, str, dict[str, Any]], ...] = (
        _operation("Action", machine, "virtualMachines/restart/action", number),
        _operation("Write", machine, "virtualMachines/write", number),
        _operation("Action", _set(SET), "scale/action", number),
        _operation("Write", _set(SET), "write", number),
        _operation(
            "Action", f"{_set('somebody-elses')}/virtualMachines/1", "virtualMachines/start/action", number
        ),
        _told(
            "HealthResources.AvailabilityStatusChanged",
            machine,
            {"availabilityState": "Unavailable", "previousAvailabilityState": "Available"},
        ),
        _told(
            "HealthResources.ResourceAnnotated",
            machine,
            {
                "annotationName": "VirtualMachineHostCrashed",
                "context": "Platform Initiated",
                "category": "Unplanned",
            },
        ),
        _told(
            "MaintenanceResources.ScheduledEventEmitted",
            _set(SET),
            {
                "EventStatus": "Scheduled",
                "EventType": "Reboot",
                "NotBefore": "Mon, 02 Mar 2026 09:15:00 GMT",
                "Resources": [f"{SET}_{number % INSTANCES}"],
                "DurationInSeconds": -1,
            },
        ),
        _told("Resources.CreatedOrUpdated", machine, {"provisioningState": "Succeeded"}),
    )
    kind, subject, data = kinds[number % 9]
    if number % 2:
        return {
            "id": f"event-{number}",
            "specversion": "1.0",
            "source": f"/subscriptions/{SUBSCRIPTION}",
            "type": kind,
            "time": at.isoformat(),
            "subject": subject,
            "data": data,
        }
    return {
        "id": f"event-{number}",
        "topic": f"/subscriptions/{SUBSCRIPTION}",
        "eventType": kind,
        "eventTime": at.isoformat(),
        "subject": subject,
        "data": data,
        "dataVersion": "2",
        "metadataVersion": "1",
    }


def _operation(verb: str, subject: str, operation: str, number: int) -> tuple[str, str, dict[str, Any]]:
    """Somebody did something through Azure Resource Manager."""
    actor = f"00000000-0000-0000-0000-{number % 7:012}"
    claims = {
        "aud": "https://management.core.windows.net/",
        "appid": actor,
        "http://schemas.microsoft.com/identity/claims/objectidentifier": actor,
    }
    data = {
        "authorization": {
            "scope": subject,
            "action": f"{ARM}/{operation}",
            "evidence": {"role": "Contributor", "principalId": actor, "principalType": "ServicePrincipal"},
        },
        "claims": claims,
        "correlationId": actor,
        "httpRequest": {"clientRequestId": actor, "clientIpAddress": "192.0.2.7", "method": "POST"},
        "resourceProvider": "Microsoft.Compute",
        "resourceUri": subject,
        "operationName": f"{ARM}/{operation}",
        "status": "Succeeded",
        "subscriptionId": SUBSCRIPTION,
        "tenantId": actor,
    }
    return f"Microsoft.Resources.Resource{verb}Success", subject, data


def _told(kind: str, subject: str, properties: dict[str, Any]) -> tuple[str, str, dict[str, Any]]:
    """The platform tells something of a resource."""
    info = {"id": subject, "name": "x", "type": ARM, "location": "westeurope", "properties": properties}
    return f"{NOTIFIED}.{kind}", subject, {"resourceInfo": info, "apiVersion": "2023-12-01"}


def _set(name: str) -> str:
    return f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}/providers/{ARM}/{name}"
