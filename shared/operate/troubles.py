"""Troubles that are no node's: what is wrong with a pool, with the cluster, or with our sight. No I/O.

Each is a decision about a subject in parentheses, which no node is called, and so an incident of its own: opened once,
told once, closed when the trouble is over. All but the first are handed over at once: what is at work there cannot be
helped by replacing machines, and a person who is called too late has lost more than sleep.

1. Something could not be read, or who of the masters serves: nothing is judged by it. That may be over in a moment, so
   it is handed over when it has lasted for a quarter of an hour. A cluster whose only master is dead looks like this.
2. The failed share what explains their failure better than chance: nothing is done to nodes that have it.
3. A storm has lasted for as long as the policy holds after one: it does not blow over.
4. Azure had no room for a machine three times in a row, or forbade it, so for some 15 minutes: it goes on being asked.
5. Masters are ill, and fewer than a majority serves: none of them is touched (`shared/decide/masters.py`).
6. Nothing but a service that is not at rest, or that cannot be read, has stood in the way of a repair for an hour, or
   nothing but the other masters: no clock ends that, and no approval was asked for.
7. What the size of a pool follows cannot be read, while the masters can: the size stays, or only grows. It is told, and
   handed over when it has lasted for an hour.
8. Azure's size of a pool, its list and what is wanted contradict each other, and something has waited for an hour
   because of that: it is told what to type (`at_odds.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from shared.decide.masters import QUORUM
from shared.decide.repair import Situation
from shared.decide.sizes import Sized
from shared.guards import Tally, quorum, refusals, stateful
from shared.guards.storm import measure
from shared.model.decisions import Decision, Verdict
from shared.model.incidents import Incident, IncidentState
from shared.model.ledger import Ledger
from shared.model.masters import MASTERS, Council
from shared.model.nodes import OF_THE_POOL, Condition
from shared.model.readings import Failure
from shared.model.sizes import is_size
from shared.policy.schema import PoolPolicy
from shared.scale.rule import UNREAD

from .at_odds import at_odds, subject_of
from .reopen import MAY_PASS

CLUSTER, MASTERS_UNSEEN = "(cluster)", "(masters unseen)"
LASTS = 3  # refusals of room in a row
FORBIDDEN = "look for a role that the app has no more, a lock, and policies of Azure"
BLIND_FOR, HELD_FOR = timedelta(minutes=15), timedelta(hours=1)
NO_CLOCK_ENDS = frozenset({stateful.GUARD, quorum.GUARD})
OVER = {
    CLUSTER: "everything can be read again",
    MASTERS_UNSEEN: "it can be told again who of the masters serves",
    " storm)": "the storm is over",
    " room)": "Azure is not known to have no room any more",
    " load)": "what it follows can be read again",
    " held)": "nothing is held there any more",
    " numbers)": "nothing waits there any more for Azure's numbers to agree",
    " unread)": "every row of it can be read again",
    " quorum)": "a majority of the masters serves again, or none of them is known to be ill",
}


def troubles(
    situation: Situation, council: Council | None = None, sized: Sequence[Sized] = ()
) -> tuple[Decision, ...]:
    """One decision for each."""
    found = [*_blindness(situation, council), *_suspicions(situation), *_held(situation)]
    for pool in situation.cluster.pools:
        book = situation.ledgers[pool.name]
        found += _storm(pool, book, situation.tallies[pool.name], situation)
        found += _room(pool, book)
        found += _contradictions(situation, pool)
    for one in sized:
        found += _unread(situation, one)
    return tuple(found)


def is_trouble(subject: str) -> bool:
    """Whether an incident of this subject is one of these."""
    return subject.startswith("(")


def how_it_ended(subject: str) -> str:
    """The outcome of a trouble that is over."""
    if is_size(subject):
        return "it is not to have more any more"
    endings = (text for ending, text in OVER.items() if subject.endswith(ending))
    return next(endings, "chance explains as well what failed")


def _blindness(situation: Situation, council: Council | None) -> Iterator[Decision]:
    snapshot = situation.snapshot
    readings = [snapshot.scheduler]
    failed = [reading for reading in readings if isinstance(reading, Failure)]
    for pool in snapshot.pools.values():
        of_pool = (pool.scale_set, pool.instances, pool.addresses)
        failed.extend(reading for reading in of_pool if isinstance(reading, Failure))
    if failed:
        because = "; ".join(dict.fromkeys(f"{one.source} could not be read: {one.why}" for one in failed))
        because += "; nothing is judged by it"
        yield _unseen(situation, CLUSTER, "", because)
    blind = [seat.finding for seat in council.seats if seat.finding.blind] if council is not None else []
    if blind and not isinstance(snapshot.scheduler, Failure):
        because = "; ".join(dict.fromkeys(one.because for one in blind)) + "; no master is judged by it"
        yield _unseen(situation, MASTERS_UNSEEN, MASTERS, because)


def _unseen(situation: Situation, subject: str, pool: str, because: str) -> Decision:
    incident = situation.incidents.get(subject)
    if incident is None or situation.now - incident.since < BLIND_FOR:
        return Decision(subject, pool, Condition.UNKNOWN, Verdict.HOLD, because)
    return _handed_over(subject, pool, because)


def _suspicions(situation: Situation) -> Iterator[Decision]:
    told: set[str] = set()
    for suspect in situation.suspects:
        subject = f"({suspect.pool or 'pools'} by {suspect.factor})"
        if subject in told:
            continue  # the least likely of its factor comes first
        told.add(subject)
        because = f"{suspect}. It is the likelier cause: nothing is done to nodes that have it"
        yield _handed_over(subject, suspect.pool, because)


def _storm(pool: PoolPolicy, book: Ledger, tally: Tally, situation: Situation) -> Iterator[Decision]:
    since = book.storm_since
    if since is None or situation.now < since + pool.storm.hold:
        return
    _, numbers = measure(tally, pool, book.wanted)
    because = (
        f"a storm in pool {pool.name} since {since:%Y-%m-%d %H:%M:%S} UTC, {numbers['unwell']} of"
        f" {numbers['nodes']} nodes are unwell now: nothing is replaced before it is over"
    )
    yield _handed_over(f"({pool.name} storm)", pool.name, because)


def _unread(situation: Situation, sized: Sized) -> Iterator[Decision]:
    """Rule 7."""
    if sized.wanted.reason not in UNREAD or isinstance(situation.snapshot.scheduler, Failure):
        return
    subject = f"({sized.pool} load)"
    because = f"what pool {sized.pool} follows could not be read: {sized.wanted.because}"
    incident = situation.incidents.get(subject)
    if incident is None or situation.now - incident.since < HELD_FOR:
        yield Decision(subject, sized.pool, Condition.UNKNOWN, Verdict.HOLD, because)
    else:
        yield _handed_over(subject, sized.pool, because)


def _held(situation: Situation) -> Iterator[Decision]:
    """Rule 6, by the decisions of the last pass: one for each pool. That a quorum is lost was said by rule 5."""
    held: dict[str, list[Incident]] = {}
    for _, incident in sorted(situation.incidents.items()):
        if incident.pool == MASTERS and QUORUM in situation.incidents:
            continue
        if _is_held(incident) and situation.now - incident.since >= HELD_FOR:
            held.setdefault(incident.pool, []).append(incident)
    for pool, incidents in held.items():
        names = "; ".join(f"{one.node}: {_what_holds(one)}" for one in incidents)
        because = f"for longer than an hour nothing is done, and no clock ends that. {names[:600]}. A person must look"
        yield _handed_over(f"({pool.strip('()')} held)", pool, because)


def _is_held(incident: Incident) -> bool:
    decision = incident.decision
    if decision is None or incident.state is not IncidentState.OPEN or decision.verdict is not Verdict.HOLD:
        return False
    if decision.condition in OF_THE_POOL:
        return False
    against = refusals(decision.answers)
    return bool(against) and all(one.guard in NO_CLOCK_ENDS and not one.awaits for one in against)


def _what_holds(incident: Incident) -> str:
    against = refusals(incident.decision.answers) if incident.decision is not None else ()
    said = [
        f"{one.reason} {one.numbers.get('service') or one.numbers.get('master') or ''}" for one in against
    ]
    return ", ".join(one.strip() for one in said)


def _room(pool: PoolPolicy, book: Ledger) -> Iterator[Decision]:
    short = book.no_room
    if short is not None and short.tries >= LASTS:
        is_forbidden = short.code in MAY_PASS
        what = "forbids to make" if is_forbidden else "has no room for"
        do = FORBIDDEN if is_forbidden else "raise the quota, or give the pool another size or zone"
        because = (
            f"Azure {what} machines of pool {pool.name} since {short.since:%Y-%m-%d %H:%M:%S} UTC"
            f" ({short.code}): {do}; it goes on being asked"
        )
        yield _handed_over(f"({pool.name} room)", pool.name, because)


def _contradictions(situation: Situation, pool: PoolPolicy) -> Iterator[Decision]:
    """Rule 8."""
    because = at_odds(situation, pool)
    if because:
        yield _handed_over(subject_of(pool.name), pool.name, because)


def _handed_over(subject: str, pool: str, because: str) -> Decision:
    return Decision(subject, pool, Condition.UNKNOWN, Verdict.HAND_OVER, because)
