"""What DC/OS says of its own health, as far as the product asks for it.

Nothing here raises: DC/OS's health interfaces are of many ages, some hang for minutes, and none of them is worth
holding up a pass. What could not be read is a `Failure` with its reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from shared.model.health import ClusterHealth
from shared.model.readings import Reading


class HealthReports(Protocol):
    async def read(self) -> ClusterHealth:
        """Everything, side by side; takes at most about a minute, because checks are run for it."""
        ...

    async def packages(self) -> Reading[Mapping[str, str]]:
        """Name to version of the packages that are active on a master (pkgpanda)."""
        ...
