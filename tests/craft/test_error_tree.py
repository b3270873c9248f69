"""Everything that the product raises on purpose is one of the four words, because the caller acts on the word."""

from __future__ import annotations

import importlib
import inspect
from datetime import timedelta

import pytest

from shared.errors import Poison, PoolkeeperError, Refused, Retry, Unknown, brief, with_detail
from tests.craft.repository import python_files

MODULES = [
    ".".join(path.with_suffix("").parts).removesuffix(".__init__")
    for path in python_files("shared", "functions")
]


def own_exceptions(module: str) -> list[type[Exception]]:
    found = inspect.getmembers(importlib.import_module(module), inspect.isclass)
    return [one for _, one in found if issubclass(one, Exception) and one.__module__ == module]


@pytest.mark.parametrize("module", MODULES)
def test_an_exception_of_ours_derives_from_the_root(module: str) -> None:
    strays = [one.__qualname__ for one in own_exceptions(module) if not issubclass(one, PoolkeeperError)]
    assert strays == []


def test_every_error_is_exactly_one_of_the_four_words() -> None:
    words = (Retry, Refused, Poison, Unknown)
    ours = {one for module in MODULES for one in own_exceptions(module)} - {PoolkeeperError}
    assert {one.__qualname__ for one in ours if sum(issubclass(one, word) for word in words) != 1} == set()
    assert set(words) <= ours


@pytest.mark.parametrize("detail", ["", "no connection to [::1]:5050: [Errno 111]", "]["])
def test_in_brief_an_error_is_told_without_its_detail_and_its_repetition(detail: str) -> None:
    error = Retry(with_detail("master m1 does not answer", detail), timedelta(seconds=2.5))
    assert brief(f"mesos could not be read: {error}; nothing is judged by it") == (
        "mesos could not be read: master m1 does not answer; nothing is judged by it"
    )
