"""What leaves an agent next, so that nobody misses it: tasks to be ended, a pod to be replaced, what is waited for.

About what runs on an agent that still works and is to be emptied:

1. Tasks of an application that keeps volumes, runs once on every agent, or is never moved by us: they go with the
   machine. The guard `stateful` has asked a person where that needs one.
2. An application that is being deployed: wait.
3. The scheduler of a service: after the pods that move, when the service is at rest, so that it and a member of it are
   not missing at the same time.
4. Other applications: as many tasks at once as the application can spare by its own `minimumHealthCapacity`, at least
   one, and the next ones when it is whole again. In a hurry, because the machine ends by itself: all of them.
5. What comes back to the same agent again and again (Marathon before 1.6 takes no notice of maintenance) goes with the
   machine, when the application can spare that. Where the agent is taken down before its machine goes (`falls`), what
   an application can spare all at once ends with that, and not once before.
6. Pods of a service of the SDK: when their volumes are lost anyway, one after the other, each when the service is at
   rest and no more members are down than the catalog allows. Where the agent cannot be barred (Mesos before 1.9:
   schedulers of the SDK take no notice of maintenance either) a pod could come back to it, so the last one of a service
   goes with the machine, at such a moment, and is replaced when that is gone. When their volumes are kept, pods stop
   with the machine and start with it.
7. What is to be left alone (`alone`, on a node whose end is near) goes with the machine, its scheduler with it.
8. Everything else is waited for; whoever runs it moves it, or a person is called when the time is over.

Source: mesosphere/marathon:docs/docs/maintenance-mode.md, docs/docs/rest-api/public/api/v2 (upgradeStrategy).
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from msgspec import Struct, field

from shared.guards.stakes import Lost, going_on
from shared.model.catalog import PLAIN, Move
from shared.model.mesos import Agent
from shared.model.readings import Failure, Reading
from shared.model.workloads import App, Deployment, Service, Task, WorkloadState

GO_WITH_THE_MACHINE = frozenset({Move.NOTHING, Move.NEVER, Move.WIPE_WHEN_LOST})
KILLING = "TASK_KILLING"


class Ended(Struct, frozen=True):
    """How many tasks of an application were there when the first was ended, and how many were ended since."""

    at_first: int
    times: int

    @property
    def is_enough(self) -> bool:
        """They came back, each about three times."""
        return self.times >= 3 * self.at_first + 3


class Emptying(Struct, frozen=True):
    """The agent to be emptied. `keeps_disk`: it gets its volumes back. `barred`: nothing new starts there. `falls`: it
    is taken down before its machine goes. `hurry`: it ends by itself, soon. `approved`: a person has agreed to what the
    catalog does not allow. `ended` by application, `replaced` are the pods of services (`service/pod`) whose
    replacement was ordered a moment ago, `alone` the services and applications of which nothing is ended by us."""

    agent: Agent
    lost: Lost
    keeps_disk: bool
    barred: bool = True
    falls: bool = False
    hurry: bool = False
    approved: bool = False
    ended: Mapping[str, Ended] = field(default_factory=dict[str, Ended])
    replaced: frozenset[str] = frozenset()
    alone: frozenset[str] = frozenset()


class Moves(Struct, frozen=True):
    """`end` are ids of tasks by application, `replace` is a service and its pod, `stay` are ids of Mesos tasks that go
    with the machine. `waits` says which moves of ours are waited for, `others` counts tasks that only their own
    framework moves, `stuck` says what came back again and again and can't be spared."""

    end: Mapping[str, tuple[str, ...]]
    replace: tuple[str, str] | None
    stay: frozenset[str]
    waits: tuple[str, ...]
    others: int
    stuck: tuple[str, ...] = ()


def next_moves(work: WorkloadState, emptying: Emptying) -> Moves:
    agent = emptying.agent
    end: dict[str, tuple[str, ...]] = {}
    stay, known, waits, stuck = set[str](), set[str](), list[str](), list[str]()
    for app in work.run_specs:
        here = app.on(agent.agent_id)
        ids = _in_mesos(here, agent)
        known |= ids
        if not here:
            continue
        if _goes_with_it(app) or not emptying.alone.isdisjoint({app.id, app.service}):
            stay |= ids
            continue
        why = _not_yet(app, work, emptying)
        falls = not why and _falls_with_it(app, emptying)
        some = () if why or falls else _batch(app, emptying)
        if some:
            end[app.id] = some
        elif falls or (not why and _keeps_coming_back(app, emptying)):
            stay |= ids
            continue
        if not why and app.is_whole and _came_back(app, emptying):
            stuck.append(f"{len(here)} tasks of {app.id}")
        waits.append(why or f"{len(here)} tasks of {app.id}")
    pods = _pods(work, emptying)
    waits += pods.waits
    others = {id for ids in agent.task_ids.values() for id in ids} - known - pods.known
    stay |= pods.stay | _unmoved(others, work, agent)
    return Moves(end, pods.replace, frozenset(stay), tuple(waits), len(others - stay), tuple(stuck))


def _in_mesos(tasks: tuple[Task, ...], agent: Agent) -> set[str]:
    """Their ids in Mesos: the same for applications, for an instance of a pod one for each container."""
    ids = {id for ids in agent.task_ids.values() for id in ids}
    return {id for id in ids for task in tasks if id == task.id or id.startswith(f"{task.id}.")}


