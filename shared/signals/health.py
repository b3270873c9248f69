"""DC/OS's own health, translated: what has begun or ended to be wrong since the last reading. Pure.

    remembered complaints + reading ──▶ complaints now ──▶ the difference, as signals

 1. Only a reading takes a complaint back. What could not be read, a node that is not listed, and a health of
    "unknown" say nothing: the complaint stays as it was, and no new one is made.
 2. A unit that fails on an agent is about that node. On a master it is about the cluster, and it is over when no
    master has it any more.
 3. When more than `FOLD` nodes of a pool begin (or end) to say the same at once, that is one signal about the pool:
    what they share is the news, and a storm must not make as much work as it has nodes.
 4. A node that was not spoken of for an hour is forgotten without a signal; it may have been replaced.

A signal only wakes the pass, which looks for itself. The reading side is `shared/ports/health.py`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from shared.model.complaints import CLUSTER, Complaint, Complaints, Topic
from shared.model.health import Check, ClusterHealth, Diagnostics, FailedUnit, Health, NodeHealth, Role
from shared.model.readings import Reading, Value
from shared.model.signals import Severity, Signal, SignalKind, Source

FOLD = 10
FORGET = timedelta(hours=1)
NODE = "node"
"""The name under which a node complains of which no unit is known to fail."""
ENSEMBLE, LEADER = "exhibitor", "marathon-leader"
FAILED_CHECK = "One of DC/OS's own checks fails."

type Remembered = Mapping[str, Complaints]


class Place(Struct, frozen=True):
    """Which node has an address, as the inventory remembers it."""

    pool: str
    node: str


class Said(Struct, frozen=True):
    """What one reading says of one address: everything `wrong` on this topic, except for what is `unread`. Not
    `is_whole`: something is wrong, and nothing that was known can be taken back."""

    address: str
    topic: Topic
    role: Role | None
    wrong: Mapping[str, Complaint]
    unread: Collection[str] = ()
    is_whole: bool = True


def complaints(before: Remembered, health: ClusterHealth, now: datetime) -> dict[str, Complaints]:
    """What is remembered after this reading, by address; an address without complaints is left out."""
    after = {address: kept for address, kept in before.items() if not _is_forgotten(kept, now)}
    heard: set[str] = set()
    for said in _said(health, now):
        heard.add(said.address)
        kept = after.get(said.address) or Complaints(said.address, said.role, {})
        after[said.address] = _merged(kept, said)
    if isinstance(health.diagnostics, Value):
        for address in after.keys() - heard - {CLUSTER}:
            after[address] = replace(after[address], absent_since=after[address].absent_since or now)
    return {address: kept for address, kept in after.items() if kept.against}


class News(Struct, frozen=True):
    """A signal and, for people, what it is about and why. What the unit or check printed is the signal's evidence."""

    signal: Signal
    about: str
    why: str


def news(
    cluster: str, before: Remembered, after: Remembered, places: Mapping[str, Place], now: datetime
) -> tuple[News, ...]:
    """What has changed, in a fixed order. `places` maps addresses of agents to their nodes."""
    live = {address: kept for address, kept in before.items() if not _is_forgotten(kept, now)}
    changes = [*_of_cluster(live, after), *_of_nodes(live, after, places)]
    return tuple(
        News(_signal(cluster, change, now), change.about, change.complaint.why) for change in _folded(changes)
    )


class _Change(Struct, frozen=True):
    is_unwell: bool
    what: str
    about: str
    complaint: Complaint
    place: Place | None = None
    is_of_pool: bool = False
    is_of_cluster: bool = False


def _said(health: ClusterHealth, now: datetime) -> Iterator[Said]:
    roles: dict[str, Role | None] = {}
    if isinstance(health.diagnostics, Value):
        roles = {node.address: node.role for node in health.diagnostics.value.nodes}
        yield from _of_units(health.diagnostics.value, now)
        yield from _passed(health, health.diagnostics.value)
    if isinstance(health.ensemble, Value):
        ensemble = health.ensemble.value
        serving = sum(one.serves for one in ensemble.members)
        why = f"{serving} of {len(ensemble.members)} ZooKeeper servers serve, {ensemble.leaders} lead"
        wrong = (
            {} if ensemble.is_whole else {ENSEMBLE: Complaint(Topic.ENSEMBLE, Severity.CRITICAL, why, now)}
        )
        yield Said(CLUSTER, Topic.ENSEMBLE, None, wrong)
    if isinstance(health.marathon, Value):
        why = "No Marathon leads: applications that end are not started again."
        leads = health.marathon.value.leader is not None
        wrong = {} if leads else {LEADER: Complaint(Topic.MARATHON, Severity.CRITICAL, why, now)}
        yield Said(CLUSTER, Topic.MARATHON, None, wrong)
    yield from _of_checks(CLUSTER, None, health.checks, now)
    for address, reading in health.node_checks.items():
        yield from _of_checks(address, roles.get(address) or Role.MASTER, reading, now)


def _passed(health: ClusterHealth, diagnostics: Diagnostics) -> Iterator[Said]:
    """A well node whose checks were not run has passed them: its own timer, which runs them, is one of its units."""
    for node in diagnostics.nodes:
        if node.health is Health.OK and node.address not in health.node_checks:
            yield Said(node.address, Topic.CHECKS, node.role, {})


