"""After every incident: nothing that was well has been taken away."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.incidents.stage import Stage


@pytest.fixture(autouse=True)
def nothing_that_was_well_was_taken_away() -> Iterator[None]:
    Stage.every.clear()
    yield
    for stage in Stage.every:
        assert stage.harmed == []
    Stage.every.clear()
