"""Parts of what Marathon says of applications and tasks.

Shapes: mesosphere/marathon docs/docs/rest-api/public/api/v2, with its examples app_list, tasks, pod, deployments.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from simulator.world.room import REASONS
from simulator.world.tasks import App, Task, TaskState

RESIDENCY = {"relaunchEscalationTimeoutSeconds": 3600, "taskLostBehavior": "WAIT_FOREVER"}


def constraints_of(app: App) -> list[list[str]]:
    return [["hostname", "UNIQUE"]] * app.unique + [list(one) for one in app.constraints]


def pod_constraint(field: str, operator: str, *value: str) -> dict[str, str]:
    return {"fieldName": field, "operator": operator} | ({"value": value[0]} if value else {})


def declined_steps(declined: Mapping[str, int]) -> list[dict[str, Any]]:
    """A funnel: each step has the offers that none before it has refused (mesosphere/marathon src/main/scala/
    mesosphere/marathon/raml/QueueInfoConversion.scala)."""
    steps: list[dict[str, Any]] = []
    left = sum(declined.values())
    for reason in REASONS:
        steps.append({"reason": reason, "declined": declined.get(reason, 0), "processed": left})
        left -= declined.get(reason, 0)
    return steps


def roles_of(app: App) -> list[str]:
    """Public agents offer all they have for one role."""
    return ["slave_public"] if app.pool.startswith("public") else []


def container_view(app: App) -> dict[str, Any] | None:
    if not app.image and not app.volume_mb:
        return None
    volume = {
        "containerPath": "data",
        "mode": "RW",
        "persistent": {"size": int(app.volume_mb), "type": "root"},
    }
    docker = {"docker": {"image": app.image}} if app.image else {}
    return {"type": "MESOS", **docker, "volumes": [volume] if app.volume_mb else []}


def unreachable_view(app: App) -> Any:
    return "disabled" if app.volume_mb else {"inactiveAfterSeconds": 0, "expungeAfterSeconds": 0}


def task_view(task: Task) -> dict[str, Any]:
    view: dict[str, Any] = {
        "id": task.id,
        "appId": f"/{task.app.name}",
        "host": task.address,
        "slaveId": task.agent_id,
        "state": str(task.state),
        "ports": [],
        "stagedAt": since_of(task),
        "version": "2026-01-01T00:00:00.000Z",
    }
    if task.state is TaskState.RUNNING:
        view["startedAt"] = since_of(task)
    if task.app.volume_mb:
        volume = f"{task.app.name.replace('/', '_')}#data#{task.container_id}"
        view["localVolumes"] = [{"containerPath": "data", "persistenceId": volume}]
    return view


def since_of(task: Task) -> str:
    return written(task.statuses[-1].time if task.statuses else datetime.fromtimestamp(0, UTC))


def written(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def deployment_view(app: App) -> dict[str, Any]:
    kind = "Pod" if app.pod else "Application"
    action = {"action": f"Scale{kind}", "pod" if app.pod else "app": f"/{app.name}"}
    return {
        "id": f"deployment-of-{app.name.replace('/', '_')}",
        "version": "2026-01-01T00:00:00.000Z",
        "affectedApps": [] if app.pod else [f"/{app.name}"],
        "affectedPods": [f"/{app.name}"] if app.pod else [],
        "steps": [{"actions": [action]}],
        "currentActions": [action],
        "currentStep": 1,
        "totalSteps": 1,
    }
