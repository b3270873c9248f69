"""An alarm: a rule about metrics that fires at a node, as it is remembered, and that the policy lets count for repair.

Of the table AlertStates (`shared/records/alert_states.py`), which the firehose writes. A rule that fires is news only
once, but what a node is judged by has to be true now: so `seen` says when its values were last bad.
"""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec import Struct

from .readings import Failure


class Alarm(Struct, frozen=True):
    """`since` is when the first bad value was measured, `seen` the last one that was written down."""

    rule: str
    node: str
    since: datetime
    seen: datetime


UNASKED = Failure("nobody has asked which rules fire", "alert_states", datetime.min.replace(tzinfo=UTC))
"""Stands where a reading of the alarms would stand."""
