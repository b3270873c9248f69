"""What a service built on dcos-commons has yet to place where there is room, with what each pod needs.

Its plans say what is to be started, its pods' tasks where each of them belongs, and its specification what it needs:

1. A step that is pending, or prepared and waiting for offers, names its pod and the pod's tasks. Steps that wait for a
   person, that failed, or that are put off are not counted, nor are the plans that the service was not told to follow
   by itself: backups and the like start beside what runs.
2. Of these pods those are counted that were never placed, and those that were given up and start anew. Every other one
   has a place: it waits for its own agent, and no new machine is that.
3. Where anything of it is not told or not understood, the whole service is not known: nobody takes that for nothing.

While all plans are complete that costs a request for each plan; only then more is asked.
Sources: mesosphere/dcos-commons:sdk/scheduler/src/main/java/com/mesosphere/sdk/http (endpoints/ConfigResource,
queries/PlansQueries, PodQueries), scheduler/plan/DeploymentStep (names of steps) and Status.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping

from msgspec import Struct

from shared.dcos.doors import NEXT_LOOK, understood
from shared.dcos.sdk import ASKED_AT_ONCE, SdkService, homes
from shared.dcos.sdk_needs import constraints_of, needs_of
from shared.dcos.sdk_shapes import InfoShape, PlanShape, PodSpecShape, decode_names, decode_specification
from shared.errors import Retry
from shared.model.load import Pending

FOLLOWED = frozenset({"deploy", "update", "recovery"})
WAITS_FOR_ROOM = frozenset({"PENDING", "PREPARED"})
_STEP = re.compile(r"((.+)-\d+):\[([^\[\]]+)\]")
"""`node-1:[server, sidecar]`"""


class _Home(Struct, frozen=True):
    """Where a pod is. `agent` None: nowhere yet, or it was given up."""

    agent: str | None


async def pending_of(service: SdkService, name: str) -> tuple[Pending, ...]:
    """`Retry` when any part of it does not answer well, or can't be counted."""
    names = [one for one in await service.plans() if one in FOLLOWED]
    plans = await _each(names, service.plan)
    steps = _steps(plans)
    if not steps:
        return ()
    sorts = {_sort(pod) for pod in steps}
    known = understood("pod", decode_names, await service.ask("pod"))
    pods = sorted({*steps, *(pod for pod in known if _sort(pod) in sorts)})
    infos = await _each(pods, service.info)
    where = {pod: _home(info) for pod, info in infos.items()}
    waiting = {pod: tasks for pod, tasks in steps.items() if where[pod].agent is None}
    if not waiting:
        return ()
    told = await service.ask("configurations/target")
    specs = {
        one.type: one for one in understood("configurations/target", decode_specification, told).pod_specs
    }
    return tuple(_pending(name, waiting, where, specs))


def _steps(plans: Mapping[str, PlanShape]) -> dict[str, frozenset[str]]:
    """Rule 1: the tasks that are to be started, by pod."""
    found: dict[str, frozenset[str]] = {}
    for name, plan in plans.items():
        for step in (one for phase in plan.phases for one in phase.steps if one.status in WAITS_FOR_ROOM):
            named = _STEP.fullmatch(step.name)
            if named is None:
                raise Retry(
                    f"which pod the step {step.name[:80]} of the plan {name} starts is not told", NEXT_LOOK
                )
            tasks = frozenset(one.strip() for one in named[3].split(","))
            found[named[1]] = found.get(named[1], frozenset()) | tasks
    return found


def _home(infos: tuple[InfoShape, ...] | None) -> _Home:
    """Rule 2."""
    if infos is None or any(one.is_given_up for one in infos):
        return _Home(None)
    return _Home(next(iter(sorted(homes(infos))), None))


def _pending(
    service: str,
    waiting: Mapping[str, frozenset[str]],
    where: Mapping[str, _Home],
    specs: Mapping[str, PodSpecShape],
) -> Iterable[Pending]:
    alike = Counter((_sort(pod), tasks) for pod, tasks in waiting.items())
    for (sort, tasks), count in sorted(alike.items(), key=lambda one: (one[0][0], sorted(one[0][1]))):
        try:
            if sort not in specs:
                raise ValueError("it is not in the service's specification")
            needs, constraints = needs_of(specs[sort], tasks), constraints_of(specs[sort].placement_rule)
        except ValueError as error:
            raise Retry(
                f"what {count} pods {sort} of {service} need can't be counted: {error}", NEXT_LOOK
            ) from error
        there = Counter(home.agent for pod, home in where.items() if home.agent and _sort(pod) == sort)
        yield Pending(
            service=service, sort=sort, count=count, needs=needs, constraints=constraints, runs_on=dict(there)
        )


def _sort(pod: str) -> str:
    """`node` of `node-1`."""
    return pod.rpartition("-")[0]


async def _each[T](names: Iterable[str], ask: Callable[[str], Awaitable[T]]) -> dict[str, T]:
    """By name, a few at a time: a scheduler is a single process with other things to do."""
    few = asyncio.Semaphore(ASKED_AT_ONCE)

    async def one(name: str) -> tuple[str, T]:
        async with few:
            return name, await ask(name)

    try:
        async with asyncio.TaskGroup() as group:
            jobs = [group.create_task(one(name)) for name in names]
    except ExceptionGroup as failed:  # of failures that come side by side one is enough to tell
        raise failed.exceptions[0] from None
    return dict(job.result() for job in jobs)
