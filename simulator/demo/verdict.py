"""The verdict: what truly happened, by the world's own journal, held against what the scenario expects. Pure.

The app's tables are asked for one thing alone, the reasons that it gave. Whether the cluster is whole, what was
destroyed and whether it was healthy at that instant, the world says itself.

 1. In time: what the story waited for has happened.
 2. Whole: every pool has the size it began with, all healthy, and all tasks run.
 3. Nothing healthy was touched: nobody was deleted, restarted or given up by the app while it worked. Whose end is
    announced may go, after the machine that came in its place has joined.
 4. Only the lost were touched, and only as many were ordered as were lost.
 5. Where it had to hold, the app changed nothing, in Azure or in Mesos, and said why.
 6. As many were replaced as were expected, and Mesos was told in the way that its version knows.
 7. Where the scenario sets a time, the last new machine was ordered within it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from simulator.world.journal import By, Entry

AGENT_ORDERS = frozenset({"agent_marked_gone", "agent_shut_down", "agent_deactivated", "agent_drain_ordered"})
"""What a client of the masters can order against an agent; the others are orders against machines."""


@dataclass(frozen=True, slots=True)
class Hold:
    """An act in which nothing had to be done. `wanted` and `given` are reason codes of refusals, `arm_writes` what the
    app ordered of Azure meanwhile."""

    text: str
    begin: datetime
    end: datetime
    wanted: tuple[str, ...]
    given: frozenset[str]
    arm_writes: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What the verdict rests on. `journal` begins with the story. `lost` are the subjects that the story broke: ids of
    instances and of agents; with `announced` they work on, and only their end is announced. `not_whole` says what is
    missing, empty if nothing is; `waiting_for` likewise."""

    journal: Sequence[Entry]
    lost: frozenset[str]
    holds: Sequence[Hold]
    not_whole: str
    waiting_for: str
    replaced: int
    expected: int
    told_by: str
    ordered_within_s: float | None = None
    announced: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """`text` is a sentence about how it was, whether `ok` or not."""

    name: str
    ok: bool
    text: str


def judge(facts: Facts) -> tuple[Check, ...]:
    """Every check, in the order above. The story went well when all are `ok`."""
    checks = [_in_time(facts), _whole(facts), _nothing_healthy(facts), _only_the_lost(facts)]
    checks += [_held(hold, facts.journal) for hold in facts.holds]
    checks.append(_replaced(facts))
    if facts.ordered_within_s is not None:
        checks.append(_ordered_in_time(facts, facts.ordered_within_s))
    return tuple(checks)


def broken_at(journal: Sequence[Entry], lost: frozenset[str]) -> datetime | None:
    """When the first of what was lost was struck; None when nothing was."""
    return next((entry.time for entry in journal if entry.subject in lost), None)


def orders(journal: Sequence[Entry]) -> list[Entry]:
    """What the app ordered against machines and agents. It is the only client of the faces."""
    return [
        entry
        for entry in journal
        if entry.by.by is By.CLIENT and (entry.what.endswith("_ordered") or entry.what in AGENT_ORDERS)
    ]


def _in_time(facts: Facts) -> Check:
    if facts.waiting_for:
        return Check("in time", False, f"the time was over while waiting for {facts.waiting_for}")
    return Check("in time", True, "everything that was waited for has happened")


def _whole(facts: Facts) -> Check:
    if facts.not_whole:
        return Check("whole", False, f"the cluster is not whole: {facts.not_whole}")
    return Check("whole", True, "the cluster is whole, all machines healthy, all tasks running")


def _nothing_healthy(facts: Facts) -> Check:
    harmed = [entry for entry in orders(facts.journal) if entry.healthy and not _may_go(facts, entry)]
    if harmed:
        return Check("nothing healthy touched", False, f"healthy machines were touched: {_listed(harmed)}")
    return Check("nothing healthy touched", True, "no healthy machine was touched")


def _may_go(facts: Facts, order: Entry) -> bool:
    """An announced end, for which somebody has come already."""
    if not facts.announced or order.subject not in facts.lost:
        return False
    before = [entry for entry in facts.journal if entry.time <= order.time]
    gone = {entry.subject for entry in orders(before) if entry.what == "instance_delete_ordered"}
    return sum(entry.what == "agent_registered" for entry in before) >= len(gone)


def _only_the_lost(facts: Facts) -> Check:
    others = [entry for entry in orders(facts.journal) if entry.subject not in facts.lost]
    if others:
        return Check("only the lost", False, f"more was touched than was lost: {_listed(others)}")
    made = [entry for entry in _by_app(facts.journal) if entry.what == "instance_created"]
    if len(made) > facts.expected:
        return Check("only the lost", False, f"{len(made)} machines were ordered for {facts.expected} lost")
    count = len(orders(facts.journal))
    text = f"{_count(count, 'order')} against what was lost, {_count(len(made), 'new machine')}, nothing else"
    return Check("only the lost", True, text)


def _held(hold: Hold, journal: Sequence[Entry]) -> Check:
    name = f"held: {hold.text}"
    done = [entry for entry in _by_app(journal) if hold.begin <= entry.time < hold.end and _is_deed(entry)]
    if done or hold.arm_writes:
        what = _listed(done) if done else f"{hold.arm_writes} writes to Azure"
        return Check(name, False, f"something was done while it had to hold: {what}")
    missing = [reason for reason in hold.wanted if reason not in hold.given]
    if missing:
        return Check(name, False, f"nothing was done, but the audit does not say why ({', '.join(missing)})")
    said = f", and said why: {', '.join(sorted(hold.given))}" if hold.given else ""
    return Check(name, True, f"nothing was done after: {hold.text}{said}")


def _replaced(facts: Facts) -> Check:
    told = [entry for entry in orders(facts.journal) if entry.what in AGENT_ORDERS]
    otherwise = [entry for entry in told if entry.what != facts.told_by]
    if facts.replaced != facts.expected:
        return Check("replaced", False, f"{facts.replaced} were replaced, expected were {facts.expected}")
    if otherwise:
        return Check(
            "replaced", False, f"Mesos was told in a way that it should not be: {_listed(otherwise)}"
        )
    if len(told) < facts.expected:
        return Check("replaced", False, f"Mesos was told of {len(told)} of {facts.expected} lost agents")
    how = f", Mesos was told each time ({facts.told_by.replace('_', ' ')})" if told else ""
    return Check("replaced", True, f"{_count(facts.replaced, 'agent')} replaced, as expected{how}")


def _ordered_in_time(facts: Facts, most_s: float) -> Check:
    """Check 7."""
    begin = broken_at(facts.journal, facts.lost)
    made = [entry.time for entry in _by_app(facts.journal) if entry.what == "instance_created"]
    if begin is None or len(made) < facts.expected:
        return Check("ordered in time", False, f"{len(made)} of {facts.expected} new machines were ordered")
    took_s = (max(made) - begin).total_seconds()
    text = f"all new machines were ordered {took_s:.1f} s after the break, allowed are {most_s:g} s"
    return Check("ordered in time", took_s <= most_s, text)


def _by_app(journal: Sequence[Entry]) -> list[Entry]:
    return [entry for entry in journal if entry.by.by is By.CLIENT]


def _is_deed(entry: Entry) -> bool:
    """A decision of the client's; that a machine it ordered earlier comes up now is not one."""
    return entry.what == "instance_created" or entry.what.endswith("_ordered") or entry.what in AGENT_ORDERS


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number or 'no'} {what}s"


def _listed(entries: Sequence[Entry]) -> str:
    return ", ".join(f"{entry.what} {entry.subject.rpartition('/')[2]}" for entry in entries)
