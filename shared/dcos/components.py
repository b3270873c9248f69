"""Every component of DC/OS: which one a unit belongs to, which units it has here, what its failure takes down.

    component_of("dcos-mesos-slave.service").takes_down
    units_of("spartan", "1.12.3", Role.AGENT)            # what does spartan's work there: dcos-net
    failed_unit("dcos-3dt-agent.service", Health.CRITICAL)

Names are forgiving, because the diagnostics of ten releases spell them differently: with or without `dcos-`, with or
without the ending, in any casing. What is not known is None and never an error; a new release must not blind us.
`docs/components.md` is made from here (`python -m shared.dcos.component_page docs/components.md`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from shared.dcos.component import RELEASES, Component
from shared.dcos.component_beside import BESIDE
from shared.dcos.component_parts import PARTS
from shared.dcos.component_services import SERVICES
from shared.model.health import FailedUnit, Health, Role
from shared.model.signals import Severity

LISTED: tuple[Component, ...] = tuple(sorted((*SERVICES, *PARTS), key=lambda one: one.name))
ALL: tuple[Component, ...] = (*LISTED, *BESIDE)
_BY_NAME = {one.name: one for one in ALL}

STOP_AN_AGENT = frozenset(
    {
        *("mesos-slave", "mesos-slave-public", "mesos-agent", "mesos-agent-public"),
        *("net", "spartan", "minuteman", "navstar"),
        *("calico-felix", "calico-bird"),
    }
)
"""Units, without `dcos-` and ending, without which an agent does no work although its Mesos agent may be connected: no
task can be started, or tasks find neither names nor each other. Not the timers and watchdogs beside them, and nothing
whose `takes_down` says that tasks run on. Docker is no unit of DC/OS; its check is in `checks.py`."""

NOT_KNOWN = "Not known here: this unit belongs to no component that Poolkeeper has been told of."


def component(name: str) -> Component:
    """`ValueError` when there is none of this name."""
    if name not in _BY_NAME:
        raise ValueError(f"no component of DC/OS is called {name!r}")
    return _BY_NAME[name]


def component_of(unit: str) -> Component | None:
    """The component of a unit in any spelling, or None."""
    return _BY_STEM.get(_stem(unit))


def release_of(version: str) -> str:
    """`1.11` of `1.11.2` or `1.11-dev`. `ValueError` for releases that are not known."""
    found = re.match(r"(\d+\.\d+)(?!\d)", version.strip())
    if found is None or found[1] not in RELEASES:
        raise ValueError(f"DC/OS {version!r} is not known; known are {', '.join(RELEASES)}")
    return found[1]


def successor_of(name: str, version: str) -> Component | None:
    """Who does the work of this component in this release, when it is not itself."""
    release = RELEASES.index(release_of(version))
    later = [heir for since, heir in component(name).successors if RELEASES.index(since) <= release]
    return component(later[-1]) if later else None


def units_of(name: str, version: str, role: Role, *, enterprise: bool = False) -> tuple[str, ...]:
    """The units that do the work of this component in this release on this role: its own, or its successor's.
    Empty where there is none. `ValueError` for an unknown component or release."""
    release = release_of(version)
    owner = successor_of(name, version) or component(name)
    return tuple(
        unit
        for units in owner.units
        if units.is_in(release) and role in units.roles and (enterprise or not units.enterprise)
        for unit in units.names
    )


def failed_unit(unit: str, health: Health) -> FailedUnit:
    """A unit that is not well, with its component and what that takes down."""
    owner = component_of(unit)
    if owner is None:
        return FailedUnit(unit, health, None, NOT_KNOWN, Severity.WARNING)
    mild = health is Health.WARNING and owner.severity is Severity.CRITICAL
    severity = Severity.WARNING if mild else owner.severity
    stops_work = _stem(unit) in STOP_AN_AGENT and not unit.strip().endswith((".timer", ".socket"))
    return FailedUnit(unit, health, owner.name, owner.takes_down, severity, stops_work=stops_work)


def package_of(package_id: str) -> tuple[str, str]:
    """Name and version of a package as pkgpanda names it: `mesos--9a6b7c`. `ValueError` when it is no such name."""
    name, dashes, version = package_id.partition("--")
    if not name or not dashes or not version:
        raise ValueError(f"not a package of pkgpanda: {package_id[:80]!r}")
    return name, version


def _stem(unit: str) -> str:
    """What the spellings of a unit have in common."""
    name = unit.strip().lower().replace("_", "-")
    name = re.sub(r"(\.windows)?\.(service|timer|socket)$", "", name)
    return name.removeprefix("dcos-")


def _spellings(one: Component) -> Iterator[str]:
    yield one.name
    yield from one.spellings
    for units in one.units:
        yield from units.names


_BY_STEM: dict[str, Component] = {_stem(name): one for one in ALL for name in _spellings(one)}
