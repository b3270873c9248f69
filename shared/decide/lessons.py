"""What the ledger learns from how operations end, and how long it remembers that.

    a machine that was ordered did not join     `unjoined`, until one joins that was ordered or came later
    Azure has no room                           `no_room`, until it has; each time in a row it is waited twice as long
    a connected node was helped, or was not     `waves`, while there are nodes with that trouble

The guards `joining`, `backoff` and `canary` read it, and so does the ladder. Pure: ledger in, ledger out;
`shared/operate/books.py` writes it on its etag.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec.structs import replace

from shared.guards.canary import is_no_better
from shared.guards.question import Tally, is_outdated, last_join
from shared.model.ledger import Ledger, NoRoom, Unjoined, Wave
from shared.model.nodes import Condition, Finding
from shared.model.operations import Operation, OperationState

FIRST_PAUSE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=2)
WELL = frozenset({Condition.HEALTHY, Condition.JOINING})
NO_ROOM = frozenset(
    {
        "AllocationFailed",
        "ZonalAllocationFailed",
        "OverconstrainedAllocationRequest",
        "OverconstrainedZonalAllocationRequest",
        "SkuNotAvailable",
        "QuotaExceeded",
        "SubnetIsFull",
        "NetworkingSubnetIsFull",
        "allocation_failed",
        "quota_exceeded",
        "sku_not_available",
        "subnet_full",
    }
)
"""Azure's codes for having no room, and the reasons of a `Refused` that stand for them
(MicrosoftDocs/azure-compute-docs allocation-failure.md)."""


def says_no_room(code: str, message: str = "") -> bool:
    """Whether Azure's answer means that there is no room. An exceeded quota comes as OperationNotAllowed, like much
    else: only its text tells."""
    return code in NO_ROOM or (code == "OperationNotAllowed" and "quota" in message.lower())


def without_room(book: Ledger, code: str, now: datetime) -> Ledger:
    """Azure has just said that it has no room. What is said again while it is being waited counts once."""
    short = book.no_room
    if short is None:
        return replace(book, no_room=NoRoom(code, 1, now, now + FIRST_PAUSE))
    if now < short.until:
        return book
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(short.tries, 10))
    return replace(book, no_room=NoRoom(code, short.tries + 1, short.since, now + pause))


def with_room(book: Ledger) -> Ledger:
    """Azure has just allocated a machine."""
    return replace(book, no_room=None)


def concluded(book: Ledger, operation: Operation, state: OperationState, now: datetime) -> Ledger:
    """What the end of this operation teaches, while it still has its place."""
    entry = next((one for one in book.active if one.operation == operation.id), None)
    if entry is None:
        return book
    if state is OperationState.HANDED_OVER and _waited_in_vain(operation):
        failed = Unjoined(operation.id, operation.subject.node, operation.created_at, now)
        book = replace(book, unjoined=(*_others(book.unjoined, operation.id), failed))
    if not entry.trouble or state is OperationState.WITHDRAWN:
        return book
    wave = book.wave(entry.trouble) or Wave(entry.trouble, now)
    failed_nodes = tuple(node for node in wave.failed if node != entry.node)
    if state is OperationState.DONE:
        wave = replace(wave, done=wave.done + 1, failed=failed_nodes, helped_at=now)
    else:
        wave = replace(wave, failed=(*failed_nodes, entry.node))
    return replace(book, waves=(*(one for one in book.waves if one.trouble != wave.trouble), wave))


def kept_in_mind(book: Ledger, findings: Iterable[Finding], tally: Tally, now: datetime) -> Ledger:
    """The ledger without what is over, by findings of its pool that are not blind.

    1. A machine has joined since one was ordered that did not: machines join.
    2. Nobody has wanted room for as long as the longest pause since it could have been asked for again: it is not known
       any more whether there is room. A machine has joined since then: there is.
    3. No connected node has the trouble and none is being helped: the wave is over.
    4. A node at which it did not help is well, or is not there any more: it holds the others no longer.
    5. A machine came in the place of another within a day, and is impaired: to replace does not help against that.
    6. The set's model is another one than that of every machine that did not join: what new ones are made of has been
       changed since, and whether they join is to be seen. Their places are free again as well.
    """
    own = list(findings)
    last, short = last_join(own), book.no_room
    unjoined = tuple(one for one in book.unjoined if last is None or last <= one.since)
    if unjoined and _are_outdated(own):
        old = {one.operation for one in unjoined}
        unjoined, book = (), book.without([one for one in book.active if one.operation in old])
    if short is not None and (
        now >= short.until + LONGEST_PAUSE or (last is not None and last > short.until)
    ):
        short = None
    unwell = {finding.node.name for finding in own if finding.condition not in WELL}
    helping = {entry.trouble for entry in book.active}
    waves = tuple(
        replace(wave, failed=tuple(node for node in wave.failed if node in unwell))
        for wave in book.waves
        if wave.trouble in helping or tally.troubles.get(wave.trouble)
    )
    for finding in own:
        if is_no_better(finding, now):
            waves = _with_failed(waves, finding, now)
    return replace(book, unjoined=unjoined, no_room=short, waves=waves)


def _are_outdated(findings: Iterable[Finding]) -> bool:
    """Whether there are machines that never joined, and all of them have an older model than their set."""
    stuck = [one for one in findings if one.condition is Condition.STUCK]
    return bool(stuck) and all(is_outdated(one) for one in stuck)


def _with_failed(waves: tuple[Wave, ...], finding: Finding, now: datetime) -> tuple[Wave, ...]:
    """Rule 5."""
    wave = next((one for one in waves if one.trouble == finding.trouble), Wave(finding.trouble, now))
    failed = (*(node for node in wave.failed if node != finding.node.name), finding.node.name)
    others = (one for one in waves if one.trouble != wave.trouble)
    return (*others, replace(wave, failed=failed))


def _waited_in_vain(operation: Operation) -> bool:
    """Whether a machine was ordered and waited for, and none was taken for it."""
    done = {record.step for record in operation.steps}
    surged = "surge" in done and "await_successor" not in done
    grown = "grow" in done and "await_join" not in done
    return "replacement" not in operation.notes and (surged or grown)


def _others(unjoined: tuple[Unjoined, ...], operation: str) -> tuple[Unjoined, ...]:
    return tuple(one for one in unjoined if one.operation != operation)
