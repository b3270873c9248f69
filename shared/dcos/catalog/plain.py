"""Packages that keep nothing on agents: what moves by itself, and what has one instance on each agent.

An application with one instance per agent (hostname UNIQUE) ends with its agent, and starts on the new one by itself
where it is scaled to the number of agents. Nothing has to be moved.
"""

from __future__ import annotations

from shared.dcos.catalog.entry import Entry, universe
from shared.model.catalog import Keeps, Kind, Members, Move, Package, Person, Quorum

ALL_MAY_GO = (Members("", 1, Quorum.ANY),)
ONE_EACH = "It runs on every agent that it was scaled for."


def _one_per_agent(name: str, source: str) -> Package:
    return Package(
        name=name,
        kind=Kind.APP,
        keeps=Keeps.NOTHING,
        members=ALL_MAY_GO,
        app=Move.NOTHING,
        person=Person.NEVER,
        why_person="",
        healthy_after=ONE_EACH,
        source=source,
    )


def _moves_by_itself(name: str, keeps: Keeps, healthy_after: str, usual: int = 1) -> Package:
    return Package(
        name=name,
        kind=Kind.APP,
        keeps=keeps,
        members=(Members("", usual, Quorum.ANY),),
        app=Move.RESCHEDULE,
        person=Person.NEVER,
        why_person="",
        healthy_after=healthy_after,
        source=universe(name),
    )


PLAIN_PACKAGES = (
    Entry(
        title="Linkerd",
        packages=("linkerd",),
        apps=("linkerd",),
        images=("buoyantio/linkerd",),
        package=_one_per_agent("linkerd", universe("linkerd")),
    ),
    Entry(
        title="Datadog",
        packages=("datadog",),
        apps=("datadog", "datadog-agent"),
        images=("alq666/docker-dd-agent", "datadog/docker-dd-agent", "datadog/agent"),
        package=_one_per_agent("datadog", universe("datadog")),
    ),
    Entry(
        title="Ruxit (Dynatrace)",
        packages=("dynatrace", "ruxit"),
        apps=("dynatrace", "ruxit"),
        images=("dynatrace/oneagent", "ruxit/ruxit-agent"),
        note="Ruxit became Dynatrace and left the Universe under its old name.",
        package=_one_per_agent("dynatrace", f"{universe('dynatrace')}, {universe('ruxit')}"),
    ),
    Entry(
        title="Namerd",
        packages=("namerd",),
        apps=("namerd",),
        images=("buoyantio/namerd",),
        package=_moves_by_itself(
            "namerd", Keeps.ZOOKEEPER, "Every instance answers /admin/ping; linkerd finds its names.", 3
        ),
    ),
    Entry(
        title="Nginx",
        packages=("nginx",),
        apps=("nginx",),
        images=("nginx",),
        package=_moves_by_itself("nginx", Keeps.NOTHING, "Every instance serves its port."),
    ),
    Entry(
        title="OpenVPN",
        packages=("openvpn",),
        apps=("openvpn",),
        images=("mesosphere/dcos-openvpn", "aggress/dcos-openvpn"),
        note="Its certificates are in ZooKeeper. On another public agent its clients need the new address.",
        package=_moves_by_itself("openvpn", Keeps.ZOOKEEPER, "Clients can connect at the new address."),
    ),
    Entry(
        title="OpenVPN Admin",
        packages=("openvpn-admin",),
        apps=("openvpn-admin",),
        note="Later versions of OpenVPN have it built in.",
        package=_moves_by_itself("openvpn-admin", Keeps.ZOOKEEPER, "Its page /status answers."),
    ),
    Entry(
        title="Spark",
        packages=("spark",),
        apps=("spark",),
        frameworks=("spark",),
        images=("mesosphere/spark",),
        note="Each job is a framework of its own, under the name that its author gave it.",
        package=Package(
            name="spark",
            kind=Kind.APP_AND_FRAMEWORK,
            keeps=Keeps.ZOOKEEPER,
            members=ALL_MAY_GO,
            app=Move.RESCHEDULE,
            framework=Move.RESCHEDULE,
            person=Person.NEVER,
            why_person="",
            healthy_after="Its dispatcher answers; jobs that ran on the agent have executors again or were submitted "
            "with supervision.",
            source=universe("spark"),
        ),
    ),
)
