"""What runs on the cluster and how it is moved: Marathon, and services that are schedulers themselves.

Reading raises nothing: each part is a value or a failure. Writes raise `Retry` (nothing was done: nobody leads, an
application is locked by a deployment), `Refused` (no permission, not known, a hook of the service says no) or
`Unknown` (it may have been carried out, in whole or in part: read again). No write is repeated here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

from shared.model.load import Pending, Queue
from shared.model.mesos import SchedulerState
from shared.model.readings import Reading
from shared.model.workloads import WorkloadState


class Workloads(Protocol):
    async def read(self, mesos: SchedulerState | None = None) -> WorkloadState:
        """Everything, side by side, within about a minute at worst. `mesos` names frameworks that Marathon does not
        know of and tells which of them hold volumes or reservations; without it `frameworks` is empty."""
        ...

    async def queue(self) -> Reading[Queue]:
        """What Marathon has yet to start. What a service has yet to place is not in it."""
        ...

    async def other_queues(self, names: Collection[str]) -> Mapping[str, Reading[Queue]]:
        """What further Marathons have yet to start, by the names of their frameworks."""
        ...

    async def pending(self, mesos: SchedulerState) -> Mapping[str, Reading[tuple[Pending, ...]]]:
        """What each service built on dcos-commons has yet to place where there is room. By name, of those whose
        frameworks `mesos` lists. A failure, for that service alone, where it does not answer or where what waits can't
        be counted."""
        ...

    async def kill(self, task_ids: Collection[str], *, wipe: bool) -> None:
        """Ask Marathon to end these tasks (of applications, or instances of its pods) and to start as many anew; the
        wanted number stays. Where they start is Marathon's choice: bar the agent first.

        `wipe` gives up what they hold: volumes are destroyed, reservations returned, also on an agent that is lost.
        Tasks that are not there any more are success. No ids is a `ValueError`."""
        ...

    async def replace_pod(self, service: str, pod: str, on_agent: str) -> None:
        """Give up the pod's volume and start the pod anew, on whatever agent has room; irreversible. Done only if the
        pod's volume is on `on_agent` still; where it has left, nothing is done and that is success. So an order that
        is repeated destroys nothing twice."""
        ...

    async def restart_pod(self, service: str, pod: str) -> None:
        """End the pod's tasks and start them on the same agent with the same volume."""
        ...
