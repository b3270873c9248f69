"""Every page can be found from the README, and every link leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.craft.repository import ROOT, files, text

PAGES = [path for path in files() if path.suffix == ".md" and path.parts[0] in {"README.md", "docs", "infra"}]
_LINK = re.compile(r"\]\(([^)\s]+)\)")


def links(page: Path) -> list[str]:
    """Those that lead to something of ours."""
    return [one for one in _LINK.findall(text(page)) if not re.match(r"[a-z]+:", one)]


def target(page: Path, link: str) -> Path:
    return (ROOT / page.parent / link.partition("#")[0]).resolve() if link[0] != "#" else ROOT / page


def anchors(page: Path) -> set[str]:
    """As GitHub names headings."""
    headings = re.findall(r"^#+ (.+)$", text(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings}


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_link_leads_to_what_is_there(page: Path) -> None:
    assert [one for one in links(page) if not target(page, one).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_link_to_a_section_finds_it(page: Path) -> None:
    sections = [one for one in links(page) if "#" in one and target(page, one).suffix == ".md"]
    lost = [
        one
        for one in sections
        if one.partition("#")[2] not in anchors(target(page, one).relative_to(ROOT))
    ]  # fmt: skip
    assert lost == []


def test_every_page_is_named_in_the_readme() -> None:
    readme = Path("README.md")
    found = {target(readme, one) for one in links(readme)}
    assert [str(page) for page in PAGES if ROOT / page not in found and page != readme] == []


def test_the_readme_is_read_in_five_minutes() -> None:
    assert len(text(Path("README.md")).splitlines()) <= 120
