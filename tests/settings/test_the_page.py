"""docs/settings.md and the sample for Core Tools say what the code reads."""

from __future__ import annotations

import json
import re
from pathlib import Path

from cli.entrance import ADDRESS
from cli.wire import AUDIENCE, KEY
from shared.settings import from_env
from shared.settings.known import KNOWN, OF_AZD, OF_THE_HOST
from tests.settings.page import page, sample

ROOT = Path(__file__).resolve().parents[2]
MADE_BY = "python -m tests.settings.page docs/settings.md local.settings.sample.json"


def test_the_page_is_made_of_the_code() -> None:
    assert (ROOT / "docs" / "settings.md").read_text() == page(), MADE_BY


def test_the_sample_is_made_of_the_code() -> None:
    assert (ROOT / "local.settings.sample.json").read_text() == sample(), MADE_BY


def test_the_app_starts_with_the_sample() -> None:
    settings = from_env(json.loads(sample())["Values"], ROOT)
    assert settings.policy_file.exists()
    assert settings.installation == "devstoreaccount1"


def test_pages_name_no_setting_that_there_is_not() -> None:
    pages = [ROOT / "README.md", ROOT / "infra" / "README.md", *(ROOT / "docs").glob("*.md")]
    named = {one for page in pages for one in re.findall(r"(?<!\w)POOLKEEPER_\w+", page.read_text())}
    assert len(named) > 20
    assert named - {*KNOWN, *OF_AZD, *OF_THE_HOST, KEY, AUDIENCE, ADDRESS} == set()
