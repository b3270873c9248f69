"""`status` warns when three sweeps were missed, by the schedule that the app itself obeys."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.operate.outside import Outside
from shared.operate.sweeping import Sweeping
from tests.cli.typed import asked, words_of
from tests.scene import Scene
from tests.watched import Around


class Scheduled(Scene):
    """A scene whose app sweeps each fifth minute."""

    def equipped(self, plain: Outside, around: Around | None) -> Outside:
        return replace(plain, sweeping=Sweeping("0 */5 * * * *"))


AT = datetime(2026, 11, 21, 3, 0, 2, tzinfo=UTC)  # a Saturday


@pytest.mark.parametrize(
    ("schedule", "every", "third"),
    [
        ("", timedelta(minutes=1), AT + timedelta(minutes=3)),
        ("0 */1 * * * *", timedelta(seconds=58), datetime(2026, 11, 21, 3, 3, tzinfo=UTC)),
        ("*/10 * * * * *", timedelta(seconds=8), datetime(2026, 11, 21, 3, 0, 30, tzinfo=UTC)),
        ("0 */5 * * * *", timedelta(minutes=4, seconds=58), datetime(2026, 11, 21, 3, 15, tzinfo=UTC)),
        ("0 0 6 13 * FRI", None, None),
        ("what", timedelta(minutes=1), AT + timedelta(minutes=3)),
    ],
)
def test_the_next_sweeps_are_those_of_the_schedule(
    schedule: str, every: timedelta | None, third: datetime | None
) -> None:
    swept = Sweeping(schedule).swept(AT, {}, "")
    if every is None:
        assert swept.next_at == datetime(2027, 8, 13, 6, tzinfo=UTC), "Friday the 13th, not every Friday"
    else:
        assert (swept.every, swept.third_at) == (every, third)


async def test_who_sweeps_seldom_is_not_called_dead_after_three_minutes() -> None:
    scene = Scheduled()
    await scene.sweeps()
    scene.clock.advance(timedelta(minutes=14))
    assert "is the app running?" not in words_of(await asked(scene, "status"))
    scene.clock.advance(timedelta(minutes=2))
    told = words_of(await asked(scene, "status"))
    assert "last sweep 16m00s ago, one is due every 4m59s: is the app running?" in told
