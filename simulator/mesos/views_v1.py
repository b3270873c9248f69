"""Agents, tasks and frameworks as the v1 operator API shows them.

The same facts as in `views` in the form of protobuf messages turned to JSON: ids are objects, times are
nanoseconds, empty lists of resources are left out. Compared in the tests with recorded answers of a Mesos 1.11.
"""

import base64
from datetime import datetime
from typing import Any

from simulator.mesos import resources
from simulator.mesos.resources import scalar
from simulator.mesos.views import domain, drain_info, tasks_of
from simulator.world.agent import Agent
from simulator.world.tasks import Framework, Status, Task, TaskState
from simulator.world.versions import Release


def nanoseconds(when: datetime) -> dict[str, int]:
    return {"nanoseconds": int(when.timestamp() * 1_000_000) * 1000}


def agent_info(agent: Agent) -> dict[str, Any]:
    """The agent's own description, also what is known of a recovered one."""
    attributes = [
        {"name": name, "type": "TEXT", "text": {"value": value}} for name, value in agent.attributes.items()
    ]
    where = {} if agent.domain is None else {"domain": domain(agent.domain)}
    return where | {
        "hostname": agent.address,
        "port": agent.port,
        "resources": resources.declared(agent),
        "attributes": attributes,
        "id": {"value": agent.id},
        "checkpoint": True,
    }


def agent_view(agent: Agent, release: Release) -> dict[str, Any]:
    """An entry of get_agents.agents."""
    view: dict[str, Any] = {
        "agent_info": agent_info(agent),
        "active": agent.active,
        "version": agent.release.mesos,
        "pid": f"slave(1)@{agent.address}:{agent.port}",
        "registered_time": nanoseconds(agent.registered),
        "total_resources": resources.full(agent, release),
    }
    if agent.reregistered is not None:
        view["reregistered_time"] = nanoseconds(agent.reregistered)
    if agent.tasks:
        view["allocated_resources"] = resources.full_used(agent)
    if agent.release.capabilities:
        view["capabilities"] = [{"type": name} for name in agent.release.capabilities]
    if release.drains:
        view["deactivated"] = agent.deactivated
        if agent.drain is not None:
            view["drain_info"] = drain_info(agent)
            view["estimated_drain_start_time"] = {"nanoseconds": int(agent.drain.started.timestamp()) * 10**9}
    return view


def task_view(task: Task) -> dict[str, Any]:
    """An entry of get_tasks.tasks and its like."""
    allocated = {"allocation_info": {"role": "*"}}
    view: dict[str, Any] = {
        "name": task.app.name,
        "task_id": {"value": task.id},
        "framework_id": {"value": task.framework_id},
        "agent_id": {"value": task.agent_id},
        "state": str(task.state),
        "resources": [scalar("cpus", task.app.cpus) | allocated, scalar("mem", task.app.mem) | allocated],
        "statuses": [_status(task, status) for status in task.statuses],
    }
    from_executor = [status for status in task.statuses if status.state in _BY_EXECUTOR]
    if from_executor:
        view["status_update_state"] = str(from_executor[-1].state)
        view["status_update_uuid"] = base64.b64encode(from_executor[-1].uuid).decode()
    return view


def framework_view(framework: Framework, agents: list[Agent]) -> dict[str, Any]:
    """An entry of get_frameworks.frameworks."""
    aware = [{"type": "PARTITION_AWARE"}] if framework.partition_aware else []
    info = {
        "user": "root",
        "name": framework.name,
        "id": {"value": framework.id},
        "failover_timeout": 604800.0,
        "checkpoint": True,
        **({"roles": [framework.role]} if framework.multi_role else {"role": framework.role}),
        "hostname": framework.hostname,
        "principal": framework.principal,
        "webui_url": framework.webui_url or f"http://{framework.hostname}:8080",
        "capabilities": [*aware, {"type": "TASK_KILLING_STATE"}, {"type": "REGION_AWARE"}],
    }
    view: dict[str, Any] = {
        "framework_info": info,
        "active": framework.connected,
        "connected": framework.connected,
        "recovered": not framework.connected,
        "registered_time": nanoseconds(framework.registered),
        "reregistered_time": nanoseconds(framework.reregistered),
        "offer_constraints": {},
    }
    tasks = tasks_of(framework, agents)
    if tasks:
        extra = {"role": "*", "allocation_info": {"role": "*"}}
        cpus, mem = sum(task.app.cpus for task in tasks), sum(task.app.mem for task in tasks)
        view["allocated_resources"] = [
            scalar("cpus", round(cpus, 3)) | extra,
            scalar("mem", float(mem)) | extra,
        ]
    return view


def _status(task: Task, status: Status) -> dict[str, Any]:
    view: dict[str, Any] = {
        "task_id": {"value": task.id},
        "state": str(status.state),
        "agent_id": {"value": task.agent_id},
        "timestamp": status.time.timestamp(),
    }
    if status.state not in _BY_EXECUTOR:
        reason, message = _REASONS[status.state]
        view |= {"source": "SOURCE_MASTER", "reason": reason, "message": message}
        if status.state is TaskState.UNREACHABLE:
            view["unreachable_time"] = nanoseconds(status.time)
        return view
    network = {"ip_addresses": [{"protocol": "IPv4", "ip_address": task.address}]}
    view |= {
        "source": "SOURCE_EXECUTOR",
        "uuid": base64.b64encode(status.uuid).decode(),
        "executor_id": {"value": task.id},
        "container_status": {
            "container_id": {"value": task.container_id},
            "network_infos": [network],
            "executor_pid": 4000,
        },
    }
    if status.state is TaskState.KILLED:
        view["message"] = "Command terminated with signal Terminated"
    return view


_BY_EXECUTOR = frozenset(
    {TaskState.STARTING, TaskState.RUNNING, TaskState.KILLING, TaskState.KILLED, TaskState.FINISHED}
)
_REASONS = {
    TaskState.STAGING: ("REASON_RECONCILIATION", "Task is being launched"),
    TaskState.LOST: ("REASON_AGENT_REMOVED", "Agent was removed"),
    TaskState.UNREACHABLE: ("REASON_AGENT_REMOVED", "health check timed out"),
    TaskState.GONE_BY_OPERATOR: ("REASON_AGENT_REMOVED_BY_OPERATOR", "Agent has been marked gone"),
}
