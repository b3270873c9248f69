"""Services built on dcos-commons: their plans, their pods, and the two orders that a pod can be given.

Each is asked through Admin Router of a master, /service/<name>/v1. The status of a plan is in the answer's code too
(200 complete, 202 in progress, 417 with errors), and the body is the same for all three. A pod's agent is in its task's
info and stays there while the pod waits for an agent that is lost; only the task's status tells the two apart. Pods are
asked one by one, a few at a time: a scheduler is a single process with other things to do.
Sources: mesosphere/dcos-commons:sdk/scheduler/src/main/java/com/mesosphere/sdk/http/queries (PlansQueries, PodQueries),
docs/reference/swagger-api/swagger-spec.yaml.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from urllib.parse import quote

import msgspec

from shared.dcos.doors import NEXT_LOOK, Door, Hosts, understood
from shared.dcos.orders import Order, give
from shared.dcos.sdk_shapes import (
    InfoShape,
    PlanShape,
    PodShape,
    TaskShape,
    decode_info,
    decode_names,
    decode_older_status,
    decode_plan,
    decode_status,
)
from shared.errors import Refused, Retry
from shared.model.catalog import Package
from shared.model.workloads import COMPLETE, Plan, PodTask, Service, ServicePod

PLAN_CODES = frozenset({200, 202, 417})
ASKED_AT_ONCE = 4
NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
"""A name becomes a part of a path, and anybody who may start an application may choose one."""


class SdkService:
    """One service by its name, asked through `router`, a port of the masters. `ValueError` for a name that can't be
    one."""

    def __init__(self, hosts: Hosts, router: int, name: str) -> None:
        if NAME.fullmatch(name) is None:
            raise ValueError(f"{name[:80]!r} is not the name of a service")
        self._hosts, self._router, self._name = hosts, router, name

    async def read(self, package: Package) -> Service:
        """`Retry` when any part of it does not answer well: half a service is none."""
        few = asyncio.Semaphore(ASKED_AT_ONCE)
        names = await self.plans()
        found = understood("pods", _pods, await self.ask("pod/status"))
        try:
            async with asyncio.TaskGroup() as group:
                plans = [group.create_task(self._plan(few, name)) for name in names]
                agents = [group.create_task(self._agent(few, pod.name)) for pod in found]
        except ExceptionGroup as failed:  # of failures that come side by side one is enough to tell
            raise failed.exceptions[0] from None
        pods = tuple(
            ServicePod(pod.name, agent.result(), tuple(PodTask(t.name, t.id, t.status) for t in pod.tasks))
            for pod, agent in zip(found, agents, strict=True)
        )
        return Service(self._name, tuple(plan.result() for plan in plans), pods, package)

    async def plans(self) -> list[str]:
        """Their names."""
        return sorted(set(understood("plans", decode_names, await self.ask("plans"))))

    async def plan(self, name: str) -> PlanShape:
        path = f"plans/{quote(name, safe='')}"
        return understood(path, decode_plan, await self.ask(path, PLAN_CODES))

    async def info(self, pod: str) -> tuple[InfoShape, ...] | None:
        """What it knows of the pod's tasks. None: the service has no such pod, or has never started it."""
        door = self._door(f"pod/{quote(pod, safe='')}/info", frozenset({200, 404}))
        _, answer = await self._hosts.first(door)
        return None if answer.status == 404 else understood(door.path, decode_info, answer.body)

    async def ask(self, path: str, good: frozenset[int] = frozenset({200})) -> bytes:
        """The body of an answer. `Retry` where there is no good one."""
        _, answer = await self._hosts.first(self._door(path, good))
        return answer.body

    async def agent_of(self, pod: str) -> str | None:
        """Where the pod's volume is; None: it was never placed. `Refused` when the service has no such pod."""
        infos = await self.info(pod)
        if infos is None:
            raise Refused("sdk", "pod_not_known", {"service": self._name, "pod": pod})
        agents = homes(infos)
        if len(agents) > 1:
            raise Retry(f"pod {pod} of {self._name} is on two agents at once by its own words", NEXT_LOOK)
        return next(iter(agents), None)

    async def order(self, pod: str, verb: str) -> None:
        """`replace` or `restart`. A hook of the service may refuse (409)."""
        order = Order(
            "sdk",
            f"{verb} of pod {pod} of {self._name}",
            self._router,
            f"{self._path}/pod/{quote(pod, safe='')}/{verb}",
            answers=frozenset({404, 409}),
        )
        status = (await give(self._hosts, order)).status
        if status == 404:
            raise Refused("sdk", "pod_not_known", {"service": self._name, "pod": pod})
        if status == 409:
            raise Refused("sdk", "service_says_no", {"service": self._name, "pod": pod})

    async def _plan(self, few: asyncio.Semaphore, name: str) -> Plan:
        async with few:
            plan = await self.plan(name)
        unfinished = tuple(
            f"{phase.name}/{step.name}: {step.status}"
            for phase in plan.phases
            for step in phase.steps
            if step.status != COMPLETE
        )
        return Plan(name, plan.status, plan.errors, unfinished)

    async def _agent(self, few: asyncio.Semaphore, pod: str) -> str | None:
        async with few:
            return await self.agent_of(pod)

    def _door(self, path: str, good: frozenset[int]) -> Door:
        return Door(self._router, f"{self._path}/{path}", good=good)

    @property
    def _path(self) -> str:
        return f"/service/{self._name}/v1"


def homes(infos: Iterable[InfoShape]) -> set[str]:
    """The agents of a pod's tasks: one, or none before it was placed. A task that ran once and is over keeps the agent
    it ran on, wherever the pod has gone since."""
    told = tuple(infos)
    agents = {one.agent for one in told if not one.is_over} or {one.agent for one in told}
    return agents - {""}


def _pods(body: bytes) -> tuple[PodShape, ...]:
    """In the order of their names."""
    try:
        found = [pod for sort in decode_status(body).pods for pod in sort.instances]
    except msgspec.ValidationError:
        found = [
            PodShape(pod, tuple(TaskShape(task.name, task.id, _older_state(task.state)) for task in tasks))
            for pod, tasks in decode_older_status(body).items()
        ]
    return tuple(sorted(found, key=lambda pod: pod.name))


def _older_state(state: str) -> str | None:
    return state.removeprefix("TASK_") if state.startswith("TASK_") else None