def _goes_with_it(app: App) -> bool:
    return app.is_resident or app.package.app in GO_WITH_THE_MACHINE


def _not_yet(app: App, work: WorkloadState, emptying: Emptying) -> str:
    """Rules 2 and 3; empty when nothing speaks against ending some of its tasks."""
    if app.is_deploying or _is_locked(app, work.deployments):
        return f"{app.id} is being deployed"
    if app.service is None:
        return ""
    reading = work.services.get(app.service)
    if reading is None or isinstance(reading, Failure):
        return f"{app.service} cannot be read, and its scheduler runs here"
    going_with_it = 0 if emptying.barred else 1
    if not emptying.keeps_disk and len(reading.value.on(emptying.agent.agent_id)) > going_with_it:
        return f"the scheduler of {app.service} goes after its pods"
    busy = going_on(reading.value, None, emptying.lost)
    return f"{app.service}: {busy}" if busy else ""


def _is_locked(app: App, deployments: Reading[tuple[Deployment, ...]]) -> bool:
    if isinstance(deployments, Failure):
        return True
    return any(app.id in deployment.affects for deployment in deployments.value)


def _batch(app: App, emptying: Emptying) -> tuple[str, ...]:
    """Rule 4."""
    here = [task for task in app.on(emptying.agent.agent_id) if task.state != KILLING]
    ended = emptying.ended.get(app.id)
    if _came_back(app, emptying):
        return ()
    if emptying.hurry:
        return tuple(task.id for task in here)
    if not app.is_whole:
        spare = 0 if ended is not None else _spare(app)
    else:
        spare = max(1, _spare(app))
    return tuple(task.id for task in here[: max(0, spare)])


def _spare(app: App) -> int:
    """How many of its tasks may be missing now, by its own words."""
    return app.up - math.ceil(app.minimum_health * app.wanted)


def _keeps_coming_back(app: App, emptying: Emptying) -> bool:
    """Rule 5."""
    return _came_back(app, emptying) and _spares_all(app, emptying.agent)


def _came_back(app: App, emptying: Emptying) -> bool:
    ended = emptying.ended.get(app.id)
    return ended is not None and ended.is_enough


def _falls_with_it(app: App, emptying: Emptying) -> bool:
    """Rule 5. The scheduler of a service is ended by itself first, so that no pod is missing at the same time."""
    return emptying.falls and app.service is None and _spares_all(app, emptying.agent)


def _spares_all(app: App, agent: Agent) -> bool:
    """Whether all of its tasks here may be missing at once."""
    return app.is_whole and len(app.on(agent.agent_id)) <= max(1, _spare(app))


class _Pods(Struct, frozen=True):
    replace: tuple[str, str] | None
    known: frozenset[str]
    stay: frozenset[str]
    waits: tuple[str, ...]


def _pods(work: WorkloadState, emptying: Emptying) -> _Pods:
    """Rule 6."""
    agent = emptying.agent
    ids = {id for ids in agent.task_ids.values() for id in ids}
    replace: tuple[str, str] | None = None
    known, stay, waits = set[str](), set[str](), list[str]()
    for name, reading in work.services.items():
        if isinstance(reading, Failure):
            continue
        here = reading.value.on(agent.agent_id)
        of_pods = {task.id for pod in here for task in pod.tasks} & ids
        known |= of_pods
        if emptying.keeps_disk or name in emptying.alone:
            stay |= of_pods
            continue
        if not here:
            continue
        why = _not_this_pod(reading.value, emptying)
        if not why and not emptying.barred and len(here) == 1:
            stay |= of_pods
            continue
        waits.append(f"pod {here[0].name} of {name}" + (f" ({why})" if why else ""))
        if not why and replace is None:
            replace = name, here[0].name
    return _Pods(replace, frozenset(known), frozenset(stay), tuple(waits))


def _not_this_pod(service: Service, emptying: Emptying) -> str:
    """What speaks against replacing the service's first pod here now; empty when nothing does."""
    agent_id, lost = emptying.agent.agent_id, emptying.lost
    pod = service.on(agent_id)[0]
    ordered = [one.name for one in service.on(agent_id) if f"{service.name}/{one.name}" in emptying.replaced]
    if ordered:
        return f"{ordered[0]} is being replaced"
    busy = going_on(service, agent_id, lost)
    if busy:
        return busy
    alike = [one for one in service.pods if one.sort == pod.sort]
    down = [one for one in alike if one != pod and (not one.is_up or lost.has(one.agent_id))]
    most = service.package.may_be_down(pod.sort, len(alike))
    if len(down) + 1 > most and not emptying.approved:
        return f"{len(down)} of {len(alike)} are down, {most} may be"
    return ""


def _unmoved(ids: set[str], work: WorkloadState, agent: Agent) -> set[str]:
    """Tasks of frameworks that are never moved by us, or run once on every agent."""
    of = {id: framework for framework, tasks in agent.task_ids.items() for id in tasks}
    return {id for id in ids if work.frameworks.get(of[id], PLAIN).framework in GO_WITH_THE_MACHINE}
