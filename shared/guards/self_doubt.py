"""Self-doubt: is it us that is cut off, rather than them that are broken?

1. The masters could not be read: refuse. Nobody is judged dead by silence alone.
2. Azure's set, instances or addresses could not be read: refuse. The set's own numbers are not needed while a node is
   emptied ahead of an end that is near: Azure takes that away itself, and nothing is destroyed.
3. The readings are older than 60 s, or from the future, because our clock was put back: refuse.
4. The leading master's clock and ours are more than 60 s apart: refuse. What is waited for by one that jumped ahead is
   over too soon, and how long somebody leads or an agent is registered cannot be told.
5. Two or more machines are there that had time to join, and not one has a connected agent, in the whole cluster:
   refuse. A leader without agents, or we at the wrong leader, is likelier than all machines dying at once.

Published: a load balancer in front of the API broke and a repair tool replaced every node
(gardener/machine-controller-manager#449).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from shared.model.decisions import Answer
from shared.model.mesos import SchedulerState
from shared.model.readings import Failure, Value

from .question import Question, allow, refuse

GUARD = "self_doubt"
OLDEST = timedelta(seconds=60)
AHEAD = timedelta(seconds=5)
APART = timedelta(seconds=60)


def ask(question: Question) -> Answer:
    snapshot = question.snapshot
    if isinstance(snapshot.scheduler, Failure):
        return refuse(GUARD, "scheduler_unread", None, {"why": snapshot.scheduler.why})
    readings = snapshot.pools[question.pool.name]
    for reading in (readings.scale_set, readings.instances, readings.addresses):
        if isinstance(reading, Failure) and not (reading is readings.scale_set and question.only_empties):
            return refuse(GUARD, "azure_unread", None, {"source": reading.source, "why": reading.why})
    age = question.now - snapshot.started_at
    if age > OLDEST:
        ages = {"age_s": age.total_seconds(), "oldest_s": OLDEST.total_seconds()}
        return refuse(GUARD, "readings_stale", None, ages)
    if age < -AHEAD:
        return refuse(GUARD, "readings_from_the_future", None, {"ahead_s": -age.total_seconds()})
    apart = _apart(snapshot.started_at, snapshot.scheduler)
    if apart > APART:
        clocks = {"apart_s": apart.total_seconds(), "limit_s": APART.total_seconds()}
        return refuse(GUARD, "clock_differs", None, clocks)
    numbers = {"machines": question.tally.machines, "connected": question.tally.connected}
    if question.tally.machines > 1 and question.tally.connected == 0:
        return refuse(GUARD, "no_agent_connected", None, numbers)
    return allow(GUARD, {**numbers, "age_s": round(age.total_seconds(), 3)})


def _apart(started_at: datetime, reading: Value[SchedulerState]) -> timedelta:
    """By how much the master's time lies before the look or after it. It says whole seconds (RFC 9110, Date)."""
    theirs = reading.value.answered_at
    return max(started_at - theirs, theirs - reading.taken_at) if theirs is not None else timedelta(0)
