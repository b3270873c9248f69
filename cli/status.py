"""`status` and `incidents`: what the app remembers of every pool, and what it is doing about it.

It is what was last remembered, not a new look: a condition is as old as the last pass. So it begins with when that was,
and whatever should have been looked at long ago is called overdue: that is how a dead app shows.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from rich.padding import Padding
from rich.text import Text

from cli.archive import Archive, without_token
from cli.foreseen import foreseen
from cli.masters import MastersStatus, masters_line, masters_status
from cli.next import sentence_of
from cli.overrides import pauses_of, sizes_of, words_about
from cli.pool_status import PoolStatus, pool_status, show_pool
from cli.speech import (
    CONDITION_STYLE,
    VERDICT_STYLE,
    ago,
    clock_time,
    counted,
    indented,
    say,
    span,
    styled,
)
from shared.decide.schedule import bounds_at
from shared.errors import brief
from shared.model.bounds import PoolBounds
from shared.model.incidents import Incident, IncidentState
from shared.model.ledger import Ledger
from shared.model.operations import Operation
from shared.model.overrides import THE_CLUSTER, Override, OverrideKind, resizes
from shared.model.sweeps import LastSweep
from shared.policy.schema import ClusterPolicy, PoolPolicy

MOST = 20  # incidents of one cluster that `status` shows


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
    inventory = [kept.value for kept in (await records.inventory.between(name, "", "")).values()]
    ledgers = await records.ledgers.between(name, "", "")
    opened = [kept.value for kept in (await records.open_incidents(name)).values()]
    running = [kept.value for kept in (await records.running_operations(name)).values()]
    books = {pool: kept.value for pool, kept in ledgers.items()}
    by_age = sorted(opened, key=lambda incident: incident.opened_at)
    working = tuple(sorted(running, key=lambda one: one.created_at))
    said = [kept.value for kept in (await records.overrides.between(name, "", "")).values()]
    swept = await records.last_sweep(name)
    moves = (await records.last_moves(name)).kept
    ahead = await foreseen(records, cluster, inventory, archive.now)
    holding = tuple(one for one in said if one.holds_at(archive.now))
    pools = tuple(
        replace(
            pool_status(pool, books.get(pool.name, Ledger(pool.name)), inventory, opened, archive.now),
            bounds=_bounds(pool, holding, archive.now),
            forecast=ahead.get(pool.name),
            moved=moves[pool.name].value if pool.name in moves and pool.rebalance.load else None,
        )
        for pool in cluster.pools
    )
    masters = masters_status(cluster, opened)
    return ClusterStatus(name, swept, pools, tuple(by_age), working, holding, masters)


def _bounds(pool: PoolPolicy, said: tuple[Override, ...], now: datetime) -> PoolBounds | None:
    words = resizes(said, pool.name, now)
    return bounds_at(pool, now, words) if pool.schedules or pool.scaling or words else None


def as_data(archive: Archive, clusters: list[ClusterStatus]) -> dict[str, Any]:
    rejected = archive.rejected
    return {
        "at": archive.now,
        "policy": {
            "version": archive.good.version,
            "since": archive.good.at,
            "rejected": {"at": rejected.at, "faults": rejected.faults} if rejected else None,
        },
        "clusters": [
            {
                "cluster": one.cluster,
                "last_sweep": one.swept.at if one.swept else None,
                "pools": one.pools,
                "masters": one.masters,
                "incidents": one.incidents,
                "operations": [without_token(operation) for operation in one.operations],
                "overrides": one.overrides,
            }
            for one in clusters
        ],
    }


def show_status(archive: Archive, clusters: list[ClusterStatus]) -> None:
    good, rejected, now = archive.good, archive.rejected, archive.now
    say(styled("policy ", (good.version, "bold"), f" of {good.source}, in force since {clock_time(good.at)}"))
    if rejected is not None:
        faults = counted(len(rejected.faults), "fault")
        first = rejected.faults[0] if rejected.faults else None
        say(
            styled(
                (f"{rejected.source} as it is now is not obeyed", "bold red"),
                f": {faults}, since {ago(rejected.at, now)}",
            ),
            styled(f"  line {first.line}: {first}" if first else ""),
        )
    for status in clusters:
        say("", _sign_of_life(status, now), *pauses_of(status.overrides, [THE_CLUSTER], now))
        for pool in status.pools:
            say("")
            show_pool(status.cluster, pool, now)
            said = (
                *pauses_of(status.overrides, [pool.pool], now),
                *sizes_of(status.overrides, pool.pool, now),
            )
            say(*(indented(line, 2) for line in said))
        if status.masters is not None:
            say("", masters_line(status.cluster, status.masters))
        held = [one.subject for one in status.overrides if one.kind is OverrideKind.PAUSE]
        for node in held:
            if node not in {THE_CLUSTER, *(pool.pool for pool in status.pools)}:
                say(*(Text(f"{node} ").append(line) for line in pauses_of(status.overrides, [node], now)))
        if status.incidents:
            say("", styled((f"{counted(len(status.incidents), 'incident')} in {status.cluster}", "bold")))
            show_incidents(status, archive, MOST)
        else:
            say("", styled(f"no incident is open in {status.cluster}"))


def _sign_of_life(status: ClusterStatus, now: datetime) -> Text:
    if status.swept is None:
        return styled((status.cluster, "bold"), "  ", ("never swept yet: is the app running?", "bold red"))
    told = f"last sweep {ago(status.swept.at, now)}"
    if not status.swept.is_late(now):
        return styled((status.cluster, "bold"), f"  {told}")
    why = f"one is due every {span(status.swept.every)}: is the app running? All below is as old"
    return styled((status.cluster, "bold"), "  ", (told, "bold red"), f", {why}")


def show_opened(archive: Archive, clusters: list[ClusterStatus]) -> None:
    """The open incidents of all these clusters."""
    if not any(status.incidents for status in clusters):
        say("No incident is open.")
    for status in clusters:
        show_incidents(status, archive)


def show_incidents(status: ClusterStatus, archive: Archive, most: int | None = None) -> None:
    """Each with what was decided, why, and what happens next; of many the `most` oldest. How exactly an answer got
    lost is left to `explain`."""
    running = {operation.id: operation for operation in status.operations}
    lines: list[Text | Padding] = []
    for incident in status.incidents[:most]:
        operation = running.get(incident.operation or "")
        because = incident.decision.because if incident.decision else incident.because
        lines.append(_headline(incident, archive.now))
        lines.append(indented(brief(because), 4))
        lines.append(indented(brief(sentence_of(incident, operation, archive.now)), 4))
        lines += [indented(word, 4) for word in words_about(incident, status.overrides, archive.now)]
    more = len(status.incidents) - len(status.incidents[:most])
    if more:
        lines.append(styled(f"  and {more} younger ones, see `incidents`"))
    say(*lines)


def _headline(incident: Incident, now: datetime) -> Text:
    condition = incident.condition.value
    verdict = incident.decision.verdict.value if incident.decision else "undecided"
    if incident.state is IncidentState.HANDED_OVER:
        verdict = "hand_over"
    return styled(
        ("  ● ", CONDITION_STYLE.get(condition, "")),
        (incident.node, "bold"),
        "  ",
        (condition, CONDITION_STYLE.get(condition, "")),
        f" for {span(now - incident.since)}  ",
        (verdict.replace("_", " "), VERDICT_STYLE.get(verdict, "")),
    )


def show_closed(closed: list[Incident]) -> None:
    if not closed:
        say("No incident was closed in that time.")
    for incident in closed:
        at = incident.closed_at or incident.opened_at
        how = incident.state.value.replace("_", " ")
        say(
            styled(
                (clock_time(at), "dim"),
                "  ",
                (incident.id, "bold"),
                f"  {incident.condition.value}, {how} after {span(at - incident.opened_at)}",
            ),
            indented(incident.outcome or incident.because, 4),
        )
