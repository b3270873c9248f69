"""One file says which Python; whatever else names a version agrees with it."""

from __future__ import annotations

import re
import sys
import tomllib

from tests.craft.repository import ROOT, files, text

WANTED = (ROOT / ".python-version").read_text().strip()
CONFIGURATION = tomllib.loads((ROOT / "pyproject.toml").read_text())


def test_the_tests_run_on_it() -> None:
    assert f"{sys.version_info.major}.{sys.version_info.minor}" == WANTED


def test_the_tools_judge_by_it() -> None:
    major, minor = WANTED.split(".")
    assert CONFIGURATION["project"]["requires-python"] == f">={WANTED},<{major}.{int(minor) + 1}"
    assert CONFIGURATION["tool"]["ruff"]["target-version"] == f"py{major}{minor}"
    assert CONFIGURATION["tool"]["mypy"]["python_version"] == WANTED


def test_the_documents_name_no_other() -> None:
    ours = [
        path for path in files() if path.suffix in {".md", ".yaml", ".bicep"} and path.parts[0] != "tests"
    ]
    # Only versions that can run the app: a page may well say which Python some other thing needs.
    named = {
        (str(path), version) for path in ours for version in re.findall(r"Python (3\.1[3-9])\b", text(path))
    }
    assert {(path, version) for path, version in named if version != WANTED} == set()
