"""The masters in the pass: asked for themselves, and what is judged of them put into the picture.

They are asked beside the look at the agents. Azure is asked about their machines only when one of them is not well:
while all serve it has nothing to add, and its limits are for all of us. The turns of an operation on a master use the
same two functions (`master_hand.py`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from shared.errors import PoolkeeperError
from shared.judge.masters import judge_masters
from shared.model.azure import Machine
from shared.model.incidents import Incident, IncidentState
from shared.model.masters import MASTERS, Council, MasterReadings, MastersSaid, Seat
from shared.model.nodes import Condition
from shared.model.readings import Failure, Reading, Value
from shared.policy.schema import ClusterPolicy

from .look import LONGEST
from .outside import Outside
from .recall import Recalled
from .situate import Picture


class Asked(Struct, frozen=True):
    """What the masters said, and when they were asked."""

    at: datetime
    said: MastersSaid


async def ask_masters(outside: Outside, cluster: ClusterPolicy) -> Asked | None:
    """None: nobody asks the masters of this cluster."""
    reports, at = outside.masters_of(cluster), outside.clock.now()
    return None if reports is None else Asked(at, await reports.read())


async def with_masters(
    outside: Outside, picture: Picture, asked: Asked | None, recalled: Recalled
) -> Picture:
    """The picture with the council of masters in it."""
    if asked is None:
        return picture
    readings = MasterReadings(asked.at, asked.said)
    seats = _seats(picture, readings, recalled)
    cluster = picture.situation.cluster
    if cluster.quorum.vms and any(seat.finding.condition is not Condition.HEALTHY for seat in seats):
        readings = replace(readings, machines=await ask_machines(outside, cluster))
        seats = _seats(picture, readings, recalled)
    return replace(picture, council=_council(readings, seats, recalled, picture.situation.incidents))


def _seats(picture: Picture, readings: MasterReadings, recalled: Recalled) -> tuple[Seat, ...]:
    situation = picture.situation
    remembered = {name: one for name, one in recalled.nodes.items() if one.pool == MASTERS}
    now = max(situation.now, readings.started_at)
    return judge_masters(situation.cluster, readings, situation.snapshot.health, remembered, now)


async def ask_machines(outside: Outside, cluster: ClusterPolicy) -> Reading[tuple[Machine, ...]]:
    """The masters' machines in Azure."""
    source, clock, group = "azure.machines", outside.clock, cluster.machine_group
    if outside.machines is None or group is None:
        return Failure("nobody reads the masters' machines here", source, clock.now())
    try:
        async with asyncio.timeout(LONGEST.total_seconds()):
            found = await outside.machines.machines(group)
    except PoolkeeperError as error:
        return Failure(str(error), source, clock.now())
    except TimeoutError:
        return Failure(f"no answer within {LONGEST.total_seconds():g} s", source, clock.now())
    return Value(found, source, clock.now())


def _council(
    readings: MasterReadings,
    seats: tuple[Seat, ...],
    recalled: Recalled,
    incidents: Mapping[str, Incident],
) -> Council:
    running = [kept.value for kept in recalled.operations.values() if kept.value.pool == MASTERS]
    names = {seat.name for seat in seats}
    unread = {node: what for node, what in recalled.unread.at_work.items() if node in names}
    return Council(
        read_at=readings.started_at,
        seats=seats,
        ensemble=readings.said.ensemble,
        at_work=unread | {operation.subject.node: operation.id for operation in running},
        unproven=frozenset(name for name, incident in incidents.items() if _is_unproven(incident)),
    )


def _is_unproven(incident: Incident) -> bool:
    """Whether something was done to the master that has not made it well."""
    left = incident.state is IncidentState.HANDED_OVER and incident.operation is not None
    return incident.pool == MASTERS and (left or bool(incident.tried))
