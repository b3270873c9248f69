"""The interface of a service's scheduler, as Admin Router hands it on: /service/<name>/v1/plans, /v1/pod, and
/v1/configurations/target, the specification that it runs by.

It answers while the app that runs the scheduler does; else Admin Router answers for it (503), and 404 for a service
that nobody registered. Up to DC/OS 1.9 services are of an age that tells the status of pods in another shape.
Shapes: mesosphere/dcos-commons sdk/scheduler http/queries (PlansQueries, PodQueries) and, for the older ones, api/
PodsResource; ConfigResource, specification/DefaultServiceSpec; docs/reference/swagger-api/swagger-spec.yaml.
"""

import uuid
from typing import Any

from simulator.dcos.services import Services
from simulator.wire import Request, Response, json_response, text_response
from simulator.world.sdk import SdkScheduler, ServiceSpec
from simulator.world.tasks import Task

BASE = "/service/"
NEWER_SINCE = (1, 10)
PLANS = ["deploy", "recovery"]


def answer(services: Services, request: Request) -> Response:
    """`request.path` begins with BASE."""
    rest = request.path.removeprefix(BASE)
    found = {one.spec.name: one for one in services.cluster.mesos.schedulers if isinstance(one, SdkScheduler)}
    name = next((one for one in found if rest.startswith(f"{one}/v1/")), None)
    if name is None:
        return text_response(404, "404 Not Found")
    if services.cluster.mesos.schedulers[0].running(name) == 0:
        return text_response(503, "Service Unavailable")
    spoiled = services.spoiled.get(name)
    if spoiled is not None:
        return text_response(spoiled, "")
    parts = rest.removeprefix(f"{name}/v1/").strip("/").split("/")
    return _read(services, found[name], parts) if request.method == "GET" else _order(found[name], parts)


def _read(services: Services, service: SdkScheduler, parts: list[str]) -> Response:
    match parts:
        case ["plans"]:
            return json_response(200, PLANS)
        case ["plans", plan] if plan in PLANS:
            return _plan(service, plan)
        case ["pod"]:
            return json_response(200, service.spec.pod_names)
        case ["pod", "status"]:
            major, minor = (int(part) for part in services.release.split(".")[:2])
            view = _status if (major, minor) >= NEWER_SINCE else _older_status
            return json_response(200, view(service))
        case ["pod", pod, "info"]:
            task = service.task_of(pod)
            return (
                text_response(404, f"Pod {pod} not found")
                if task is None
                else json_response(200, [_info(task, service.is_given_up(pod))])
            )
        case ["configurations", "target"]:
            return json_response(200, _specification(service.spec))
    return text_response(404, "HTTP 404 Not Found")


def _order(service: SdkScheduler, parts: list[str]) -> Response:
    match parts:
        case ["pod", pod, ("replace" | "restart") as verb]:
            task = service.task_of(pod)
            if task is None:
                return text_response(404, f"Pod {pod} not found")
            (service.replace if verb == "replace" else service.restart)(pod)
            return json_response(200, {"pod": pod, "tasks": [task.app.name]})
    return text_response(404, "HTTP 404 Not Found")


def _plan(service: SdkScheduler, plan: str) -> Response:
    """`deploy` was done long ago; `recovery` has a phase for each pod that is not up."""
    steps = {pod: service.step(pod) if plan == "recovery" else "COMPLETE" for pod in service.spec.pod_names}
    shown = {pod: step for pod, step in steps.items() if plan == "deploy" or step != "COMPLETE"}
    phases = [_phase(service, pod, step) for pod, step in shown.items()]
    complete = all(step == "COMPLETE" for step in steps.values())
    status = "COMPLETE" if complete else "IN_PROGRESS"
    body = {"phases": phases, "errors": [], "strategy": "serial", "status": status}
    return json_response(200 if complete else 202, body)


def _phase(service: SdkScheduler, pod: str, status: str) -> dict[str, Any]:
    name = f"{pod}:[{service.spec.task}]"
    made = str(uuid.uuid5(uuid.NAMESPACE_OID, name))
    step = {"id": made, "name": name, "status": status, "message": f"{name} [{made}] with status: {status}"}
    whole = "COMPLETE" if status == "COMPLETE" else "IN_PROGRESS"
    return {"id": made, "name": name, "steps": [step], "strategy": "serial", "status": whole}


def _status(service: SdkScheduler) -> dict[str, Any]:
    sorts = [
        {"name": sort, "instances": [_instance(service, f"{sort}-{number}") for number in range(count)]}
        for sort, count in service.spec.pods.items()
    ]
    return {"service": service.spec.name, "pods": sorts}


def _instance(service: SdkScheduler, pod: str) -> dict[str, Any]:
    task = service.task_of(pod)
    if task is None:
        return {"name": pod, "tasks": []}
    state = str(task.state).removeprefix("TASK_")
    return {"name": pod, "tasks": [{"name": task.app.name, "id": task.id, "status": state}]}


def _older_status(service: SdkScheduler) -> dict[str, Any]:
    tasks = {pod: service.task_of(pod) for pod in service.spec.pod_names}
    return {
        pod: [{"id": task.id, "name": task.app.name, "state": str(task.state)}]
        for pod, task in tasks.items()
        if task is not None
    }


def _info(task: Task, is_given_up: bool) -> dict[str, Any]:
    ids = {"taskId": {"value": task.id}, "slaveId": {"value": task.agent_id}}
    labels = [{"key": "permanently-failed", "value": "true"}] if is_given_up else []
    info = {"name": task.app.name, **ids, "labels": {"labels": labels}}
    return {"info": info, "status": {**ids, "state": str(task.state)}}


def _specification(spec: ServiceSpec) -> dict[str, Any]:
    return {
        "name": spec.name,
        "pod-specs": [_pod_spec(spec, sort, count) for sort, count in spec.pods.items()],
    }


def _pod_spec(spec: ServiceSpec, sort: str, count: int) -> dict[str, Any]:
    volume = {"@type": "DefaultVolumeSpec", "type": "ROOT", "container-path": "data"}
    resources = {
        "id": f"{spec.task}-resources",
        "resource-specifications": [_scalar("cpus", spec.cpus), _scalar("mem", spec.mem)],
        "volume-specifications": [{**_scalar("disk", spec.volume_mb), **volume}],
    }
    alone = {"@type": "RegexMatcher", "pattern": f"{sort}-.*"}
    return {
        "type": sort,
        "count": count,
        "task-specs": [{"name": spec.task, "goal": "RUNNING", "resource-set": resources}],
        "placement-rule": {"@type": "MaxPerHostnameRule", "max": 1, "task-filter": alone},
        "volumes": [],
        "pre-reserved-role": "*",
    }


def _scalar(name: str, amount: float) -> dict[str, Any]:
    value = {"type": "SCALAR", "scalar": {"value": amount}, "ranges": None, "set": None, "text": None}
    return {"@type": "DefaultResourceSpec", "name": name, "value": value, "role": "*", "env-key": None}
