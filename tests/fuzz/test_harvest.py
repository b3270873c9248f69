"""What a guided run leaves behind is kept only where it reaches code that nothing kept so far reaches."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz import harvest
from tests.fuzz.seeds import seeds
from tests.fuzz.targets import TARGETS

TARGET = "health_packages"
PLACE = bytes([list(TARGETS).index(TARGET)])
PACKAGES, NO_PACKAGES = b'["mesos--1"]', b'["mesos"]'


def corpus(folder: Path, *bodies: bytes) -> Path:
    place = folder / "corpus"
    place.mkdir()
    for number, body in enumerate(bodies):
        (place / str(number)).write_bytes(PLACE + body)
    return place


def test_the_shortest_input_that_reaches_a_line_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only = {TARGET: (PACKAGES,)}
    monkeypatch.setattr(harvest, "seeds", lambda target: only.get(target, ()))
    found = corpus(tmp_path, NO_PACKAGES + b" ", NO_PACKAGES, b'["dcos--2"]', b"")
    (kept,) = harvest.harvest(found, tmp_path / "kept")
    assert (kept.parent.name, kept.name.split("-")[0]) == (TARGET, "reaches")
    assert kept.read_bytes() == NO_PACKAGES


def test_what_a_seed_reaches_is_not_kept_again(tmp_path: Path) -> None:
    assert harvest.harvest(corpus(tmp_path, *seeds(TARGET)), tmp_path / "kept") == []
