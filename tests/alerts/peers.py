"""A real Prometheus and a real Alertmanager, where they are installed.

They are Debian packages (prometheus, prometheus-alertmanager). `tooling/setup peers` installs them without starting
them; continuous integration does that. Where they are not, the test that needs them is left out, and the head of the
test run says so.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

NAMES = ("prometheus", "prometheus-alertmanager")


def are_here() -> bool:
    return all(shutil.which(name) for name in NAMES)


def pytest_report_header() -> str:
    """A line at the head of every test run."""
    if are_here():
        return "peers: prometheus and prometheus-alertmanager are here"
    missing = ", ".join(name for name in NAMES if shutil.which(name) is None)
    test = "tests/alerts/test_real_alertmanager.py"
    return f"peers: {missing} not found, {test} is left out; get them: sh tooling/setup peers"


@asynccontextmanager
async def running(name: str, *arguments: str, log: Path) -> AsyncIterator[None]:
    """The program runs inside the block; its output is in `log`."""
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(name, *arguments, stdout=output, stderr=output)
        try:
            yield
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()
