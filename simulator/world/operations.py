"""Long operations of Azure Resource Manager.

A write or an action is accepted at once and goes on for minutes; its caller is given an id to ask about.

    InProgress --> Succeeded | Failed (error) | Canceled (error OperationPreempted)

Terminal states never change again. An operation that ends is published, which is where Event Grid events come from.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from simulator.world.changes import Change, Intent, OperationEnded, Outcome
from simulator.world.journal import By
from simulator.world.timeline import Timeline


class OperationStatus(StrEnum):
    IN_PROGRESS = "InProgress"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    CANCELED = "Canceled"


@dataclass(frozen=True, slots=True)
class AzureError:
    """An error in Azure's words, as in the body of a failed operation."""

    code: str
    message: str
    target: str | None = None


class AzureRefusal(Exception):
    """Azure does not accept the request. `status` is the HTTP status that says so."""

    def __init__(self, status: int, error: AzureError) -> None:
        super().__init__(f"{status} {error.code}: {error.message}")
        self.status = status
        self.error = error


PREEMPTED = AzureError("OperationPreempted", "The operation has been preempted by a more recent operation")


@dataclass(slots=True, eq=False)
class Operation:
    """One long operation."""

    intent: Intent
    started: datetime
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    status: OperationStatus = OperationStatus.IN_PROGRESS
    ended: datetime | None = None
    error: AzureError | None = None
    output: list[dict[str, Any]] | None = None
    """What a run command printed, as statuses of an instance view."""

    @property
    def running(self) -> bool:
        return self.status is OperationStatus.IN_PROGRESS


class Operations:
    """All operations of a subscription, running and ended."""

    def __init__(self, timeline: Timeline, publish: Callable[[Change], None]) -> None:
        self._timeline = timeline
        self._publish = publish
        self._by_id: dict[str, Operation] = {}

    def start(self, intent: Intent) -> Operation:
        operation = Operation(intent, self._timeline.now)
        self._by_id[operation.id] = operation
        return operation

    def find(self, operation_id: str) -> Operation | None:
        return self._by_id.get(operation_id.lower())

    def succeed(self, operation: Operation) -> None:
        self._end(operation, OperationStatus.SUCCEEDED, None)

    def fail(self, operation: Operation, error: AzureError) -> None:
        status = OperationStatus.CANCELED if error.code == PREEMPTED.code else OperationStatus.FAILED
        self._end(operation, status, error)

    def preempt(self, operation: Operation) -> None:
        self._end(operation, OperationStatus.CANCELED, PREEMPTED)

    def _end(self, operation: Operation, status: OperationStatus, error: AzureError | None) -> None:
        if not operation.running:
            return
        operation.status, operation.error, operation.ended = status, error, self._timeline.now
        if operation.intent.actor.by is By.PLATFORM:
            return  # what Azure does by itself is no ARM operation, and Event Grid's resource events do not tell of it
        outcomes = {OperationStatus.SUCCEEDED: Outcome.SUCCESS, OperationStatus.FAILED: Outcome.FAILURE}
        outcome = outcomes.get(status, Outcome.CANCEL)
        self._publish(OperationEnded(self._timeline.now, operation.intent, outcome))
