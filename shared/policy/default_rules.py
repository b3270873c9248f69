"""The rules about metrics that are shipped: what DC/OS, Mesos and a machine must show to count as well.

Each names where its numbers come from. Where no vendor gives a number, the source says "our choice" and why; a rule of
the policy with the same name takes a rule's place. Metrics that nobody sends cost nothing.

Names are those of Telegraf (measurement.field), of Mesos, and of the DC/OS metrics API, of which the translator makes
`..._percent` where it only has used and total. The masters of a cluster count as a pool of their own.
"""

from __future__ import annotations

from datetime import timedelta
from math import inf
from typing import Any

from shared.model.signals import Severity
from shared.policy.metric_rules import Kind, MetricRule

MESOS = "apache/mesos:docs/monitoring.md"
DCOS = "dcos/dcos-docs-site:pages/mesosphere/dcos/2.2/monitoring/performance-monitoring"
REPLACING = "dcos/dcos-docs-site:pages/mesosphere/dcos/2.2/administering-clusters/replacing-a-master-node"
TELEGRAF = "influxdata/telegraf:plugins/inputs"

CRITICAL = Severity.CRITICAL


def _minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def _above(limit: float, clear: float | None = None, **other: Any) -> MetricRule:
    return MetricRule(high=limit, clear_high=limit if clear is None else clear, **other)


def _below(limit: float, clear: float | None = None, **other: Any) -> MetricRule:
    return MetricRule(low=limit, clear_low=limit if clear is None else clear, **other)


_MASTERS = (
    _below(
        1,
        name="no-leading-master",
        metric="master/elected",
        lasts=_minutes(1),
        share=100,
        severity=CRITICAL,
        source=f"{MESOS} and {DCOS}: 0 sustained on all masters; the sum over all must be 1. A master that does not"
        " answer is not counted, and when half of them do not, nothing is said",
    ),
    _below(
        60,
        300,
        name="master-flapping",
        metric="master/uptime_secs",
        lasts=_minutes(10),
        severity=CRITICAL,
        source=f"{MESOS}: below 60 sustained is flapping; {DCOS}: below 60 for 10 minutes is ten restarts",
    ),
    _below(
        1,
        name="registrar-not-recovered",
        metric="registrar/log/recovered",
        lasts=_minutes(5),
        severity=CRITICAL,
        source=f"{REPLACING}: must be 1 before the next master is touched",
    ),
    _above(
        0.9,
        0.85,
        name="cluster-cpus",
        metric="master/cpus_percent",
        lasts=_minutes(10),
        source=f"{MESOS}: above 0.9",
    ),
    _above(
        0.9,
        0.85,
        name="cluster-mem",
        metric="master/mem_percent",
        lasts=_minutes(10),
        source=f"{MESOS}: above 0.9",
    ),
    _above(
        0.9,
        0.85,
        name="cluster-disk",
        metric="master/disk_percent",
        lasts=_minutes(10),
        source=f"{MESOS} has the metric (allocated, not used); the limit is our choice, as for cpus and mem",
    ),
    _above(
        0,
        name="agents-unreachable",
        metric="master/slaves_unreachable",
        lasts=_minutes(2),
        source=f"{MESOS} has the metric; any agent counts, our choice",
    ),
    _above(
        0,
        name="agents-disconnected",
        metric="master/slaves_disconnected",
        lasts=_minutes(2),
        source=f"{DCOS}: a jump may be a partition; two minutes outlast a restart of an agent, our choice",
    ),
    _above(
        0.05,
        0.01,
        name="agents-removed",
        metric="master/slave_removals",
        kind=Kind.RATE,
        lasts=_minutes(0),
        source=f"{DCOS}: a jump may be a partition; three removals a minute, our choice",
    ),
    _above(
        0.05,
        0.01,
        name="agents-reregister",
        metric="master/slave_reregistrations",
        kind=Kind.RATE,
        lasts=_minutes(0),
        source=f"{DCOS}: a jump may be a partition, or follows a new leader; three a minute, our choice",
    ),
    _above(
        1,
        0.2,
        name="tasks-lost",
        metric="master/tasks_lost",
        kind=Kind.RATE,
        lasts=_minutes(0),
        source=f"{MESOS}: increasing rapidly; one each second for a minute, our choice",
    ),
)

_AGENTS = (
    _below(
        1,
        name="agent-not-registered",
        metric="slave/registered",
        lasts=_minutes(2),
        severity=CRITICAL,
        source=f"{DCOS}: must be 1",
    ),
    _below(
        60,
        300,
        name="agent-flapping",
        metric="slave/uptime_secs",
        lasts=_minutes(10),
        source=f"{DCOS}: a reset is a restart; below 60 for 10 minutes, as for masters in {MESOS}",
    ),
    _above(
        0,
        name="agent-recovery-errors",
        metric="slave/recovery_errors",
        lasts=_minutes(1),
        source=f"{MESOS} has the metric; any error counts, our choice",
    ),
)

