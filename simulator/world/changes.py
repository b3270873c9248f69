"""What Azure would tell the world about: the source of Event Grid events.

The world publishes these facts when they are facts (an operation has ended, not: was accepted) and
`simulator.events` turns them into events. `Intent` is the ARM request behind an operation; the caller's identity in
it is how a subscriber recognises its own echo.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from simulator.world.journal import Actor


class Outcome(StrEnum):
    """How an operation ended, in the words of the event types of Microsoft.Resources."""

    SUCCESS = "Success"
    FAILURE = "Failure"
    CANCEL = "Cancel"


@dataclass(frozen=True, slots=True)
class Intent:
    """An ARM request: who wants which operation on which resource."""

    actor: Actor
    operation: str
    """RBAC action, as in Microsoft.Compute/virtualMachineScaleSets/write."""
    resource: str
    """ARM id of the target."""
    method: str = "POST"
    url: str = ""
    correlation_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    client_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def named_by(self, headers: Mapping[str, str]) -> "Intent":
        """With the ids that the caller gave the request, as far as it did. `headers` have lower-case names.

        Azure/azure-resource-manager-rpc v1.0/common-api-details.md.
        """
        return replace(
            self,
            correlation_id=headers.get("x-ms-correlation-request-id", self.correlation_id),
            client_request_id=headers.get("x-ms-client-request-id", self.client_request_id),
        )


@dataclass(frozen=True, slots=True)
class OperationEnded:
    """A control-plane operation came to its end."""

    time: datetime
    intent: Intent
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Annotated:
    """Resource Health explains something about a VM.

    Names and texts: MicrosoftDocs/azure-docs articles/service-health/resource-health-vm-annotation.md.
    """

    time: datetime
    resource: str
    resource_type: str
    name: str
    reason: str
    summary: str
    context: str = "Platform Initiated"
    category: str = "Unplanned"


@dataclass(frozen=True, slots=True)
class AvailabilityChanged:
    """Resource Health sees a VM become available or not."""

    time: datetime
    resource: str
    resource_type: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Scheduled:
    """Something will happen to machines of a scale set, or has: the events that a machine could also read at its
    metadata service, told centrally.

    `what` and `status` in Azure's words (Preempt, Reboot, ...; Scheduled, Started, Completed, Canceled), `machines` by
    their names: MicrosoftDocs/azure-compute-docs articles/virtual-machines/linux/scheduled-events.md.
    """

    time: datetime
    scale_set: str
    """ARM id."""
    location: str
    event_id: str
    what: str
    status: str
    machines: tuple[str, ...]
    not_before: datetime | None = None
    description: str = ""


Change = OperationEnded | Annotated | AvailabilityChanged | Scheduled
