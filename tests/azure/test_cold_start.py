"""Importing the adapters costs nothing but our own modules; the first call pays for its library."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ADAPTERS = "shared.azure.compute, shared.azure.tables, shared.azure.queues, shared.azure.clock, shared.azure.identity"
HEAVY = ("azure", "aiohttp", "tenacity")


def test_importing_the_adapters_imports_no_sdk() -> None:
    program = f"import {ADAPTERS}, sys; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    root = Path(__file__).parents[2]

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True
    )

    assert not set(HEAVY) & set(done.stdout.split())
