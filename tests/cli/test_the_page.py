"""docs/cli.md has every command, as it is."""

from __future__ import annotations

import re

import pytest

from cli import trouble
from tests.cli.page import anchor, commands, page
from tests.cli.typed import typed
from tests.craft.repository import ROOT


def test_the_page_is_made_of_the_commands() -> None:
    told = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert told == page(), "write it anew: python -m tests.cli.page docs/cli.md"


def test_every_command_is_told_with_a_help_of_its_own() -> None:
    told = page()
    for name, one in commands():
        assert f"](#{anchor(name)})" in told
        assert f"### {name}\n" in told
        assert one.help, name
        assert all(option.help for option in one.params), name


def test_the_exit_codes_are_those_that_commands_end_with() -> None:
    codes = {int(code) for code in re.findall(r"^\| (\d) \|", page(), re.MULTILINE)}
    assert codes == {0, trouble.NO, trouble.USAGE, trouble.UNREADABLE}


@pytest.mark.parametrize("option", ["--install-completion", "--show-completion"])
def test_completion_is_offered(option: str) -> None:
    assert option in typed("--help").stdout
