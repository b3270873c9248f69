"""Marathon of a master: /v2/leader, /v2/queue, /v2/apps, /v2/pods, /v2/tasks, /v2/deployments, and ending tasks.

Every master's Marathon answers for the leader. There is one when the framework is connected to a leading Mesos master;
without it everything but /ping and /v2/leader is 503. What a Marathon is too old for is left out: pods,
unreachableStrategy and the reasons in the queue came with 1.4 (DC/OS 1.9).
Shapes: mesosphere/marathon docs/docs/rest-api/public/api/v2, with its examples app_list, tasks, pod, deployments.
"""

from collections import Counter
from typing import Any

import msgspec

from simulator.dcos.marathon_views import (
    RESIDENCY,
    constraints_of,
    container_view,
    declined_steps,
    deployment_view,
    pod_constraint,
    roles_of,
    since_of,
    task_view,
    unreachable_view,
    written,
)
from simulator.dcos.services import Services
from simulator.wire import Request, Response, json_response, text_response
from simulator.world.scheduler import Scheduler
from simulator.world.tasks import App, Task, TaskState

PODS_SINCE = (1, 2)
"""Mesos of the first DC/OS with Marathon 1.4."""

NO_LEADER = "There is no leader"


def answer(services: Services, request: Request) -> Response:
    """One request to port 8080 of a master, or to /service/marathon of its Admin Router without that beginning."""
    mesos, path = services.cluster.mesos, request.path
    scheduler = mesos.schedulers[0]
    if path == "/ping":
        return text_response(200, "pong")
    leads = mesos.leader is not None and scheduler.framework.connected
    if path == "/v2/leader":
        leader = services.address_of(mesos.leader) if leads and mesos.leader else None
        said = {"leader": f"{leader}:8080"} if leader else {"message": NO_LEADER}
        return json_response(200 if leads else 404, said)
    if not leads:
        return json_response(503, {"message": NO_LEADER})
    face = _Face(services, scheduler)
    if request.method == "GET":
        return face.read(path, request)
    if request.method == "POST" and path == "/v2/tasks/delete":
        return face.kill(request)
    if request.method == "DELETE" and path.startswith("/v2/pods/") and path.endswith("::instances"):
        return face.kill_instances(path.removeprefix("/v2/pods/").removesuffix("::instances"), request)
    return _not_found(path)


