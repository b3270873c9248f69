"""What moves many machines asks for their number to be typed: at a terminal it waits for it, elsewhere it says no."""

from __future__ import annotations

import pytest

from tests.cli.test_people import BECAUSE
from tests.cli.test_sizes_people_set import said, seen
from tests.cli.typed import asked, words_of

SIZE = ("size", "set", "private", "--target", "9", *BECAUSE)


async def test_a_size_that_moves_several_machines_is_set_when_their_number_is_typed() -> None:
    scene = await seen()
    result = await asked(scene, *SIZE, then="3\n")
    assert "3 machines of prod/private come or go by that" in " ".join(result.stderr.split())
    assert (result.exit_code, [one.target for one in await said(scene)]) == (0, [9])
    assert "3 machines will be ordered" in words_of(result)


async def test_another_number_writes_nothing() -> None:
    scene = await seen()
    result = await asked(scene, *SIZE, then="9\n")
    assert (result.exit_code, "not 9, so nothing was written" in " ".join(result.stderr.split())) == (1, True)
    assert await said(scene) == ()


async def test_nobody_is_asked_where_nobody_sits() -> None:
    scene = await seen()
    result = await asked(scene, *SIZE)
    assert (result.exit_code, "add --nodes 3" in " ".join(result.stderr.split())) == (1, True)
    assert await said(scene) == ()


@pytest.mark.parametrize("target", ["5", "6", "7"])
async def test_one_machine_goes_without_a_number(target: str) -> None:
    scene = await seen()
    result = await asked(scene, "size", "set", "private", "--target", target, *BECAUSE)
    assert result.exit_code == 0


async def test_taking_back_a_size_that_moved_several_asks_for_their_number_too() -> None:
    scene = await seen()
    scene.policy = (
        scene.policy.rstrip()
        + """
        schedules:
          - {name: always, cron: 0 0 * * *, zone: UTC, for: 24h, target: 6}
"""
    )
    await scene.after(minutes=2)
    await asked(scene, *SIZE, "--nodes", "3")
    await scene.after(minutes=10)
    result = await asked(scene, "size", "clear", "private")
    assert (result.exit_code, "3 machines" in " ".join(result.stderr.split())) == (1, True)
    result = await asked(scene, "size", "clear", "private", then="3\n")
    assert (result.exit_code, await said(scene)) == (0, ())


async def test_the_end_of_a_pause_under_which_several_wait_asks_for_their_number() -> None:
    scene = await seen()
    await asked(scene, "pause", *BECAUSE)
    for number in (1, 2):
        scene.agent_dies(number)
    await scene.after(minutes=15)
    result = await asked(scene, "resume", then="1\n")
    assert (result.exit_code, "2 nodes wait there to be helped" in " ".join(result.stderr.split())) == (
        1,
        True,
    )
    assert (await asked(scene, "resume", then="2\n")).exit_code == 0
