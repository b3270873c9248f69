"""What rules about metrics remember: one row per series that is pending, firing, or was resolved within a day.

    AlertStates   cluster              <rule>|node|<node>[|<tag values>]     a node, or one disk of it
                                       <rule>|pool|<pool>                    a rule with a share
                  cluster + "|heard"   <rule>|<worker>|<number>              when a worker last heard which node

A series that is well has no row. Rows are written at transitions alone, each on its etag, so of several instances that
see the same node one makes a transition, and the others learn of it. How long a pending one was bad is written on its
way a few times. When nodes were heard is written once a minute, for rules about silence and shares.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec
from msgspec import Struct

from shared.model.alarms import Alarm
from shared.model.signals import Severity
from shared.ports.store import Store, Table


class AlertState(Struct, frozen=True):
    """Where a series stands. `key` names it below its rule, `node` is empty for a pool; `held_s` are seconds of bad
    values that were seen; `value` is the last one, `by` the worker that wrote the row. `told` is
    False from when a stage was reached of which somebody is told until that is done. Times are by the clock of the
    node."""

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
    told: bool = True


class HeardNodes(Struct, frozen=True):
    """Node to seconds since 1970."""

    rule: str
    worker: str
    nodes: Mapping[str, float]


def heard_partition(cluster: str) -> str:
    return f"{cluster}|heard"


class Alarms:
    """The rules that fire, read by whoever judges nodes by them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def firing(self, cluster: str, rules: Iterable[str]) -> tuple[Alarm, ...]:
        """Of these rules, at which nodes. Rows that this version cannot read say nothing."""
        alarms: list[Alarm] = []
        for rule in sorted(rules):
            rows = await self._store.query(Table.ALERT_STATES, cluster, f"{rule}|node|", f"{rule}|node}}")
            for row in rows:
                try:
                    state = _decoder.decode(row.body)
                except msgspec.MsgspecError:
                    continue
                if state.stage == FIRING:
                    alarms.append(Alarm(rule, state.node, state.since, state.seen))
        return tuple(alarms)


FIRING = "firing"
_decoder = msgspec.json.Decoder(AlertState)
