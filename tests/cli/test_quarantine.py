"""An operator looks into the quarantine without being hurt by what is in it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.records.quarantine import quarantine
from tests.cli.typed import asked, data_of, words_of
from tests.scene import START, Scene

HOSTILE = 'from \x1b[2J\x9b31m[bold]"a"[/bold] \u202e sig=c2VjcmV0 Authorization: Bearer eyJhbGciOi.x'


async def kept(*bodies: str) -> tuple[Scene, list[str]]:
    scene = Scene()
    return scene, [
        await quarantine(
            scene.store,
            "event_grid",
            f"reason {number}",
            body,
            START - timedelta(seconds=len(bodies) - number),
        )
        for number, body in enumerate(bodies)
    ]


async def test_an_empty_quarantine_is_said_to_be_empty() -> None:
    assert "The quarantine is empty." in (await asked(Scene(), "quarantine", "list")).stdout


async def test_what_was_kept_is_listed_newest_first_with_its_reason() -> None:
    scene, _ = await kept("one", "two")
    told = words_of(await asked(scene, "quarantine", "list"))
    assert told.index("reason 1") < told.index("reason 0")
    assert "event_grid, 3 characters" in told


async def test_a_long_list_says_how_much_is_not_shown() -> None:
    scene, _ = await kept("one", "two", "three")
    assert "2 older ones are not shown" in (await asked(scene, "quarantine", "list", "-n", "1")).stdout
    assert len(data_of(await asked(scene, "quarantine", "list", "-n", "1", "--json"))) == 1


async def test_a_body_is_shown_by_its_row_or_the_rows_ending() -> None:
    scene, (row, _) = await kept('{"a": 1}', "two")
    for name in (row, row[-6:]):
        result = await asked(scene, "quarantine", "show", name)
        assert result.exit_code == 0
        assert '{"a": 1}' in result.stdout


@pytest.mark.parametrize("name", ["nothing", ""])
async def test_a_row_that_is_not_there_or_not_one_is_said_to_be_so(name: str) -> None:
    scene, _ = await kept("one", "two")
    result = await asked(scene, "quarantine", "show", name)
    assert result.exit_code == 1
    assert "`quarantine list` shows the rows" in result.stderr


@pytest.mark.parametrize("form", [[], ["--json"]])
async def test_no_secret_of_a_body_is_shown(form: list[str]) -> None:
    scene, (row,) = await kept(HOSTILE)
    result = await asked(scene, "quarantine", "show", row, *form)
    assert "c2VjcmV0" not in result.stdout
    assert "eyJhbGciOi" not in result.stdout
    assert "(not shown)" in result.stdout


async def test_nothing_in_a_body_is_obeyed_by_the_terminal() -> None:
    scene, (row,) = await kept(HOSTILE)
    told = (await asked(scene, "quarantine", "show", row)).stdout
    assert not {"\x1b", "\x9b", "\u202e"} & set(told)
    assert '[bold]"a"[/bold]' in told
