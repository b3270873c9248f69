"""Exhibitor, the checks API and pkgpanda of a master; the metrics of an agent.

Shapes: dcos/exhibitor ClusterResource; dcos/dcos-check-runner
runner/runner.go; dcos/dcos pkgpanda/http; apache/mesos docs/monitoring.md.
"""

from typing import Any

from simulator.dcos.services import Node, Services
from simulator.wire import Response, json_response, text_response
from simulator.world.agent import Agent, Life

_CLUSTER_CHECKS = ("check_downtime", "mesos_has_leader")
_NODE_CHECKS = ("clock_sync", "components_master", "docker", "ip_detect_script", "xz")


def exhibitor(services: Services, me: Node, path: str) -> Response:
    """GET /exhibitor/v1/cluster/status, and /state for this master alone. The first ZooKeeper server that serves
    leads."""
    if path == "/exhibitor/v1/cluster/state":
        (own,) = [one for one in _members(services) if one["hostname"] == me.address]
        switches = {"restarts": True, "cleanup": True, "backups": False}
        said = {"switches": switches, "state": own["code"]}
        return json_response(200, said | {key: own[key] for key in ("description", "isLeader")})
    if path != "/exhibitor/v1/cluster/status":
        return text_response(404, "")
    return json_response(200, _members(services))


def _members(services: Services) -> list[dict[str, Any]]:
    masters = services.cluster.mesos.masters
    hosts = [services.address_of(one) for one in masters]
    down = services.zookeeper_down | {
        services.address_of(one) for one in masters if not one.up or one.zookeeper_down
    }
    serving = [host for host in hosts if host not in down]
    has_quorum = 2 * len(serving) > len(hosts)
    members = []
    for host in hosts:
        code = 3 if host in serving and has_quorum else 2 if host in serving else 1
        described = {3: "serving", 2: "not serving", 1: "down"}[code]
        leads = code == 3 and host == serving[0]
        members.append({"code": code, "description": described, "hostname": host, "isLeader": leads})
    return members


def checks(services: Services, path: str, method: str) -> Response:
    """GET lists, POST runs; 1.12 and later."""
    major, minor = (int(part) for part in services.release.split(".")[:2])
    names = {"cluster": _CLUSTER_CHECKS, "node": _NODE_CHECKS}.get(path.strip("/").rpartition("/")[2])
    if (major, minor) < (1, 12) or names is None:
        return text_response(404, "404 page not found\n")
    if method == "GET":
        listed = {name: {"description": name, "cmd": [name], "timeout": "30s"} for name in names}
        return json_response(200, listed)
    results = {name: services.checks.get(name, (0, "")) for name in names}
    said = {name: {"status": status, "output": output} for name, (status, output) in results.items()}
    return json_response(200, {"status": max(status for status, _ in results.values()), "checks": said})


def packages(services: Services) -> Response:
    """GET /pkgpanda/active/: ids of packages."""
    mesos = services.cluster.mesos.release.mesos
    names = ("adminrouter", "cosmos", "exhibitor", "marathon", "mesos-dns")
    return json_response(200, [f"mesos--{mesos}", *(f"{name}--{services.release}" for name in names)])


def agent_metrics(agent: Agent, now_s: float) -> dict[str, float]:
    """GET /metrics/snapshot of an agent. `now_s` is in seconds since it registered."""
    resources = agent.resources
    values = {
        "slave/registered": float(agent.connected),
        "slave/uptime_secs": now_s if agent.process.life is Life.RUNNING else 0.0,
        "slave/recovery_errors": 0.0,
        "slave/container_launch_errors": 0.0,
        "slave/frameworks_active": 1.0,
        "slave/tasks_running": float(sum(task.live for task in agent.tasks.values())),
        "slave/cpus_total": resources.cpus,
        "slave/cpus_used": agent.used_cpus,
        "slave/cpus_percent": agent.used_cpus / resources.cpus,
        "slave/mem_total": resources.mem,
        "slave/mem_used": agent.used_mem,
        "slave/mem_percent": agent.used_mem / resources.mem,
        "slave/disk_total": resources.disk,
        "slave/disk_used": 0.0,
        "slave/disk_percent": 0.0,
        "system/cpus_total": resources.cpus,
        "system/load_1min": 0.1,
        "system/load_5min": 0.1,
        "system/load_15min": 0.1,
        "system/mem_free_bytes": (resources.mem - agent.used_mem) * 2**20,
        "system/mem_total_bytes": resources.mem * 2**20,
    }
    return dict(sorted(values.items()))
