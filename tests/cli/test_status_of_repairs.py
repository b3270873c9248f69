"""`status` says what keeps a pool from being repaired: no room in Azure, machines that do not join."""

from __future__ import annotations

from tests.cli.typed import asked, words_of
from tests.healing.test_announced_ends import scheduled
from tests.scene import Scene


async def test_where_azure_has_no_room_it_says_since_when_and_until_when() -> None:
    scene = Scene(agents=6)
    await scene.sweeps()
    assert "room" not in words_of(await asked(scene, "status"))
    scene.compute.fail_operation("AllocationFailed", "There is no room.")
    await scene.hears(scene.machine_is_deleted(1))
    await scene.after(minutes=2)
    assert "room none since 2026-11-22 03:00:" in words_of(await asked(scene, "status"))
    assert "(AllocationFailed), it is asked again in" in words_of(await asked(scene, "status"))


async def test_a_machine_that_did_not_join_is_told_with_what_that_means() -> None:
    scene = Scene(agents=6)
    await scene.sweeps()
    scene.booting = False
    scene.machine_is_deallocated(1)
    await scene.after(minutes=20)
    told = words_of(await asked(scene, "status"))
    assert f"no machine joined for {scene.name(1)}, ordered" in told
    assert "nothing is replaced" in told


async def test_spot_machines_that_azure_took_are_told_and_whether_others_stand_in() -> None:
    scene = Scene(agents=6, more="scaling: {signals: [{nodes: 6}], spot: {evictions: 1}}")
    await scene.sweeps()
    assert "spot" not in words_of(await asked(scene, "status"))
    for number, told in (
        (1, "Azure took 1 of its machines within the hour, 1 within the day"),
        (2, "Azure took 2 of its machines within the hour, 2 within the day: others grow in its place"),
    ):
        await scene.hears(scheduled(scene, "Preempt", hours=30 / 3600, number=number))
        assert told in words_of(await asked(scene, "status"))
