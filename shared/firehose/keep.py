"""Transitions to rows, each on its etag.

Of several instances that see the same series, the one that writes a transition first has made it, and tells of it.
Whoever loses reads the row and goes on from there, and says nothing. What could not be written because storage did not
answer stays changed, and is written with the next body.

In this order: the row, in which stands that nobody was told yet (`settle`); the signal (`tell.py`); the row again, in
which that is done (`confirm`). Who finds a row that was left in between, tells (`recall.py`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

import msgspec
from msgspec import Struct

from shared.errors import Conflict
from shared.firehose.course import Course, Stage
from shared.firehose.index import Standing, Watch
from shared.firehose.recall import adopt, read
from shared.firehose.watching import Watching
from shared.ports.store import Store, Stored, Table, Write
from shared.records.alert_states import AlertState

AT_ONCE = 100  # writes in one transaction (Azure Table storage)

type Place = tuple[str, str]
"""Cluster and row."""


class _Writing(Struct, frozen=True):
    """One row on its way: what was decided, taken down before anything is awaited."""

    watch: Watch
    key: str
    standing: Standing
    course: Course | None
    write: Write


type Done = Callable[[_Writing, str], None]
"""Takes the row's new etag."""


async def settle(store: Store, watching: Watching, now_s: float) -> None:
    """Write everything that changed. Raises `Retry` and `Unknown`."""
    todo: list[_Writing] = []
    for place, (watch, key, standing) in list(watching.changed.items()):
        if standing.course is None and standing.etag is None:  # pending and well again before it was written
            watch.of(standing.subject).pop(key, None)
            del watching.changed[place]
        else:
            told = not _is_news(watching, watch, standing, standing.course)
            todo.append(_writing(watching, (watch, key, standing), standing.course, told))

    async def alone(one: _Writing) -> None:
        """What is there instead may be our own write, whose answer was lost."""
        stored = await store.get(Table.ALERT_STATES, one.watch.cluster, one.write.row)
        if stored is not None and _is_ours(watching.worker, one, stored):
            _won(watching, one, stored.etag)
        elif stored is None and one.write.body is None:
            _won(watching, one, "")
        else:
            _lost(watching, one, stored, now_s)

    await _write(store, todo, lambda one, etag: _won(watching, one, etag), alone)


async def confirm(store: Store, watching: Watching, places: Sequence[Place]) -> None:
    """Write down that somebody was told of these. Whoever moved a row on since then tells of that."""
    entries = [watching.untold[place] for place in places]
    todo = [_writing(watching, entry, entry[2].stored, told=True) for entry in entries]

    def done(one: _Writing, etag: str) -> None:
        one.standing.etag, one.standing.untold_since = etag, None
        watching.untold.pop((one.watch.cluster, one.write.row), None)

    async def alone(one: _Writing) -> None:
        watching.untold.pop((one.watch.cluster, one.write.row), None)

    await _write(store, todo, done, alone)


async def _write(
    store: Store, todo: Sequence[_Writing], done: Done, alone: Callable[[_Writing], Awaitable[None]]
) -> None:
    """All of them, many at once; `alone` for each that has to give way."""
    by_cluster: dict[str, list[_Writing]] = {}
    for one in todo:
        by_cluster.setdefault(one.watch.cluster, []).append(one)
    for cluster, ones in by_cluster.items():
        for start in range(0, len(ones), AT_ONCE):
            chunk = ones[start : start + AT_ONCE]
            try:
                etags = await store.write_all(Table.ALERT_STATES, cluster, [one.write for one in chunk])
            except Conflict:
                await _write_each(store, chunk, done, alone)
                continue
            for one, etag in zip(chunk, etags, strict=True):
                done(one, etag)


async def _write_each(
    store: Store, chunk: Sequence[_Writing], done: Done, alone: Callable[[_Writing], Awaitable[None]]
) -> None:
    for one in chunk:
        try:
            etag = await store.write(Table.ALERT_STATES, one.watch.cluster, one.write)
        except Conflict:
            await alone(one)
            continue
        done(one, etag)


def _is_ours(worker: str, one: _Writing, stored: Stored) -> bool:
    """Later values may have been heard since it was written."""
    state = read(stored)
    if state is None or one.course is None:
        return False
    since = datetime.fromtimestamp(one.course.since, UTC)
    return (state.by, state.stage, state.since) == (worker, one.course.stage.value, since)


def _won(watching: Watching, one: _Writing, etag: str) -> None:
    standing, place = one.standing, (one.watch.cluster, one.write.row)
    is_news = _is_news(watching, one.watch, standing, one.course)
    standing.stored, standing.etag, standing.untold_since = one.course, etag or None, None
    # It may have moved on while we were writing; then there is more to write.
    if _stage(standing.course) is _stage(one.course):
        watching.changed.pop(place, None)
        if standing.course is None:
            one.watch.of(standing.subject).pop(one.key, None)
    watching.untold.pop(place, None)
    if is_news:
        watching.untold[place] = (one.watch, one.key, standing)


def _lost(watching: Watching, one: _Writing, stored: Stored | None, now_s: float) -> None:
    place = (one.watch.cluster, one.write.row)
    watching.changed.pop(place, None)
    watching.untold.pop(place, None)
    one.watch.of(one.standing.subject).pop(one.key, None)
    state = read(stored) if stored is not None else None
    if stored is not None and state is not None:
        adopt(watching, one.watch, stored, state, now_s)


def _is_news(watching: Watching, watch: Watch, standing: Standing, course: Course | None) -> bool:
    """Whether anybody is told of it. Nodes of a rule with a share are not told alone, a series that ends because its
    node is gone is not told as well again, and of a row that says anew what it said before it was told already."""
    if course is None or course.stage is Stage.PENDING:
        return False
    before, place = standing.stored, (watch.cluster, standing.row)
    is_same = before is not None and (before.stage, before.since) == (course.stage, course.since)
    if is_same and place not in watching.untold and standing.untold_since is None:
        return False
    return bool(standing.subject.node) is (watch.rule.share is None)


def _writing(
    watching: Watching, entry: tuple[Watch, str, Standing], course: Course | None, told: bool
) -> _Writing:
    watch, key, standing = entry
    body = None
    if course is not None:
        state = AlertState(
            rule=watch.rule.name,
            key=key,
            stage=course.stage.value,
            pool=standing.subject.pool,
            node=standing.subject.node,
            severity=watch.rule.severity,
            since=datetime.fromtimestamp(course.since, UTC),
            seen=datetime.fromtimestamp(course.seen, UTC),
            held_s=course.held,
            value=standing.value,
            by=watching.worker,
            told=told,
        )
        body = msgspec.json.encode(state)
    return _Writing(watch, key, standing, course, Write(standing.row, body, standing.etag))


def _stage(course: Course | None) -> Stage | None:
    return course.stage if course else None