def _of_units(diagnostics: Diagnostics, now: datetime) -> Iterator[Said]:
    for node in diagnostics.nodes:
        wrong = {unit.unit: _complaint(unit, now) for unit in node.failed}
        if not wrong and node.health is Health.UNKNOWN:
            continue
        if not wrong and node.health.is_bad:
            wrong = {NODE: _unexplained(node, now)}
        unread = () if node.health is Health.OK else (NODE,)
        yield Said(node.address, Topic.UNITS, node.role, wrong, unread, node.is_read)


def _complaint(unit: FailedUnit, now: datetime) -> Complaint:
    owner = f"{unit.component}: " if unit.component else ""
    return Complaint(Topic.UNITS, unit.severity, f"{owner}{unit.takes_down}", now, unit.says)


def _unexplained(node: NodeHealth, now: datetime) -> Complaint:
    severity = Severity.CRITICAL if node.health is Health.CRITICAL else Severity.WARNING
    return Complaint(Topic.UNITS, severity, "The node is unhealthy, and of no unit it is known.", now)


def _of_checks(
    address: str, role: Role | None, reading: Reading[tuple[Check, ...]], now: datetime
) -> Iterator[Said]:
    if not isinstance(reading, Value):
        return
    levels = {Health.CRITICAL: Severity.CRITICAL, Health.WARNING: Severity.WARNING}
    wrong = {
        one.name: Complaint(Topic.CHECKS, levels[one.health], FAILED_CHECK, now, one.output)
        for one in reading.value
        if one.health in levels
    }
    unread = tuple(one.name for one in reading.value if one.health is Health.UNKNOWN)
    yield Said(address, Topic.CHECKS, role, wrong, unread)


def _merged(kept: Complaints, said: Said) -> Complaints:
    """What is known already keeps its beginning; what this topic no longer says is over, unless it was not read."""
    stays = {
        what: one
        for what, one in kept.against.items()
        if one.topic is not said.topic or what in said.wrong or what in said.unread
    }
    role = said.role or kept.role
    if not said.is_whole and any(one.topic is said.topic for one in kept.against.values()):
        return Complaints(said.address, role, kept.against)
    return Complaints(said.address, role, {**said.wrong, **stays})


def _is_forgotten(kept: Complaints, now: datetime) -> bool:
    return kept.absent_since is not None and now - kept.absent_since >= FORGET


def _of_cluster(before: Remembered, after: Remembered) -> Iterator[_Change]:
    old, new = _united(before), _united(after)
    for what in sorted(new.keys() - old.keys()):
        yield _Change(True, what, "cluster", new[what], is_of_cluster=True)
    for what in sorted(old.keys() - new.keys()):
        yield _Change(False, what, "cluster", old[what], is_of_cluster=True)


def _united(remembered: Remembered) -> dict[str, Complaint]:
    """What is said against any master or the cluster: of each thing the oldest complaint."""
    united: dict[str, Complaint] = {}
    for _, kept in sorted(remembered.items()):
        for what, one in kept.against.items() if kept.is_of_the_cluster else ():
            known = united.get(what)
            united[what] = one if known is None or one.since < known.since else known
    return united


def _of_nodes(before: Remembered, after: Remembered, places: Mapping[str, Place]) -> Iterator[_Change]:
    for address in sorted(before.keys() | after.keys()):
        old, new = _against(before, address), _against(after, address)
        place = places.get(address)
        for what in sorted(new.keys() - old.keys()):
            yield _Change(True, what, address, new[what], place)
        for what in sorted(old.keys() - new.keys()):
            yield _Change(False, what, address, old[what], place)


def _against(remembered: Remembered, address: str) -> Mapping[str, Complaint]:
    kept = remembered.get(address)
    return {} if kept is None or kept.is_of_the_cluster else kept.against


def _folded(changes: Iterable[_Change]) -> Iterator[_Change]:
    """One change for a pool where more than `FOLD` of its nodes change in the same way."""
    groups: dict[tuple[bool, str, str | None, bool], list[_Change]] = defaultdict(list)
    for one in changes:
        pool = one.place.pool if one.place else None
        groups[one.is_unwell, one.what, pool, one.is_of_cluster].append(one)
    for group in groups.values():
        if len(group) <= FOLD:
            yield from group
            continue
        yield replace(group[0], about=f"{len(group)} nodes", is_of_pool=True)


def _signal(cluster: str, change: _Change, now: datetime) -> Signal:
    state = "unwell" if change.is_unwell else "well"
    pool = change.place.pool if change.place else None
    node = change.place.node if change.place and not change.is_of_pool else None
    return Signal(
        kind=_kind(change, pool),
        source=Source.DIAGNOSTICS,
        cluster=cluster,
        event_id=f"health|{change.about}|{change.what}|{state}|{change.complaint.since.isoformat()}",
        occurred_at=now,
        heard_at=now,
        pool=pool,
        node=node,
        what=change.what,
        severity=change.complaint.severity,
        evidence=change.complaint.says if change.is_unwell else "",
    )


def _kind(change: _Change, pool: str | None) -> SignalKind:
    if change.is_of_cluster or (change.is_of_pool and pool is None):
        return SignalKind.CLUSTER_UNWELL if change.is_unwell else SignalKind.CLUSTER_WELL
    if change.is_of_pool:
        return SignalKind.POOL_UNWELL if change.is_unwell else SignalKind.POOL_WELL
    return SignalKind.NODE_UNWELL if change.is_unwell else SignalKind.NODE_WELL
