"""`status` and `incidents`: what the app remembers of every pool, and what it is doing about it.

It is what was last remembered, not a new look: a condition is as old as the last pass. So it begins with when that was,
and whatever should have been looked at long ago is called overdue: that is how a dead app shows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from rich.padding import Padding
from rich.text import Text

from cli.archive import Archive, without_token
from cli.foreseen import forecast_line, foreseen
from cli.load_line import load_line
from cli.masters import MastersStatus, masters_line, masters_status
from cli.next import sentence_of
from cli.overrides import pauses_of, sizes_of, words_about
from cli.size_line import size_line
from cli.speech import (
    CONDITION_STYLE,
    VERDICT_STYLE,
    ago,
    clock_time,
    counted,
    due,
    grid,
    indented,
    rows,
    say,
    span,
    styled,
)
from shared.decide.schedule import bounds_at
from shared.errors import brief
from shared.judge.flapping import Losses, losses_of
from shared.model.bounds import PoolBounds
from shared.model.incidents import Incident, IncidentState
from shared.model.last_move import LastMove
from shared.model.ledger import Ledger, NoRoom, Unjoined
from shared.model.nodes import NodeMemory
from shared.model.operations import Operation
from shared.model.overrides import THE_CLUSTER, Override, OverrideKind, resizes
from shared.model.sizes import is_size
from shared.model.sweeps import LastSweep
from shared.policy.schema import ClusterPolicy, Mode, PoolPolicy
from shared.scale.forecast import Forecast

MOST = 20  # incidents of one cluster that `status` shows
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Use(Struct, frozen=True):
    """How much of a limit is used."""

    used: int
    limit: int


class PoolStatus(Struct, frozen=True):
    pool: str
    mode: Mode
    wanted: int | None
    extra: int
    nodes: int
    conditions: Mapping[str, int]
    at_once: Use
    hour: Use
    day: Use
    storm_since: datetime | None
    storm_until: datetime | None
    no_room: NoRoom | None
    unjoined: tuple[Unjoined, ...]
    flapping: Mapping[str, Losses]
    bounds: PoolBounds | None = None
    """The sizes that it may have now, where the clock, its load or a person moves it."""
    forecast: Forecast | None = None
    """What is foreseen, where the policy has a forecast."""
    moved: LastMove | None = None
    """What moved there last for the sake of its load."""


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


def pool_status(
    pool: PoolPolicy, book: Ledger, inventory: list[NodeMemory], opened: list[Incident], now: datetime
) -> PoolStatus:
    """The pool in numbers. A node without an incident is healthy once its agent has joined."""
    conditions = {
        memory.name: "healthy" if memory.joined_at else "joining"
        for memory in inventory
        if memory.pool == pool.name
    }
    conditions |= {
        incident.node: incident.condition.value
        for incident in opened
        if incident.pool == pool.name and not is_size(incident.node)
    }
    total = max(len(conditions), book.wanted or 0)
    limits = pool.disruption
    storming = book.storm_until is not None and book.storm_until > now
    return PoolStatus(
        pool=pool.name,
        mode=pool.mode,
        wanted=book.wanted,
        extra=book.extra,
        nodes=len(conditions),
        conditions=dict(sorted(Counter(conditions.values()).items())),
        at_once=Use(sum(not entry.urgent for entry in book.active), limits.at_once.of(total)),
        hour=Use(sum(at > now - HOUR for at in book.started), limits.per_hour),
        day=Use(sum(at > now - DAY for at in book.started), limits.per_day),
        storm_since=book.storm_since if storming else None,
        storm_until=book.storm_until if storming else None,
        no_room=book.no_room,
        unjoined=book.unjoined,
        flapping=_flapping(pool, inventory, now),
    )


def _flapping(pool: PoolPolicy, inventory: list[NodeMemory], now: datetime) -> dict[str, Losses]:
    losses = {memory.name: losses_of(memory, now) for memory in inventory if memory.pool == pool.name}
    return {name: one for name, one in losses.items() if one.is_flapping}


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
            _show_pool(status.cluster, pool, now)
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


def _show_pool(cluster: str, pool: PoolStatus, now: datetime) -> None:
    mode_style = "bold green" if pool.mode is Mode.ENFORCE else "bold yellow"
    say(styled((f"{cluster}/{pool.pool}", "bold"), "  ", (pool.mode.value, mode_style)))
    nodes = Text(f"{pool.nodes} remembered, wanted {'not yet known' if pool.wanted is None else pool.wanted}")
    if pool.extra:
        nodes.append(f" and {pool.extra} more, not made up for when they go", "yellow")
    for condition, count in pool.conditions.items():
        nodes.append(" · ").append(f"{count} {condition}", CONDITION_STYLE.get(condition, ""))
    limits = ((pool.at_once, "at once"), (pool.hour, "this hour"), (pool.day, "today"))
    ledger = Text(" · ").join(
        Text(f"{use.used} of {use.limit} {when}", "yellow" if use.used >= use.limit else "")
        for use, when in limits
    )
    storm = styled("none")
    if pool.storm_since is not None and pool.storm_until is not None:
        until = f"rests until {clock_time(pool.storm_until)} or longer ({due(pool.storm_until, now)})"
        storm = styled((f"since {clock_time(pool.storm_since)}", "bold red"), f", {until}")
    lines: list[tuple[str, Text]] = [("  nodes", nodes), ("  ledger", ledger), ("  storm", storm)]
    if pool.bounds is not None:
        lines.insert(1, ("  size", size_line(pool.bounds, now)))
    if pool.forecast is not None:
        lines.append(("  forecast", forecast_line(pool.forecast)))
    if pool.moved is not None:
        lines.append(("  load", load_line(pool.moved, now)))
    if pool.no_room is not None:
        short, asked = pool.no_room, f", it is asked again {due(pool.no_room.until, now)}"
        none = styled((f"none since {clock_time(short.since)}", "bold red"), f" ({short.code}){asked}")
        lines.append(("  room", none))
    for failed in pool.unjoined:
        why = f"no machine joined for {failed.node}, ordered {ago(failed.since, now)}: nothing is replaced"
        lines.append(("  joining", styled((why, "bold red"))))
    worst = sorted(pool.flapping.items(), key=lambda each: (-each[1].day, each[0]))
    lines += [
        ("  flapping", styled((name, "yellow"), f" was lost {losses}")) for name, losses in worst[:MOST]
    ]
    say(rows(grid("", ""), lines))


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
