"""The page about signals says what the code does, all of it, and nothing else."""

from __future__ import annotations

from pathlib import Path

from shared.model.signals import SignalKind, Source
from shared.signals.event_grid import TYPES
from shared.signals.event_grid.annotations import LISTED
from shared.signals.page import LEADS_TO, page, sections

PAGE = Path(__file__).resolve().parents[2] / "docs" / "signals.md"


def test_the_page_is_what_the_code_says() -> None:
    command = "python -m shared.signals.page docs/signals.md"
    assert PAGE.read_text(encoding="utf-8") == page(), f"write it anew: {command}"


def test_every_source_and_every_signal_is_on_it() -> None:
    assert set(sections()) == set(Source)
    assert set(LEADS_TO) == set(SignalKind)
    named = {kind for rows in sections().values() for row in rows for kind in (*row.kinds, *row.on_set)}
    assert named == set(SignalKind)


def test_every_type_of_event_and_every_annotation_is_on_it() -> None:
    told = page()
    for type_ in TYPES:
        family = type_.startswith("Microsoft.Resources.")
        result = next(word for word in ("Success", "Failure", "Cancel", type_) if type_.endswith(word))
        assert f"`{f'Microsoft.Resources.Resource*{result}' if family else type_}`" in told
    assert all(f"`{one.name}`" in told for one in LISTED)


def test_no_cell_breaks_its_table() -> None:
    for rows in sections().values():
        for row in rows:
            assert "|" not in row.type + row.means
            assert "\n" not in row.type + row.means
