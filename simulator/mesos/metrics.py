"""The metrics of a master: /metrics/snapshot and GET_METRICS.

All the names that a recorded Mesos 1.11 has are there; those that an observer of agents needs have true values,
the others are zero. A master that does not lead shows the same names with `master/elected` 0.
Names: apache/mesos docs/monitoring.md.
"""

from simulator.world.master import Master
from simulator.world.mesos import Mesos
from simulator.world.tasks import TaskState

_STATISTICS = ("", "/count", "/max", "/min", "/p50", "/p90", "/p95", "/p99", "/p999", "/p9999")
_OPERATIONS = "create create_disk destroy destroy_disk grow_volume reserve shrink_volume unreserve"
_OPERATION_STATES = "dropped error failed finished gone_by_operator pending recovering total unreachable"
_MESSAGES = """authenticate deactivate_framework decline_offers executor_to_framework exited_executor
framework_to_executor kill_task launch_tasks operation_status_update operation_status_update_acknowledgement
reconcile_operations reconcile_tasks register_framework register_slave reregister_framework reregister_slave
resource_request revive_offers status_update status_update_acknowledgement suppress_offers unregister_framework
unregister_slave update_slave"""
_ZEROES = """dropped_messages event_queue_dispatches event_queue_http_requests event_queue_messages
frameworks_disconnected frameworks_inactive http_cache_hits invalid_executor_to_framework_messages
invalid_framework_to_executor_messages invalid_operation_status_update_acknowledgements
invalid_operation_status_updates invalid_status_update_acknowledgements invalid_status_updates
operator_event_stream_subscribers outstanding_offers recovery_slave_removals slave_registrations slave_removals
slave_removals/reason_registered slave_removals/reason_unhealthy slave_removals/reason_unregistered
slave_reregistrations slave_shutdowns_canceled slave_shutdowns_completed slave_shutdowns_scheduled
slave_unreachable_canceled slave_unreachable_completed slave_unreachable_scheduled tasks_dropped tasks_error
tasks_failed tasks_finished tasks_gone valid_executor_to_framework_messages valid_framework_to_executor_messages
valid_operation_status_update_acknowledgements valid_operation_status_updates valid_status_update_acknowledgements
valid_status_updates"""


def metrics_of(mesos: Mesos, master: Master) -> dict[str, float]:
    """Name to value, sorted by name."""
    values = dict.fromkeys(_names(), 0.0)
    now = mesos.timeline.now
    leads = mesos.leader is master
    values |= {
        "master/elected": float(leads),
        "master/uptime_secs": (now - master.started).total_seconds(),
        "registrar/log/recovered": float(master.up and master.log_recovered),
        "registrar/log/ensemble_size": float(len(mesos.masters)),
        "system/cpus_total": 4.0,
        "system/mem_total_bytes": 16.0 * 2**30,
        "system/mem_free_bytes": 9.0 * 2**30,
    }
    if leads:
        values |= _agents(mesos) | _capacity(mesos) | _tasks(mesos)
        values |= {f"master/{name}": float(count) for name, count in mesos.counts.items()}
    return dict(sorted(values.items()))


def _names() -> list[str]:
    names = [f"allocator/mesos/{name}{suffix}" for name in _TIMERS for suffix in _STATISTICS]
    names += [f"registrar/state_store_ms{suffix}" for suffix in _STATISTICS]
    names += [f"allocator/mesos/resources/{r}/{k}" for r in _KINDS for k in ("offered_or_allocated", "total")]
    names += ["allocator/event_queue_dispatches", "allocator/mesos/event_queue_dispatches"]
    names += [
        "allocator/mesos/allocation_runs",
        "registrar/queued_operations",
        "registrar/registry_size_bytes",
    ]
    names += ["registrar/state_fetch_ms", "system/load_1min", "system/load_5min", "system/load_15min"]
    names += [f"master/{r}_{k}" for r in (*_KINDS, "gpus") for k in _USE]
    names += [f"master/messages_{name}" for name in _MESSAGES.split()]
    names += [f"master/{name}" for name in _ZEROES.split()]
    names += [f"master/operations/{state}" for state in _OPERATION_STATES.split()]
    kinds, states = _OPERATIONS.split(), _OPERATION_STATES.split()
    return names + [f"master/operations/{kind}/{state}" for kind in kinds for state in states]


_TIMERS = ("allocation_run_latency_ms", "allocation_run_ms")
_KINDS = ("cpus", "disk", "mem")
_USE = ("percent", "revocable_percent", "revocable_total", "revocable_used", "total", "used")


def _agents(mesos: Mesos) -> dict[str, float]:
    agents = mesos.registered.values()
    connected = sum(agent.connected for agent in agents)
    active = sum(agent.active for agent in agents)
    frameworks = float(sum(s.framework.connected for s in mesos.schedulers))
    return {
        "master/slaves_active": float(active),
        "master/slaves_inactive": float(len(agents) - active),
        "master/slaves_connected": float(connected),
        "master/slaves_disconnected": float(len(agents) - connected),
        "master/slaves_unreachable": float(len(mesos.unreachable)),
        "master/frameworks_active": frameworks,
        "master/frameworks_connected": frameworks,
    }


def _capacity(mesos: Mesos) -> dict[str, float]:
    agents = mesos.registered.values()
    totals = {
        "cpus": (sum(a.resources.cpus for a in agents), sum(a.used_cpus for a in agents)),
        "mem": (sum(a.resources.mem for a in agents), sum(a.used_mem for a in agents)),
        "disk": (sum(a.resources.disk for a in agents), 0.0),
    }
    values: dict[str, float] = {}
    for kind, (total, used) in totals.items():
        values[f"master/{kind}_total"] = float(total)
        values[f"master/{kind}_used"] = float(used)
        values[f"master/{kind}_percent"] = used / total if total else 0.0
        values[f"allocator/mesos/resources/{kind}/total"] = float(total)
        values[f"allocator/mesos/resources/{kind}/offered_or_allocated"] = float(used)
    return values


def _tasks(mesos: Mesos) -> dict[str, float]:
    counts = {f"master/tasks_{state.removeprefix('TASK_').lower()}": 0.0 for state in TaskState}
    live = [task for agent in mesos.registered.values() for task in agent.tasks.values()]
    apart = [t for s in mesos.schedulers for t in (*s.framework.unreachable.values(), *s.framework.completed)]
    for task in live + apart:
        counts[f"master/tasks_{task.state.removeprefix('TASK_').lower()}"] += 1
    return counts
