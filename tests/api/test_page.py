"""The page of the API says what the API does."""

from __future__ import annotations

from shared.api.who import APP_ROLES
from tests.api.page import written
from tests.craft.repository import ROOT


def test_the_page_is_made_from_the_routes() -> None:
    assert (ROOT / "docs" / "api.md").read_text() == written(), "python -m tests.api.page docs/api.md"


def test_the_page_of_security_has_each_app_role_beside_its_role() -> None:
    page = (ROOT / "docs" / "security.md").read_text()
    assert [f"| {role.value} | `{name}` |" in page for name, role in APP_ROLES.items()] == [True] * 3
