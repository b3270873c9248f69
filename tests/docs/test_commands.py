"""What pages tell people to type is understood: our own commands are run, targets and stories are there, and what needs
Azure says so."""

from __future__ import annotations

import importlib.util
import re
import shutil
from pathlib import Path

import pytest

from simulator.demo.long_stories import LONG
from simulator.demo.scenarios import SCENARIOS
from tests.cli.typed import asked
from tests.craft.repository import ROOT, text
from tests.docs.commands import Command, commands
from tests.scene import Scene

ANSWERS = {0, 1}
"""1: the answer is no. Not understood is 2, and no storage is 3."""

CLI = [one for one in commands() if one.after_cli is not None]
OTHERS = [one for one in commands() if one.after_cli is None]
NEEDS = {"az": "needs Azure", "azd": "needs Azure", "curl": "needs Azure", "func": "Core Tools"}
"""What has to stand near a command that more than a checkout is needed for."""


def named(one: Command) -> str:
    return f"{one.page}: {one.line}"


async def the_place(directory: Path) -> Scene:
    """Somebody's directory and cluster, of which pages speak."""
    scene = Scene(agents=6)
    await scene.after(minutes=2)
    scene.agent_dies(2)
    await scene.after(minutes=5)
    (directory / "policy.yaml").write_text(f"{scene.policy.rstrip()}\n        {NIGHT}\n")
    shutil.copy(EVENT, directory / "FILE")
    return scene


EVENT = ROOT / "tests" / "data" / "eventgrid" / "resources_created_or_updated.eventgrid.json"
NIGHT = "schedules: [{name: night, cron: 0 1 * * *, zone: UTC, for: 4h, max: 9}]"
MEANT = {"POOL": "private", "NODE": "_2", "INCIDENT": "_2", "SOURCE": "event-grid", "...": "a reason"}


@pytest.mark.parametrize("command", CLI, ids=named)
async def test_our_own_command_is_understood_and_answers(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = await the_place(tmp_path)
    monkeypatch.chdir(tmp_path)
    if command.after_cli and command.after_cli[0] == "decide":
        await asked(scene, "snapshot", "save", "prod.json")
    words = [MEANT.get(word, word) for word in command.after_cli or ()]
    result = await asked(scene, *words)
    assert result.exit_code in ANSWERS, result.output


@pytest.mark.parametrize("command", OTHERS, ids=named)
def test_what_is_there_is_there_and_what_needs_azure_says_so(command: Command) -> None:
    tool, *words = command.words
    if tool == "make":
        wrong = list(_not_made(words))
    elif tool == "python":
        wrong = [] if words[0] == "-m" and importlib.util.find_spec(words[1]) else words
    else:
        needed = NEEDS.get(tool, "")
        wrong = [] if needed in command.around else [f"{needed!r} does not stand near it"]
    assert wrong == []


def _not_made(words: list[str]) -> list[str]:
    """Targets that the Makefile has not, stories that are not told, benchmarks that are not run."""
    makefile = text(Path("Makefile"))
    targets = [word for word in words if "=" not in word]
    wrong = [one for one in targets if not re.search(rf"^{re.escape(one)}:", makefile, re.MULTILINE)]
    given = dict(word.split("=", 1) for word in words if "=" in word)
    wrong += [name for name in given if f"$({name})" not in makefile and f"$(if $({name})" not in makefile]
    stories = re.findall(r"--scenario (\S+)", given.get("ARGS", ""))
    return wrong + [one for one in stories if one not in SCENARIOS and one not in LONG]
