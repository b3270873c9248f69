"""What a pool was to have and had is kept for five weeks, for those who look back."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

from shared.desk.asked import OfHistory
from shared.desk.history import PoolHistory
from shared.errors import Retry
from shared.model.history import KEPT, Moment, PoolSize
from shared.records import Records
from tests.desk.offices import office_of
from tests.scene import Scene
from tests.watched import Call


async def told(scene: Scene, hours: int = 24) -> PoolHistory:
    return await office_of(scene).history("prod", "private", OfHistory(hours=hours))


async def test_a_machine_that_is_lost_shows_in_what_was_had_and_not_in_what_was_wanted() -> None:
    scene = Scene(agents=6, mode="observe")
    await scene.after(minutes=20)
    await scene.hears(scene.machine_is_deleted(1))
    await scene.after(minutes=20)
    found = await told(scene)
    assert set(found.wanted) == {6}
    assert ((found.had[0], found.well[0]), (found.had[-1], found.well[-1])) == ((6, 6), (5, 5))


async def test_times_are_five_minutes_apart_and_oldest_first() -> None:
    scene = Scene(agents=2)
    await scene.after(minutes=31)
    at = (await told(scene)).at
    assert len(at) >= 5
    assert {later - sooner for sooner, later in itertools.pairwise(at)} == {timedelta(minutes=5)}


async def test_as_many_hours_are_told_as_are_asked_for() -> None:
    scene = Scene(agents=2)
    await scene.after(minutes=130)
    assert len((await told(scene, hours=1)).at) <= 13 < len((await told(scene)).at)


async def test_what_is_older_than_five_weeks_is_taken_away() -> None:
    scene = Scene(agents=2)
    records, old = Records(scene.store), scene.clock.now() - KEPT - timedelta(hours=1)
    await records.keep_moment("prod", Moment(old, {"private": PoolSize(had=1)}))
    await scene.after(minutes=61)
    assert (await records.moments("prod", old))[0].at > old


async def without_room(call: Call) -> Any:
    """Takes nothing more of what is for people to look back on."""
    if call.name.startswith("store.write") and call.args[1].endswith("|history"):
        raise Retry("no room", timedelta(seconds=1))
    return await call.go()


async def test_a_moment_that_storage_does_not_take_is_a_gap_and_stops_nothing() -> None:
    scene = Scene(agents=6)
    scene.app = scene.new_app(without_room)
    await scene.after(minutes=3)
    await scene.hears(scene.machine_is_deleted(1))
    await scene.after(minutes=30)
    assert (await told(scene)).at == ()
    assert len(scene.listed) == 6
