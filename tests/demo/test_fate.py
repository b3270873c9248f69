"""In `make run` something small happens now and then: one thing at a time, to who is well, while all are."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from random import Random
from types import SimpleNamespace
from typing import Any, cast

import pytest

from simulator.demo.fate import EVERY_S, KINDS, Fate
from simulator.demo.story import Story


@dataclass
class Pool:
    """Agents by number, and whether they are well."""

    instances: dict[int, Any] = field(
        default_factory=lambda: {n: SimpleNamespace(healthy=True) for n in range(4)}
    )


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def fate(pool: Pool) -> Fate:
    return Fate(Random(1), cast("Story", SimpleNamespace(pool=pool)))


def test_it_waits_a_while_and_then_befalls_one_agent(clock: list[float]) -> None:
    fated = fate(Pool())
    assert fated.next() is None
    clock[0] += EVERY_S[1]
    verb, _, number = (fated.next() or "").partition(" ")
    assert (verb in KINDS, int(number) in range(4)) == (True, True)
    assert fated.next() is None


def test_it_leaves_a_pool_alone_in_which_one_is_not_well(clock: list[float]) -> None:
    pool = Pool()
    fated = fate(pool)
    clock[0] += EVERY_S[1]
    pool.instances[2].healthy = False
    assert fated.next() is None
    pool.instances[2].healthy = True
    assert fated.next() is None, "not at once"
    clock[0] += EVERY_S[1]
    assert fated.next() is not None
