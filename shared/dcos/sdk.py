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
from urllib.parse import quote

import msgspec
from msgspec import Struct

from shared.dcos.doors import NEXT_LOOK, Door, Hosts, understood
from shared.dcos.orders import Order, give
from shared.errors import Refused, Retry
from shared.model.catalog import Package
from shared.model.workloads import COMPLETE, Plan, PodTask, Service, ServicePod

PLAN_CODES = frozenset({200, 202, 417})
ASKED_AT_ONCE = 4
NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
"""A name becomes a part of a path, and anybody who may start an application may choose one."""


class _Step(Struct):
    name: str = ""
    status: str = ""


class _Phase(Struct):
    name: str = ""
    steps: tuple[_Step, ...] = ()


class _Plan(Struct):
    status: str
    phases: tuple[_Phase, ...] = ()
    errors: tuple[str, ...] = ()


class _Task(Struct):
    name: str
    id: str = ""
    status: str | None = None


class _Pod(Struct):
    name: str
    tasks: tuple[_Task, ...] = ()


class _Sort(Struct):
    name: str
    instances: tuple[_Pod, ...] = ()


class _Status(Struct):
    pods: tuple[_Sort, ...]


class _OlderTask(Struct):
    """Before version 0.40: the state in Mesos's spelling, or a sentence where there is none."""

    name: str
    id: str = ""
    state: str = ""


class _Value(Struct):
    value: str = ""


class _TaskInfo(Struct, rename="camel"):
    slave_id: _Value | None = None


class _TaskStatus(Struct):
    state: str = ""


class _Info(Struct):
    info: _TaskInfo
    status: _TaskStatus | None = None

    @property
    def agent(self) -> str:
        return self.info.slave_id.value if self.info.slave_id is not None else ""

    @property
    def is_over(self) -> bool:
        return self.status is not None and self.status.state == "TASK_FINISHED"


_names = msgspec.json.Decoder(tuple[str, ...])
_plan = msgspec.json.Decoder(_Plan)
_status = msgspec.json.Decoder(_Status)
_older_status = msgspec.json.Decoder(dict[str, tuple[_OlderTask, ...]])
_info = msgspec.json.Decoder(tuple[_Info, ...])


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
        names = sorted(set(understood("plans", _names.decode, await self._ask("plans"))))
        found = understood("pods", _pods, await self._ask("pod/status"))
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

    async def agent_of(self, pod: str) -> str | None:
        """Where the pod's volume is; None: it was never placed. `Refused` when the service has no such pod."""
        door = self._door(f"pod/{quote(pod, safe='')}/info", frozenset({200, 404}))
        _, answer = await self._hosts.first(door)
        if answer.status == 404:
            raise Refused("sdk", "pod_not_known", {"service": self._name, "pod": pod})
        infos = understood(door.path, _info.decode, answer.body)
        # A task that ran once and is over keeps the agent it ran on, wherever the pod has gone since.
        agents = {one.agent for one in infos if not one.is_over} or {one.agent for one in infos}
        agents.discard("")
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
        path = f"plans/{quote(name, safe='')}"
        async with few:
            body = await self._ask(path, PLAN_CODES)
        plan = understood(path, _plan.decode, body)
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

    async def _ask(self, path: str, good: frozenset[int] = frozenset({200})) -> bytes:
        _, answer = await self._hosts.first(self._door(path, good))
        return answer.body

    def _door(self, path: str, good: frozenset[int]) -> Door:
        return Door(self._router, f"{self._path}/{path}", good=good)

    @property
    def _path(self) -> str:
        return f"/service/{self._name}/v1"


def _pods(body: bytes) -> tuple[_Pod, ...]:
    """In the order of their names."""
    try:
        found = [pod for sort in _status.decode(body).pods for pod in sort.instances]
    except msgspec.ValidationError:
        found = [
            _Pod(pod, tuple(_Task(task.name, task.id, _older_state(task.state)) for task in tasks))
            for pod, tasks in _older_status.decode(body).items()
        ]
    return tuple(sorted(found, key=lambda pod: pod.name))


def _older_state(state: str) -> str | None:
    return state.removeprefix("TASK_") if state.startswith("TASK_") else None
