"""Writing down what a pass has learned and decided, before anything is done about it.

Inventory, ledgers and incidents are brought up to date, each row on its own etag: a row that somebody else wrote in
the meantime is left alone, their pass knew better. The audit comes first: after a crash between the two a decision is
told twice, and not never. Wake-ups are sent for decisions that wait for the clock; should one get lost, the sweep comes
by within a minute. That a sweep came by is written last, so that whoever asks whether the app works is told of a whole
pass.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import msgspec

from shared.decide.roll import rolls_of
from shared.errors import Conflict, Retry
from shared.model.audit import AuditKind, AuditRecord
from shared.model.decisions import Decision
from shared.model.incidents import Incident
from shared.model.ledger import Ledger
from shared.model.nodes import NodeMemory
from shared.model.readings import Failure
from shared.model.signals import Signal, SignalKind, Source
from shared.ports.queues import Queue
from shared.records import Change, open_incident_row
from shared.telemetry.traces import incident_spans

from .books import worth_writing
from .casebook import Cases, write_up
from .heard import heard, heard_late
from .inventory import flapping, inventory_changes
from .late import latest_of
from .outside import Outside
from .recall import Recalled
from .situate import Picture
from .sizes import keep_courses

AGAIN = timedelta(seconds=1)


async def remember(
    outside: Outside, picture: Picture, decisions: Sequence[Decision], recalled: Recalled
) -> dict[str, Incident]:
    """Returns the incidents of the decided nodes as they stand now, without those that somebody else wrote."""
    situation = picture.situation
    cluster, now = situation.cluster.name, situation.now
    told_of = latest_of(situation.signals)
    read = (*situation.findings, *picture.of_masters)
    findings = [one for one in read if one.node.name not in recalled.unread.inventory]
    inventory = inventory_changes(findings, recalled.inventory, picture.forgotten, told_of, now)
    cases = write_up(picture, decisions, recalled)
    books, about_books = _books(picture, recalled)
    flaps = [
        AuditRecord(
            now,
            cluster,
            AuditKind.JUDGED,
            name,
            f"flapping: its agent was lost {losses}",
            data={"losses": losses},
        )
        for name, losses in flapping(inventory, now)
    ]
    at_work = {kept.value.subject.node: name for name, kept in recalled.operations.items()}
    told = [*heard(situation.signals, at_work, now), *heard_late(picture.late, now)]
    await outside.audit.append(cluster, [*told, *about_books, *flaps, *cases.audit])
    unkept: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    if inventory or books or cases.changes or cases.closed or picture.sized:  # most passes change nothing
        unkept, _, lost, _ = await asyncio.gather(
            outside.records.inventory.put_all(cluster, inventory),
            outside.records.ledgers.put_all(cluster, books),
            _keep_cases(outside, cluster, cases),
            keep_courses(outside, picture, decisions),
        )
    if any(signal.kind is SignalKind.SWEEP for signal in situation.signals):
        rolls = rolls_of(situation.cluster, _kept(recalled, inventory), now)
        masters = situation.snapshot.scheduler
        leader = "" if isinstance(masters, Failure) else masters.value.leader
        await outside.records.keep_sweep(cluster, outside.sweeping.swept(now, rolls, leader))
    for until in sorted(set(cases.wakes)):
        await wake(outside, cluster, until, now)
    if not picture.told.isdisjoint(unkept):
        raise Retry("what was told of a node was not kept, because somebody else wrote it", AGAIN)
    return {
        incident.node: incident for incident in cases.current if open_incident_row(incident.node) not in lost
    }


def _kept(recalled: Recalled, changes: Sequence[Change[NodeMemory]]) -> Iterator[NodeMemory]:
    """What is remembered of nodes, with these changes."""
    now = recalled.nodes | {change.row: change.value for change in changes}
    return (memory for memory in now.values() if memory is not None)


async def wake(outside: Outside, cluster: str, until: datetime, now: datetime) -> None:
    """Have the cluster looked at again at `until`."""
    signal = Signal(SignalKind.WAKE, Source.TIMER, cluster, f"wake-{until.isoformat()}", until, until)
    await outside.queues.send(Queue.SIGNALS, msgspec.json.encode(signal), max(until - now, until - until))


async def _keep_cases(outside: Outside, cluster: str, cases: Cases) -> tuple[str, ...]:
    """The rows that somebody else had written."""
    for incident, etag in cases.closed:
        try:
            await outside.records.close_incident(cluster, incident, etag)
            outside.telemetry.spans(list(incident_spans(incident, None)))
        except Conflict:
            continue  # somebody else closed it or brought it up to date
    return await outside.records.incidents.put_all(cluster, cases.changes)


def _books(picture: Picture, recalled: Recalled) -> tuple[list[Change[Ledger]], list[AuditRecord]]:
    """The ledgers that changed, and what is to be told about them."""
    situation, told = picture.situation, list[AuditRecord]()
    changes: list[Change[Ledger]] = []
    for pool in situation.cluster.pools:
        kept, book = recalled.ledgers[pool.name], situation.ledgers[pool.name]
        if kept.value.is_unread or not worth_writing(kept.value, book, pool.storm.hold):
            continue
        changes.append(Change(pool.name, book, kept.etag or None))
        text: list[str] = [
            f"ledger entry of {ghost.operation} is given up: that operation does not run"
            for ghost in picture.ghosts[pool.name]
        ]
        if book.wanted != kept.value.wanted:
            text.append(f"the wanted size of pool {pool.name} is {book.wanted}, it was {kept.value.wanted}")
        if book.extra != kept.value.extra:
            text.append(
                f"pool {pool.name} has {book.extra} more than is wanted, it had {kept.value.extra}: "
                "as many of the next that go are not made up for"
            )
        cluster, now = situation.cluster.name, situation.now
        told.extend(AuditRecord(now, cluster, AuditKind.JUDGED, pool.name, line) for line in text)
        told.extend(_of_storm(cluster, kept.value, book, now))
    return changes, told


def _of_storm(cluster: str, before: Ledger, book: Ledger, now: datetime) -> list[AuditRecord]:
    """That a storm began, or is over."""
    if (before.storm_since is None) is (book.storm_since is None):
        return []
    storm, text = "over", f"the storm in pool {book.pool} is over"
    if book.storm_since is not None:
        until = f"{book.storm_until:%H:%M:%S} UTC"
        storm, text = "begun", f"a storm in pool {book.pool}: nothing is replaced until {until}"
    return [AuditRecord(now, cluster, AuditKind.JUDGED, book.pool, text, data={"storm": storm})]
