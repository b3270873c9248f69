"""docs/telemetry.md says what the code does."""

from pathlib import Path

from tests.telemetry.page import page

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_is_made_of_the_code() -> None:
    told = (ROOT / "docs" / "telemetry.md").read_text()
    assert told == page(), "python -m tests.telemetry.page docs/telemetry.md"
