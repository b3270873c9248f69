"""The older endpoints of a leading master: /state, /slaves, /state-summary, /tasks, /frameworks.

Served under /master/... and, as DC/OS's tools use them, without that prefix.
"""

from typing import Any

from simulator.mesos import views
from simulator.mesos.flags import flags_of
from simulator.world.agent import Agent
from simulator.world.master import Master
from simulator.world.mesos import Mesos
from simulator.world.versions import Release

UNREACHABLE_SHOWN_SINCE = (1, 2)


def build_info(release: Release) -> dict[str, Any]:
    """/version; the build facts are made up, the version is not."""
    return {
        "build_date": "2020-11-24 15:38:37",
        "build_time": 1606232317.0,
        "build_user": "ubuntu",
        "git_sha": "04bc7ee1984d86fbb0bd782ccc69ce44c13ae4b9",
        "git_tag": release.mesos,
        "version": release.mesos,
    }


def state(mesos: Mesos, master: Master) -> dict[str, Any]:
    """/state of the leader."""
    agents = list(mesos.registered.values())
    leader = mesos.leader or master
    info = {"id": leader.id, "pid": pid(leader), "port": leader.port, "hostname": leader.host}
    answer: dict[str, Any] = build_info(mesos.release) | {
        "start_time": master.started.timestamp(),
        "elected_time": master.elected.timestamp() if master.elected else 0.0,
        "id": master.id,
        "pid": pid(master),
        "hostname": master.host,
        "activated_slaves": float(sum(agent.active for agent in agents)),
        "deactivated_slaves": float(sum(not agent.active for agent in agents)),
        "cluster": mesos.name,
        "leader": pid(leader),
        "leader_info": info,
        "flags": flags_of(mesos, master),
        "slaves": [views.agent_view(agent, mesos.release) for agent in agents],
        "recovered_slaves": [views.recovered_view(agent) for agent in mesos.recovered.values()],
        "frameworks": [views.framework_view(s.framework, agents) for s in mesos.schedulers],
        "completed_frameworks": [],
        "orphan_tasks": [],
        "unregistered_frameworks": [],
    }
    if mesos.release.master_capabilities:
        answer["capabilities"] = list(mesos.release.master_capabilities)
    if mesos.release.number >= UNREACHABLE_SHOWN_SINCE:
        answer["unreachable_slaves"] = float(len(mesos.unreachable))
    return answer


def slaves(mesos: Mesos, slave_id: str | None) -> dict[str, Any]:
    """/slaves, of all or of one agent; an unknown id gives empty lists."""
    wanted = [a for a in mesos.registered.values() if slave_id in (None, a.id)]
    recovered = [a for a in mesos.recovered.values() if slave_id in (None, a.id)]
    return {
        "slaves": [views.slave_view(agent, mesos.release) for agent in wanted],
        "recovered_slaves": [views.recovered_view(agent) for agent in recovered],
    }


def state_summary(mesos: Mesos, master: Master) -> dict[str, Any]:
    """/state-summary."""
    frameworks = [scheduler.framework for scheduler in mesos.schedulers]
    entries = []
    for agent in mesos.registered.values():
        tasks = list(agent.tasks.values())
        ids = sorted({task.framework_id for task in tasks})
        entries.append(
            views.agent_view(agent, mesos.release) | views.state_counts(tasks) | {"framework_ids": ids}
        )
    agents = list(mesos.registered.values())
    summaries = []
    for framework in frameworks:
        tasks = views.tasks_of(framework, agents)
        apart = [*framework.unreachable.values(), *framework.completed]
        head = views.framework_head(framework, views.framework_view(framework, agents)["resources"])
        on = sorted({task.agent_id for task in tasks})
        summaries.append(head | views.state_counts(tasks + apart) | {"slave_ids": on})
    return {"hostname": master.host, "cluster": mesos.name, "slaves": entries, "frameworks": summaries}


def tasks(mesos: Mesos, limit: int = 100) -> dict[str, Any]:
    """/tasks, the newest of all states up to `limit`."""
    live = [task for agent in mesos.registered.values() for task in agent.tasks.values()]
    apart = [t for s in mesos.schedulers for t in (*s.framework.unreachable.values(), *s.framework.completed)]
    return {"tasks": [views.task_view(task) for task in (live + apart)[:limit]]}


def frameworks(mesos: Mesos) -> dict[str, Any]:
    """/frameworks."""
    agents: list[Agent] = list(mesos.registered.values())
    return {
        "frameworks": [views.framework_view(s.framework, agents) for s in mesos.schedulers],
        "completed_frameworks": [],
        "unregistered_frameworks": [],
    }


def pid(master: Master) -> str:
    return f"master@{master.host}:{master.port}"
