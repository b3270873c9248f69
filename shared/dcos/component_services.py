"""Components that run: each with its units per release and role, and what their failure takes down.

Unit names are those under which the packages install them (the `build` scripts of dcos/dcos), which is what the
diagnostics report; names of the files they are made from are other spellings. `reach` says how far a failure on one
node goes. On masters most services run once per master, so one failure of many is felt only by who asks that master.
Sources: dcos/dcos packages/*/extra and packages/*/build at the tags 1.7-open, 1.8.8, 1.9.8, 1.10.0, 1.11.2, 1.12.0,
1.13.0, 2.0.0, 2.2.0; mesosphere/dcos-docs-site 2.2/overview/architecture/components.
"""

from __future__ import annotations

from typing import Any

from shared.dcos.component import AGENTS, EVERYWHERE, MASTERS, Component, Kind, Reach, Units
from shared.model.health import Role
from shared.model.signals import Severity

CRITICAL, WARNING, INFO = Severity.CRITICAL, Severity.WARNING, Severity.INFO


def _runs(name: str, *units: Units, **more: Any) -> Component:
    more.setdefault("source", f"dcos/dcos:packages/{name}")
    return Component(name=name, kind=Kind.SERVICE, units=units, **more)


SERVICES = (
    _runs(
        "adminrouter",
        Units(("dcos-adminrouter.service",), MASTERS),
        Units(("dcos-adminrouter-reload.service", "dcos-adminrouter-reload.timer"), MASTERS, until="1.9"),
        Units(("dcos-adminrouter-agent.service",), AGENTS, "1.8"),
        Units(
            ("dcos-adminrouter-agent-reload.service", "dcos-adminrouter-agent-reload.timer"),
            AGENTS,
            "1.8",
            "1.9",
        ),
        what="the web proxy before every interface of DC/OS: ports 80 and 443 of masters, 61001 of agents",
        takes_down="Interfaces and web pages can't be reached through this node; on an agent its logs, metrics and "
        "health are hidden, its tasks run on.",
        reach=Reach.NODE,
        severity=WARNING,
        spellings=("dcos-nginx", "dcos-nginx-reload"),
    ),
    _runs(
        "bouncer",
        Units(("dcos-bouncer.service",), MASTERS, "1.7", "1.12", enterprise=True),
        Units(("dcos-bouncer.service", "dcos-bouncer-migrate-users.service"), MASTERS, "1.13"),
        what="identity and access management; from 1.13 on also in the open edition",
        takes_down="Nobody can log in, and Admin Router refuses whoever it can't check; running tasks go on.",
        reach=Reach.CLUSTER,
        severity=CRITICAL,
        spellings=("dcos-gunicorn-bouncer", "bouncer-upstream"),
    ),
    _runs(
        "cosmos",
        Units(("dcos-cosmos.service",), MASTERS),
        what="the package service behind `dcos package`",
        takes_down="Catalog packages can't be listed, installed or updated; installed ones run on.",
        reach=Reach.CLUSTER,
        severity=WARNING,
    ),
    _runs(
        "dcos-cluster-id",
        Units(("dcos-cluster-id.service",), MASTERS, until="1.7"),
        what="writes the cluster's id once; from 1.8 on bootstrap does it",
        takes_down="Telemetry and licences have no cluster id; nothing else.",
        severity=INFO,
    ),
    _runs(
        "dcos-diagnostics",
        Units(("dcos-ddt.service",), EVERYWHERE, until="1.7"),
        Units(("dcos-3dt.service",), EVERYWHERE, "1.8", "1.9"),
        Units(("dcos-3dt.socket",), AGENTS, "1.8", "1.9"),
        Units(("dcos-diagnostics.service",), EVERYWHERE, "1.10"),
        Units(("dcos-diagnostics.socket",), AGENTS, "1.10"),
        Units(("dcos-diagnostics-mesos-state.service", "dcos-diagnostics-mesos-state.timer"), MASTERS, "2.0"),
        what="reports the health of units, nodes and the cluster (DDT in 1.7, 3DT up to 1.9)",
        takes_down="The health of this node's units is not known to anybody; the units themselves run on.",
        reach=Reach.NODE,
        severity=WARNING,
        spellings=(
            "3dt",
            "dcos-3dt-master",
            "dcos-3dt-agent",
            "dcos-diagnostics-master",
            "dcos-diagnostics-agent",
        ),
        source="dcos/dcos:packages/3dt, packages/dcos-diagnostics",
    ),
    _runs(
        "dcos-history-service",
        Units(("dcos-history.service",), MASTERS, until="2.1"),
        what="keeps the last hour of the cluster's state for the dashboard",
        takes_down="The graphs of the dashboard are empty; nothing else.",
        severity=INFO,
        spellings=("dcos-history", "dcos-history-service"),
        source="dcos/dcos:packages/dcos-history",
    ),
    _runs(
        "dcos-metrics",
        Units(("dcos-metrics-master.service", "dcos-metrics-master.socket"), MASTERS, "1.9", "1.11"),
        Units(("dcos-metrics-agent.service", "dcos-metrics-agent.socket"), AGENTS, "1.9", "1.11"),
        what="collects metrics of hosts, containers and applications (1.9 to 1.11)",
        takes_down="Metrics of this node stop, and alerts that rest on them can't fire.",
        reach=Reach.NODE,
        severity=WARNING,
        spellings=("dcos-metrics",),
        successors=(("1.12", "telegraf"),),
    ),
    _runs(
        "dcos-oauth",
        Units(("dcos-oauth.service",), MASTERS, until="1.12"),
        what="login of the open edition by an outside provider, up to 1.12",
        takes_down="Nobody can log in anew where login is switched on; running tasks go on.",
        reach=Reach.CLUSTER,
        severity=WARNING,
        successors=(("1.13", "bouncer"),),
    ),
    _runs(
        "dcos-signal",
        Units(("dcos-signal.service", "dcos-signal.timer"), MASTERS, until="2.1"),
        what="telemetry to the vendor, once an hour",
        takes_down="Telemetry is not sent; nothing else, and on a network without way out it always fails.",
        severity=INFO,
        spellings=("dcos-signal-ee",),
    ),
    _runs(
        "dcos-ui",
        Units(("dcos-ui-update-service.service", "dcos-ui-update-service.socket"), MASTERS, "1.13"),
        what="the dashboard: static files behind Admin Router, and from 1.13 on a service that updates them",
        takes_down="The dashboard can't be updated; the installed version is still served.",
        severity=INFO,
        spellings=("dcos-ui-service",),
        source="dcos/dcos:packages/dcos-ui, packages/dcos-ui-update-service",
    ),
    _runs(
        "exhibitor",
        Units(("dcos-exhibitor.service",), MASTERS),
        what="ZooKeeper and its supervisor: 8181, 2181, 2888, 3888",
        takes_down="One ZooKeeper server is lost; without a majority of them no Mesos master leads and nothing is "
        "launched.",
        reach=Reach.CLUSTER,
        severity=CRITICAL,
        spellings=("zookeeper",),
    ),
    _runs(
        "logrotate",
        Units(("dcos-logrotate-master.service", "dcos-logrotate-master.timer"), MASTERS, "1.8"),
        Units(("dcos-logrotate-agent.service", "dcos-logrotate-agent.timer"), AGENTS, "1.8"),
        Units(("dcos-logrotate.service", "dcos-logrotate.timer"), EVERYWHERE, until="1.7"),
        what="turns the logs of Mesos over; runs for a moment each few minutes",
        takes_down="Logs grow until the disk is full, which then takes the whole node down.",
        reach=Reach.NODE,
        severity=WARNING,
    ),
    _runs(
        "marathon",
        Units(("dcos-marathon.service",), MASTERS),
        what="starts and keeps long running applications: 8080",
        takes_down="When no other master's Marathon leads, applications that end are not started again and nothing "
        "can be deployed.",
        reach=Reach.CLUSTER,
        severity=CRITICAL,
    ),
    _runs(
        "mesos",
        Units(("dcos-mesos-master.service",), MASTERS),
        Units(("dcos-mesos-slave.service",), frozenset({Role.AGENT})),
        Units(("dcos-mesos-slave-public.service",), frozenset({Role.AGENT_PUBLIC})),
        what="the scheduler's masters (5050) and agents (5051)",
        takes_down="On an agent no task can be started, and its tasks are given up when it stays away; on a master "
        "its vote in the quorum is lost.",
        reach=Reach.CLUSTER,
        severity=CRITICAL,
        spellings=("mesos-agent", "dcos-mesos-agent", "dcos-mesos-agent-public"),
    ),
    _runs(
        "mesos-dns",
        Units(("dcos-mesos-dns.service",), MASTERS),
        what="names of tasks under .mesos, from the state of the leading master",
        takes_down="Names such as leader.mesos and marathon.mesos go stale or are not found through this master.",
        reach=Reach.CLUSTER,
        severity=CRITICAL,
    ),
    _runs(
        "minuteman",
        Units(("dcos-minuteman.service",), EVERYWHERE, until="1.8"),
        what="virtual addresses of services, balanced on each node; later a part of navstar, then of dcos-net",
        takes_down="Virtual addresses can't be reached from this node.",
        reach=Reach.NODE,
        severity=CRITICAL,
        successors=(("1.9", "navstar"), ("1.11", "dcos-net")),
    ),
    _runs(
        "networking_api",
        Units(("dcos-networking_api.service",), MASTERS, "1.8", enterprise=True),
        what="shows virtual networks and addresses to the dashboard (Enterprise edition)",
        takes_down="The network pages of the dashboard are empty; networks go on.",
        severity=INFO,
        spellings=("dcos-networking-api",),
        source="mesosphere/dcos-docs-site: component list of the Enterprise edition",
    ),
    _runs(
        "spartan",
        Units(
            (
                "dcos-spartan.service",
                "dcos-spartan-watchdog.service",
                "dcos-spartan-watchdog.timer",
                "dcos-gen-resolvconf.service",
                "dcos-gen-resolvconf.timer",
            ),
            EVERYWHERE,
            until="1.10",
        ),
        what="the DNS of every node, 198.51.100.1 to 3; later a part of dcos-net",
        takes_down="Nothing on this node can resolve a name, so its agent loses the masters and its tasks each other.",
        reach=Reach.NODE,
        severity=CRITICAL,
        successors=(("1.11", "dcos-net"),),
    ),
)
"""The services of the component list."""

