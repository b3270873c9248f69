"""Marathons that run beside the one of DC/OS, and that nobody asks for their applications.

What one of them runs may be the only task of its kind, may not be spared now, or may be bound to its agent; only it
would know. Mesos can drain such tasks all the same, and it would, so a machine with any of them is no machine to give
up: it stays until they are elsewhere or over. Known as such a Marathon is a framework

1. that the policy names (`dcos.marathons`); it is asked for what waits there, and for nothing else;
2. that is called as the Marathon of DC/OS, and is another one;
3. whose scheduler is an application of Marathon with the package, or the image, of Marathon.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from shared.guards.place import MARATHON
from shared.model.catalog import PLAIN, Move
from shared.model.mesos import Agent
from shared.model.readings import Failure
from shared.model.workloads import App, WorkloadState

from .repair import Situation

PACKAGE, NAMED = "DCOS_PACKAGE_NAME", ("DCOS_SERVICE_NAME", "DCOS_PACKAGE_FRAMEWORK_NAME")
IMAGE = "mesosphere/marathon"


def unasked_on(situation: Situation, agent: Agent) -> str:
    """The name of such a Marathon with a task on the agent; empty: none has any there, as far as is known."""
    scheduler = situation.snapshot.scheduler
    if isinstance(scheduler, Failure):
        return ""
    here = {id for id, tasks in agent.task_ids.items() if tasks}
    here |= {key.partition(":")[0] for key, count in agent.tasks.items() if count}
    found = (one for id, one in scheduler.value.frameworks.items() if id in here)
    names = set(situation.cluster.marathons)
    work = situation.snapshot.workloads
    if isinstance(work, Failure):
        return min((one.name for one in found if one.name.strip("/") in names), default="")
    names |= set(_run_by_marathon(work.value.run_specs))
    return min(
        (
            one.name
            for one in found
            if one.name.strip("/") in names or _is_another(one.id, one.name, work.value)
        ),
        default="",
    )


def _run_by_marathon(apps: Iterable[App]) -> Iterator[str]:
    """Rule 3."""
    for app in apps:
        image = app.image.partition("@")[0].partition(":")[0]
        if app.labels.get(PACKAGE) == MARATHON or image.endswith(IMAGE):
            named = (app.labels[label] for label in NAMED if app.labels.get(label))
            yield next(named, app.id).strip("/")


def _is_another(id: str, name: str, work: WorkloadState) -> bool:
    """Rule 2."""
    return name == MARATHON and work.frameworks.get(id, PLAIN).framework is not Move.PER_APP
