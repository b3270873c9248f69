"""Transitions to rows, each on its etag, and rows of others to courses of ours.

Of several instances that see the same series, the one that writes a transition first has made it. Whoever loses reads
the row and goes on from there, and says nothing. What could not be written because storage did not answer stays
changed, and is written with the next body; nothing is told before it is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
from msgspec import Struct

from shared.errors import Conflict
from shared.firehose.course import Course, Stage
from shared.firehose.index import Standing, Watch
from shared.firehose.roster import Subject
from shared.firehose.watching import Watching
from shared.ports.store import Store, Stored, Table, Write
from shared.records.alert_states import AlertState

AT_ONCE = 100  # writes in one transaction (Azure Table storage)

_decoder = msgspec.json.Decoder(AlertState)


class Transition(Struct, frozen=True):
    """A stage that was reached and written. `before` is None for a series that was well."""

    watch: Watch
    key: str
    subject: Subject
    before: Course | None
    after: Course | None
    value: float


class _Pending(Struct, frozen=True):
    """One change on its way: what was decided, taken down before anything is awaited."""

    watch: Watch
    key: str
    standing: Standing
    course: Course | None
    write: Write


async def settle(store: Store, watching: Watching) -> tuple[Transition, ...]:
    """Write everything that changed. Returns what we were the first to write. Raises `Retry` and `Unknown`."""
    by_cluster: dict[str, list[_Pending]] = {}
    for place, (watch, key, standing) in list(watching.changed.items()):
        if standing.course is None and standing.etag is None:  # pending and well again before it was written
            _places(watch, standing.subject).pop(key, None)
            del watching.changed[place]
        else:
            by_cluster.setdefault(place[0], []).append(_pending(watching.worker, watch, key, standing))
    done: list[Transition] = []
    for cluster, pending in by_cluster.items():
        for start in range(0, len(pending), AT_ONCE):
            done.extend(await _write(store, watching, cluster, pending[start : start + AT_ONCE]))
    return tuple(done)


async def refresh(store: Store, watching: Watching, cluster: str) -> None:
    """Take over what other instances wrote, and what we wrote before we were started anew."""
    rows = {one.row: one for one in await store.query(Table.ALERT_STATES, cluster, "", "")}
    for watch in watching.index.watches:
        if watch.cluster == cluster:
            for places in (watch.active, watch.pools):
                _vanished(watching, watch, places, rows)
    for stored in rows.values():
        _adopt(watching, cluster, stored)


async def _write(
    store: Store, watching: Watching, cluster: str, chunk: Sequence[_Pending]
) -> list[Transition]:
    try:
        etags = await store.write_all(Table.ALERT_STATES, cluster, [one.write for one in chunk])
    except Conflict:
        found = [await _write_alone(store, watching, cluster, one) for one in chunk]
        return [transition for transition in found if transition is not None]
    return [_won(watching, one, etag) for one, etag in zip(chunk, etags, strict=True)]


async def _write_alone(store: Store, watching: Watching, cluster: str, one: _Pending) -> Transition | None:
    try:
        return _won(watching, one, await store.write(Table.ALERT_STATES, cluster, one.write))
    except Conflict:
        stored = await store.get(Table.ALERT_STATES, cluster, one.write.row)
    if stored is not None and _is_ours(watching.worker, one, stored):
        return _won(watching, one, stored.etag)
    if stored is None and one.write.body is None:
        return _won(watching, one, "")
    _lost(watching, one, stored)
    return None


def _is_ours(worker: str, one: _Pending, stored: Stored) -> bool:
    """Whether it is our own write, whose answer was lost. Later values may have been heard since then."""
    state = _read(stored)
    if state is None or one.course is None:
        return False
    since = datetime.fromtimestamp(one.course.since, UTC)
    return (state.by, state.stage, state.since) == (worker, one.course.stage.value, since)


def _won(watching: Watching, one: _Pending, etag: str) -> Transition:
    standing = one.standing
    before, standing.stored, standing.etag = standing.stored, one.course, etag or None
    place = (one.watch.cluster, one.write.row)
    # It may have moved on while we were writing; then there is more to write.
    if _stage(standing.course) is _stage(one.course):
        watching.changed.pop(place, None)
        if standing.course is None:
            _places(one.watch, standing.subject).pop(one.key, None)
    return Transition(one.watch, one.key, standing.subject, before, one.course, standing.value)


def _lost(watching: Watching, one: _Pending, stored: Stored | None) -> None:
    watching.changed.pop((one.watch.cluster, one.write.row), None)
    _places(one.watch, one.standing.subject).pop(one.key, None)
    if stored is not None:
        _adopt(watching, one.watch.cluster, stored)


def _vanished(watching: Watching, watch: Watch, places: dict[str, Standing], rows: dict[str, Stored]) -> None:
    """Somebody else saw the series well again: its row is gone."""
    gone = [key for key, one in places.items() if one.etag is not None and one.row not in rows]
    for key in gone:
        watching.changed.pop((watch.cluster, places.pop(key).row), None)


def _adopt(watching: Watching, cluster: str, stored: Stored) -> None:
    """Go on from a row that we do not know yet. One that this version cannot read, or whose rule is gone, is left."""
    state = _read(stored)
    watch = watching.index.by_rule.get((cluster, state.rule)) if state else None
    if state is None or watch is None:
        return
    subject = Subject(cluster, state.pool, state.node)
    places = _places(watch, subject)
    known = places.get(state.key)
    if known is not None and known.etag == stored.etag:
        return
    since, seen = state.since.timestamp(), state.seen.timestamp()
    course = Course(Stage(state.stage), since, seen, state.held_s, adopted=True)
    standing = Standing(subject, stored.row, course)
    standing.stored, standing.etag, standing.value = course, stored.etag, state.value
    places[state.key] = standing
    watching.changed.pop((cluster, stored.row), None)


def _read(stored: Stored) -> AlertState | None:
    try:
        state = _decoder.decode(stored.body)
        return state if state.stage in set(Stage) else None
    except msgspec.MsgspecError:
        return None


def _pending(worker: str, watch: Watch, key: str, standing: Standing) -> _Pending:
    state = _state(worker, watch, standing, key)
    body = None if state is None else msgspec.json.encode(state)
    return _Pending(watch, key, standing, standing.course, Write(standing.row, body, standing.etag))


def _state(worker: str, watch: Watch, standing: Standing, key: str) -> AlertState | None:
    course = standing.course
    if course is None:
        return None
    return AlertState(
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
        by=worker,
    )


def _places(watch: Watch, subject: Subject) -> dict[str, Standing]:
    return watch.active if subject.node else watch.pools


def _stage(course: Course | None) -> Stage | None:
    return course.stage if course else None
