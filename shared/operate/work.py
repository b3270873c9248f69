"""What runs for whom, read when something is to be decided that may depend on it.

Marathon's list and the pods of every service are megabytes and many requests, so the look of every minute leaves them
out. They are read for a node that is not well and that works still, or held something when it last worked, or may run
what keeps something; never for a pool in which all is well. What comes is one reading: it is bounded in time as every
other, and within it each broken scheduler is a failure of its own.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

from msgspec.structs import replace

from shared.decide.repair import WELL, WITHOUT_REMEDY
from shared.errors import PoolkeeperError
from shared.guards.stakes import holdings_of
from shared.model.mesos import SchedulerState
from shared.model.nodes import Condition, Finding
from shared.model.readings import Failure, Reading, Value
from shared.model.snapshot import Snapshot
from shared.model.workloads import WorkloadState
from shared.policy.schema import ClusterPolicy

from .outside import Outside
from .situate import Picture

LONGEST = timedelta(seconds=30)


async def with_work(outside: Outside, cluster: ClusterPolicy, picture: Picture) -> Picture:
    """The picture with what runs for whom, where that is needed for what is to be decided."""
    situation = picture.situation
    about = [one for one in situation.findings if one.node.name not in situation.busy]
    if not any(is_needed(one) for one in about):
        return picture
    snapshot = await with_workloads(outside, cluster, situation.snapshot)
    return replace(picture, situation=replace(situation, snapshot=snapshot))


async def with_workloads(outside: Outside, cluster: ClusterPolicy, snapshot: Snapshot) -> Snapshot:
    """The snapshot with what runs for whom."""
    mesos = snapshot.scheduler.value if isinstance(snapshot.scheduler, Value) else None
    return replace(snapshot, workloads=await read_work(outside, cluster, mesos))


async def read_work(
    outside: Outside, cluster: ClusterPolicy, mesos: SchedulerState | None
) -> Reading[WorkloadState]:
    clock, workloads = outside.clock, outside.workloads_of(cluster)
    if workloads is None:
        return Failure("nobody is asked what runs there", "workloads", clock.now())
    try:
        async with asyncio.timeout(LONGEST.total_seconds()):
            state = await workloads.read(mesos)
    except PoolkeeperError as error:
        return Failure(str(error), "workloads", clock.now())
    except TimeoutError:
        return Failure(f"no answer within {LONGEST.total_seconds():g} s", "workloads", clock.now())
    return Value(state, "workloads", clock.now())


def is_needed(finding: Finding) -> bool:
    """Whether what is decided about this node may depend on what runs for whom.

    1. Nothing is decided about it: no.
    2. Its agent is connected: yes, whatever runs there would have to move.
    3. It is not known what it held, or it held something: yes.
    4. It is gone: no. What was in sandboxes is gone with it.
    5. Something ran there when it last worked: yes, that may be something that keeps its data in its sandbox.
    """
    if finding.condition in WELL | WITHOUT_REMEDY or finding.blind:
        return False
    if finding.is_connected or holdings_of(finding.node) != ():
        return True
    memory = finding.node.memory
    return finding.condition is not Condition.GONE and memory is not None and bool(memory.tasks)
