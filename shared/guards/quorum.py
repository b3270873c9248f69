"""The quorum: do enough masters surely serve without this one?

    masters        1   3   5
    majority       1   2   3
    may be out     0   1   2

What is projected is the state *after* the remedy, in which the master that is touched serves nothing; whatever is not
known of another one counts as not serving.

1. The masters could not be read, or not within the last 60 s: refuse.
2. There is one master alone: refuse. Without it there is no cluster, and nothing that could be asked again.
3. Another master is being worked on: refuse. One at a time over the whole cluster.
4. Another master was worked on and has not been well since: refuse until it is, or a person has looked at it.
5. Another master was started a moment ago, or Azure is doing something to its machine: refuse. Somebody may be taking
   them one after the other, and it is not for us to take the next.
6. Without it fewer than a majority of all masters would surely serve: refuse.
7. It leads, and another one is ill too: refuse until that one is well. The leader goes last.

Published: resizing the masters of DC/OS booted the whole availability set at once (Azure/acs-engine#1028); a third
member that never joined, and a dead leader that blocked everything (kubernetes-sigs/cluster-api#4472, #8465).
"""

from __future__ import annotations

from datetime import timedelta

from shared.model.decisions import Answer
from shared.model.masters import Seat

from .question import Question, allow, refuse

GUARD = "quorum"
OLDEST = timedelta(seconds=60)


def ask(question: Question) -> Answer:
    council = question.council
    if council is None or question.now - council.read_at > OLDEST:
        age = None if council is None else round((question.now - council.read_at).total_seconds())
        return refuse(GUARD, "quorum_unread", None, {"age_s": age})
    me = council.seat(question.finding.node.name)
    others = [seat for seat in council.seats if seat.name != question.finding.node.name]
    if me is None or not others:
        return refuse(GUARD, "quorum_of_one", None, {"masters": len(council.seats)})
    for name, operation in council.at_work.items():
        if operation != question.operation:
            return refuse(GUARD, "quorum_at_work", None, {"master": name, "operation": operation})
    for seat in others:
        if seat.name in council.unproven and not seat.serves:
            return refuse(GUARD, "quorum_unproven", None, _about(seat))
        if seat.moves:
            return refuse(GUARD, "quorum_moves", None, _about(seat))
    serving = sum(seat.serves for seat in others)
    numbers = {"masters": len(council.seats), "serve_without": serving, "majority": council.majority}
    if serving < council.majority:
        return refuse(GUARD, "quorum_lost", None, numbers)
    ill = [seat for seat in others if not seat.serves]
    if me.leads and ill:
        return refuse(GUARD, "quorum_leader_last", None, {**numbers, "first": ill[0].name})
    return allow(GUARD, numbers)


def _about(seat: Seat) -> dict[str, str]:
    return {"master": seat.name, "condition": seat.finding.condition.value}
