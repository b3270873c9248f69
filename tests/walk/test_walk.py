"""Somebody walks through docs/walk.md, and sees what the page says he will see, but for numbers and times."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.walk.page import command_block, paragraph
from tests.walk.play import ROOT, Seen, walk
from tests.walk.script import WALK

PAGE = ROOT / "docs" / "walk.md"

pytestmark = pytest.mark.xdist_group("demo")


def alike(text: str) -> str:
    """Without what differs from one walk to the next: numbers, times, ids, and where lines break because of them."""
    text = re.sub(r"\b[0-9a-f]{12}\b|\d+", "#", text)
    text = re.sub(r"#(?:[dhms.:-]+#?)+", "#", text)
    return re.sub(r"\s+", " ", text)


def differs(seen: Seen, page: str) -> list[str]:
    """What is wrong with a stop."""
    output = "\n".join(seen.output)
    wrong = [f"{seen.stop.command} does not tell {told!r}" for told in seen.stop.tells if told not in output]
    on_page = command_block(seen.stop, seen.output)
    if seen.stop.command and not seen.stop.varies and alike(on_page) not in alike(page):
        wrong.append(f"the page has not what is seen now:\n{on_page}")
    return wrong


def test_a_walk_goes_as_the_page_says(tmp_path: Path) -> None:
    page = PAGE.read_text()

    wrong = [one for seen in walk(WALK, tmp_path) for one in differs(seen, page)]

    assert wrong == [], "python -m tests.walk.page docs/walk.md"


def test_the_page_has_each_stop_in_its_order() -> None:
    page = PAGE.read_text()
    places = [page.index(paragraph(stop)) for stop in WALK if stop.text]
    assert places == sorted(places)
    assert [
        stop.command for stop in WALK if stop.command and f"$ poolkeeper {stop.command}\n" not in page
    ] == []
