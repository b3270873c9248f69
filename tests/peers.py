"""A real Prometheus, Alertmanager and Chromium, where they are installed.

They are Debian packages. `tooling/setup peers` installs them without starting them; continuous integration does that.
Where they are not, the tests that need them are left out, and the head of the test run says so.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

NAMES = ("prometheus", "prometheus-alertmanager")


BROWSER = "chromium"


def are_here(*names: str) -> bool:
    return all(shutil.which(name) for name in names)


def pytest_report_header() -> str:
    """A line at the head of every test run."""
    missing = [name for name in (*NAMES, BROWSER) if not are_here(name)]
    if not missing:
        return "peers: prometheus, prometheus-alertmanager and chromium are here"
    alerts = "tests/alerts/test_real_alertmanager.py" if not are_here(*NAMES) else ""
    left_out = " and ".join(filter(None, (alerts, "" if are_here(BROWSER) else "tests/console")))
    return f"peers: {', '.join(missing)} not found, {left_out} left out; get them: sh tooling/setup peers"


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
