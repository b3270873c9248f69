"""What programs read: every command has `--json`, and with it one document comes out, also when the answer is no."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import typer

from cli.main import app
from shared.desk.orders import Done
from tests.cli.test_people import with_a_proposal
from tests.cli.typed import asked, data_of
from tests.scene import Scene

BECAUSE = ("--why", "the rack is being moved")
ALWAYS_JSON = {"hear"}
"""Commands that print nothing else."""


def commands(group: Any, *path: str) -> Iterator[tuple[str, Any]]:
    for name, one in group.commands.items():
        if hasattr(one, "commands"):
            yield from commands(one, *path, name)
        else:
            yield " ".join((*path, name)), one


def test_every_command_has_it() -> None:
    found = dict(commands(typer.main.get_command(app)))
    without = {
        name for name, one in found.items() if not any("--json" in option.opts for option in one.params)
    }
    assert without == ALWAYS_JSON
    assert len(found) > 25


@pytest.mark.parametrize("said", [("pause", "_1"), ("size", "set", "private", "--target", "7")])
async def test_what_was_written_comes_out_as_the_api_tells_it(said: tuple[str, ...]) -> None:
    scene = Scene(agents=6)
    await scene.after(minutes=2)
    done = data_of(await asked(scene, *said, *BECAUSE, "--json"))
    assert done["says"]
    assert done["touches"]
    assert list(done) == list(Done.__struct_fields__)


async def test_a_pause_and_a_size_are_taken_back() -> None:
    scene = Scene(agents=6)
    await scene.after(minutes=2)
    await asked(scene, "pause", "private", *BECAUSE)
    assert "private" in data_of(await asked(scene, "resume", "private", "--json"))["says"][0]
    await asked(scene, "size", "set", "private", "--target", "7", *BECAUSE)
    assert data_of(await asked(scene, "size", "clear", "private", "--json"))["says"]


@pytest.mark.parametrize("word", ["approve", "reject"])
async def test_an_incident_is_answered(word: str) -> None:
    scene = await with_a_proposal()
    assert data_of(await asked(scene, word, "_2", *BECAUSE, "--json"))["says"]


async def test_a_push_tells_the_version_and_the_difference(tmp_path: Path) -> None:
    scene = Scene(mode="observe")
    await scene.after(minutes=2)
    file = tmp_path / "new.yaml"
    file.write_text(scene.policy.replace("min: 1, max: 40", "min: 2, max: 40"))
    push = ("policy", "push", str(file), *BECAUSE, "--json")
    found = data_of(await asked(scene, *push))
    assert (found["pushed_by"], found["is_new"], len(found["change"]["changes"])) == ("ann", True, 1)
    assert data_of(await asked(scene, *push))["is_new"] is False


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("pause", "nobody", *BECAUSE), 1),
        (("pause", "private", *BECAUSE, "--for", "soon"), 2),
        (("explain", "nobody"), 1),
        (("quarantine", "drop", "nothing", *BECAUSE), 1),
    ],
)
async def test_a_no_is_a_document_too(words: tuple[str, ...], code: int) -> None:
    scene = Scene(agents=4)
    await scene.after(minutes=2)
    result = await asked(scene, *words, "--json")
    found = msgspec.json.decode(result.stdout)
    assert (result.exit_code, found["exit_code"]) == (code, code)
    assert found["error"] in " ".join(result.stderr.split())
