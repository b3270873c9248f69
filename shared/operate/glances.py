"""A glance between sweeps: has the number of agents changed? Then the cluster is looked at now.

Nobody tells when an agent's process ends, or when a spot machine is taken in a subscription without events. A sweep
finds it within a minute; a glance within a quarter of that, for one small request to the leading master.

1. The first glance of a process, or one that fails: nothing. The sweep tells.
2. The numbers are those of the last glance: nothing.
3. The cluster was woken by a glance less than `APART` ago: not now, the next one sees the same change.
4. Otherwise a look at the cluster is asked for, as a sweep does it. Only when that was sent is the change forgotten.

It is a reason for a look and for nothing else: what is judged is what the pass then reads.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from shared.errors import PoolkeeperError
from shared.model.mesos import Headcount
from shared.policy.schema import ClusterPolicy

from .outside import Outside
from .parked import order_look

APART = timedelta(seconds=10)


class Glances:
    """One per process. Remembers what was counted last, and which cluster it woke when."""

    def __init__(self) -> None:
        self._counted: dict[str, Headcount] = {}
        self._woken: dict[str, datetime] = {}

    async def glance(self, outside: Outside, cluster: ClusterPolicy) -> None:
        """Have the cluster looked at if its agents are not as many as they were. Raises what the queue raises."""
        try:
            counted = await outside.scheduler_of(cluster).headcount()
        except PoolkeeperError:
            return
        now, before = outside.clock.now(), self._counted.setdefault(cluster.name, counted)
        woken = self._woken.get(cluster.name)
        if counted == before or (woken is not None and now - woken < APART):
            return
        await order_look(outside, cluster.name, timedelta(0), "glance")
        self._counted[cluster.name], self._woken[cluster.name] = counted, now
