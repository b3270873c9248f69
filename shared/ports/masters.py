"""The masters of one cluster, each asked for itself.

Nothing here raises: a master that does not answer is a `Failure` in the answer, and the others are told all the same.
"""

from __future__ import annotations

from typing import Protocol

from shared.model.masters import MastersSaid


class MasterReports(Protocol):
    async def read(self) -> MastersSaid:
        """What each Mesos master says of itself and how ZooKeeper's ensemble is, side by side; within seconds, also
        while one of them hangs."""
        ...
