"""The API is fuzzed from its own description, through the local Functions host and over Azurite, by schemathesis.

Whatever comes in: no answer of 500 and more, none that is not described, nothing taken that the description forbids,
nothing refused for its form that it allows, and nobody let in without credentials. docs/checks.md has its report.
"""

from __future__ import annotations

from pathlib import Path

from shared.api.routes import ROUTES
from tests.api.fuzzing import answering, fuzz


async def test_nothing_that_is_sent_breaks_it(tmp_path: Path) -> None:
    async with answering(tmp_path) as address:
        code, told = await fuzz(address, tmp_path)
    assert code == 0, told
    assert f"Tested: {len(ROUTES)}" in told
