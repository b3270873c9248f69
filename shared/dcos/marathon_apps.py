"""Marathon's applications, pods and deployments, as far as the product looks at them.

Applications come with their tasks in one answer, so that the two agree. What Marathon calls resident has persistent
volumes, which it says in three ways depending on its age: `residency`, a volume with `persistent`, or tasks with local
volumes. Pods are there from Marathon 1.4 on; before that the question is answered with 404, and there are none.
Sources: mesosphere/marathon:docs/docs/rest-api/public/api/v2 (apps, pods, deployments, info), and of docs/docs
persistent-volumes.md and unreachable.md.
"""

from __future__ import annotations

from datetime import UTC, datetime

from shared.dcos.catalog.recognise import framework_name, is_sdk, recognise_app
from shared.dcos.doors import Door, Hosts, understood
from shared.dcos.marathon_needs import needs_of_app, needs_of_pod
from shared.dcos.marathon_shapes import (
    AppShape,
    ContainerShape,
    InstanceShape,
    PlacementShape,
    PodShape,
    ScalingShape,
    SchedulingShape,
    TaskShape,
    UnreachableShape,
    UpgradeShape,
    decode_apps,
    decode_deployments,
    decode_info,
    decode_pods,
)
from shared.model.workloads import RUNNING, App, AppKind, Deployment, Patience, Task

APPS, PODS, DEPLOYMENTS = "/v2/apps?embed=apps.tasks", "/v2/pods/::status", "/v2/deployments"
INFO = "/v2/info"
TIMEOUT_S = 20.0
"""1,000 applications with 10,000 tasks are several megabytes, which Marathon takes seconds to write."""


async def apps(hosts: Hosts, port: int) -> tuple[App, ...]:
    """In the order of their ids. `Retry` when no Marathon answers in time."""
    _, answer = await hosts.first(Door(port, APPS, timeout_s=TIMEOUT_S))
    return understood(APPS, _apps, answer.body)


async def pods(hosts: Hosts, port: int) -> tuple[App, ...]:
    _, answer = await hosts.first(Door(port, PODS, timeout_s=TIMEOUT_S, good=frozenset({200, 404})))
    return () if answer.status == 404 else understood(PODS, _pods, answer.body)


async def deployments(hosts: Hosts, port: int) -> tuple[Deployment, ...]:
    _, answer = await hosts.first(Door(port, DEPLOYMENTS, timeout_s=TIMEOUT_S))
    return understood(DEPLOYMENTS, _deployments, answer.body)


async def framework_id(hosts: Hosts, port: int) -> str:
    """By which Mesos knows the Marathon that answers here. `Retry` when none answers in time, or it has none yet."""
    _, answer = await hosts.first(Door(port, INFO))
    return understood(INFO, decode_info, answer.body).framework_id


def _apps(body: bytes) -> tuple[App, ...]:
    return tuple(_app(one) for one in sorted(decode_apps(body).apps, key=lambda one: one.id))


def _pods(body: bytes) -> tuple[App, ...]:
    return tuple(_pod(one) for one in sorted(decode_pods(body), key=lambda one: one.id))


def _deployments(body: bytes) -> tuple[Deployment, ...]:
    return tuple(
        Deployment(one.id, (*(one.affected_apps or ()), *(one.affected_pods or ())))
        for one in sorted(decode_deployments(body), key=lambda one: one.id)
    )


def _app(one: AppShape) -> App:
    container = one.container or ContainerShape()
    tasks, labels = one.tasks or (), one.labels or {}
    image = container.docker.image if container.docker else ""
    resident = (
        one.residency is not None
        or any(volume.persistent is not None for volume in container.volumes or ())
        or any(task.local_volumes for task in tasks)
    )
    return App(
        id=one.id,
        wanted=one.instances,
        running=one.tasks_running,
        healthy=one.tasks_healthy,
        is_checked=bool(one.health_checks),
        is_resident=resident,
        patience=_patience(one.unreachable_strategy),
        minimum_health=(one.upgrade_strategy or UpgradeShape()).minimum_health_capacity,
        constraints=one.constraints or (),
        labels=labels,
        image=image,
        is_deploying=bool(one.deployments),
        tasks=tuple(_task(task) for task in sorted(tasks, key=lambda task: task.id)),
        package=recognise_app(one.id, labels, image, keeps_volume=resident),
        service=framework_name(one.id, labels) if is_sdk(labels) else None,
        needs=needs_of_app(one),
    )


def _task(one: TaskShape) -> Task:
    checks = one.health_check_results
    healthy = all(check.alive for check in checks) if checks else None
    return Task(one.id, one.slave_id, one.host, one.state, healthy, _time(one.started_at))


def _pod(one: PodShape) -> App:
    spec, instances = one.spec, one.instances or ()
    scheduling, labels = spec.scheduling or SchedulingShape(), spec.labels or {}
    constraints = (scheduling.placement or PlacementShape()).constraints or ()
    tasks = tuple(_instance(instance) for instance in sorted(instances, key=lambda each: each.id))
    image = next((part.image.id for part in spec.containers if part.image is not None), "")
    resident = any(volume.persistent is not None for volume in spec.volumes or ()) or any(
        instance.local_volumes for instance in instances
    )
    return App(
        id=one.id,
        kind=AppKind.POD,
        wanted=(spec.scaling or ScalingShape()).instances,
        running=sum(task.state == RUNNING for task in tasks),
        healthy=sum(task.is_healthy is True for task in tasks),
        is_checked=any(part.health_check is not None for part in spec.containers),
        is_resident=resident,
        patience=_patience(scheduling.unreachable_strategy),
        minimum_health=(scheduling.upgrade or UpgradeShape()).minimum_health_capacity,
        constraints=tuple((part.field_name, part.operator, part.value) for part in constraints),
        labels=labels,
        image=image,
        tasks=tasks,
        package=recognise_app(one.id, labels, image, keeps_volume=resident),
        needs=needs_of_pod(spec),
    )


def _instance(one: InstanceShape) -> Task:
    """An instance is STABLE while all its containers run and are healthy, DEGRADED while one of them is not healthy.
    Its state is that of its containers where they agree."""
    states = {part.status for part in one.containers or ()}
    state = states.pop() if len(states) == 1 else ""
    healthy = {"STABLE": True, "DEGRADED": False}.get(one.status)
    return Task(one.id, one.agent_id, one.agent_hostname, state, healthy, _time(one.status_since))


def _patience(strategy: UnreachableShape | str | None) -> Patience | None:
    """`ValueError` for a word that is not known."""
    if strategy is None:
        return None
    if isinstance(strategy, str):
        if strategy != "disabled":
            raise ValueError(f"the unreachableStrategy {strategy[:40]!r} is not known")
        return Patience(None, None)
    return Patience(strategy.inactive_after_seconds, strategy.expunge_after_seconds)


def _time(text: str | None) -> datetime | None:
    """`ValueError` for what is no time."""
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)
