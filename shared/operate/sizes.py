"""Which sizes the pools are to have, around the pure part of it (`shared/decide/sizes.py`): what it needs is read, and
what it remembers is kept.

Only for pools of which the policy or a person says something of the kind; for all others nothing is read and nothing is
written. What the rule remembers of a pool from look to look (its course) is a row of its own, written when it has
changed. It is not the truth about anything: a write that is lost costs a look. So of two passes at the same time the
later one wins.

That a pool is wanted smaller is carried out machine by machine. But machines that are not there need not go: when Azure
had no room for what was ordered, and fewer are wanted by now, that is wanted at once, down to what is there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from shared.decide.even import depends_on_work, even_pools
from shared.decide.offered import to_remember
from shared.decide.one_more import is_needed_by_now
from shared.decide.repair import Situation
from shared.decide.sizes import Sized, courses_after, is_sized, size_pools, sizes_wanted
from shared.decide.thin import needs_work
from shared.guards import ask, mode, pause, refusals, self_doubt
from shared.model.azure import Provisioning
from shared.model.decisions import Decision
from shared.model.ledger import Ledger
from shared.model.past import over
from shared.model.readings import Failure, Value
from shared.model.remedies import Remedy
from shared.model.sizes import short, size_of
from shared.policy.schema import ClusterPolicy
from shared.records import Change
from shared.scale.pace import Course

from .load import with_load
from .outside import Outside
from .situate import Picture
from .work import with_workloads

TO_WANT_FEWER = (mode.ask, pause.ask, self_doubt.ask)


async def with_sizes(outside: Outside, cluster: ClusterPolicy, picture: Picture) -> Picture:
    """The picture with the sizes that the pools are to have, and with what runs for whom where one is to shrink."""
    situation = picture.situation
    if not any(is_sized(situation, pool) for pool in cluster.pools):
        return picture
    kept, snapshot = await asyncio.gather(
        outside.records.courses(cluster.name), with_load(outside, cluster, situation.snapshot)
    )
    situation = replace(situation, snapshot=snapshot)
    if needs_work(situation):
        situation = await _with_work(outside, situation)
    courses = {pool: one.value for pool, one in kept.items()}
    sized = sizes_wanted(situation, courses)
    if any(one.surplus for one in sized) or depends_on_work(situation, sized):
        situation = await _with_work(outside, situation)
        sized = even_pools(situation, size_pools(situation, courses))
    ledgers = {**situation.ledgers, **{one.pool: _with_fewer(situation, one) for one in sized}}
    return replace(picture, situation=replace(situation, ledgers=ledgers), sized=sized, courses=kept)


async def sized_now(outside: Outside, cluster: ClusterPolicy, picture: Picture, pool: str) -> Sized | None:
    """The size that one pool is to have, by a picture of now. None: nothing says anything of it any more."""
    kept = await outside.records.courses(cluster.name)
    snapshot = await with_load(outside, cluster, picture.situation.snapshot)
    situation = replace(picture.situation, snapshot=snapshot)
    if needs_work(situation):
        situation = await _with_work(outside, situation)
    sized = sizes_wanted(situation, {name: one.value for name, one in kept.items()})
    return next((one for one in sized if one.pool == pool), None)


async def _with_work(outside: Outside, situation: Situation) -> Situation:
    """With what runs for whom, if that was not read in this look."""
    if isinstance(situation.snapshot.workloads, Value):
        return situation
    snapshot = await with_workloads(outside, situation.cluster, situation.snapshot)
    return replace(situation, snapshot=snapshot)


async def keep_courses(outside: Outside, picture: Picture, decisions: Sequence[Decision]) -> None:
    """What the rule remembers, where that has changed; what hours that are over came to; and what agents offer."""
    if not picture.sized:
        return
    cluster = picture.situation.cluster.name
    await outside.records.keep_offers(cluster, to_remember(picture.situation))
    after = courses_after(picture.sized, decisions)
    after |= await _with_past(outside, picture, after)
    changes = [
        Change(pool, course, kept.etag if (kept := picture.courses.get(pool)) else None)
        for pool, course in after.items()
        if pool not in picture.courses or picture.courses[pool].value != course
    ]
    await outside.records.keep_courses(cluster, changes)


async def _with_past(outside: Outside, picture: Picture, after: Mapping[str, Course]) -> dict[str, Course]:
    """The courses of which something went into the past, without that."""
    situation, found = picture.situation, dict[str, Course]()
    for pool, course in after.items():
        done = over(course.needed, situation.now)
        if done and await outside.records.add_to_past(situation.cluster.name, pool, done):
            left = {slot: nodes for slot, nodes in course.needed.items() if slot not in done}
            found[pool] = replace(course, needed=left)
    return found


def _with_fewer(situation: Situation, sized: Sized) -> Ledger:
    """The pool's ledger. Where Azure had no room for what was ordered, and fewer are wanted by now, machines that are
    not there are not wanted any more. Not while one is missing that was lost, or while an order may be under way.
    What is not there and nobody orders is not wanted either: should it be, that is decided anew at the next look."""
    book, there = _without_old(situation.ledgers[sized.pool], sized), sized.there
    if there is None or there >= sized.size:
        return book
    pool = next(one for one in situation.cluster.pools if one.name == sized.pool)
    tally = situation.tallies[pool.name]
    is_idle = not tally.missing and size_of(pool.name) not in situation.busy
    needed = there if is_idle and _is_quiet(situation, book, there) else max(there, sized.nodes)
    if needed >= sized.size or not (is_idle or book.no_room):
        return book
    finding, books = short(pool.name, sized.wanted.because), {**situation.ledgers, pool.name: book}
    question = situation.question(pool, finding, Remedy.SHRINK, None, books)
    if refusals(ask(question, TO_WANT_FEWER)):
        return book
    return replace(book, wanted=max(needed, pool.capacity.min) + book.going)


def _is_quiet(situation: Situation, book: Ledger, there: int) -> bool:
    """Whether nothing comes or goes in the pool, and Azure's size is that of its list. What Azure is deleting may be a
    loss of which nobody has told yet."""
    readings = situation.snapshot.pools[book.pool]
    if book.active or isinstance(readings.scale_set, Failure) or isinstance(readings.instances, Failure):
        return False
    goes = any(one.provisioning is Provisioning.DELETING for one in readings.instances.value)
    return readings.scale_set.value.capacity == there and not goes


def _without_old(book: Ledger, sized: Sized) -> Ledger:
    """The machine that was added for the sake of the spread is not one to go again, once the pool is wanted smaller or
    larger, or with it."""
    came = book.one_more
    if came is None or not came.size:
        return book
    if book.has_one_more and not is_needed_by_now(sized.wanted, book):
        return book
    return replace(book, one_more=replace(came, size=0))
