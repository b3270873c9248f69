"""What a person says about the size of a pool: looked at, written down, and what follows of it.

What the pool may not have is refused and nothing is written: a size outside of the policy's capacity would be cut to
it silently, and whoever typed it would wait for machines that never come.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from cli.archive import Archive
from cli.overrides import LONGEST, Speaker, say_next, shown, until_when
from cli.speech import counted, say
from cli.trouble import NO, USAGE, Trouble
from shared.decide.schedule import bounds_at
from shared.model.bounds import PoolBounds
from shared.model.overrides import Override, OverrideKind, resizes
from shared.news.words import COMMAND
from shared.operate.clerk import Clerk
from shared.policy.schema import Capacity, ClusterPolicy, Mode, PoolPolicy
from shared.records import override_row

DAY = timedelta(days=1)


class Sizes(Struct, frozen=True):
    """As they were typed."""

    min: int | None
    max: int | None
    target: int | None


def until_then(speaker: Speaker, until: str, zone: str, now: datetime) -> Speaker:
    """Who speaks, until the time that was typed. A time without a day is the next one."""
    if speaker.span is not None:
        raise Trouble("Nothing was written: give --for or --until, not both.", USAGE)
    try:
        there = ZoneInfo(zone)
    except (KeyError, OSError, ValueError):  # not there, a folder, or a path that leads out
        raise Trouble(
            f"There is no time zone {zone!r}, so nothing was written: give one like Europe/London.", USAGE
        ) from None
    is_time, today = len(until) <= len("18:00"), now.astimezone(there).date()
    try:
        at = datetime.fromisoformat(f"{today}T{until}" if is_time else until)
        end = (at if at.tzinfo else at.replace(tzinfo=there)).astimezone(UTC)
        if is_time and end <= now:
            end = datetime.fromisoformat(f"{today + DAY}T{until}").replace(tzinfo=there).astimezone(UTC)
    except (ValueError, OverflowError):
        allowed = "--until takes a time, such as 18:00 or 2026-11-23T18:00"
        raise Trouble(f"Nothing was written: {allowed}.", USAGE) from None
    if not now < end <= now + LONGEST:
        raise Trouble(f"Nothing was written: {until} in {zone} is over, or more than 30d away.", USAGE)
    return replace(speaker, span=end - now)


async def set_size(
    archive: Archive, clerk: Clerk, wanted: tuple[str, str | None], sizes: Sizes, speaker: Speaker
) -> None:
    """`wanted` is the pool and the cluster that were typed."""
    here, pool = _pool(archive, *wanted)
    if pool.azure_autoscale is not None:
        raise Trouble(
            f"Nothing was written: Azure's own autoscale moves the size of {shown(here.name, pool.name)}. "
            "Change its setting in Azure.",
            NO,
        )
    _allowed(pool.capacity, sizes)
    said = Override(
        OverrideKind.SIZE,
        pool.name,
        speaker.who,
        speaker.why,
        archive.now,
        archive.now + speaker.span if speaker.span else None,
        min=sizes.min,
        max=sizes.max,
        target=sizes.target,
    )
    name = shown(here.name, pool.name)
    before = await archive.records.overrides.get(here.name, override_row(said))
    ledger = await archive.records.ledgers.get(here.name, pool.name)
    woken = await clerk.keep(here.name, said)
    if before is not None and before.value.holds_at(archive.now):
        say(f"This takes the place of `{before.value.what}` of {before.value.who}: {before.value.why}")
    say(f"{name}: {said.what} holds {until_when(said, archive.now)}, before all schedules and load.")
    say(*_follows(pool, ledger.value.wanted if ledger else None, said, archive.now))
    say_next(f"{COMMAND} size clear {pool.name} --cluster {here.name}", "takes it back", woken)


async def clear_size(
    archive: Archive, clerk: Clerk, wanted: tuple[str, str | None], speaker: Speaker
) -> None:
    here, pool = _pool(archive, *wanted)
    row = override_row(Override(OverrideKind.SIZE, pool.name, "", "", archive.now))
    kept = await archive.records.overrides.get(here.name, row)
    name = shown(here.name, pool.name)
    if kept is None or not kept.value.holds_at(archive.now):
        raise Trouble(f"Nobody has set the size of {name}, so nothing was written.", NO)
    woken = await clerk.take_back(here.name, kept.value, speaker.who, speaker.why)
    say(f"{name}: `{kept.value.what}` of {kept.value.who} is taken back ({kept.value.why}).")
    say(f"Now it may have {_in_words(bounds_at(pool, archive.now))}.")
    if not woken:
        say_next("", "", woken)


def _pool(archive: Archive, name: str, cluster: str | None) -> tuple[ClusterPolicy, PoolPolicy]:
    found = [(here, pool) for here in archive.clusters(cluster) for pool in here.pools if pool.name == name]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(here.name for here, _ in found)
        raise Trouble(f"{names} have a pool {name!r} each, so nothing was written: --cluster.", NO)
    known = ", ".join(pool.name for here in archive.clusters(cluster) for pool in here.pools)
    raise Trouble(f"There is no pool {name!r}, so nothing was written: name one of {known}.", NO)


def _allowed(capacity: Capacity, sizes: Sizes) -> None:
    """`Trouble` when these are no sizes that the pool may have."""
    least, most, target = sizes.min, sizes.max, sizes.target
    given = [nodes for nodes in (least, most, target) if nodes is not None]
    if not given or (target is not None and len(given) > 1):
        raise Trouble(
            "Nothing was written: a size is --target alone, or --min, or --max, or both of these.", USAGE
        )
    outside = [nodes for nodes in given if not capacity.min <= nodes <= capacity.max]
    if outside:
        raise Trouble(
            f"{outside[0]} is outside of the pool's capacity, {capacity.min} to {capacity.max}, so nothing was "
            "written: what is beyond it needs another policy.",
            NO,
        )
    if least is not None and most is not None and least > most:
        raise Trouble(f"Nothing was written: --min {least} is above --max {most}.", USAGE)


def _follows(pool: PoolPolicy, wanted: int | None, said: Override, now: datetime) -> Iterator[str]:
    """What comes of it now, in sentences."""
    bounds = bounds_at(pool, now, resizes([said], pool.name, now))
    yield f"With it the pool may have {_in_words(bounds)}."
    if wanted is None:
        yield "How many it has now is not known yet."
        return
    nodes = max(bounds.floor.nodes, min(wanted, bounds.ceiling.nodes))
    if nodes == wanted:
        yield f"It has {wanted} now: nothing changes at once."
        return
    yield f"It has {wanted} now: {_change(wanted, nodes)}."
    if pool.mode is Mode.OBSERVE:
        yield "But its mode is observe: what would be done is told, and nothing is done."
    elif pool.mode is Mode.PROPOSE:
        yield "Its mode is propose: somebody is asked to approve that first."


def _change(wanted: int, nodes: int) -> str:
    if nodes > wanted:
        return f"{counted(nodes - wanted, 'machine')} will be ordered"
    how = "one after the other as guards and limits allow, each emptied first"
    return f"{counted(wanted - nodes, 'machine')} will go, {how}"


def _in_words(bounds: PoolBounds) -> str:
    least, most = bounds.floor.nodes, bounds.ceiling.nodes
    return f"{least} to {counted(most, 'node')}" if least != most else counted(least, "node")
