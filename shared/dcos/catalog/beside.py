"""Frameworks that every DC/OS cluster has without installing a package: Marathon and Metronome.

Marathon holds reservations for its resident applications, so by its reservations it would look like a database. What
may be done is said by each of its applications.
"""

from __future__ import annotations

from shared.dcos.catalog.entry import Entry
from shared.model.catalog import Keeps, Kind, Members, Move, Package, Person, Quorum


def _of_masters(name: str, framework: Move, healthy_after: str) -> Package:
    return Package(
        name=name,
        kind=Kind.FRAMEWORK,
        keeps=Keeps.ZOOKEEPER,
        members=(Members("", 1, Quorum.ANY),),
        framework=framework,
        person=Person.NEVER,
        why_person="",
        healthy_after=healthy_after,
        source=f"dcos/dcos:packages/{name}",
    )


MARATHON = Entry(
    title="Marathon",
    packages=(),
    frameworks=("marathon",),
    note="The one of DC/OS itself. A Marathon that was installed as a package is a framework like any other.",
    package=_of_masters("marathon", Move.PER_APP, "Each application says for itself."),
)
METRONOME = Entry(
    title="Metronome",
    packages=(),
    frameworks=("metronome",),
    note="Runs of jobs that end with an agent are started again as their restart policy says.",
    package=_of_masters("metronome", Move.RESCHEDULE, "Jobs run at their times."),
)
BESIDE = (MARATHON, METRONOME)