class _Face:
    """A Marathon that leads."""

    def __init__(self, services: Services, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._release = services.cluster.mesos.release

    def read(self, path: str, request: Request) -> Response:
        apps = [app for _, app in sorted(self._scheduler.framework.apps.items())]
        plain, pods = [one for one in apps if not one.pod], [one for one in apps if one.pod]
        if path == "/v2/queue":
            return json_response(200, {"queue": [self._queued(*one) for one in self._missing(apps)]})
        if path == "/v2/apps":
            with_tasks = "apps.tasks" in request.url
            return json_response(200, {"apps": [self._app(one, with_tasks) for one in plain]})
        if path == "/v2/tasks":
            return json_response(200, {"tasks": [task_view(t) for one in plain for t in self._tasks(one)]})
        if path == "/v2/pods/::status" and self._release.number >= PODS_SINCE:
            return json_response(200, [self._pod(one) for one in pods])
        if path == "/v2/deployments":
            return json_response(200, [deployment_view(one) for one in apps if self._is_deploying(one)])
        return _not_found(path)

    def kill(self, request: Request) -> Response:
        """Ids that are not there any more are left out, as are those of an app that is there."""
        ids = _ids(request, "ids")
        wipe, scale = (request.query.get(name) == "true" for name in ("wipe", "scale"))
        if ids is None or any("." not in one for one in ids):
            return json_response(400, {"message": "Invalid task id"})
        if wipe and scale:
            return json_response(400, {"message": "You cannot use scale and wipe at the same time."})
        gone = [one for one in ids if _name_in(one) not in self._scheduler.framework.apps]
        if gone:
            return json_response(404, {"message": f"App '/{_name_in(gone[0])}' does not exist"})
        found = [task for task in map(self._scheduler.find, ids) if task is not None]
        self._end(found, wipe)
        return json_response(200, {"tasks": [task_view(task) for task in found]})

    def kill_instances(self, pod: str, request: Request) -> Response:
        ids = _ids(request, None)
        app = self._scheduler.framework.apps.get(pod)
        if ids is None:
            return json_response(400, {"message": "Invalid JSON"})
        if app is None or not app.pod:
            return json_response(404, {"message": f"Pod '/{pod}' does not exist"})
        found = [task for task in map(self._scheduler.find, ids) if task is not None]
        self._end(found, request.query.get("wipe") == "true")
        return json_response(200, [self._instance(task) for task in found])

    def _end(self, tasks: list[Task], wipe: bool) -> None:
        if wipe:
            self._scheduler.wipe(tasks)
            return
        for task in tasks:
            agent = self._scheduler.offers.get(task.agent_id)
            if agent is not None and task.id in agent.tasks:
                self._scheduler.kill(agent, [task])

    def _tasks(self, app: App) -> list[Task]:
        """Those that live, and the last ones of volumes that wait for their agent."""
        live = self._scheduler.live.get(app.name, set())
        kept = [place.task for place in self._scheduler.places.get(app.name, ())]
        return sorted(live | set(kept), key=lambda task: task.id)

    def _missing(self, apps: list[App]) -> list[tuple[App, int]]:
        counted = [(app, app.instances - len(self._scheduler.live.get(app.name, ()))) for app in apps]
        return [(app, missing) for app, missing in counted if missing > 0]

    def _is_deploying(self, app: App) -> bool:
        running = self._scheduler.running(app.name) >= app.instances
        return app.name in self._scheduler.deploying and not running

    def _app(self, app: App, with_tasks: bool) -> dict[str, Any]:
        running = self._scheduler.running(app.name)
        view: dict[str, Any] = {
            "id": f"/{app.name}",
            "instances": app.instances,
            "cpus": app.cpus,
            "mem": app.mem,
            "disk": 0,
            "gpus": 0,
            "portDefinitions": [{"port": port, "protocol": "tcp", "labels": {}} for port in app.ports],
            "requirePorts": bool(app.ports),
            "constraints": constraints_of(app),
            "container": container_view(app),
            "healthChecks": [],
            "upgradeStrategy": {
                "minimumHealthCapacity": 0.5 if app.volume_mb else 1.0,
                "maximumOverCapacity": 0 if app.volume_mb else 1.0,
            },
            "labels": dict(app.labels),
            "acceptedResourceRoles": roles_of(app) or None,
            "residency": RESIDENCY if app.volume_mb else None,
            "tasksStaged": len(self._scheduler.live.get(app.name, ())) - running,
            "tasksRunning": running,
            "tasksHealthy": 0,
            "tasksUnhealthy": 0,
            "deployments": [{"id": deployment_view(app)["id"]}] if self._is_deploying(app) else [],
        }
        if self._release.number >= PODS_SINCE:
            view["unreachableStrategy"] = unreachable_view(app)
        if with_tasks:
            view["tasks"] = [task_view(task) for task in self._tasks(app)]
        return view

    def _pod(self, app: App) -> dict[str, Any]:
        whole = self._scheduler.running(app.name) >= app.instances
        status = "STABLE" if whole else "DEGRADED"
        instances = [self._instance(task) for task in self._tasks(app)]
        return {"id": f"/{app.name}", "spec": self._pod_spec(app), "status": status, "instances": instances}

    def _pod_spec(self, app: App) -> dict[str, Any]:
        container = {
            "name": "main",
            "resources": {"cpus": app.cpus, "mem": app.mem, "disk": 0, "gpus": 0},
            "image": {"kind": "DOCKER", "id": app.image},
        }
        return {
            "id": f"/{app.name}",
            "labels": dict(app.labels),
            "containers": [container],
            "volumes": [],
            "executorResources": {"cpus": 0, "mem": 0, "disk": 0},
            "scaling": {"kind": "fixed", "instances": app.instances},
            "scheduling": {
                "upgrade": {"minimumHealthCapacity": 1, "maximumOverCapacity": 1},
                "placement": {
                    "constraints": [pod_constraint(*one) for one in constraints_of(app)],
                    "acceptedResourceRoles": roles_of(app),
                },
                "unreachableStrategy": unreachable_view(app),
            },
        }

    def _queued(self, app: App, missing: int) -> dict[str, Any]:
        """With the whole application in it, but for what is counted and its tasks."""
        run = self._pod_spec(app) if app.pod else self._app(app, False)
        entry: dict[str, Any] = {
            "pod" if app.pod else "app": {key: run[key] for key in run if key not in _COUNTED},
            "count": missing,
            "role": "*",
            "delay": {"timeLeftSeconds": 0, "overdue": True},
            "since": written(self._scheduler.lacking_since(app)),
        }
        if self._release.number >= PODS_SINCE:
            declined = Counter(self._scheduler.refusals(app))
            steps = declined_steps(declined)
            entry["processedOffersSummary"] = {
                "processedOffersCount": sum(declined.values()),
                "unusedOffersCount": sum(declined.values()),
                "rejectSummaryLastOffers": steps,
                "rejectSummaryLaunchAttempt": steps,
            }
        return entry

    def _instance(self, task: Task) -> dict[str, Any]:
        runs = task.state is TaskState.RUNNING
        container = {"name": "main", "status": str(task.state), "containerId": f"{task.id}.main"}
        return {
            "id": task.id,
            "status": "STABLE" if runs else "STAGING",
            "statusSince": since_of(task),
            "agentHostname": task.address,
            "agentId": task.agent_id,
            "containers": [container],
        }


_COUNTED = frozenset(
    {"tasks", "tasksStaged", "tasksRunning", "tasksHealthy", "tasksUnhealthy", "deployments"}
)


def _ids(request: Request, key: str | None) -> list[str] | None:
    try:
        body = request.json()
    except msgspec.DecodeError:
        return None
    found = body.get(key) if key is not None and isinstance(body, dict) else body
    return found if isinstance(found, list) and all(isinstance(one, str) for one in found) else None


def _name_in(task_id: str) -> str:
    """`prod/web` of `prod_web.0123...`, as Marathon reads it."""
    return task_id.partition(".")[0].replace("_", "/")


def _not_found(path: str) -> Response:
    return json_response(404, {"message": f"{path} does not exist"})
