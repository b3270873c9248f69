"""What runs for whom: Marathon's applications and pods, and the services that are schedulers themselves.

One look at all of it is `WorkloadState`. Each part of it is a reading of its own, because it comes from many programs
of many ages: one broken scheduler hides itself and nothing else. Tasks, applications, deployments and pods are in
Marathon's words, plans and their pods in those of dcos-commons.
Sources: mesosphere/marathon:docs/docs/rest-api/public/api/v2, mesosphere/dcos-commons:docs/reference/swagger-api.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum

from msgspec import Struct, field

from .catalog import PLAIN, Package
from .mesos import ANYBODY, Amounts
from .readings import Failure, Reading, Value

RUNNING = "TASK_RUNNING"


class Task(Struct, frozen=True):
    """A task of an application, or one instance of a Marathon pod. `state` is Mesos's word, empty when Marathon gives
    none. `agent_id` is where it runs or, for one with a volume, where the volume is. `is_healthy` None: not checked
    (yet)."""

    id: str
    agent_id: str
    host: str
    state: str
    is_healthy: bool | None = None
    started_at: datetime | None = None

    @property
    def is_up(self) -> bool:
        """It runs, and no check says otherwise."""
        return self.state == RUNNING and self.is_healthy is not False


class Patience(Struct, frozen=True):
    """How long Marathon waits for the agent of a task before it starts another, and before it forgets the first one;
    seconds. None, None is Marathon's "disabled": it waits for ever, as it must where a volume is on that agent."""

    inactive_after_s: float | None
    expunge_after_s: float | None

    @property
    def is_endless(self) -> bool:
        return self.inactive_after_s is None


class AppKind(StrEnum):
    """A Marathon application, or a Marathon pod: containers that live and die together."""

    APP = "app"
    POD = "pod"


class Needs(Struct, frozen=True):
    """What one instance needs on its agent. `ports` are host ports, and `own_ports` those of them that have to be
    certain ones, so that no two instances fit on one agent. `roles` are those whose resources it accepts."""

    amounts: Amounts
    ports: int = 0
    own_ports: tuple[int, ...] = ()
    roles: tuple[str, ...] = (ANYBODY,)


class App(Struct, frozen=True, kw_only=True):
    """What Marathon is to keep running. `wanted` instances; `minimum_health` is the part of them (0 to 1) that is to
    stay up when some are replaced. `patience` None: Marathon does not say (before 1.4). `is_resident`: its tasks have
    local volumes and run where those are. `service` names the SDK service whose scheduler this is. `image` is the first
    container's. `needs` None: Marathon does not say, or what can't be."""

    id: str
    kind: AppKind = AppKind.APP
    wanted: int
    running: int
    healthy: int
    is_checked: bool = False
    is_resident: bool = False
    patience: Patience | None = None
    minimum_health: float = 1.0
    constraints: tuple[tuple[str, ...], ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    image: str = ""
    is_deploying: bool = False
    tasks: tuple[Task, ...] = ()
    package: Package = PLAIN
    service: str | None = None
    needs: Needs | None = None

    @property
    def up(self) -> int:
        """How many instances do their work, as far as Marathon knows."""
        return self.healthy if self.is_checked else self.running

    @property
    def is_whole(self) -> bool:
        return self.up >= self.wanted and not self.is_deploying

    def on(self, agent_id: str) -> tuple[Task, ...]:
        return tuple(task for task in self.tasks if task.agent_id == agent_id)


class Deployment(Struct, frozen=True):
    """A change that Marathon is carrying out. `affects` are ids of applications and pods."""

    id: str
    affects: tuple[str, ...]


COMPLETE = "COMPLETE"
AT_REST = frozenset({COMPLETE, "WAITING", "PENDING"})
"""A plan that is complete, or that waits for somebody to start it."""

MUST_BE_COMPLETE = frozenset({"deploy", "recovery"})


class Plan(Struct, frozen=True):
    """A plan of an SDK service. `unfinished` are its steps that are not complete, as `phase/step: STATUS`."""

    name: str
    status: str
    errors: tuple[str, ...] = ()
    unfinished: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        return self.status == COMPLETE and not self.errors

    @property
    def is_at_rest(self) -> bool:
        return self.status in AT_REST and not self.errors


FINE = frozenset({"RUNNING", "FINISHED"})
"""States of a pod's tasks: those that are to run, and those that were to run once."""


class PodTask(Struct, frozen=True):
    """`state` is the service's word: Mesos's without `TASK_`, or PAUSED and its like; None: never started."""

    name: str
    id: str
    state: str | None


class ServicePod(Struct, frozen=True):
    """One pod of an SDK service, such as `node-1`. `agent_id` is where its volume is; it stays so while the pod waits
    for an agent that is lost. None: it has not been placed yet."""

    name: str
    agent_id: str | None
    tasks: tuple[PodTask, ...]

    @property
    def sort(self) -> str:
        """`node` of `node-1`."""
        head, dash, number = self.name.rpartition("-")
        return head if dash and number.isdigit() else self.name

    @property
    def is_up(self) -> bool:
        """A task of it runs, and none is lost, failing, starting or paused."""
        started = [task.state for task in self.tasks if task.state is not None]
        return "RUNNING" in started and all(state in FINE for state in started)


class Service(Struct, frozen=True):
    """An SDK service. `plans` and `pods` in the order of their names."""

    name: str
    plans: tuple[Plan, ...]
    pods: tuple[ServicePod, ...]
    package: Package = PLAIN

    @property
    def is_settled(self) -> bool:
        """Deployed and recovered, nothing else going on, every pod up: the next member may be touched."""
        plans = {plan.name: plan for plan in self.plans}
        done = all(name in plans and plans[name].is_complete for name in MUST_BE_COMPLETE)
        at_rest = all(plan.is_at_rest for plan in self.plans)
        return done and at_rest and bool(self.pods) and all(pod.is_up for pod in self.pods)

    def pod(self, name: str) -> ServicePod | None:
        return next((pod for pod in self.pods if pod.name == name), None)

    def on(self, agent_id: str) -> tuple[ServicePod, ...]:
        return tuple(pod for pod in self.pods if pod.agent_id == agent_id)


class WorkloadState(Struct, frozen=True):
    """One look. `services` by name: those that were named to us by a label or a framework; while `apps` is a failure,
    there may be more. `frameworks` says for each framework that was handed in (by id) what it is."""

    apps: Reading[tuple[App, ...]]
    pods: Reading[tuple[App, ...]]
    deployments: Reading[tuple[Deployment, ...]]
    services: Mapping[str, Reading[Service]]
    frameworks: Mapping[str, Package] = field(default_factory=dict[str, Package])

    @property
    def failures(self) -> tuple[Failure, ...]:
        parts: list[Reading[object]] = [self.apps, self.pods, self.deployments]
        return tuple(one for one in (*parts, *self.services.values()) if isinstance(one, Failure))

    @property
    def run_specs(self) -> tuple[App, ...]:
        """Applications and pods, as far as they could be read."""
        read = [one.value for one in (self.apps, self.pods) if isinstance(one, Value)]
        return tuple(app for apps in read for app in apps)


NOT_ASKED = Failure("nobody has asked what runs for whom", "workloads", datetime.min.replace(tzinfo=UTC))
"""Stands where a reading of the workloads would stand."""
