"""What is done about the size of each pool, beside what is done about its nodes.

For every pool whose size was worked out (`sizes.py`), in the order of the policy:

1. It is to have as many as it has: nothing to decide. The same while fewer are on their way out than before are to go:
   who is not needed to go any more is given back by its own operation, before anything is ordered.
2. It is to have more than the ledger wants: one decision about its size. Also while machines are still coming that were
   ordered before: what is ordered is a level, and not one machine and then another. Not within an hour after its growth
   was handed over to a person: what Azure refused for a reason, or what did not join, is not ordered again at once.
   Nor while one growth is being closed, whose incident is at its end or is to be decided anew: another one would be at
   work beside it.
   Where one is to come for the sake of the spread, all are asked who may say no to taking one away: that comes of it.
3. It is to have fewer: one decision about each machine that was chosen (`leavers.py`), in the order of the choice.
4. One that is helped now, or of which something else was decided in this pass, is left alone.
5. Any guard refuses: hold, or wait if every refusal ends by the clock. Otherwise: act.
6. Behind a machine that must wait for something that has nothing to do with itself no other one is asked: its turn
   comes. What waits for a person is asked for as many as could go at the same time.
7. While Azure does not delete one that was emptied (a lock, a fault), no other one of the pool is: it would be in vain.

Repair was decided before, and counts in the ledger that is asked with; so does each machine that may go.
The same inputs give the same decisions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta

from msgspec.structs import replace

from shared.guards import (
    TO_ENLARGE,
    TO_SHRINK,
    TO_SPREAD,
    Question,
    approval,
    ledger,
    refusals,
    stateful,
)
from shared.guards.place import with_place
from shared.model.decisions import Answer, Decision, Verdict
from shared.model.incidents import Incident, IncidentState
from shared.model.ledger import Disruption, Ledger
from shared.model.nodes import Condition, Finding
from shared.model.remedies import Remedy
from shared.model.sizes import short, size_of, surplus

from .repair import Situation
from .sizes import Sized
from .verdicts import ask_guards

OF_THE_NODE = frozenset({approval.GUARD, stateful.GUARD})
"""Guards that say no to one machine, and may say yes to the next; so may `ledger` for some of its reasons."""

GIVEN_UP = timedelta(hours=1)


def decide_sizes(
    situation: Situation, sized: Sequence[Sized], decisions: Sequence[Decision]
) -> tuple[Decision, ...]:
    """`decisions` are those that were made before, about nodes that are not well."""
    return tuple(_Deciding(situation, decisions).about(sized))


class _Deciding:
    """One pass over all pools. `books` are the ledgers with what was decided so far."""

    def __init__(self, situation: Situation, decisions: Sequence[Decision]) -> None:
        self._situation = situation
        self._tallies = situation.tallies
        self._findings = {finding.node.name: finding for finding in situation.findings}
        self._spoken_for = {one.node for one in decisions} | situation.busy
        self._books = dict(_with_decided(situation, decisions))

    def about(self, sized: Iterable[Sized]) -> Iterator[Decision]:
        for one in sized:
            wanted = self._situation.ledgers[one.pool].wanted
            if wanted is not None and one.nodes > wanted:
                if not self._was_given_up(one) and not self._is_closing(one):
                    yield self._grows(one)
            elif one.choice is not None and not self._is_refused(one):
                yield from self._shrinks(one, one.choice.nodes)

    def _was_given_up(self, sized: Sized) -> bool:
        situation = self._situation
        incident = situation.incidents.get(size_of(sized.pool))
        if incident is None or incident.state is not IncidentState.HANDED_OVER:
            return False
        return situation.now - incident.since < GIVEN_UP

    def _is_closing(self, sized: Sized) -> bool:
        subject = size_of(sized.pool)
        incident = self._situation.incidents.get(subject)
        return subject in self._situation.busy and (incident is None or incident.decision is None)

    def _is_refused(self, sized: Sized) -> bool:
        """Rule 7: `again_at` is when what Azure refused is tried again."""
        of_pool = (one for one in self._situation.incidents.values() if one.pool == sized.pool)
        return any(one.condition is Condition.SURPLUS and one.again_at is not None for one in of_pool)

    def _grows(self, sized: Sized) -> Decision:
        """Rule 2."""
        more = sized.nodes > sized.size
        aim = f"and not {sized.size} are wanted" if more else "are wanted, and nobody has ordered all of them"
        because = f"{sized.nodes} nodes {aim}: {sized.wanted.because}"
        question = self._question(sized, short(sized.pool, because), Remedy.GROW)
        return ask_guards(question, TO_ENLARGE if sized.misplaced is None else TO_SPREAD)

    def _shrinks(self, sized: Sized, nodes: Iterable[str]) -> Iterator[Decision]:
        """Rules 3 to 6."""
        because = f"{sized.nodes} nodes and not {sized.size} are wanted: {sized.wanted.because}"
        for node in nodes:
            if node in self._spoken_for:
                continue
            question = self._question(sized, surplus(self._findings[node], because), Remedy.SHRINK)
            decision = ask_guards(question, TO_SHRINK)
            yield decision
            against = refusals(decision.answers)
            if _may_go(against) and question.own is None:
                self._books[sized.pool] = with_place(question, f"decided for {node}")
            elif not all(_is_its_own(one) for one in against):
                return

    def _question(self, sized: Sized, finding: Finding, remedy: Remedy) -> Question:
        situation, incident = self._situation, _incident(self._situation, finding)
        pools = {pool.name: pool for pool in situation.cluster.pools}
        question = situation.question(pools[sized.pool], finding, remedy, incident, self._books)
        return replace(question, aim=sized.nodes)


def _incident(situation: Situation, finding: Finding) -> Incident | None:
    """The one that this is about; one about something else is another case."""
    incident = situation.incidents.get(finding.node.name)
    is_same = incident is not None and incident.condition is finding.condition
    return incident if is_same and incident is not None and incident.state is IncidentState.OPEN else None


def _with_decided(situation: Situation, decisions: Iterable[Decision]) -> Mapping[str, Ledger]:
    """The ledgers with the places of those that are helped from now on."""
    books = dict(situation.ledgers)
    for one in decisions:
        book = books.get(one.pool)
        if book is None or one.verdict is not Verdict.ACT:
            continue
        if not any(entry.node == one.node for entry in book.active):
            entry = Disruption(f"decided for {one.node}", one.node, situation.now)
            books[one.pool] = replace(
                book, active=(*book.active, entry), started=(*book.started, situation.now)
            )
    return books


def _may_go(against: Sequence[Answer]) -> bool:
    """Whether nothing but a person's word is missing."""
    return all(one.awaits for one in against)


def _is_its_own(against: Answer) -> bool:
    return against.guard in OF_THE_NODE or against.reason in ledger.OF_THE_NODE
