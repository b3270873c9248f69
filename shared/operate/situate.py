"""From readings and memory to the situation that decisions are made in. No I/O.

The findings of the judge, the ledgers as they stand now (wanted sizes, storms, without ghosts), and which missing
nodes are not missed any more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from shared.decide.evictions import with_evictions
from shared.decide.forget import forgettable
from shared.decide.lessons import kept_in_mind
from shared.decide.relief import Heat
from shared.decide.repair import Situation
from shared.decide.sizes import Sized
from shared.guards import tally_pools
from shared.judge import judge
from shared.judge.correlation import correlate
from shared.judge.notices import told
from shared.model.incidents import Incident
from shared.model.ledger import Disruption, Ledger
from shared.model.masters import Council
from shared.model.nodes import Condition, Finding, NodeMemory
from shared.model.readings import Value
from shared.model.remedies import CHANGE_SIZES, Remedy
from shared.model.signals import LOSSES, Signal
from shared.model.snapshot import Snapshot
from shared.policy.schema import ClusterPolicy
from shared.records import Kept
from shared.scale.pace import Course

from .books import Seen, is_blind, up_to_date, with_losses, without_ghosts
from .homes import pools_by_set, set_among
from .inventory import learned_of
from .late import without_late
from .off_duty import on_duty
from .recall import Recalled
from .resolve import with_nodes
from .unread import with_unknown

LOST = frozenset({Condition.GONE, Condition.UNREACHABLE, Condition.STOPPED, Condition.STUCK})


class Picture(Struct, frozen=True, dict=True):
    """`forgotten` are nodes that the inventory is to drop, `ghosts` ledger entries by pool that nobody owns, `late`
    signals that are not acted on, `told` nodes of which something was announced or taken back now."""

    situation: Situation
    forgotten: frozenset[str]
    ghosts: Mapping[str, tuple[Disruption, ...]]
    late: tuple[Signal, ...] = ()
    told: frozenset[str] = frozenset()
    council: Council | None = None
    """The masters; None where nobody asks them."""
    sized: tuple[Sized, ...] = ()
    """The pools whose sizes were worked out, and what was remembered of them."""
    courses: Mapping[str, Kept[Course]] = {}
    heats: tuple[Heat, ...] = ()
    """The pools with an agent that is too full."""

    @cached_property
    def findings(self) -> Mapping[str, Finding]:
        """Of agents and masters."""
        return {finding.node.name: finding for finding in (*self.situation.findings, *self.of_masters)}

    def aim(self, remedy: Remedy, pool: str) -> int | None:
        """The size that the pool is to have, for a remedy that changes it."""
        sized = (one.nodes for one in self.sized if one.pool == pool)
        return next(sized, None) if remedy in CHANGE_SIZES else None

    @cached_property
    def workloads(self) -> Counter[str]:
        """How many tasks of each workload ran on the nodes that nothing is wrong with, by what is remembered of
        them."""
        running: Counter[str] = Counter()
        for finding in self.situation.findings:
            if finding.condition not in LOST and finding.node.memory is not None:
                running.update(finding.node.memory.tasks)
        return running

    @property
    def of_masters(self) -> tuple[Finding, ...]:
        return tuple(seat.finding for seat in self.council.seats) if self.council else ()


def situate(
    cluster: ClusterPolicy, snapshot: Snapshot, recalled: Recalled, signals: tuple[Signal, ...], now: datetime
) -> Picture:
    snapshot = on_duty(snapshot, {pool: kept.value for pool, kept in recalled.ledgers.items()})
    remembered = at_home(_visible(recalled.nodes, snapshot), cluster)
    unread, pools = recalled.unread, pools_by_set(cluster)
    findings = with_unknown(judge(snapshot, cluster, remembered, now), unread, pools)
    signals, late = without_late(with_nodes(signals, findings), recalled.nodes)
    news = _told([one for one in findings if one.node.name not in unread.inventory], signals, now)
    if news:
        findings = with_unknown(judge(snapshot, cluster, {**remembered, **news}, now), unread, pools)
    findings = _without_sent_away(findings, recalled)
    by_name = {finding.node.name: finding for finding in findings}
    tallies = tally_pools(snapshot, findings)
    incidents = {node: kept.value for node, kept in recalled.incidents.items()}
    ledgers: dict[str, Ledger] = {}
    ghosts: dict[str, tuple[Disruption, ...]] = {}
    forgotten: set[str] = set()
    for pool in cluster.pools:
        before = recalled.ledgers[pool.name].value
        cleared, ghosts[pool.name] = without_ghosts(before, recalled, by_name, now)
        heard = (*signals, *_losses_told(pool.name, findings, incidents))
        book = up_to_date(cleared, pool, Seen(snapshot, heard, tallies[pool.name], now))
        idle = [one for one in findings if one.node.pool == pool.name and one.node.name not in recalled.busy]
        forgotten |= forgettable(idle, snapshot.pools[pool.name], before, book.wanted, incidents)
        ledgers[pool.name] = book
    kept = tuple(finding for finding in findings if finding.node.name not in forgotten)
    for pool in cluster.pools:
        failing = [one for one in kept if one.node.pool == pool.name]
        book = with_losses(ledgers[pool.name], failing, recalled.busy, forgotten, now)
        heard = (*signals, *_losses_told(pool.name, kept, incidents))
        book = with_evictions(book, failing, heard, now, is_spot=_is_spot(pool.name, snapshot))
        if not is_blind(pool, snapshot):
            book = kept_in_mind(book, failing, tallies[pool.name], now)
        ledgers[pool.name] = book
    situation = Situation(
        cluster,
        snapshot,
        kept,
        incidents,
        ledgers,
        recalled.busy,
        signals,
        recalled.overrides,
        now,
        correlate(kept, ledgers, now),
    )
    return Picture(situation, frozenset(forgotten), ghosts, late, frozenset(news))


def _is_spot(pool: str, snapshot: Snapshot) -> bool:
    scale_set = snapshot.pools[pool].scale_set
    return isinstance(scale_set, Value) and scale_set.value.is_spot


def at_home(nodes: Mapping[str, NodeMemory], cluster: ClusterPolicy) -> dict[str, NodeMemory]:
    """What is remembered, each node in the pool that its scale set belongs to by the policy of now: a pool may have
    been given another name, or another set. One whose set is in no pool stays where
    it was."""
    pools = pools_by_set(cluster)
    found = {name: pools.get(set_among(name, pools) or "", memory.pool) for name, memory in nodes.items()}
    return {
        name: memory if memory.pool == found[name] else replace(memory, pool=found[name])
        for name, memory in nodes.items()
    }


def _without_sent_away(findings: tuple[Finding, ...], recalled: Recalled) -> tuple[Finding, ...]:
    """Without machines that were counted out and are going, because their pool is to have fewer: nobody misses them,
    and they are no failures among others. One whose operation is over did not go."""
    runs, unread = recalled.operations, recalled.unread.at_work
    counted_out = (
        entry
        for kept in recalled.ledgers.values()
        for entry in kept.value.active
        if entry.shrinks and entry.leaving
    )
    going = {entry.node for entry in counted_out if entry.operation in runs or entry.node in unread}
    return tuple(one for one in findings if one.node.name not in going) if going else findings


def _told(findings: Sequence[Finding], signals: Sequence[Signal], now: datetime) -> dict[str, NodeMemory]:
    """The nodes of which these signals say what has to be remembered, with that."""
    named = {signal.node for signal in signals}
    known = {one.node.name: learned_of(one.node, now) for one in findings if one.node.name in named}
    return told({name: memory for name, memory in known.items() if memory is not None}, signals, now)


def _losses_told(
    pool: str, findings: tuple[Finding, ...], incidents: Mapping[str, Incident]
) -> Iterator[Signal]:
    """What was heard, also earlier, of the loss of nodes that are still missing: as long as one of those is not
    repaired, a write of the set does not mean that somebody wants fewer."""
    for finding in findings:
        incident = incidents.get(finding.node.name)
        if incident is not None and finding.node.pool == pool and finding.node.instance is None:
            yield from (signal for signal in incident.signals if signal.kind in LOSSES)


def _visible(nodes: Mapping[str, NodeMemory], snapshot: Snapshot) -> dict[str, NodeMemory]:
    """What is remembered, without nodes that were first seen by somebody else after this look had begun: that it does
    not list them says nothing."""
    listed: set[str] = set()
    for pool in snapshot.pools.values():
        if isinstance(pool.instances, Value):
            listed |= {instance.name for instance in pool.instances.value}
    return {
        name: memory
        for name, memory in nodes.items()
        if name in listed or memory.first_seen_at <= snapshot.started_at
    }
