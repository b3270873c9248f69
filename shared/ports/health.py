"""What DC/OS says of its own health, as far as the product asks for it.

Nothing here raises: DC/OS's health interfaces are of many ages, some hang for minutes, and none of them is worth
holding up a pass. What could not be read is a `Failure` with its reason.
"""

from __future__ import annotations

from typing import Protocol

from shared.model.health import ClusterHealth


class HealthReports(Protocol):
    async def read(self) -> ClusterHealth:
        """Everything, side by side; takes at most about a minute, because checks are run for it."""
        ...
