"""Marathon and a service that answer as told, for tests of what is made of their answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from shared.dcos.workloads import DcosWorkloads
from shared.memory.http import MemoryHttp, Route
from shared.model.mesos import SchedulerState
from shared.model.readings import Value
from shared.model.workloads import App, Service, WorkloadState
from tests.dcos.test_health import CLOCK, DATA, MASTER, says

MARATHON = f"GET http://{MASTER}:8080/v2"
KAFKA = f"GET http://{MASTER}:80/service/dev/kafka/v1"
SDK = {"DCOS_COMMONS_API_VERSION": "v1"}
NOTHING: dict[str, Route] = {
    f"{MARATHON}/apps": says({"apps": []}),
    f"{MARATHON}/pods/::status": says([]),
    f"{MARATHON}/deployments": says([]),
}
SCHEDULER = {"id": "/dev/kafka", "instances": 1, "labels": SDK | {"DCOS_PACKAGE_NAME": "kafka"}}
COMPLETE = {"status": "COMPLETE", "phases": [], "errors": []}


def at_work(routes: Mapping[str, Route]) -> tuple[DcosWorkloads, MemoryHttp]:
    http = MemoryHttp(routes)
    return DcosWorkloads(http, CLOCK, (f"{MASTER}:5050",)), http


async def read(routes: Mapping[str, Route], mesos: SchedulerState | None = None) -> WorkloadState:
    return await at_work({**NOTHING, **routes})[0].read(mesos)


def pod_info(agent: str, state: str = "TASK_RUNNING") -> dict[str, Any]:
    return {"info": {"name": "t", "slaveId": {"value": agent}}, "status": {"state": state}}


def with_service(**more: Route) -> dict[str, Route]:
    """A service with one pod; `more` by the last part of the path, with `__` for a slash."""
    status = {"pods": [{"name": "kafka", "instances": [instance("kafka-0", "RUNNING")]}]}
    answers = {
        "plans": says(["deploy", "recovery"]),
        "plans/deploy": says(COMPLETE),
        "plans/recovery": says(COMPLETE),
        "pod/status": says(status),
        "pod/kafka-0/info": says([pod_info("S1")]),
    } | {name.replace("__", "/").replace("_", "-"): route for name, route in more.items()}
    return {f"{MARATHON}/apps": says({"apps": [SCHEDULER]})} | {
        f"{KAFKA}/{path}": route for path, route in answers.items()
    }


def instance(pod: str, status: str | None) -> dict[str, Any]:
    return {"name": pod, "tasks": [{"name": f"{pod}-broker", "id": "1", "status": status}]}


async def only_app(*apps: object) -> App:
    state = await read({f"{MARATHON}/apps": says({"apps": list(apps)})})
    assert isinstance(state.apps, Value), state.apps
    (one,) = state.apps.value
    assert isinstance(one, App)
    return one


async def only_service(routes: Mapping[str, Route]) -> Service:
    reading = (await read(routes)).services["dev/kafka"]
    assert isinstance(reading, Value), reading
    assert isinstance(reading.value, Service)
    return reading.value


def document(name: str) -> Any:
    return msgspec.json.decode((DATA / name).read_bytes())
