"""Rows to courses: what other instances wrote, and what we wrote before we were started anew.

A row of which somebody is to be told says so until that is done. A worker that dies in between leaves it behind; the
one that finds it twice, half a minute apart, tells in its place. So a transition is told twice rather than never.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from shared.errors import Conflict
from shared.firehose.course import Course, Stage
from shared.firehose.index import Standing, Watch
from shared.firehose.roster import Subject
from shared.firehose.watching import FORGOTTEN_S, Watching
from shared.ports.store import Store, Stored, Table, Write
from shared.records.alert_states import AlertState

UNTOLD_S = 25.0
"""Seconds after which a row that nobody told of is somebody else's to tell. Telling takes one; rows are read each
half minute."""

_decoder = msgspec.json.Decoder(AlertState)


async def refresh(store: Store, watching: Watching, cluster: str, now_s: float) -> None:
    """Make our courses of this cluster those of its rows. Rows of rules that nobody has any more go after a day."""
    rows = {one.row: one for one in await store.query(Table.ALERT_STATES, cluster, "", "")}
    for watch in watching.index.watches:
        if watch.cluster == cluster:
            for places in (watch.active, watch.pools):
                _vanished(watching, watch, places, rows)
    for stored in rows.values():
        state = read(stored)
        if state is None:  # written by a later version, perhaps
            continue
        found = watching.index.by_rule.get((cluster, state.rule))
        if found is not None:
            adopt(watching, found, stored, state, now_s)
        elif state.seen.timestamp() < now_s - FORGOTTEN_S:
            await _remove(store, cluster, stored)


def adopt(watching: Watching, watch: Watch, stored: Stored, state: AlertState, now_s: float) -> None:
    """Go on from a row that we do not know yet. Of one that we know and that is still untold, tell."""
    subject, place = Subject(watch.cluster, state.pool, state.node), (watch.cluster, stored.row)
    places = watch.of(subject)
    known = places.get(state.key)
    if known is not None and known.etag == stored.etag:
        if known.untold_since is not None and now_s - known.untold_since >= UNTOLD_S:
            watching.untold[place] = (watch, state.key, known)
        return
    course = Course(Stage(state.stage), state.since.timestamp(), state.seen.timestamp(), state.held_s)
    standing = places[state.key] = Standing(subject, stored.row, course)
    standing.stored, standing.etag, standing.value = course, stored.etag, state.value
    standing.untold_since = None if state.told else now_s
    watching.changed.pop(place, None)
    watching.untold.pop(place, None)


def read(stored: Stored) -> AlertState | None:
    """None: this version cannot read it."""
    try:
        state = _decoder.decode(stored.body)
        return state if state.stage in set(Stage) else None
    except msgspec.MsgspecError:
        return None


def _vanished(
    watching: Watching, watch: Watch, places: dict[str, Standing], rows: Mapping[str, Stored]
) -> None:
    """Somebody else saw the series well again: its row is gone."""
    gone = [key for key, one in places.items() if one.etag is not None and one.row not in rows]
    for key in gone:
        place = (watch.cluster, places.pop(key).row)
        watching.changed.pop(place, None)
        watching.untold.pop(place, None)


async def _remove(store: Store, cluster: str, stored: Stored) -> None:
    try:
        await store.write(Table.ALERT_STATES, cluster, Write(stored.row, None, stored.etag))
    except Conflict:
        return  # a worker that has the rule wrote it again