BESIDE = (
    _runs(
        "navstar",
        Units(("dcos-navstar.service",), EVERYWHERE, "1.9", "1.10"),
        what="overlay networks and virtual addresses (1.9 and 1.10)",
        takes_down="Overlay networks and virtual addresses stop on this node.",
        reach=Reach.NODE,
        severity=CRITICAL,
        successors=(("1.11", "dcos-net"),),
        is_listed=False,
    ),
    _runs(
        "dcos-net",
        Units(("dcos-net.service", "dcos-net-watchdog.service"), EVERYWHERE, "1.11"),
        what="DNS, virtual addresses and overlay networks of every node",
        takes_down="Nothing on this node can resolve a name or reach a virtual address, so its agent loses the "
        "masters and its tasks each other.",
        reach=Reach.NODE,
        severity=CRITICAL,
        spellings=("dcos-dns-watchdog", "dcos-l4lb-watchdog", "dcos-overlay-watchdog"),
        is_listed=False,
    ),
    _runs(
        "telegraf",
        Units(("dcos-telegraf.service", "dcos-telegraf.socket"), EVERYWHERE, "1.12"),
        what="collects metrics and serves them to Prometheus on 61091",
        takes_down="Metrics of this node stop, and alerts that rest on them can't fire.",
        reach=Reach.NODE,
        severity=WARNING,
        spellings=("dcos-telegraf-dcos_metrics", "dcos-telegraf-dcos_statsd"),
        is_listed=False,
    ),
    _runs(
        "cockroach",
        Units(
            (
                "dcos-cockroach.service",
                "dcos-cockroachdb-config-change.service",
                "dcos-cockroachdb-config-change.timer",
            ),
            MASTERS,
            "1.13",
        ),
        what="the database of bouncer, replicated over the masters",
        takes_down="Without a majority of its replicas nobody can log in.",
        reach=Reach.CLUSTER,
        severity=CRITICAL,
        is_listed=False,
    ),
    _runs(
        "dcos-check-runner",
        Units(("dcos-checks-poststart.service", "dcos-checks-poststart.timer"), EVERYWHERE, "1.11"),
        Units(("dcos-checks-api.service", "dcos-checks-api.socket"), EVERYWHERE, "1.12"),
        what="runs the checks of nodes and the cluster; its timer fails when a check does",
        takes_down="A check of this node fails, or no check can be run; read which one.",
        reach=Reach.NODE,
        severity=WARNING,
        spellings=("dcos-checks", "dcos-checks-api-master", "dcos-checks-api-agent"),
        is_listed=False,
    ),
    _runs(
        "dcos-log",
        Units(("dcos-log-master.service", "dcos-log-master.socket"), MASTERS, "1.9"),
        Units(("dcos-log-agent.service", "dcos-log-agent.socket"), AGENTS, "1.9"),
        what="serves the logs of units and tasks",
        takes_down="Logs of this node can't be read from afar.",
        severity=INFO,
        spellings=("dcos-log",),
        is_listed=False,
    ),
    _runs(
        "metronome",
        Units(("dcos-metronome.service",), MASTERS, "1.8"),
        what="runs jobs by schedule",
        takes_down="When no other master's Metronome leads, scheduled jobs do not run.",
        reach=Reach.CLUSTER,
        severity=WARNING,
        is_listed=False,
    ),
    _runs(
        "pkgpanda-api",
        Units(("dcos-pkgpanda-api.service", "dcos-pkgpanda-api.socket"), EVERYWHERE, "1.8"),
        what="tells and changes the packages of a node",
        takes_down="The packages of this node can't be listed.",
        severity=INFO,
        is_listed=False,
    ),
    _runs(
        "docker-gc",
        Units(("dcos-docker-gc.service", "dcos-docker-gc.timer"), AGENTS, "1.9"),
        what="removes containers and images that nobody uses",
        takes_down="The disk of Docker fills up over days.",
        reach=Reach.NODE,
        severity=WARNING,
        is_listed=False,
    ),
    _runs(
        "rexray",
        Units(("dcos-rexray.service",), AGENTS, "1.8"),
        what="attaches external volumes",
        takes_down="Tasks with external volumes can't start here.",
        reach=Reach.NODE,
        severity=WARNING,
        is_listed=False,
    ),
    _runs(
        "fluent-bit",
        Units(("dcos-fluent-bit.service",), EVERYWHERE, "1.13"),
        what="ships the logs of units and tasks",
        takes_down="Logs of this node are not shipped.",
        severity=INFO,
        spellings=("dcos-fluentbit", "fluentbit"),
        is_listed=False,
    ),
    _runs(
        "etcd",
        Units(("dcos-etcd.service",), MASTERS, "2.1"),
        what="the store of Calico's networks",
        takes_down="Without a majority of its members Calico's networks can't change.",
        reach=Reach.CLUSTER,
        severity=CRITICAL,
        is_listed=False,
    ),
    _runs(
        "calico",
        Units(
            (
                "dcos-calico-bird.service",
                "dcos-calico-confd.service",
                "dcos-calico-felix.service",
                "dcos-calico-libnetwork-plugin.service",
            ),
            EVERYWHERE,
            "2.1",
        ),
        what="container networks with policies",
        takes_down="Tasks on Calico's networks can't start here or lose their connections.",
        reach=Reach.NODE,
        severity=CRITICAL,
        spellings=("dcos-calico-node",),
        is_listed=False,
    ),
)
"""Services that the list does not have, and that took over from it or stand beside it."""
