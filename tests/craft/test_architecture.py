"""The picture of the architecture shows the code: what it names exists, and every room of `shared/` is in it."""

from __future__ import annotations

import re

import pytest

from shared.model.operations import Plan
from shared.operate.plans import PLANS
from tests.craft.repository import ROOT

PAGE = (ROOT / "docs" / "architecture.md").read_text()
PICTURE = PAGE.split("```")[1]
ROOMS = sorted(path.name for path in (ROOT / "shared").iterdir() if path.is_dir() and any(path.glob("*.py")))


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_is_on_the_page(room: str) -> None:
    assert f"`shared/{room}/`" in PAGE or f"{room}/" in PICTURE


def test_every_path_on_the_page_exists() -> None:
    named = re.findall(r"`((?:shared|functions|cli|simulator|docs|tests)/[\w./]*)`", PAGE)
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_module_in_the_picture_exists() -> None:
    named = re.findall(r"\b(operate|decide|signals)/(\w+)", PICTURE)
    assert len(named) >= 8
    places = [ROOT / "shared" / room / name for room, name in named]
    assert [place for place in places if not place.is_dir() and not place.with_suffix(".py").exists()] == []


def test_the_steps_in_the_picture_are_those_of_the_remedy_in_order() -> None:
    names = [step.name for step in PLANS[Plan.REPLACE_DEAD].steps]
    found = [word for word in re.findall(r"\w+", PICTURE) if word in names]
    assert found == names


def test_the_doors_in_the_picture_are_functions_of_the_app() -> None:
    for module, door in re.findall(r"\b(vm_events|timers|workers)\.(\w+)", PICTURE):
        assert f"def {door}(" in (ROOT / "functions" / f"{module}.py").read_text()
