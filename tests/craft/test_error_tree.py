"""Everything that the product raises on purpose is one of the four words, because the caller acts on the word."""

from __future__ import annotations

import importlib
import inspect

import pytest

from shared.errors import Poison, PoolkeeperError, Refused, Retry, Unknown
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
