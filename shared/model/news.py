"""News: what has happened to a cluster that somebody outside may want to know of.

Made from the audit after the fact (`shared/news`), so that telling anybody is never in the way of what is told. The
kinds are also the types of the CloudEvents that are published; `docs/notifications.md` has what each carries.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct, field

from .signals import Severity


class NewsKind(StrEnum):
    INCIDENT_OPENED = "IncidentOpened"
    INCIDENT_HANDED_OVER = "IncidentHandedOver"
    INCIDENT_RESOLVED = "IncidentResolved"
    OPERATION_BEGUN = "OperationBegun"
    OPERATION_STEP = "OperationStep"
    OPERATION_DONE = "OperationDone"
    OPERATION_FAILED = "OperationFailed"
    OPERATION_WITHDRAWN = "OperationWithdrawn"
    APPROVAL_ASKED = "ApprovalAsked"
    STORM_BEGUN = "StormBegun"
    STORM_OVER = "StormOver"
    PERSON_SPOKE = "PersonSpoke"
    POLICY_REJECTED = "PolicyRejected"
    WORK_GIVEN_UP = "WorkGivenUp"
    WORD_RAN_OUT = "WordRanOut"


class News(Struct, frozen=True):
    """`id` is the same however often it is told: it is where in the audit it stands. `key` is the same for what is one
    piece of news in several lines. `subject` is a node, a pool or the cluster; `pool` is empty where it is of none.
    `title` is one line, `text` everything that a person needs to go on; no secrets are in either."""

    id: str
    key: str
    kind: NewsKind
    cluster: str
    subject: str
    at: datetime
    severity: Severity
    title: str
    text: str
    pool: str = ""
    incident: str = ""
    operation: str = ""
    data: Mapping[str, Any] = field(default_factory=dict[str, Any])
