"""The tour in the README is of the console as it is: its pictures can be taken, and each is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.console.pictures import take
from tests.craft.repository import ROOT

pytestmark = pytest.mark.xdist_group("console")


def pictures_in(directory: Path) -> set[str]:
    """Those that show something."""
    return {one.name for one in directory.glob("*.png") if one.stat().st_size > 10_000}


async def test_each_picture_of_the_tour_can_be_taken_and_is_there(tmp_path: Path) -> None:
    await take(tmp_path)
    taken = pictures_in(tmp_path)
    assert taken == pictures_in(ROOT / "docs" / "console")
    readme = (ROOT / "README.md").read_text()
    assert [name for name in taken if f"docs/console/{name}" not in readme] == ["audit.png"]
