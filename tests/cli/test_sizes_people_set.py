"""A person sets the size of a pool: checked against its capacity, told with what follows, kept, and taken back."""

from __future__ import annotations

import pytest

from shared.model.bounds import Resize
from shared.model.overrides import resizes
from shared.ports.store import Table
from tests.cli.typed import asked, data_of, words_of
from tests.scene import Scene

NIGHT = "{name: night, cron: 0 1 * * *, zone: UTC, for: 4h, max: 9}"
BECAUSE = ("--why", "a launch")


async def seen(mode: str = "enforce") -> Scene:
    """A pool of six that may have 1 to 40."""
    scene = Scene(agents=6, mode=mode)
    await scene.after(minutes=2)
    return scene


async def said(scene: Scene) -> tuple[Resize, ...]:
    rows = await scene.reader.overrides.between("prod", "", "")
    return resizes([kept.value for kept in rows.values()], "private", scene.clock.now())


async def test_a_size_is_kept_with_who_why_and_until_when() -> None:
    scene = await seen()
    told = words_of(
        await asked(scene, "size", "set", "private", "--target", "8", "--nodes", "2", *BECAUSE, "--for", "2h")
    )
    assert "prod/private: size target 8 holds until 2026-11-22 05:02:00Z (in 2h00m)" in told
    assert "It has 6 now: 2 machines will be ordered." in told
    (one,) = await said(scene)
    assert (one.who, one.why, one.target, one.min, one.max) == ("ann", "a launch", 8, None, None)
    assert one.until is not None
    assert (one.until - one.since).total_seconds() == 7200


async def test_fewer_are_told_as_machines_that_go() -> None:
    scene = await seen()
    told = words_of(await asked(scene, "size", "set", "private", "--max", "4", "--nodes", "2", *BECAUSE))
    assert "With it the pool may have 1 to 4 nodes." in told
    assert "It has 6 now: 2 machines will go, one after the other" in told


@pytest.mark.parametrize(("mode", "words"), [("observe", "nothing is done"), ("propose", "asked to approve")])
async def test_what_a_mode_makes_of_it_is_told(mode: str, words: str) -> None:
    scene = await seen(mode)
    assert words in words_of(
        await asked(scene, "size", "set", "private", "--min", "9", "--nodes", "3", *BECAUSE)
    )


@pytest.mark.parametrize(
    ("sizes", "code", "words"),
    [
        ((), 2, "a size is a target alone"),
        (("--target", "5", "--min", "2"), 2, "a size is a target alone"),
        (("--target", "41"), 1, "41 is outside of the pool's capacity, 1 to 40"),
        (("--min", "0"), 1, "0 is outside of the pool's capacity"),
        (("--min", "9", "--max", "5"), 2, "min 9 is above max 5"),
        (("--min", "9", "--until", "soon"), 2, "--until takes a time"),
        (("--min", "9", "--until", "2026-11-21T18:00"), 2, "in UTC is over"),
        (("--min", "9", "--until", "18:00", "--for", "1h"), 2, "not both"),
        (("--min", "9", "--until", "18:00", "--zone", "Mars"), 2, "no time zone 'Mars'"),
        (("--min", "9", "--for", "31d"), 2, "at most 30d"),
    ],
)
async def test_what_can_not_be_meant_is_refused_and_nothing_is_written(
    sizes: tuple[str, ...], code: int, words: str
) -> None:
    scene = await seen()
    result = await asked(scene, "size", "set", "private", *sizes, *BECAUSE)
    assert result.exit_code == code
    assert words in " ".join(result.stderr.split())
    assert await scene.store.query(Table.OVERRIDES, "prod", "", "") == ()


@pytest.mark.parametrize("name", ["privat", "masters", "prod"])
async def test_only_a_pool_has_a_size(name: str) -> None:
    scene = await seen()
    result = await asked(scene, "size", "set", name, "--target", "5", *BECAUSE)
    assert result.exit_code == 1
    assert f"There is no pool '{name}'" in result.stderr


@pytest.mark.parametrize(
    ("until", "zone", "end"),
    [
        ("18:00", "UTC", "2026-11-22 18:00:00Z"),
        ("02:00", "UTC", "2026-11-23 02:00:00Z"),
        ("18:00", "America/New_York", "2026-11-22 23:00:00Z"),
        ("2026-11-24T09:30", "Europe/Berlin", "2026-11-24 08:30:00Z"),
    ],
)
async def test_the_end_may_be_a_time_of_day(until: str, zone: str, end: str) -> None:
    scene = await seen()
    words = ("size", "set", "private", "--target", "5", "--until", until, "--zone", zone)
    assert f"holds until {end}" in words_of(await asked(scene, *words, *BECAUSE))


