"""Components that run: each with its units per release and role, and what their failure takes down.

Unit names are those under which the packages install them (the `build` scripts of dcos/dcos), which is what the
diagnostics report; names of the files they are made from are other spellings. `reach` says how far a failure on one
node goes. On masters most services run once per master, so one failure of many is felt only by who asks that master.
Sources: dcos/dcos packages/*/extra and packages/*/build at the tags 1.7-open, 1.8.8, 1.9.8, 1.10.0, 1.11.2, 1.12.0,
1.13.0, 2.0.0, 2.2.0; the lists of units that its own integration tests expect (test_composition.py, for 1.8, 2.1 and
2.2) and that mesosphere/dcos-docs-site shows in overview/architecture/components (1.7, 1.9 and 1.10). What runs beside
the component list is in `component_beside.py`.
"""

from __future__ import annotations

from typing import Any

from shared.dcos.component import AGENTS, EVERYWHERE, MASTERS, Component, Kind, Reach, Units
from shared.model.health import Role
from shared.model.signals import Severity

CRITICAL, WARNING, INFO = Severity.CRITICAL, Severity.WARNING, Severity.INFO


PRIVATE, PUBLIC = frozenset({Role.AGENT}), frozenset({Role.AGENT_PUBLIC})


def runs(name: str, *units: Units, **more: Any) -> Component:
    more.setdefault("source", f"dcos/dcos:packages/{name}")
    return Component(name=name, kind=Kind.SERVICE, units=units, **more)


