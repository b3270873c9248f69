"""docs/checks.md is about the API and the templates as they are now."""

from __future__ import annotations

from shared.api.routes import ROUTES
from tests.craft.repository import ROOT
from tests.docs.checks import skips

PAGE = (ROOT / "docs" / "checks.md").read_text()
MADE_BY = "python -m tests.docs.checks docs/checks.md"


def test_every_route_was_tested() -> None:
    assert f"Tested: {len(ROUTES)}\n" in PAGE, MADE_BY


def test_every_check_that_is_skipped_is_there_with_its_reason() -> None:
    assert f"Failed checks: 0, Skipped checks: {len(skips())}" in PAGE, MADE_BY
    assert [one for one in skips() if "| {} | {} | {} |".format(*one) not in PAGE] == [], MADE_BY


def test_no_check_is_skipped_without_a_reason() -> None:
    assert [one for one in skips() if len(one[2]) < len("It runs Linux.")] == []
