"""Spot machines that Azure took back: what is remembered of that, and when it is a wave.

What counts as an eviction, each machine once:

1. Azure has announced that it takes the machine (`Preempt`). It is forgotten when that was called off and the machine
   works.
2. Azure has said that it took it, as Resource Health does without any announcement.
3. It is gone, its set's machines are spot, and nothing said who took it: a loss by the rules of `Ledger.losses`, so
   none that an operation of ours is at work on or that left a pool which is whole, and none that somebody was heard to
   delete or to switch off. Where events do not come, that is all that is ever seen of an eviction.

They are kept for a day. It is a wave (`is_in_wave`)

4. from the moment in which more of them than the policy says are within the time that it says,
5. until there was none for as long as it says. Nothing is remembered besides: the same evictions give the same answer.

What follows is in `demands.py` and `alternates.py`: the pool comes after the others, those that stand in for it grow in
its place, and they do not shrink before the wave is over.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from shared.model.ledger import Eviction, Ledger
from shared.model.nodes import Condition, Finding, Notice
from shared.model.signals import Signal, SignalKind
from shared.policy.scaling import Spot

KEPT = timedelta(days=1)
MOST = 100
"""Some 80 bytes each. The policy's largest number of evictions is half of that."""

PREEMPT = "preempt"
BY_SOMEBODY = frozenset({SignalKind.VM_DELETED, SignalKind.VM_DEALLOCATED, SignalKind.VM_STOPPED})


def with_evictions(
    book: Ledger, findings: Sequence[Finding], heard: Collection[Signal], now: datetime, *, is_spot: bool
) -> Ledger:
    """Rules 1 to 3. `findings` are the pool's, `heard` what was said of its nodes, and the book has its losses of
    now."""
    called_off = {one.node.name for one in findings if _is_called_off(one)}
    kept = [one for one in book.evictions if one.at > now - KEPT and one.node not in called_off]
    known = {one.node for one in kept}
    found = [*_said(findings, heard, now), *(_silent(book, findings, heard, now) if is_spot else ())]
    for one in sorted(found, key=lambda each: (each.at, each.node)):
        if one.node not in known and one.at > now - KEPT:
            known.add(one.node)
            kept.append(one)
    evictions = tuple(sorted(kept, key=lambda each: each.at)[-MOST:])
    return book if evictions == book.evictions else replace(book, evictions=evictions)


def is_in_wave(book: Ledger, spot: Spot | None, now: datetime) -> bool:
    """Rules 4 and 5."""
    if spot is None or len(book.evictions) <= spot.evictions:
        return False
    last, chain = now, list[datetime]()
    for at in reversed([one.at for one in book.evictions]):
        if last - at >= spot.rest:
            break
        chain.append(at)
        last = at
    pairs = zip(chain, chain[spot.evictions :], strict=False)
    return any(newer - older <= spot.within for newer, older in pairs)


def _said(findings: Iterable[Finding], heard: Iterable[Signal], now: datetime) -> Iterator[Eviction]:
    """Rules 1 and 2."""
    names = {one.node.name for one in findings}
    for one in findings:
        notice = _preempt(one)
        if notice is not None and not notice.is_over:
            yield Eviction(one.node.name, min(notice.since, now))
    for signal in heard:
        if signal.kind is SignalKind.VM_EVICTED and signal.node in names:
            yield Eviction(signal.node, min(signal.occurred_at, now))


def _silent(
    book: Ledger, findings: Iterable[Finding], heard: Iterable[Signal], now: datetime
) -> Iterator[Eviction]:
    """Rule 3."""
    lost = {one.node for one in book.losses if one.at == now}
    taken = {signal.node for signal in heard if signal.kind in BY_SOMEBODY}
    for one in findings:
        name = one.node.name
        if one.condition is Condition.GONE and name in lost and name not in taken:
            yield Eviction(name, now)


def _preempt(finding: Finding) -> Notice | None:
    """The last thing that was announced of that."""
    notices = finding.node.memory.notices if finding.node.memory is not None else ()
    return next((one for one in reversed(notices) if one.what.lower() == PREEMPT), None)


def _is_called_off(finding: Finding) -> bool:
    notice = _preempt(finding)
    return notice is not None and notice.is_over and finding.condition is Condition.HEALTHY
