"""The page on safety promises what is tested, and names where each story is told."""

from __future__ import annotations

from pathlib import Path

from tests.incidents.table import rows, section, sources_of

HERE = Path(__file__).parent
PAGE = HERE.parent.parent / "docs" / "safety.md"


def test_the_page_has_every_incident_as_the_tests_have_it() -> None:
    assert section(HERE) in PAGE.read_text("utf-8"), "python -m tests.incidents.table docs/safety.md"


def test_most_incidents_are_published_ones() -> None:
    told = [row for row in rows(HERE) if row.told_in]
    assert len(told) > 40, "the others are what nobody has published"


def test_a_source_is_what_stands_in_brackets() -> None:
    assert sources_of("It fell (a/b#1, c). And again (d, 3 May 2014).") == "a/b#1, c; d, 3 May 2014"
    assert sources_of("It fell.") == ""
