"""What our own readings say against a node whose agent is connected: whether it does its work.

That Mesos sees an agent says only that its process answers. In this order, and the first that holds is what is told:

1. DC/OS's own diagnostics say that a unit has failed there without which an agent does no work: its Mesos agent, or the
   network of the node (`shared/dcos/components.py`). The unit is named, because it may be enough to restart it.
2. One of DC/OS's own checks of the node fails, of the same weight.
3. A rule about metrics that the policy lets count for repair fires there, by values that were seen lately.
4. An alert that the policy lets count for repair was heard and not taken back (`notices.py`).

And never

5. by a reading older than ten minutes, two of its rounds, or from the future; by one that failed; by a health of
   "warning" or "unknown"; or because a node is not listed;
6. by a reading that was taken before its agent last registered: the agent, or the machine, was started again since;
7. by an address that several machines have, or under which the diagnostics list several nodes, or a master: it cannot
   be told whom they mean.

A signal is no reading: what wakes the pass is looked up in what is remembered, or it does not count.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from shared.model.alarms import Alarm
from shared.model.health import Check, ClusterHealth, Health, NodeHealth, Role
from shared.model.nodes import Node
from shared.model.readings import Reading, Value
from shared.model.snapshot import Snapshot

from .notices import alarm_of

FRESH = timedelta(minutes=10)
AHEAD = timedelta(minutes=1)
AGENTS = frozenset({Role.AGENT, Role.AGENT_PUBLIC})
_UNIT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,199}")


class Ill(Struct, frozen=True):
    """`unit` is the failed unit, where that is known; `read_at` when it was read or heard, `is_heard` which of both.
    `is_asked`: DC/OS was asked for it, and can be asked again."""

    because: str
    read_at: datetime
    unit: str = ""
    is_heard: bool = False
    is_asked: bool = False


class Ills:
    """Everything that is said against the nodes of a snapshot, to be asked for by node."""

    def __init__(self, snapshot: Snapshot, nodes: Iterable[Node], now: datetime) -> None:
        self._now = now
        self._held = Counter(node.address for node in nodes if node.address is not None)
        health = snapshot.health.value if isinstance(snapshot.health, Value) else None
        self._units_at, self._listed = self._diagnosed(health)
        self._checks: Mapping[str, Reading[tuple[Check, ...]]] = health.node_checks if health else {}
        self._alarms: dict[str, list[Alarm]] = defaultdict(list)
        for alarm in snapshot.alarms.value if isinstance(snapshot.alarms, Value) else ():
            self._alarms[alarm.node].append(alarm)

    def against(self, node: Node) -> Ill | None:
        """Of a node whose agent is connected. None: nothing that counts."""
        registered = node.agent.registered_at if node.agent else None
        return (
            self._by_units(node, registered)
            or self._by_checks(node, registered)
            or self._by_alarms(node, registered)
            or self._by_notice(node)
        )

    def _diagnosed(self, health: ClusterHealth | None) -> tuple[datetime | None, dict[str, NodeHealth]]:
        """When, and the agents that are listed once."""
        if health is None or not isinstance(health.diagnostics, Value):
            return None, {}
        listed: dict[str, list[NodeHealth]] = defaultdict(list)
        for one in health.diagnostics.value.nodes:
            listed[one.address].append(one)
        once = {address: ones[0] for address, ones in listed.items() if len(ones) == 1}
        agents = {address: one for address, one in once.items() if one.role in AGENTS}
        return health.diagnostics.taken_at, agents

    def _by_units(self, node: Node, registered: datetime | None) -> Ill | None:
        found = self._listed.get(node.address or "")
        if found is None or not found.failed or self._units_at is None:
            return None
        if not self._counts(node, self._units_at, registered):
            return None
        failed = [one for one in found.failed if one.stops_work and one.health is Health.CRITICAL]
        unit = next((one.unit for one in failed if _UNIT.fullmatch(one.unit)), None)
        if unit is None:
            return None
        because = f"DC/OS said at {self._units_at:%H:%M:%S} UTC that {unit} has failed there"
        return Ill(because, self._units_at, unit, is_asked=True)

    def _by_checks(self, node: Node, registered: datetime | None) -> Ill | None:
        reading = self._checks.get(node.address or "")
        if node.address not in self._listed or not isinstance(reading, Value):
            return None
        failed = [one.name for one in reading.value if one.stops_work and one.health is Health.CRITICAL]
        if not failed or not self._counts(node, reading.taken_at, registered):
            return None
        because = f"DC/OS's own check {failed[0]} failed there at {reading.taken_at:%H:%M:%S} UTC"
        return Ill(because, reading.taken_at, is_asked=True)

    def _by_alarms(self, node: Node, registered: datetime | None) -> Ill | None:
        told = self._alarms.get(node.name)
        first = _oldest([one for one in told if self._is_fresh(one.seen, registered)]) if told else None
        if first is None:
            return None
        return Ill(f"rule {first.rule} fires there since {first.since:%H:%M:%S} UTC", first.seen)

    def _by_notice(self, node: Node) -> Ill | None:
        said = alarm_of(node.memory, self._now)
        if said is None:
            return None
        because = (
            f"alert {said.what} of {said.source} was heard at {said.since:%H:%M:%S} UTC, and not taken back"
        )
        return Ill(because, said.heard_at, is_heard=True)

    def _counts(self, node: Node, taken_at: datetime, registered: datetime | None) -> bool:
        """Rules 5 to 7 for what is known by an address."""
        return self._held[node.address or ""] == 1 and self._is_fresh(taken_at, registered)

    def _is_fresh(self, taken_at: datetime, registered: datetime | None) -> bool:
        started_since = registered is not None and registered > taken_at
        return -AHEAD <= self._now - taken_at <= FRESH and not started_since


def _oldest(alarms: Sequence[Alarm]) -> Alarm | None:
    return min(alarms, key=lambda one: (one.since, one.rule), default=None)
