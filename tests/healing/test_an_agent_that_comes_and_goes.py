"""Flapping: an agent that is lost and comes back, again and again, is remembered for it."""

from __future__ import annotations

from datetime import timedelta

from shared.judge.flapping import Losses, losses_of
from tests.scene import Scene


async def lost_and_back(scene: Scene, number: int, times: int) -> None:
    for _ in range(times):
        scene.agent_dies(number)
        await scene.after(seconds=10)
        await scene.sweeps()
        scene.agent_comes_back(number)
        await scene.after(minutes=2)


async def test_each_loss_is_counted_once_and_the_third_of_a_day_is_told() -> None:
    scene = Scene(agents=4)
    await scene.sweeps()
    await lost_and_back(scene, 2, times=2)
    assert not [line for line in await scene.said() if "flapping" in line]
    await lost_and_back(scene, 2, times=1)
    kept = await scene.outside.records.inventory.get("prod", scene.name(2))
    assert kept is not None
    assert len(kept.value.losses) == 3
    told = "lost 3 times within a day (0.12 an hour), 3 of them within an hour"
    assert f"{scene.name(2)}: flapping: its agent was {told}" in await scene.said()


async def test_what_is_remembered_of_losses_survives_a_restart_and_ends_after_a_week() -> None:
    scene = Scene(agents=4)
    await scene.sweeps()
    await lost_and_back(scene, 2, times=4)
    scene.restarts()
    await scene.sweeps()
    kept = await scene.outside.records.inventory.get("prod", scene.name(2))
    assert kept is not None
    now = scene.clock.now()
    assert losses_of(kept.value, now) == Losses(4, 4, 4)
    assert losses_of(kept.value, now + timedelta(hours=2)) == Losses(0, 4, 4)
    assert not losses_of(kept.value, now + timedelta(days=2)).is_flapping
    assert losses_of(kept.value, now + timedelta(days=8)) == Losses(0, 0, 0)


async def test_masters_that_fall_silent_are_no_loss_of_any_agent() -> None:
    scene = Scene(agents=4)
    await scene.sweeps()
    for _ in range(4):
        scene.masters_fall_silent()
        await scene.after(minutes=2)
        scene.all_answer_again()
        await scene.after(minutes=2)
    kept = await scene.outside.records.inventory.between("prod", "", "")
    assert [one.value.losses for one in kept.values()] == [()] * 4
