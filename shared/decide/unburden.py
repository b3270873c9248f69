"""What is done about agents that are much fuller than the others of their pool, beside what is done about nodes and
sizes.

For every pool in which a task is to move (`relief.py`), in the order of the policy:

1. Something else was decided in this pass about a node or the size of the pool: that comes first.
2. Its agent's incident was handed over, whatever it is about: it is left to the person.
3. Any guard refuses: hold, or wait if every refusal ends by the clock. Otherwise: act.

What is decided is about the agent, and which task moves is chosen anew when it moves. The same inputs give the same
decisions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from shared.guards import TO_RELIEVE, Question
from shared.model.decisions import Decision
from shared.model.incidents import IncidentState
from shared.model.nodes import Condition
from shared.model.remedies import Remedy
from shared.model.sizes import hot

from .relief import Heat, Relocation
from .repair import Situation
from .verdicts import ask_guards


def decide_relief(
    situation: Situation, heats: Iterable[Heat], decisions: Sequence[Decision]
) -> tuple[Decision, ...]:
    """`decisions` are those that were made before. At most one for each pool."""
    return tuple(_decided(situation, heats, decisions))


def _decided(
    situation: Situation, heats: Iterable[Heat], decisions: Sequence[Decision]
) -> Iterator[Decision]:
    spoken_for = {one.pool for one in decisions}
    for heat in heats:
        if heat.move is None or heat.pool in spoken_for or _is_handed_over(situation, heat.move):
            continue
        yield ask_guards(_question(situation, heat, heat.move), TO_RELIEVE)


def _is_handed_over(situation: Situation, move: Relocation) -> bool:
    incident = situation.incidents.get(move.node)
    return incident is not None and incident.state is IncidentState.HANDED_OVER


def _question(situation: Situation, heat: Heat, move: Relocation) -> Question:
    pool = next(one for one in situation.cluster.pools if one.name == heat.pool)
    finding = next(one for one in situation.findings if one.node.name == move.node)
    incident = situation.incidents.get(move.node)
    if incident is not None and incident.condition is not Condition.HOT:
        incident = None  # that is another case
    return situation.question(pool, hot(finding, heat.because), Remedy.RELIEVE, incident, situation.ledgers)
