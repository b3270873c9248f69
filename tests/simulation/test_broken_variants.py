"""Each rule of the product is missed when it is not there: by the simulation, or by the test that is named for it."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.incidents.stage import Stage
from tests.simulation.broken import VARIANTS, Variant, broken
from tests.simulation.broken.page import section
from tests.simulation.play import play

PAGE = Path(__file__).parents[2] / "docs" / "safety.md"
TALES = 12
"""That are told of one variant: the first is known to tell it from the product, the others are there for the day on
which the tales change."""


def named(variants: list[Variant]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("variant", variants, ids=[one.name.replace(" ", "_") for one in variants])


def _complaints(variant: Variant, seed: int) -> list[str]:
    """Of the invariants of which one is expected to be broken."""
    with broken(variant):
        verdict = play(variant.tales(seed))
    expected = tuple(f"invariant {number}:" for number in variant.tells)
    return [one for one in verdict.complaints if one.startswith(expected)]


@named([one for one in VARIANTS.values() if one.is_simulated])
def test_the_simulation_notices_when(variant: Variant) -> None:
    """And the product itself passes the same tale."""
    for seed in range(variant.seed, variant.seed + TALES):
        if _complaints(variant, seed):
            assert play(variant.tales(seed)).complaints == []
            return
    pytest.fail(f"nobody complained in {TALES} tales")


@named([one for one in VARIANTS.values() if not one.is_simulated])
def test_its_own_test_notices_when(variant: Variant) -> None:
    test = _test_of(variant)
    with broken(variant):
        assert _fails(test), f"{variant.test} passes all the same"


def _test_of(variant: Variant) -> Callable[..., Awaitable[None]]:
    file, _, name = variant.test.partition("::")
    module = importlib.import_module("tests." + file.removesuffix(".py").replace("/", "."))
    test: Callable[..., Awaitable[None]] = getattr(module, name)
    return test


def _cases(test: Callable[..., Awaitable[None]]) -> list[dict[str, Any]]:
    """The arguments of every case of a test with one set of parameters."""
    marks: list[pytest.Mark] = getattr(test, "pytestmark", [])
    for mark in marks:
        if mark.name == "parametrize":
            names = (
                [one.strip() for one in mark.args[0].split(",")]
                if isinstance(mark.args[0], str)
                else mark.args[0]
            )
            rows = [one if len(names) > 1 else (one,) for one in mark.args[1]]
            return [dict(zip(names, row, strict=True)) for row in rows]
    return [{}]


def _fails(test: Callable[..., Awaitable[None]]) -> bool:
    """Whether any of its cases does, or somebody was harmed on the stage of an incident."""
    return any(_fails_with(test, case) for case in _cases(test))


def _fails_with(test: Callable[..., Awaitable[None]], case: dict[str, Any]) -> bool:
    Stage.every.clear()
    try:
        asyncio.run(test(**case))  # type: ignore[arg-type]
    except (AssertionError, ValueError, LookupError):
        return True
    harmed = [one for stage in Stage.every for one in stage.harmed]
    Stage.every.clear()
    return bool(harmed)


def test_the_page_names_every_variant() -> None:
    assert section() in PAGE.read_text("utf-8"), "python -m tests.simulation.broken.page docs/safety.md"
