"""What rules about metrics remember: one row per series that is pending, firing, or was resolved within a day.

    AlertStates   cluster              <rule>|node|<node>[|<tag values>]     a node, or one disk of it
                                       <rule>|pool|<pool>                    a rule with a share
                  cluster + "|heard"   <rule>|<worker>|<number>              when a worker last heard which node

A series that is well has no row. Rows are written at transitions alone, each on its etag, so of several instances that
see the same node one makes a transition, and the others learn of it. When nodes were heard is written once a minute.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from shared.model.signals import Severity


class AlertState(Struct, frozen=True):
    """Where a series stands. `key` names it below its rule, `node` is empty for a pool; `held_s` are seconds of bad
    values that were seen; `value` is the last one, `by` the worker that wrote the row. Times are by
    the clock of the node."""

    rule: str
    key: str
    stage: str
    pool: str
    node: str
    severity: Severity
    since: datetime
    seen: datetime
    held_s: float
    value: float
    by: str


class HeardNodes(Struct, frozen=True):
    """Node to seconds since 1970."""

    rule: str
    worker: str
    nodes: Mapping[str, float]


def heard_partition(cluster: str) -> str:
    return f"{cluster}|heard"
