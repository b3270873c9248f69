"""The calls of the v1 operator API.

Each call is one function from the call's document to an answer; the table at the end says which release knows it. A
call that a release does not know is answered as one without a type, because that is what protobuf makes of it.
Source of the calls: apache/mesos docs/operator-http-api.md; of answers and refusals: recorded Mesos 1.11.
"""

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from simulator.mesos import legacy, views_v1
from simulator.mesos.documents import (
    Refused,
    agent_id_of,
    grace_of,
    machine_view,
    machines_of,
    payload_of,
    schedule_view,
    windows_of,
)
from simulator.mesos.encoded import AgentViews
from simulator.mesos.flags import flags_of
from simulator.mesos.metrics import metrics_of
from simulator.wire import Response, json_response, text_response
from simulator.world.journal import Actor, By
from simulator.world.maintenance import Mode, ScheduleError
from simulator.world.master import Master
from simulator.world.orders import OrderRefused
from simulator.world.world import Cluster

CALLER = Actor(By.CLIENT, "mesos")
TIMES_IN_GET_MASTER_SINCE = (1, 7)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where calls are answered: the cluster and the master that was asked."""

    cluster: Cluster
    master: Master
    encoded: AgentViews


Call = dict[str, Any]
Answer = Callable[[Desk, Call], Response]


def answer(desk: Desk, call: Call) -> Response:
    """Carry the call out. Raises Refused."""
    kind = call.get("type")
    if kind == "UNKNOWN":
        return text_response(501, "501 Not Implemented.")
    known = CALLS.get(str(kind))
    if known is None or desk.cluster.mesos.release.number < known[0]:
        raise Refused(400, "Failed to validate master::Call: Expecting 'type' to be present")
    try:
        return known[1](desk, call)
    except OrderRefused as refused:
        return text_response(refused.status, refused.text)
    except ScheduleError as error:
        return text_response(400, str(error))


def _typed(kind: str, data: Any) -> Response:
    return json_response(200, {"type": kind, kind.lower(): data})


def _health(desk: Desk, call: Call) -> Response:
    return _typed("GET_HEALTH", {"healthy": True})


def _flags(desk: Desk, call: Call) -> Response:
    flags = flags_of(desk.cluster.mesos, desk.master)
    return _typed("GET_FLAGS", {"flags": [{"name": name, "value": value} for name, value in flags.items()]})


def _version(desk: Desk, call: Call) -> Response:
    return _typed("GET_VERSION", {"version_info": legacy.build_info(desk.cluster.mesos.release)})


def _metrics(desk: Desk, call: Call) -> Response:
    payload_of(call, "get_metrics")
    metrics = metrics_of(desk.cluster.mesos, desk.master)
    return _typed(
        "GET_METRICS", {"metrics": [{"name": name, "value": value} for name, value in metrics.items()]}
    )


def _agents_part(desk: Desk) -> dict[str, Any]:
    mesos = desk.cluster.mesos
    return {
        "agents": [desk.encoded.v1(agent) for agent in mesos.registered.values()],
        "recovered_agents": [views_v1.agent_info(agent) for agent in mesos.recovered.values()],
    }


def _tasks_part(desk: Desk) -> dict[str, Any]:
    mesos = desk.cluster.mesos
    live = [task for agent in mesos.registered.values() for task in agent.tasks.values()]
    unreachable = [task for s in mesos.schedulers for task in s.framework.unreachable.values()]
    completed = [task for s in mesos.schedulers for task in s.framework.completed]
    parts = {"tasks": live, "unreachable_tasks": unreachable, "completed_tasks": completed}
    return {name: [views_v1.task_view(task) for task in tasks] for name, tasks in parts.items()}


def _frameworks_part(desk: Desk) -> dict[str, Any]:
    mesos = desk.cluster.mesos
    agents = list(mesos.registered.values())
    views = [views_v1.framework_view(scheduler.framework, agents) for scheduler in mesos.schedulers]
    return {"frameworks": views, "completed_frameworks": []}


def _agents(desk: Desk, call: Call) -> Response:
    return _typed("GET_AGENTS", _agents_part(desk))


def _tasks(desk: Desk, call: Call) -> Response:
    return _typed("GET_TASKS", _tasks_part(desk))


def _frameworks(desk: Desk, call: Call) -> Response:
    return _typed("GET_FRAMEWORKS", _frameworks_part(desk))


def _state(desk: Desk, call: Call) -> Response:
    parts = {
        "get_tasks": _tasks_part(desk),
        "get_executors": {"executors": []},
        "get_frameworks": _frameworks_part(desk),
        "get_agents": _agents_part(desk),
    }
    return _typed("GET_STATE", parts)


def _executors(desk: Desk, call: Call) -> Response:
    return _typed("GET_EXECUTORS", {"executors": []})


def _operations(desk: Desk, call: Call) -> Response:
    return _typed("GET_OPERATIONS", {})


def _master(desk: Desk, call: Call) -> Response:
    mesos, master = desk.cluster.mesos, desk.master
    packed = int.from_bytes(ipaddress.IPv4Address(master.host).packed, "little")
    info: dict[str, Any] = {
        "id": master.id,
        "ip": packed,
        "port": master.port,
        "pid": legacy.pid(master),
        "hostname": master.host,
        "version": mesos.release.mesos,
        "address": {"hostname": master.host, "ip": master.host, "port": master.port},
    }
    if mesos.release.master_capabilities:
        info["capabilities"] = [{"type": name} for name in mesos.release.master_capabilities]
    times: dict[str, Any] = {}
    if mesos.release.number >= TIMES_IN_GET_MASTER_SINCE:
        elected = master.elected.timestamp() if master.elected else 0.0
        times = {"start_time": master.started.timestamp(), "elected_time": elected}
    return _typed("GET_MASTER", {"master_info": info} | times)


def _mark_gone(desk: Desk, call: Call) -> Response:
    desk.cluster.orders.mark_gone(agent_id_of(call, "mark_agent_gone"), CALLER)
    return Response(200)


def _drain(desk: Desk, call: Call) -> Response:
    agent_id = agent_id_of(call, "drain_agent")
    payload = payload_of(call, "drain_agent")
    desk.cluster.orders.drain(agent_id, grace_of(payload), bool(payload.get("mark_gone", False)), CALLER)
    return Response(200)


def _deactivate(desk: Desk, call: Call) -> Response:
    desk.cluster.orders.deactivate(agent_id_of(call, "deactivate_agent"), CALLER)
    return Response(200)


def _reactivate(desk: Desk, call: Call) -> Response:
    desk.cluster.orders.reactivate(agent_id_of(call, "reactivate_agent"), CALLER)
    return Response(200)


def maintenance_status(desk: Desk) -> dict[str, Any]:
    """Which machines drain and which are down; {} when there are none."""
    maintenance = desk.cluster.mesos.maintenance
    status: dict[str, Any] = {}
    draining = [{"id": machine_view(machine)} for machine in maintenance.in_mode(Mode.DRAINING)]
    down = [machine_view(machine) for machine in maintenance.in_mode(Mode.DOWN)]
    if draining:
        status["draining_machines"] = draining
    if down:
        status["down_machines"] = down
    return status


def _get_schedule(desk: Desk, call: Call) -> Response:
    schedule = schedule_view(desk.cluster.mesos.maintenance.windows)
    return _typed("GET_MAINTENANCE_SCHEDULE", {"schedule": schedule})


def _get_status(desk: Desk, call: Call) -> Response:
    return _typed("GET_MAINTENANCE_STATUS", {"status": maintenance_status(desk)})


def _update_schedule(desk: Desk, call: Call) -> Response:
    payload = payload_of(call, "update_maintenance_schedule")
    desk.cluster.orders.replace_schedule(windows_of(payload.get("schedule") or {}), CALLER)
    return Response(200)


def _start_maintenance(desk: Desk, call: Call) -> Response:
    machines = machines_of(payload_of(call, "start_maintenance").get("machines") or [])
    desk.cluster.orders.machine_down(machines, CALLER)
    return Response(200)


def _stop_maintenance(desk: Desk, call: Call) -> Response:
    machines = machines_of(payload_of(call, "stop_maintenance").get("machines") or [])
    desk.cluster.orders.machine_up(machines, CALLER)
    return Response(200)


CALLS: dict[str, tuple[tuple[int, int], Answer]] = {
    "GET_HEALTH": ((1, 0), _health),
    "GET_FLAGS": ((1, 0), _flags),
    "GET_VERSION": ((1, 0), _version),
    "GET_METRICS": ((1, 0), _metrics),
    "GET_MASTER": ((1, 0), _master),
    "GET_AGENTS": ((1, 0), _agents),
    "GET_TASKS": ((1, 0), _tasks),
    "GET_FRAMEWORKS": ((1, 0), _frameworks),
    "GET_EXECUTORS": ((1, 0), _executors),
    "GET_STATE": ((1, 0), _state),
    "GET_OPERATIONS": ((1, 4), _operations),
    "GET_MAINTENANCE_SCHEDULE": ((1, 0), _get_schedule),
    "GET_MAINTENANCE_STATUS": ((1, 0), _get_status),
    "UPDATE_MAINTENANCE_SCHEDULE": ((1, 0), _update_schedule),
    "START_MAINTENANCE": ((1, 0), _start_maintenance),
    "STOP_MAINTENANCE": ((1, 0), _stop_maintenance),
    "MARK_AGENT_GONE": ((1, 5), _mark_gone),
    "DRAIN_AGENT": ((1, 9), _drain),
    "DEACTIVATE_AGENT": ((1, 9), _deactivate),
    "REACTIVATE_AGENT": ((1, 9), _reactivate),
}