_DISKS = "no vendor gives a number; Mesos fails tasks when it cannot write, so 90 leaves time, our choice"

_MACHINES = (
    *(
        _above(
            90,
            85,
            name=name,
            metric=metric,
            tags={"path": ("/", "/var/lib/mesos", "/var/lib/docker", "/var/log", "/opt/mesosphere")},
            lasts=_minutes(5),
            severity=CRITICAL,
            source=f"{TELEGRAF}/disk and dcos/dcos-metrics have the metric; {_DISKS}",
        )
        for name, metric in (
            ("disk-full", "disk.used_percent"),
            ("dcos-disk-full", "filesystem.capacity.used_percent"),
            ("inodes-used-up", "disk.inodes_used_percent"),
            ("dcos-inodes-used-up", "filesystem.inode.used_percent"),
        )
    ),
    _above(
        0,
        name="file-system-read-only",
        metric="node_filesystem_readonly",
        tags={"mountpoint": ("/", "/var/lib/mesos", "/var/lib/docker")},
        lasts=_minutes(2),
        severity=CRITICAL,
        impairs=True,
        source="prometheus/node_exporter:collector/filesystem_common.go, 1 or 0; the kernel does so when it cannot"
        " write any more. It counts for repair: no task can be started there, no work made it so, and a boot or another"
        " machine helps. A full disk does not count: work filled it, goes on to the next machine and fills that, and"
        " what is on the disk would be lost",
    ),
    _below(
        5,
        10,
        name="memory-short",
        metric="mem.available_percent",
        lasts=_minutes(5),
        source=f"{TELEGRAF}/mem has the metric; 5 percent is close to the kernel's killing, our choice",
    ),
    _below(
        5,
        10,
        name="dcos-memory-short",
        metric="memory.available_percent",
        lasts=_minutes(5),
        source="dcos/dcos-metrics has free, buffers, cached and total; the limit is our choice",
    ),
    _below(
        2,
        10,
        name="cpu-exhausted",
        metric="cpu.usage_idle",
        tags={"cpu": ("cpu-total",)},
        lasts=_minutes(15),
        severity=Severity.INFO,
        source=f"{TELEGRAF}/cpu has the metric; the limit is our choice",
    ),
    MetricRule(
        name="clock-off-ntp",
        metric="ntpq.offset",
        low=-100,
        high=100,
        clear_low=-50,
        clear_high=50,
        lasts=_minutes(5),
        tags={"state_prefix": ("*",)},
        source=f"{TELEGRAF}/ntpq, milliseconds, of the peer that the clock follows; ZooKeeper and TLS tolerate less"
        " than a second, our choice",
    ),
    MetricRule(
        name="clock-off-chrony",
        metric="chrony.system_time",
        low=-0.1,
        high=0.1,
        clear_low=-0.05,
        clear_high=0.05,
        lasts=_minutes(5),
        source=f"{TELEGRAF}/chrony, seconds; our choice, as for ntpq",
    ),
    _above(
        2,
        name="unit-failed",
        metric="systemd_units.active_code",
        by=("name",),
        lasts=_minutes(2),
        source=f"{TELEGRAF}/systemd_units: 0 active, 1 reloading, 2 inactive, 3 failed, 4 activating, 5 deactivating;"
        " a unit that a timer starts is inactive when it is well",
    ),
    MetricRule(
        name="node-silent",
        metric="system.uptime",
        kind=Kind.ABSENT,
        lasts=timedelta(0),
        absent_for=_minutes(10),
        source=f"{TELEGRAF}/system sends it with every flush; sixty flushes of 10 s, our choice",
    ),
)

DEFAULT_RULES: tuple[MetricRule, ...] = (*_MASTERS, *_AGENTS, *_MACHINES)


def limit_text(rule: MetricRule) -> str:
    """The limit as a person says it."""
    if rule.kind is Kind.ABSENT:
        return f"not heard for {rule.absent_for.total_seconds() / 60:g} min"
    unit = " per second" if rule.kind is Kind.RATE else ""
    if rule.low > -inf and rule.high < inf:
        limit = f"outside {rule.low:g} to {rule.high:g}"
    else:
        limit = f"above {rule.high:g}" if rule.high < inf else f"below {rule.low:g}"
    share = f" on {rule.share} % of the pool" if rule.share else ""
    return f"{limit}{unit} for {rule.lasts.total_seconds() / 60:g} min{share}"
