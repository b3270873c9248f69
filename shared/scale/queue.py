"""From Marathon's words to work that is placed: what waits for room, and what runs and would have to run elsewhere.

What waits is counted so:

1. What Marathon holds back, because it failed before, waits for time and not for room: it is not counted.
2. What keeps volumes waits, as a rule, for the agent that has its volume, and no new agent has it. It is counted only
   where Marathon tells why offers were not taken, and a volume that was not there is not among the reasons.
3. An instance that needs certain ports shares an agent with no other of its application, and with nobody who has one
   of them.
4. What further Marathons have waits as what is in the queue of the first, under names of its own: two applications of
   one name are two, and each runs where tasks of its own framework run.
5. What services built on dcos-commons have yet to place is counted as they tell it, after what waits in the queue.
6. No more than `MOST` instances are counted, those that wait longest. When they have room, the next look counts the
   others; a pool that grew for them is none too large.

Constraints are about all instances of an application. Which of them run where is told by the ids of tasks that the
masters list, so nobody has to ask Marathon for its megabytes.
Sources: mesosphere/marathon:src/main/scala/mesosphere/marathon/core/task/Task.scala (ids), instance/OfferMatchResult;
docs/docs/rest-api/public/api/v2/types/queue.raml.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec.structs import replace

from shared.model.load import Pending, Queue, Queued
from shared.model.mesos import Agent
from shared.model.workloads import App, Needs
from shared.scale.work import Constraint, Work

MOST = 5_000

WITHOUT_ITS_VOLUME = "NoCorrespondingReservationFound"
"""Marathon's word for an offer that has not what an instance has reserved."""

ALONE: Constraint = ("hostname", "UNIQUE")

_TASK = re.compile(r"(.+?)\.((?:instance-|marathon-)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:[._].*)?")
"""`prod_web.<uuid>`, since 1.9 `prod_web.instance-<uuid>._app.1`, of pods `prod_cell.instance-<uuid>.<container>`."""


def waiting_work(queue: Queue, agents: Sequence[Agent], pending: Iterable[Pending] = ()) -> tuple[Work, ...]:
    """What waits for room, longest waiting first. `agents` are all of the cluster's."""
    counted: list[tuple[Queued, int]] = []
    left = MOST
    for one in queue.entries:
        count = min(one.count, left)
        if count and _waits_for_room(one):
            counted.append((one, count))
            left -= count
    there = running_on(agents, {one.app for one, _ in counted if constraints_of(one.constraints, one.needs)})
    works = [_work(one, count, there.get(one.app, {})) for one, count in counted]
    for pod in pending:
        count = min(pod.count, left)
        if count:
            works.append(_work_of_pods(pod, count))
            left -= count
    return tuple(works)


def waiting_elsewhere(
    marathon: str, queue: Queue, agents: Iterable[Agent], frameworks: Collection[str]
) -> tuple[Work, ...]:
    """What waits in a further Marathon, whose frameworks have these ids."""
    of_its_own = [
        replace(one, task_ids={id: ids for id, ids in one.task_ids.items() if id in frameworks})
        for one in agents
    ]
    return tuple(replace(one, app=f"{marathon}:{one.app}") for one in waiting_work(queue, of_its_own))


def _work_of_pods(one: Pending, count: int) -> Work:
    return Work(
        app=f"{one.service}/{one.sort}",
        needs=one.needs.amounts,
        count=count,
        ports=one.needs.ports,
        certain=one.needs.own_ports,
        roles=one.needs.roles,
        constraints=constraints_of(one.constraints, one.needs),
        runs_on=one.runs_on,
    )


def work_of(app: App, count: int, elsewhere: Mapping[str, int]) -> Work | None:
    """So many running instances that would have to run elsewhere. `elsewhere` says how many of the others are on which
    hosts. None: what it needs is not known."""
    if app.needs is None:
        return None
    return Work(
        app=app.id,
        needs=app.needs.amounts,
        count=count,
        ports=app.needs.ports,
        certain=app.needs.own_ports,
        roles=app.needs.roles,
        constraints=constraints_of(app.constraints, app.needs),
        runs_on=elsewhere,
    )


def constraints_of(constraints: Sequence[Constraint], needs: Needs) -> tuple[Constraint, ...]:
    """With rule 3."""
    return (*constraints, ALONE) if needs.own_ports else tuple(constraints)


def running_on(agents: Iterable[Agent], apps: Iterable[str]) -> dict[str, Counter[str]]:
    """How many instances of each of these applications and pods are on which agents, by the agents' ids. Instances that
    have not ended yet are among them, as they are for Marathon."""
    named = {app.strip("/").replace("/", "_"): app for app in apps}
    found: dict[str, Counter[str]] = {}
    for agent in agents if named else ():
        instances = {
            (match[1], match[2])
            for ids in agent.task_ids.values()
            for id in ids
            if (match := _TASK.fullmatch(id)) is not None and match[1] in named
        }
        for name, _ in instances:
            found.setdefault(named[name], Counter())[agent.agent_id] += 1
    return found


def _waits_for_room(one: Queued) -> bool:
    """Rules 1 and 2."""
    if one.is_held_back:
        return False
    return not one.is_resident or (one.refused is not None and not one.refused.get(WITHOUT_ITS_VOLUME))


def _work(one: Queued, count: int, there: Mapping[str, int]) -> Work:
    return Work(
        app=one.app,
        needs=one.needs.amounts,
        count=count,
        ports=one.needs.ports,
        certain=one.needs.own_ports,
        roles=one.needs.roles,
        constraints=constraints_of(one.constraints, one.needs),
        runs_on=there,
    )
