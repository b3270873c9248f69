"""The audit: every signal, decision, step and refusal, in order, with reasons. Written by `shared/audit`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct, field

NOBODYS = "(none)"  # the partition of the audit for what belongs to no cluster


class AuditKind(StrEnum):
    HEARD = "heard"
    NOT_OURS = "not_ours"
    OPENED = "opened"
    JUDGED = "judged"
    DECIDED = "decided"
    STEP = "step"
    REFUSED = "refused"
    CLOSED = "closed"
    POLICY = "policy"
    PERSON = "person"
    """What a person said, by the command line or the API."""
    GIVEN_UP = "given_up"
    """A message whose work failed as often as the host tries: it is in the quarantine."""


class AuditRecord(Struct, frozen=True):
    """`subject` is the node, pool or cluster that it is about; `data` holds the numbers and readings behind it."""

    at: datetime
    cluster: str
    kind: AuditKind
    subject: str
    text: str
    incident: str | None = None
    operation: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict[str, Any])