SERVICES = (
    runs(
        "adminrouter",
        Units(("dcos-adminrouter.service",), MASTERS),
        Units(("dcos-adminrouter-reload.service", "dcos-adminrouter-reload.timer"), MASTERS, until="1.9"),
        Units(("dcos-adminrouter-agent.service",), AGENTS, "1.8"),
        Units(("dcos-adminrouter-reload.service", "dcos-adminrouter-reload.timer"), AGENTS, "1.8", "1.8"),
        Units(
            ("dcos-adminrouter-agent-reload.service", "dcos-adminrouter-agent-reload.timer"),
            AGENTS,
            "1.9",
            "1.9",
        ),
        what="the web proxy before every interface of DC/OS: ports 80 and 443 of masters, 61001 of agents",
        takes_down="Interfaces and web pages can't be reached through this node; on an agent its logs, metrics and "
        "health are hidden, its tasks run on.",
        reach=Reach.NODE,
        severity=WARNING,
        spellings=("dcos-nginx", "dcos-nginx-reload"),
    ),
    runs(
        "bouncer",
        Units(("dcos-bouncer.service",), MASTERS, "1.7", "1.12", enterprise=True),
        Units(("dcos-bouncer.service", "dcos-bouncer-migrate-users.service"), MASTERS, "1.13"),
        what="identity and access management; from 1.13 on also in the open edition",
        takes_down="Nobody can log in, and Admin Router refuses whoever it can't check; running tasks go on.",
        reach=Reach.CLUSTER,
        severity=CRITICAL,
        spellings=("dcos-gunicorn-bouncer", "dcos-bouncer-legacy", "dcos-iam-ldap-sync", "bouncer-upstream"),
    ),
    runs(
        "cosmos",
        Units(("dcos-cosmos.service",), MASTERS),
        what="the package service behind `dcos package`",
        takes_down="Catalog packages can't be listed, installed or updated; installed ones run on.",
        reach=Reach.CLUSTER,
        severity=WARNING,
    ),
    runs(
        "dcos-cluster-id",
        Units(("dcos-cluster-id.service",), MASTERS, until="1.7"),
        what="writes the cluster's id once; from 1.8 on bootstrap does it",
        takes_down="Telemetry and licences have no cluster id; nothing else.",
        severity=INFO,
    ),
    runs(
        "dcos-diagnostics",
        Units(("dcos-ddt.service",), EVERYWHERE, until="1.7"),
        Units(("dcos-3dt.service",), EVERYWHERE, "1.8", "1.9"),
        Units(("dcos-3dt.socket",), AGENTS, "1.8", "1.8"),
        Units(("dcos-3dt.socket",), EVERYWHERE, "1.9", "1.9"),
        Units(("dcos-diagnostics.service", "dcos-diagnostics.socket"), EVERYWHERE, "1.10"),
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
    runs(
        "dcos-history-service",
        Units(("dcos-history-service.service",), MASTERS, until="1.7"),
        Units(("dcos-history.service",), MASTERS, "1.8", "2.0"),
        what="keeps the last hour of the cluster's state for the dashboard",
        takes_down="The graphs of the dashboard are empty; nothing else.",
        severity=INFO,
        source="dcos/dcos:packages/dcos-history; removed by its pull request 6343",
    ),
    runs(
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
    runs(
        "dcos-oauth",
        Units(("dcos-oauth.service",), MASTERS, until="1.12"),
        what="login of the open edition by an outside provider, up to 1.12",
        takes_down="Nobody can log in anew where login is switched on; running tasks go on.",
        reach=Reach.CLUSTER,
        severity=WARNING,
        successors=(("1.13", "bouncer"),),
    ),
    runs(
        "dcos-signal",
        Units(("dcos-signal.service",), MASTERS, until="2.1"),
        Units(("dcos-signal.timer",), EVERYWHERE, until="2.0"),
        Units(("dcos-signal.timer",), MASTERS, "2.1", "2.1"),
        what="telemetry to the vendor, once an hour",
        takes_down="Telemetry is not sent; nothing else, and on a network without way out it always fails.",
        severity=INFO,
        spellings=("dcos-signal-ee",),
    ),
    runs(
        "dcos-ui",
        Units(("dcos-ui-update-service.service", "dcos-ui-update-service.socket"), MASTERS, "1.13"),
        what="the dashboard: static files behind Admin Router, and from 1.13 on a service that updates them",
        takes_down="The dashboard can't be updated; the installed version is still served.",
        severity=INFO,
        spellings=("dcos-ui-service",),
        source="dcos/dcos:packages/dcos-ui, packages/dcos-ui-update-service",
    ),
    runs(
        "erlang",
        Units(("dcos-epmd.service",), EVERYWHERE, until="1.10"),
        what="the runtime of spartan, minuteman, navstar and dcos-net; its port mapper is a unit up to 1.10",
        takes_down="Erlang services that start on this node don't find each other: spartan, minuteman and navstar "
        "stop working together with other nodes.",
        reach=Reach.NODE,
        severity=WARNING,
        spellings=("epmd",),
    ),
    runs(
        "exhibitor",
        Units(("dcos-exhibitor.service",), MASTERS),
        what="ZooKeeper and its supervisor: 8181, 2181, 2888, 3888",
        takes_down="One ZooKeeper server is lost; without a majority of them no Mesos master leads and nothing is "
        "launched.",
        reach=Reach.CLUSTER,
        severity=CRITICAL,
        spellings=("zookeeper",),
    ),
    runs(
        "logrotate",
        Units(("dcos-logrotate-master.service", "dcos-logrotate-master.timer"), MASTERS, "1.8"),
        Units(("dcos-logrotate-agent.service", "dcos-logrotate-agent.timer"), AGENTS, "1.8"),
        Units(("dcos-logrotate.service", "dcos-logrotate.timer"), EVERYWHERE, until="1.7"),
        what="turns the logs of Mesos over; runs for a moment each few minutes",
        takes_down="Logs grow until the disk is full, which then takes the whole node down.",
        reach=Reach.NODE,
        severity=WARNING,
    ),
    runs(
        "marathon",
        Units(("dcos-marathon.service",), MASTERS),
        what="starts and keeps long running applications: 8080",
        takes_down="When no other master's Marathon leads, applications that end are not started again and nothing "
        "can be deployed.",
        reach=Reach.CLUSTER,
        severity=CRITICAL,
    ),
    runs(
        "mesos",
        Units(("dcos-mesos-master.service",), MASTERS),
        Units(("dcos-mesos-slave.service",), PRIVATE),
        Units(("dcos-mesos-slave-public.service",), PUBLIC),
        Units(("dcos-mesos-slave.socket",), PRIVATE, "2.1"),
        Units(("dcos-mesos-slave-public.socket",), PUBLIC, "2.1"),
        Units(("dcos-ports-priv-agent.service",), PRIVATE, until="1.7"),
        Units(("dcos-vol-discovery-priv-agent.service",), PRIVATE, until="1.8"),
        Units(("dcos-vol-discovery-pub-agent.service",), PUBLIC, until="1.8"),
        what="the scheduler's masters (5050) and agents (5051)",
        takes_down="On an agent no task can be started, and its tasks are given up when it stays away; on a master "
        "its vote in the quorum is lost.",
        reach=Reach.CLUSTER,
        severity=CRITICAL,
        spellings=("mesos-agent", "dcos-mesos-agent", "dcos-mesos-agent-public"),
    ),
    runs(
        "mesos-dns",
        Units(("dcos-mesos-dns.service",), MASTERS),
        what="names of tasks under .mesos, from the state of the leading master",
        takes_down="Names such as leader.mesos and marathon.mesos go stale or are not found through this master.",
        reach=Reach.CLUSTER,
        severity=CRITICAL,
    ),
    runs(
        "minuteman",
        Units(("dcos-minuteman.service",), EVERYWHERE, until="1.8"),
        what="virtual addresses of services, balanced on each node; later a part of navstar, then of dcos-net",
        takes_down="Virtual addresses can't be reached from this node.",
        reach=Reach.NODE,
        severity=CRITICAL,
        successors=(("1.9", "navstar"), ("1.11", "dcos-net")),
    ),
    runs(
        "networking_api",
        Units(("dcos-networking_api.service",), MASTERS, "1.8", enterprise=True),
        what="shows virtual networks and addresses to the dashboard (Enterprise edition)",
        takes_down="The network pages of the dashboard are empty; networks go on.",
        severity=INFO,
        spellings=("dcos-networking-api",),
        source="mesosphere/dcos-docs-site: component list of the Enterprise edition",
    ),
    runs(
        "spartan",
        Units(
            ("dcos-spartan.service", "dcos-spartan-watchdog.service", "dcos-spartan-watchdog.timer"),
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
