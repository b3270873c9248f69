"""What DC/OS says of its own health, in one line."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from shared.model.health import ClusterHealth, Diagnostics, FailedUnit, Health, NodeHealth, Role
from shared.model.readings import Value
from shared.model.signals import Severity
from tests.builders import Cluster, address, read, unread

NET = "dcos-net.service"


def health(**other: Any) -> Value[ClusterHealth]:
    """A reading in which nothing could be read but what is given."""
    plain = ClusterHealth(unread(), unread(), unread(), unread(), {})
    return read(replace(plain, **other))


def unit_fails(
    cluster: Cluster, *numbers: int, unit: str = NET, ago: timedelta = timedelta(0), **other: Any
) -> None:
    """The diagnostics said so long ago that this unit failed on these nodes."""
    failed = FailedUnit(unit, Health.CRITICAL, "dcos-net", "", Severity.CRITICAL, stops_work=True)
    nodes = tuple(
        NodeHealth(address(one), Role.AGENT, Health.CRITICAL, (replace(failed, **other),)) for one in numbers
    )
    cluster.health = health(diagnostics=read(Diagnostics(nodes), cluster.now - ago))
