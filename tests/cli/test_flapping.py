"""An operator sees which agents come and go, how often and how fast."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from shared.judge.flapping import MOST_LOSSES, Losses, losses_of
from tests.builders import NOW, memory
from tests.cli.typed import asked, data_of, words_of
from tests.scene import Scene

OFTEN = "lost 3 times within a day (0.12 an hour), 3 of them within an hour"


async def with_a_flapping_agent() -> Scene:
    scene = Scene(agents=4)
    await scene.sweeps()
    for _ in range(3):
        scene.agent_dies(2)
        await scene.after(seconds=10)
        await scene.sweeps()
        scene.agent_comes_back(2)
        await scene.after(minutes=2)
    return scene


async def test_status_names_the_agents_that_come_and_go() -> None:
    scene = await with_a_flapping_agent()
    assert f"flapping {scene.name(2)} was {OFTEN}" in words_of(await asked(scene, "status"))
    (cluster,) = data_of(await asked(scene, "status", "--json"))["clusters"]
    assert cluster["pools"][0]["flapping"] == {scene.name(2): {"hour": 3, "day": 3, "week": 3}}


async def test_explain_tells_how_often_and_how_fast() -> None:
    scene = await with_a_flapping_agent()
    told = words_of(await asked(scene, "explain", scene.name(2)))
    assert f"flapping: 3 times within a week, {OFTEN.removeprefix('lost ')}, last" in told


async def test_where_nothing_comes_and_goes_nothing_is_said_of_it() -> None:
    scene = Scene(agents=4)
    await scene.sweeps()
    assert "flapping" not in words_of(await asked(scene, "status"))


@pytest.mark.parametrize(
    ("ages_h", "counts"),
    [
        ((), (0, 0, 0)),
        ((0.5,), (1, 1, 1)),
        ((2, 0.5), (1, 2, 2)),
        ((30, 3, 2), (0, 2, 3)),
        ((200,), (0, 0, 0)),
    ],
)
def test_losses_are_counted_by_the_hour_the_day_and_the_week(
    ages_h: tuple[float, ...], counts: tuple[int, int, int]
) -> None:
    lost = replace(memory(1), losses=tuple(NOW - timedelta(hours=age) for age in ages_h))
    assert losses_of(lost, NOW) == Losses(*counts)


def test_of_a_node_that_nobody_remembers_nothing_was_lost() -> None:
    assert losses_of(None, NOW) == Losses(0, 0, 0)


def test_where_no_more_are_remembered_the_count_is_the_least() -> None:
    lost = replace(memory(1), losses=(NOW,) * MOST_LOSSES)
    assert str(losses_of(lost, NOW)).startswith(f"at least {MOST_LOSSES} times within a day")
