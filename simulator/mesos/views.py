"""Agents and tasks as the older endpoints show them (/state, /slaves, /state-summary, /tasks).

Numbers are floats and times are seconds since the epoch, as in recorded answers of a Mesos 1.11. Fields that a later
Mesos added (deactivated, capabilities, drain_info) are left out for a cluster that is older.
"""

from typing import Any

from simulator.mesos import resources
from simulator.mesos.resources import NO_RESOURCES
from simulator.world.agent import Agent
from simulator.world.tasks import Framework, Status, Task, TaskState
from simulator.world.versions import Release

SUMMARY_STATES = (
    "TASK_STAGING",
    "TASK_STARTING",
    "TASK_RUNNING",
    "TASK_KILLING",
    "TASK_FINISHED",
    "TASK_KILLED",
    "TASK_FAILED",
    "TASK_LOST",
    "TASK_ERROR",
    "TASK_UNREACHABLE",
)


def agent_view(agent: Agent, release: Release) -> dict[str, Any]:
    """An entry of `slaves` in /state; `release` is that of the masters."""
    view: dict[str, Any] = {
        "id": agent.id,
        "hostname": agent.address,
        "port": agent.port,
        "attributes": dict(agent.attributes),
        "pid": f"slave(1)@{agent.address}:{agent.port}",
        "registered_time": agent.registered.timestamp(),
    }
    if agent.reregistered is not None:
        view["reregistered_time"] = agent.reregistered.timestamp()
    view |= {
        "resources": resources.totals(agent),
        "used_resources": resources.used(agent),
        "offered_resources": NO_RESOURCES,
        "reserved_resources": resources.reserved(agent),
        "unreserved_resources": NO_RESOURCES if agent.public else resources.free(agent),
        "active": agent.active,
        "version": agent.release.mesos,
    }
    if agent.domain is not None and release.knows_domains:
        view["domain"] = domain(agent.domain)
    if agent.release.capabilities:
        view["capabilities"] = list(agent.release.capabilities)
    if release.drains:
        view["deactivated"] = agent.deactivated
        view |= _drain(agent)
    return view


def slave_view(agent: Agent, release: Release) -> dict[str, Any]:
    """An entry of /slaves: the same and every single resource."""
    return agent_view(agent, release) | {
        "reserved_resources_full": resources.full_reserved(agent, release),
        "unreserved_resources_full": [] if agent.public else resources.full_free(agent, release),
        "used_resources_full": resources.full_used(agent),
        "offered_resources_full": [],
    }


def recovered_view(agent: Agent) -> dict[str, Any]:
    """An entry of recovered_slaves: what the registry knows."""
    return {
        "id": agent.id,
        "hostname": agent.address,
        "port": agent.port,
        "resources": resources.totals(agent),
        "attributes": dict(agent.attributes),
    }


def domain(where: tuple[str, str]) -> dict[str, Any]:
    """Region and zone."""
    return {"fault_domain": {"region": {"name": where[0]}, "zone": {"name": where[1]}}}


def task_view(task: Task) -> dict[str, Any]:
    """An entry of `tasks`."""
    return {
        "id": task.id,
        "name": task.app.name,
        "framework_id": task.framework_id,
        "executor_id": "",
        "slave_id": task.agent_id,
        "state": str(task.state),
        "resources": {"disk": 0.0, "mem": task.app.mem, "gpus": 0.0, "cpus": task.app.cpus},
        "role": "*",
        "statuses": [_status(task, status) for status in task.statuses],
    }


def framework_view(framework: Framework, agents: list[Agent]) -> dict[str, Any]:
    """An entry of `frameworks`."""
    tasks = tasks_of(framework, agents)
    taken = {
        "disk": 0.0,
        "mem": float(sum(task.app.mem for task in tasks)),
        "gpus": 0.0,
        "cpus": round(sum(task.app.cpus for task in tasks), 3),
    }
    return framework_head(framework, taken) | {
        "user": "root",
        "failover_timeout": 604800.0,
        "checkpoint": True,
        "registered_time": framework.registered.timestamp(),
        "unregistered_time": 0.0,
        "principal": framework.principal,
        "resources": taken,
        **({"roles": [framework.role]} if framework.multi_role else {"role": framework.role}),
        "tasks": [task_view(task) for task in tasks],
        "unreachable_tasks": [task_view(task) for task in framework.unreachable.values()],
        "completed_tasks": [task_view(task) for task in framework.completed],
        "offers": [],
        "executors": [],
        "offer_constraints": {},
    }


def tasks_of(framework: Framework, agents: list[Agent]) -> list[Task]:
    return [task for agent in agents for task in agent.tasks.values() if task.framework_id == framework.id]


def framework_head(framework: Framework, taken: dict[str, Any]) -> dict[str, Any]:
    """What /frameworks and /state-summary have in common."""
    aware = ["PARTITION_AWARE"] if framework.partition_aware else []
    return {
        "id": framework.id,
        "name": framework.name,
        "used_resources": taken,
        "offered_resources": NO_RESOURCES,
        "capabilities": [*aware, "TASK_KILLING_STATE", "REGION_AWARE"],
        "hostname": framework.hostname,
        "webui_url": framework.webui_url or f"http://{framework.hostname}:8080",
        "active": framework.connected,
        "connected": framework.connected,
        "recovered": not framework.connected,
    }


def state_counts(tasks: list[Task]) -> dict[str, int]:
    """How many tasks are in each state, every state named."""
    counts = dict.fromkeys(SUMMARY_STATES, 0)
    for task in tasks:
        name = str(task.state)
        counts[name if name in counts else TaskState.LOST] += 1
    return counts


def _status(task: Task, status: Status) -> dict[str, Any]:
    network = {"ip_addresses": [{"protocol": "IPv4", "ip_address": task.address}]}
    container = {"container_id": {"value": task.container_id}, "network_infos": [network]}
    view: dict[str, Any] = {"state": str(status.state), "timestamp": status.time.timestamp()}
    if status.state in (TaskState.STARTING, TaskState.RUNNING, TaskState.KILLING):
        view["container_status"] = container
    return view


def _drain(agent: Agent) -> dict[str, Any]:
    if agent.drain is None:
        return {}
    return {
        "drain_info": drain_info(agent),
        "estimated_drain_start_time_seconds": float(int(agent.drain.started.timestamp())),
    }


def drain_info(agent: Agent) -> dict[str, Any]:
    """State and order of a drain; the agent must have one."""
    drain = agent.drain
    if drain is None:
        raise ValueError(f"Agent {agent.id} has no drain to show.")
    grace = (
        {"max_grace_period": {"nanoseconds": drain.max_grace_ns}} if drain.max_grace_ns is not None else {}
    )
    return {"state": str(drain.state), "config": {**grace, "mark_gone": drain.mark_gone}}
