"""What travels to Azure, and what it stands on there."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable
from functools import cache
from importlib.metadata import distributions as every_distribution
from importlib.metadata import packages_distributions
from pathlib import Path

import pathspec

from tests.craft.repository import ROOT, deployed, files, python_files, text, tree

distributions = cache(packages_distributions)


@cache
def installed() -> frozenset[str]:
    return frozenset(name(one.name) for one in every_distribution())


OURS = {path.parts[0].removesuffix(".py") for path in python_files()}
TOOLS = tuple(f"tooling/requirements-{name}.txt" for name in ("node", "fuzz", "checkov"))
TRAVELS = {"host.json", "function_app.py", "functions", "shared", "requirements.txt"}


def name(requirement: str) -> str:
    """The normalised distribution name at the start of a requirement line."""
    return re.split(r"[=<>~!;\[ ]", requirement)[0].lower().replace("_", "-")


def pins(lock: str) -> dict[str, str]:
    return {
        name(line): line.split()[0] for line in (ROOT / lock).read_text().splitlines() if line[:1].isalnum()
    }


def wanted(source: str) -> set[str]:
    return {name(line) for line in (ROOT / source).read_text().splitlines() if line[:1].isalnum()}


def test_the_package_holds_the_app_and_nothing_else() -> None:
    ignored = pathspec.GitIgnoreSpec.from_lines((ROOT / ".funcignore").read_text().splitlines())
    made = [
        ".venv/bin/python",
        ".tools/node",
        ".git/config",
        "local.settings.json",
        "shared/__pycache__/x.pyc",
    ]
    packed = [path for path in [*map(str, files()), *made] if not ignored.match_file(path)]
    assert {path.split("/")[0] for path in packed} == TRAVELS


def test_no_file_of_the_app_stays_behind() -> None:
    ignored = pathspec.GitIgnoreSpec.from_lines((ROOT / ".funcignore").read_text().splitlines())
    app = [str(path) for path in files() if path.parts[0] in TRAVELS]
    assert [path for path in app if ignored.match_file(path) and not path.endswith(".md")] == []


def imported(paths: Iterable[Path]) -> set[str]:
    """The modules of others that these files import."""
    names: set[str] = set()
    for path in paths:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module)
    return {one for one in names if one.split(".")[0] not in sys.stdlib_module_names | OURS}


def provider(module: str) -> str:
    """The distribution that provides a module. Those of Azure and OpenTelemetry share namespaces, and are named after
    their paths; what of OpenTelemetry has none of its own is in its interface."""
    parts = module.split(".")
    if parts[0] not in {"azure", "opentelemetry"}:
        return name(distributions().get(parts[0], [parts[0]])[0])
    paths = ("-".join(parts[:length]).replace("_", "-") for length in range(len(parts), 1, -1))
    return next((path for path in paths if path in installed()), f"{parts[0]}-api")


def test_azure_installs_what_the_app_imports_and_nothing_more() -> None:
    # The cores come with every Azure SDK, and the interface with that of OpenTelemetry; aiohttp is what Azure's
    # asynchronous transports run on. zoneinfo looks for tzdata where a machine has no time zones of its own.
    cores = {"azure-core", "azure-mgmt-core", "opentelemetry-api"}
    used = {provider(module) for module in imported(deployed())} - cores
    assert used | {"aiohttp", "tzdata"} == wanted("requirements.in")


def test_a_fresh_checkout_has_every_package_that_is_imported() -> None:
    # The sample apps of the host's tests import their own neighbours.
    ours = [path for path in python_files() if not path.is_relative_to("tests/host/apps")]
    used = {provider(module) for module in imported(ours)}
    assert used - set(pins("requirements-dev.txt")) == set()


def test_what_is_tested_is_what_azure_installs() -> None:
    app, dev = pins("requirements.txt"), pins("requirements-dev.txt")
    assert app == {one: pin for one, pin in dev.items() if one in app}


def test_every_requirement_is_pinned_and_hashed() -> None:
    for lock in ("requirements.txt", "requirements-dev.txt", *TOOLS):
        blocks = re.split(r"\n(?=\w)", (ROOT / lock).read_text())
        loose = [
            block.split("\n")[0]
            for block in blocks
            if not re.match(r"[\w.-]+==\S+ \\\n +--hash=sha256:", block)
        ]
        assert loose == [], lock


def test_the_lock_files_hold_everything_that_is_wanted() -> None:
    assert wanted("requirements.in") <= set(pins("requirements.txt"))
    assert wanted("requirements-dev.in") <= set(pins("requirements-dev.txt"))
    for lock in TOOLS:
        assert wanted(lock.replace(".txt", ".in")) <= set(pins(lock))


def test_nothing_on_the_way_to_azure_reads_a_setting_file() -> None:
    assert [str(path) for path in deployed() if "local.settings" in text(path)] == []
