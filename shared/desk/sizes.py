"""What a person says about the size of a pool: looked at, written down, and what follows of it.

What the pool may not have is refused and nothing is written: a size outside of the policy's capacity would be cut to
it silently, and whoever said it would wait for machines that never come.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from shared.decide.schedule import bounds_at
from shared.model.bounds import PoolBounds, Resize
from shared.model.overrides import Override, OverrideKind, resizes
from shared.operate.clerk import Clerk
from shared.policy.schema import Capacity, ClusterPolicy, Mode, PoolPolicy
from shared.records import Kept, override_row

from .archive import Archive
from .orders import Done
from .overrides import shown, until_when
from .people import changed
from .speaker import Speaker
from .told import NOT_THEIR_NUMBER, No, Told
from .words import counted


class Sizes(Struct, frozen=True):
    """As they were said."""

    min: int | None
    max: int | None
    target: int | None


class Wanted(Struct, frozen=True):
    """The sizes that a pool is to have; the etag of what was said of them as somebody has read it (empty: whatever is
    there now); and how many machines come or go by it, as it was typed."""

    sizes: Sizes
    etag: str = ""
    typed: int | None = None


async def set_size(
    archive: Archive, clerk: Clerk, whose: tuple[ClusterPolicy, PoolPolicy], wanted: Wanted, speaker: Speaker
) -> Done:
    here, pool = whose
    sizes = wanted.sizes
    name = shown(here.name, pool.name)
    if pool.azure_autoscale is not None:
        raise Told(
            No.NOT_NOW,
            "azure_autoscale",
            f"Nothing was written: Azure's own autoscale moves the size of {name}. Change its setting in Azure.",
        )
    _allowed(pool.capacity, sizes)
    said = _override(pool.name, speaker, archive.now, sizes)
    before = await size_said(archive, here, pool, wanted.etag)
    has = await _has(archive, here, pool)
    _counted(name, _moves(pool, has, resizes([said], pool.name, archive.now), archive.now), wanted.typed)
    woken = await clerk.keep(here.name, said, wanted.etag or "*")
    says: list[str] = []
    if before is not None and before.value.holds_at(archive.now):
        says.append(
            f"This takes the place of `{before.value.what}` of {before.value.who}: {before.value.why}"
        )
    until = until_when(said, archive.now)
    says.append(f"{name}: {said.what} holds {until}, before all schedules and load.")
    says += _follows(pool, has, said, archive.now)
    return Done(
        touches=name,
        says=tuple(says),
        final="Machines that go are destroyed with their disks.",
        undo="clear-size",
        follow=f"clusters/{here.name}/pools/{pool.name}",
        woken=woken,
    )


async def clear_size(
    archive: Archive,
    clerk: Clerk,
    whose: tuple[ClusterPolicy, PoolPolicy],
    speaker: Speaker,
    wanted: tuple[str, int | None] = ("", None),
) -> Done:
    """`wanted` as in `Wanted`: the etag, and how many machines come or go."""
    here, pool = whose
    kept = await size_said(archive, here, pool, wanted[0])
    name = shown(here.name, pool.name)
    if kept is None or not kept.value.holds_at(archive.now):
        sentence = f"Nobody has set the size of {name}, so nothing was written."
        raise Told(No.NOT_NOW, "no_size_set", sentence)
    _counted(name, _moves(pool, await _has(archive, here, pool), (), archive.now), wanted[1])
    woken = await clerk.take_back(here.name, kept, speaker.who, speaker.why)
    return Done(
        touches=name,
        says=(
            f"{name}: `{kept.value.what}` of {kept.value.who} is taken back ({kept.value.why}).",
            f"Now it may have {_in_words(bounds_at(pool, archive.now))}.",
        ),
        undo="set-size",
        follow=f"clusters/{here.name}/pools/{pool.name}",
        woken=woken,
    )


async def size_said(
    archive: Archive, here: ClusterPolicy, pool: PoolPolicy, etag: str = ""
) -> Kept[Override] | None:
    """What was said of its size last. `Told` when it is not what somebody has read."""
    row = override_row(Override(OverrideKind.SIZE, pool.name, "", "", archive.now))
    kept = await archive.records.overrides.get(here.name, row)
    if etag and (kept is None or kept.etag != etag):
        raise changed(shown(here.name, pool.name))
    return kept


def _override(pool: str, speaker: Speaker, now: datetime, sizes: Sizes) -> Override:
    return Override(
        OverrideKind.SIZE,
        pool,
        speaker.who,
        speaker.why,
        now,
        now + speaker.span if speaker.span else None,
        min=sizes.min,
        max=sizes.max,
        target=sizes.target,
    )


def _allowed(capacity: Capacity, sizes: Sizes) -> None:
    """`Told` when these are no sizes that the pool may have."""
    least, most, target = sizes.min, sizes.max, sizes.target
    given = [nodes for nodes in (least, most, target) if nodes is not None]
    if not given or (target is not None and len(given) > 1):
        sentence = "Nothing was written: a size is a target alone, or a min, or a max, or both of these."
        raise Told(No.MISTAKEN, "no_size", sentence)
    outside = [nodes for nodes in given if not capacity.min <= nodes <= capacity.max]
    if outside:
        raise Told(
            No.NOT_NOW,
            "outside_capacity",
            f"{outside[0]} is outside of the pool's capacity, {capacity.min} to {capacity.max}, so nothing was "
            "written: what is beyond it needs another policy.",
            {"asked": outside[0], "min": capacity.min, "max": capacity.max},
        )
    if least is not None and most is not None and least > most:
        sentence = f"Nothing was written: min {least} is above max {most}."
        raise Told(No.MISTAKEN, "min_above_max", sentence)


async def _has(archive: Archive, here: ClusterPolicy, pool: PoolPolicy) -> int | None:
    """How many it is to have by now. None: not known yet."""
    ledger = await archive.records.ledgers.get(here.name, pool.name)
    return ledger.value.wanted if ledger else None


def _moves(pool: PoolPolicy, has: int | None, words: tuple[Resize, ...], now: datetime) -> int:
    """How many machines come or go at once under these words; none where that is not known, or Azure moves them."""
    if has is None or pool.azure_autoscale is not None:
        return 0
    return abs(_within(bounds_at(pool, now, words), has) - has)


def _within(bounds: PoolBounds, nodes: int) -> int:
    return max(bounds.floor.nodes, min(nodes, bounds.ceiling.nodes))


def _counted(name: str, moves: int, typed: int | None) -> None:
    """`Told` unless their number was said, where they are several: a slip of a digit moves many machines."""
    if moves > 1 and typed != moves:
        given = "" if typed is None else f", not {typed}"
        sentence = f"{moves} machines of {name} come or go by that{given}, so nothing was written."
        raise Told(No.NOT_NOW, NOT_THEIR_NUMBER, sentence, {"nodes": moves})


def _follows(pool: PoolPolicy, wanted: int | None, said: Override, now: datetime) -> Iterator[str]:
    """What comes of it now, in sentences."""
    bounds = bounds_at(pool, now, resizes([said], pool.name, now))
    yield f"With it the pool may have {_in_words(bounds)}."
    if wanted is None:
        yield "How many it has now is not known yet."
        return
    nodes = _within(bounds, wanted)
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
