"""A moment of fuzzing, and everything that longer runs have found: `make fuzz` looks on from here."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.fuzz.blind import hunt_blindly
from tests.fuzz.findings import Hunt, kept
from tests.fuzz.mutation import LONGEST, mutated
from tests.fuzz.seeds import seeds
from tests.fuzz.targets import TARGETS

MOMENT_S = 2


def test_a_moment_of_spoilt_input_raises_nothing() -> None:
    hunt = Hunt()
    hunt_blindly(hunt, MOMENT_S, seed=20261122)
    assert hunt.found == {}
    assert all(hunt.tried.values())


@pytest.mark.parametrize(("target", "path"), [pytest.param(*one, id=one[1].name) for one in kept()])
def test_what_was_found_once_is_borne_now(target: str, path: Path) -> None:
    hunt = Hunt()
    hunt.try_one(target, path.read_bytes())
    assert hunt.found == {}


def test_a_finding_is_kept_once_under_its_target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(body: bytes) -> None:
        raise KeyError(body)

    monkeypatch.setitem(TARGETS, "event_grid", breaks)
    hunt = Hunt(tmp_path)
    hunt.try_one("event_grid", b"first")
    hunt.try_one("event_grid", b"second")
    (file,) = tmp_path.glob("*/*")
    assert (file.parent.name, file.name.split("-")[0], file.read_bytes()) == (
        "event_grid",
        "KeyError",
        b"first",
    )
    assert "FOUND event_grid KeyError" in hunt.told()


@pytest.mark.parametrize("target", TARGETS)
def test_the_same_numbers_spoil_the_same_input_alike(target: str) -> None:
    first, *_, last = (*seeds(target), b"")
    once = [mutated(first, last, Random(number)) for number in range(50)]
    assert once == [mutated(first, last, Random(number)) for number in range(50)]
    assert len(set(once)) > 25
    assert max(len(one) for one in once) <= LONGEST
