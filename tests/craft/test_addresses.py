"""What no committed file may name: a package registry, or a place on the machine where it was written.

A checkout must install from whatever mirror its machine is set up for, and must work wherever it lies.
"""

from __future__ import annotations

import re

import pytest

from tests.craft.repository import files, text

# Written in parts, because this file is looked at too.
REGISTRIES = [
    ".".join(parts)
    for parts in [
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("deb", "debian", "org"),
    ]
]
# Homes of people and roots of workplaces.
PLACES = re.compile(r"(?<![\w.~})\]>*])/(?:" + "|".join(["work", "root", "home", "Users"]) + r")/\w")


@pytest.mark.parametrize("registry", REGISTRIES)
def test_no_file_names_a_package_registry(registry: str) -> None:
    assert [str(path) for path in files() if registry in text(path)] == []


def test_no_file_names_a_place_of_one_machine() -> None:
    found = [
        f"{path}:{number}"
        for path in files()
        for number, line in enumerate(text(path).splitlines(), 1)
        if PLACES.search(line)
    ]
    assert found == []


def test_no_lock_file_names_an_address_to_fetch_from() -> None:
    fetches = re.compile(r'"resolved"|--(?:extra-)?index-url|--find-links|--trusted-host|\s@ \w+:')
    locks = [path for path in files() if path.name == "package-lock.json" or path.match("requirements*.txt")]
    assert len(locks) >= 3
    assert [str(path) for path in locks if fetches.search(text(path))] == []
