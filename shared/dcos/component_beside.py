"""Services that the component list does not have: they took over from one of it, stand beside it, or are Enterprise.

They are here so that each failed unit can name its component, in every release and edition. Facts and sources are as
in `component_services.py`; Enterprise units are from mesosphere/dcos-docs-site overview/architecture/components (1.9,
1.10) and, for what came later, mesosphere/bun, which knows what a diagnostics bundle holds.
"""

from __future__ import annotations

from typing import Any

from shared.dcos.component import AGENTS, EVERYWHERE, MASTERS, Component, Reach, Units
from shared.dcos.component_services import CRITICAL, INFO, WARNING, runs


def _of_enterprise(name: str, *units: Units, **more: Any) -> Component:
    source = "mesosphere/dcos-docs-site: component list of the Enterprise edition; mesosphere/bun"
    return runs(name, *units, source=source, reach=Reach.CLUSTER, is_listed=False, **more)


BESIDE = (
    runs(
        "navstar",
        Units(("dcos-navstar.service",), EVERYWHERE, "1.8", "1.10"),
        what="overlay networks, and from 1.9 on virtual addresses (1.8 to 1.10)",
        takes_down="Overlay networks and virtual addresses stop on this node.",
        reach=Reach.NODE,
        severity=CRITICAL,
        successors=(("1.11", "dcos-net"),),
        is_listed=False,
    ),
    runs(
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
    runs(
        "gen-resolvconf",
        Units(("dcos-gen-resolvconf.service", "dcos-gen-resolvconf.timer"), EVERYWHERE),
        what="writes the node's list of name servers, every half minute",
        takes_down="The list stays as it is: names resolve as long as the servers that are written there answer.",
        reach=Reach.NODE,
        severity=WARNING,
        source="dcos/dcos:packages/spartan, from 1.11 on packages/dcos-net",
        is_listed=False,
    ),
    runs(
        "telegraf",
        Units(("dcos-telegraf.service", "dcos-telegraf.socket"), EVERYWHERE, "1.12"),
        what="collects metrics and serves them to Prometheus on 61091",
        takes_down="Metrics of this node stop, and alerts that rest on them can't fire.",
        reach=Reach.NODE,
        severity=WARNING,
        spellings=("dcos-telegraf-dcos_metrics", "dcos-telegraf-dcos_statsd"),
        is_listed=False,
    ),
    runs(
        "cockroach",
        Units(("dcos-cockroach.service",), MASTERS, "1.10", "1.12", enterprise=True),
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
    runs(
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
    runs(
        "dcos-log",
        Units(("dcos-log-master.service", "dcos-log-master.socket"), MASTERS, "1.9"),
        Units(("dcos-log-agent.service", "dcos-log-agent.socket"), AGENTS, "1.9"),
        what="serves the logs of units and tasks",
        takes_down="Logs of this node can't be read from afar.",
        severity=INFO,
        spellings=("dcos-log",),
        is_listed=False,
    ),
    runs(
        "metronome",
        Units(("dcos-metronome.service",), MASTERS, "1.8"),
        what="runs jobs by schedule",
        takes_down="When no other master's Metronome leads, scheduled jobs do not run.",
        reach=Reach.CLUSTER,
        severity=WARNING,
        is_listed=False,
    ),
    runs(
        "pkgpanda-api",
        Units(("dcos-pkgpanda-api.service",), EVERYWHERE, "1.8"),
        Units(("dcos-pkgpanda-api.socket",), EVERYWHERE, "1.8", "1.9"),
        what="tells and changes the packages of a node",
        takes_down="The packages of this node can't be listed.",
        severity=INFO,
        is_listed=False,
    ),
    runs(
        "docker-gc",
        Units(("dcos-docker-gc.service", "dcos-docker-gc.timer"), AGENTS, "1.9"),
        what="removes containers and images that nobody uses",
        takes_down="The disk of Docker fills up over days.",
        reach=Reach.NODE,
        severity=WARNING,
        is_listed=False,
    ),
    runs(
        "rexray",
        Units(("dcos-rexray.service",), AGENTS, "1.8"),
        what="attaches external volumes",
        takes_down="Tasks with external volumes can't start here.",
        reach=Reach.NODE,
        severity=WARNING,
        is_listed=False,
    ),
    runs(
        "fluent-bit",
        Units(("dcos-fluent-bit.service",), EVERYWHERE, "1.13"),
        what="ships the logs of units and tasks",
        takes_down="Logs of this node are not shipped.",
        severity=INFO,
        spellings=("dcos-fluentbit", "fluentbit"),
        is_listed=False,
    ),
    runs(
        "etcd",
        Units(("dcos-etcd.service",), MASTERS, "2.1"),
        what="the store of Calico's networks",
        takes_down="Without a majority of its members Calico's networks can't change.",
        reach=Reach.CLUSTER,
        severity=CRITICAL,
        is_listed=False,
    ),
    runs(
        "calico",
        Units(
            ("dcos-calico-bird.service", "dcos-calico-confd.service", "dcos-calico-felix.service"),
            EVERYWHERE,
            "2.1",
        ),
        Units(("dcos-calico-libnetwork-plugin.service",), AGENTS, "2.1"),
        what="container networks with policies",
        takes_down="Tasks on Calico's networks can't start here or lose their connections.",
        reach=Reach.NODE,
        severity=CRITICAL,
        spellings=("dcos-calico-node",),
        is_listed=False,
    ),
    _of_enterprise(
        "dcos-ca",
        Units(("dcos-ca.service",), MASTERS, "1.8", enterprise=True),
        what="the cluster's certificate authority",
        takes_down="New certificates can't be issued; those that are there hold until they run out.",
        severity=WARNING,
    ),
    _of_enterprise(
        "dcos-secrets",
        Units(("dcos-secrets.service", "dcos-vault.service"), MASTERS, "1.8", enterprise=True),
        Units(("dcos-secrets.socket",), MASTERS, "1.10", enterprise=True),
        what="the store of secrets, on Vault",
        takes_down="Tasks that use secrets can't be started; running ones go on.",
        severity=CRITICAL,
    ),
    _of_enterprise(
        "dcos-backup",
        Units(("dcos-backup-master.service", "dcos-backup-master.socket"), MASTERS, "1.10", enterprise=True),
        what="backs Marathon's state up and restores it",
        takes_down="No backup can be made or restored.",
        severity=INFO,
    ),
    _of_enterprise(
        "dcos-licensing",
        Units(("dcos-licensing.service", "dcos-licensing.socket"), MASTERS, "1.11", enterprise=True),
        what="counts nodes against the licence",
        takes_down="The licence can't be checked or renewed; nothing that runs is stopped.",
        severity=INFO,
    ),
    _of_enterprise(
        "dcos-cluster-linker",
        Units(
            ("dcos-cluster-linker.service", "dcos-cluster-linker.socket"), MASTERS, "1.11", enterprise=True
        ),
        what="knows the clusters that are linked to this one",
        takes_down="Linked clusters can't be listed or changed.",
        severity=INFO,
    ),
    _of_enterprise(
        "dcos-registry",
        Units(("dcos-registry.service",), MASTERS, "1.12", enterprise=True),
        what="the cluster's own registry of packages",
        takes_down="Packages that are only in this registry can't be installed.",
        severity=WARNING,
    ),
)
"""In the order of the page."""
