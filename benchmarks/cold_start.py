"""Cold start: what importing the app costs, when Azure starts an instance of it.

How: fresh interpreters, one after the other, import `azure.functions` alone and `function_app`, in turns, so that a
busy moment of the machine hits both. Each tells how long its import took; the medians are compared. Limit: 1.7 times.
The second figure counts the packages that must not have been loaded by it; the limit is none.

Honest remarks: every file is in the page cache and byte-compiled, so this is the processor's part of a cold start. On
a fresh instance reading the files from the package comes on top, for both alike.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from statistics import median

from benchmarks.figures import Figure, Measured, Unit

ROOT = Path(__file__).resolve().parent.parent
TIMES = 15
DEAR = ("azure.mgmt", "azure.storage", "azure.data", "azure.identity", "aiohttp", "croniter")

_PROGRAM = """
import time
begun = time.perf_counter()
import {module}
taken = time.perf_counter() - begun
import json, sys
print(json.dumps([taken, sorted(sys.modules)]))
"""


def measure() -> Measured:
    alone: list[float] = []
    app: list[float] = []
    loaded: list[str] = []
    for _ in range(TIMES):
        alone.append(_import("azure.functions")[0])
        taken, loaded = _import("function_app")
        app.append(taken)
    base, cost = median(alone) * 1000, median(app) * 1000
    dear = [name for name in loaded if any(name == each or name.startswith(f"{each}.") for each in DEAR)]
    return Measured(
        "cold_start",
        "importing azure.functions alone",
        (
            Figure("import function_app", cost, Unit.MILLISECONDS, 1.7 * base, base),
            Figure("SDKs, aiohttp, croniter loaded by it", len(dear), Unit.COUNT, 0),
        ),
        (f"azure.functions alone takes {base:.0f} ms; medians of {TIMES} fresh interpreters each",),
    )


def _import(module: str) -> tuple[float, list[str]]:
    """Seconds, and everything that is loaded then."""
    program = _PROGRAM.format(module=module)
    fresh = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    taken, loaded = json.loads(fresh.stdout)
    return float(taken), list(loaded)
