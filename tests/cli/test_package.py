"""The command line is a package of its own, made from a checkout without a network."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.craft.repository import ROOT
from tests.craft.test_deployment import name, wanted

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
NOT_LOADED_FOR_HELP = (
    "aiohttp",
    "azure",
    "msgspec",
    "rich",
    "yaml",
    "matplotlib",
    "shared.policy",
    "asyncio",
)
HELP = """
import sys
from cli.main import app
try:
    app(["--help"], prog_name="poolkeeper")
except SystemExit as end:
    print("ended with", end.code)
print("loaded", *sys.modules)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made in a copy, because setuptools writes beside the sources."""
    place = tmp_path_factory.mktemp("package")
    shutil.copy(ROOT / "pyproject.toml", place)
    for room in ("cli", "shared", "simulator", "tests/cli"):
        shutil.copytree(ROOT / room, place / room, ignore=shutil.ignore_patterns("__pycache__"))
    alone = ["--no-deps", "--no-build-isolation", "--no-index", "--no-cache-dir", "--quiet"]
    pip = [sys.executable, "-m", "pip", "wheel", "--disable-pip-version-check"]
    subprocess.run([*pip, *alone, "--wheel-dir", str(place / "made"), str(place)], check=True, cwd=place)
    (found,) = (place / "made").glob("poolkeeper-*.whl")
    return found


@pytest.fixture(scope="module")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    place = tmp_path_factory.mktemp("installed")
    with ZipFile(wheel) as packed:
        packed.extractall(place)
    yield place
    shutil.rmtree(place)


def test_the_package_holds_the_command_line_and_what_it_stands_on(unpacked: Path) -> None:
    rooms = {path.name for path in unpacked.iterdir()}
    assert rooms == {"cli", "shared", f"poolkeeper-{PROJECT['version']}.dist-info"}
    ours = {path.relative_to(ROOT) for room in ("cli", "shared") for path in (ROOT / room).rglob("*.py")}
    theirs = {path.relative_to(unpacked) for path in unpacked.rglob("*.py")}
    assert ours == theirs


def test_it_brings_one_command(unpacked: Path) -> None:
    told = next(unpacked.glob("*.dist-info/entry_points.txt")).read_text()
    assert told.split() == ["[console_scripts]", "poolkeeper", "=", "cli.main:main"]


def test_it_asks_for_what_the_app_stands_on_and_for_a_terminal() -> None:
    of_the_worker = {"azure-functions"}
    asked = {name(line) for line in PROJECT["dependencies"]}
    assert asked == wanted("requirements.in") - of_the_worker | {"rich", "typer"}


def test_help_from_the_package_is_given_without_loading_what_it_does_not_need(unpacked: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(unpacked), "COLUMNS": "100"}
    ended = subprocess.run(
        [sys.executable, "-c", HELP],
        env=environment,
        cwd=unpacked,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "What Poolkeeper sees, knows and did" in ended.stdout
    assert re.search(r"ended with 0$", ended.stdout, re.MULTILINE)
    loaded = ended.stdout.splitlines()[-1].split()
    assert [one for one in loaded if one.startswith(NOT_LOADED_FOR_HELP)] == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_is_told_how_to_complete(unpacked: Path, shell: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(unpacked), "_POOLKEEPER_COMPLETE": f"source_{shell}"}
    program = "from cli.main import main; main()"
    ended = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        cwd=unpacked,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "_POOLKEEPER_COMPLETE=complete_" in ended.stdout