async def test_a_later_word_takes_the_place_of_the_one_before() -> None:
    scene = await seen()
    await asked(scene, "size", "set", "private", "--target", "8", "--nodes", "2", *BECAUSE)
    told = words_of(await asked(scene, "size", "set", "private", "--min", "7", *BECAUSE, "--who", "ben"))
    assert "takes the place of `size target 8` of ann: a launch" in told
    (one,) = await said(scene)
    assert (one.who, one.min, one.target) == ("ben", 7, None)


async def test_a_size_is_seen_in_the_list_the_status_and_the_audit_and_can_be_taken_back() -> None:
    scene = await seen()
    await asked(scene, "size", "set", "private", "--min", "7", "--max", "9", *BECAUSE)
    assert "size min 7 max 9" in words_of(await asked(scene, "overrides", width=200))
    assert "size min 7 max 9 until it is taken back by ann: a launch" in words_of(
        await asked(scene, "status", width=200)
    )
    told = words_of(await asked(scene, "size", "clear", "private", "--why", "it is over"))
    assert "prod/private: `size min 7 max 9` of ann is taken back (a launch)." in told
    assert "Now it may have 1 to 40 nodes." in told
    assert data_of(await asked(scene, "overrides", "--json")) == []
    lines = [one for one in await scene.said() if one.startswith("private: ann")]
    assert lines == [
        "private: ann says size min 7 max 9: a launch",
        "private: ann takes back the size of ann: it is over",
    ]


async def test_a_size_that_nobody_set_cannot_be_taken_back() -> None:
    result = await asked(await seen(), "size", "clear", "private")
    assert result.exit_code == 1
    assert "Nobody has set the size of prod/private" in result.stderr


async def test_a_size_that_ran_out_is_told_and_not_counted() -> None:
    scene = await seen()
    await asked(scene, "size", "set", "private", "--target", "6", *BECAUSE, "--for", "5m")
    await scene.after(minutes=6)
    assert await said(scene) == ()
    await scene.app.housekeep()
    assert [one for one in await scene.said() if "the size follows schedules and load again" in one]


async def test_the_status_says_which_sizes_hold_and_who_says_so() -> None:
    scene = Scene(agents=6, more=f"schedules: [{NIGHT}]")
    await scene.after(minutes=2)
    told = words_of(await asked(scene, "status", width=200))
    assert "size from 1 to 9 by night until 2026-11-22 05:00:00Z" in told
    await asked(scene, "size", "set", "private", "--target", "7", *BECAUSE)
    told = words_of(await asked(scene, "status", width=200))
    assert "size to be 7 by ann" in told
    ((pool,),) = [one["pools"] for one in data_of(await asked(scene, "status", "--json"))["clusters"]]
    assert pool["bounds"]["target"]["nodes"] == 7


async def test_a_pool_that_nothing_moves_has_no_line_of_its_size() -> None:
    assert " size " not in words_of(await asked(await seen(), "status", width=200))


async def test_a_size_that_is_worked_on_is_no_node() -> None:
    scene = await seen()
    await asked(scene, "size", "set", "private", "--target", "8", "--nodes", "2", *BECAUSE)
    await scene.after(seconds=30)
    told = words_of(await asked(scene, "status", width=200))
    assert "(size of private)" in told
    assert "6 remembered, wanted 8" in told
    assert "1 short" not in told


BY_AZURE = "\n        azure_autoscale: {min: 2, max: 20}\n"


@pytest.mark.parametrize("sizes", [("--target", "8"), ("--min", "8"), ("--max", "5")])
async def test_the_size_that_azure_moves_is_left_to_azure(sizes: tuple[str, ...]) -> None:
    scene = await seen()
    scene.policy = scene.policy.rstrip() + BY_AZURE
    await scene.after(minutes=2)
    result = await asked(scene, "size", "set", "private", *sizes, *BECAUSE)
    told = " ".join(result.stderr.split())
    assert result.exit_code == 1
    assert "Nothing was written: Azure's own autoscale moves the size of prod/private." in told
    assert "Change its setting in Azure." in told
    assert await said(scene) == ()


async def test_what_was_said_before_azure_moved_the_size_orders_nothing_and_is_taken_back_as_ever() -> None:
    scene = await seen()
    await asked(scene, "size", "set", "private", "--target", "8", "--nodes", "2", *BECAUSE)
    scene.policy = scene.policy.rstrip() + BY_AZURE
    await scene.after(minutes=20)
    assert (scene.ordered, scene.capacity) == ([], 6)
    assert "is taken back" in words_of(await asked(scene, "size", "clear", "private", "--why", "Azure does"))
    assert await said(scene) == ()
