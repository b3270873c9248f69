"""A cluster as it was last remembered: its pools, what is open, what is at work, what people have said.

It is no new look: a condition is as old as the last pass. `swept` says when that was, and that is how a dead app shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from shared.decide.roll import rolls_of
from shared.decide.schedule import bounds_at
from shared.model.bounds import PoolBounds
from shared.model.incidents import Incident, IncidentState
from shared.model.ledger import Ledger
from shared.model.operations import Operation
from shared.model.overrides import Override, OverrideKind, resizes
from shared.model.sweeps import LastSweep, PoolRoll
from shared.policy.schema import ClusterPolicy, Mode, PoolPolicy

from .archive import Archive
from .foreseen import foreseen
from .masters import MastersStatus, masters_status
from .pools import PoolStatus, pool_status


class ClusterStatus(Struct, frozen=True):
    """`incidents` are the open ones and those that wait for a person, oldest first. `swept` None: never yet."""

    cluster: str
    swept: LastSweep | None
    pools: tuple[PoolStatus, ...]
    incidents: tuple[Incident, ...]
    operations: tuple[Operation, ...]
    overrides: tuple[Override, ...] = ()
    masters: MastersStatus | None = None


async def cluster_status(archive: Archive, cluster: ClusterPolicy) -> ClusterStatus:
    records, name = archive.records, cluster.name
    ledgers = await records.ledgers.between(name, "", "")
    opened = [kept.value for kept in (await records.open_incidents(name)).values()]
    running = [kept.value for kept in (await records.running_operations(name)).values()]
    books = {pool: kept.value for pool, kept in ledgers.items()}
    by_age = sorted(opened, key=lambda incident: incident.opened_at)
    working = tuple(sorted(running, key=lambda one: one.created_at))
    said = [kept.value for kept in (await records.overrides.between(name, "", "")).values()]
    swept = await records.last_sweep(name)
    rolls, counted_at = await _rolls(archive, cluster, swept)
    moves = (await records.last_moves(name)).kept
    ahead = await foreseen(records, cluster, rolls, archive.now)
    holding = tuple(one for one in said if one.holds_at(archive.now))
    pools = tuple(
        replace(
            pool_status(pool, books.get(pool.name, Ledger(pool.name)), rolls[pool.name], opened, archive.now),
            bounds=_bounds(pool, holding, archive.now),
            forecast=ahead.get(pool.name),
            counted_at=counted_at,
            moved=moves[pool.name].value if pool.name in moves and pool.rebalance.load else None,
        )
        for pool in cluster.pools
    )
    masters = masters_status(cluster, opened, swept.leader if swept else "")
    return ClusterStatus(name, swept, pools, tuple(by_age), working, holding, masters)


async def _rolls(
    archive: Archive, here: ClusterPolicy, swept: LastSweep | None
) -> tuple[Mapping[str, PoolRoll], datetime | None]:
    """As of the last sweep, and when that was; from the rows, and None, where none has told of a pool."""
    if swept is not None and swept.rolls is not None and all(one.name in swept.rolls for one in here.pools):
        return swept.rolls, swept.at
    inventory = await archive.records.inventory.between(here.name, "", "")
    return rolls_of(here, (kept.value for kept in inventory.values()), archive.now), None


def _bounds(pool: PoolPolicy, said: tuple[Override, ...], now: datetime) -> PoolBounds | None:
    words = resizes(said, pool.name, now)
    return bounds_at(pool, now, words) if pool.schedules or pool.scaling or words else None


class ClusterView(Struct, frozen=True, kw_only=True):
    """A cluster in short. `is_late`: three sweeps and more have been missed, so the app does not run or its passes
    fail, and everything that is told of the cluster is as old as `swept_at`. `paused` are the pauses that hold, of the
    cluster or of anything in it. `faults` are those of a policy file that is not obeyed because of them."""

    name: str
    mode: Mode
    policy: str
    """The version in force."""
    policy_since: datetime
    faults: int
    swept_at: datetime | None
    sweep_every: timedelta | None
    is_late: bool
    pools: tuple[str, ...]
    masters: MastersStatus
    open_incidents: int
    handed_over: int
    """How many of them wait for a person."""
    awaits: int
    """How many wait for somebody's approval."""
    wanted: int | None
    """All pools together; None while one of them does not know it yet."""
    nodes: int | None
    """As many as the last sweep counted; None: none has told of them yet."""
    running_operations: int
    paused: tuple[Override, ...]


async def cluster_view(archive: Archive, here: ClusterPolicy) -> ClusterView:
    records, name = archive.records, here.name
    swept = await records.last_sweep(name)
    opened = [kept.value for kept in (await records.open_incidents(name)).values()]
    running = await records.running_operations(name)
    said = [kept.value for kept in (await records.overrides.between(name, "", "")).values()]
    books = await records.ledgers.between(name, "", "")
    sizes = [books[pool.name].value.wanted if pool.name in books else None for pool in here.pools]
    rolls = swept.rolls if swept else None
    return ClusterView(
        name=name,
        mode=here.mode,
        policy=archive.good.version,
        policy_since=archive.good.at,
        faults=len(archive.rejected.faults) if archive.rejected else 0,
        swept_at=swept.at if swept else None,
        sweep_every=swept.every if swept else None,
        is_late=swept is None or swept.is_late(archive.now),
        pools=tuple(pool.name for pool in here.pools),
        masters=masters_status(here, opened, swept.leader if swept else ""),
        open_incidents=len(opened),
        handed_over=sum(one.state is IncidentState.HANDED_OVER for one in opened),
        awaits=sum(bool(one.proposed) and one.state is IncidentState.OPEN for one in opened),
        wanted=None if None in sizes else sum(size for size in sizes if size is not None),
        nodes=sum(roll.nodes for roll in rolls.values()) if rolls is not None else None,
        running_operations=len(running),
        paused=tuple(one for one in said if one.kind is OverrideKind.PAUSE and one.holds_at(archive.now)),
    )
