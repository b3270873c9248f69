"""Cold start is a budget: what `function_app` imports is paid each time that Azure starts an instance.

The SDKs cost 50 to 300 ms each and are imported by the first call that needs them. How many milliseconds the rest takes
is measured by `make bench`, because times on a busy machine prove nothing.
"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.craft.repository import ROOT

EXPENSIVE = [
    "aiohttp",
    "apprise",
    "azure.core",
    "azure.data",
    "azure.eventgrid",
    "azure.identity",
    "azure.mgmt",
    "azure.storage",
    "croniter",
    "dateutil",
    "holidays",
    "icalendar",
    "msal",
    "pydantic",
    "requests",
    "rich",
    "simulator",
    "tenacity",
    "typer",
    "yaml",
    # what only a call needs of our own: together as much as all the doors
    "shared.decide",
    "shared.desk.office",
    "shared.judge",
    "shared.operate",
]


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    """The modules that a fresh interpreter holds after it has imported the app."""
    program = "import function_app, json, sys; print(json.dumps(sorted(sys.modules)))"
    fresh = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert fresh.returncode == 0, fresh.stderr
    return set(json.loads(fresh.stdout))


@pytest.mark.parametrize("package", EXPENSIVE)
def test_importing_the_app_loads_no_expensive_package(package: str, loaded: set[str]) -> None:
    assert {module for module in loaded if module == package or module.startswith(package + ".")} == set()


def test_importing_the_app_loads_the_doors(loaded: set[str]) -> None:
    assert {"azure.functions", "functions"} <= loaded
