"""How long an operator waits for the command line to say anything: `--help`, from the shell's point of view.

How: a fresh interpreter for each run, from its start to its end: what the installed `poolkeeper` does, `python -m cli`
from a checkout, and the interpreter alone, in turns, so that a busy moment of the machine hits all of them. Ten runs
each after one that is not counted, which leaves compiled modules behind as an installation does. Limit: 300 ms for the
median. The last figure counts what must not have been loaded for it; the limit is none. The help of a single command
is told without a limit: to parse what comes before it, typer loads pydantic, which takes about as long as all the rest.

Honest remarks: all files are in the page cache. On a machine that has just booted the first `--help` waits for the
disk as well.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median

from benchmarks.figures import Figure, Measured, Unit

ROOT = Path(__file__).resolve().parent.parent
TIMES = 10
LIMIT_MS = 300.0
INSTALLED = "import sys; from cli.main import main; sys.argv[0] = 'poolkeeper'; sys.exit(main())"
"""What the script says that pip writes for the package."""

type Arguments = tuple[str, ...]

ASKED: dict[str, Arguments] = {
    "poolkeeper --help": ("-c", INSTALLED, "--help"),
    "python -m cli --help": ("-m", "cli", "--help"),
}
ONE_COMMAND: dict[str, Arguments] = {
    "poolkeeper policy check --help": ("-c", INSTALLED, "policy", "check", "--help")
}
NOTHING: dict[str, Arguments] = {"": ("-c", "pass")}
DEAR = ("rich", "yaml", "msgspec", "aiohttp", "azure", "asyncio", "matplotlib")
LOADED = "import sys; from cli.main import main; print(*sys.modules)"


def measure() -> Measured:
    with tempfile.TemporaryDirectory(prefix="poolkeeper-benchmark-") as compiled:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment["PYTHONPYCACHEPREFIX"] = compiled
        taken = _in_turns(NOTHING | ASKED | ONE_COMMAND, environment)
        modules = _ran(("-c", LOADED), environment)[1].split()
    (alone,) = (taken[what] for what in NOTHING)
    dear = [one for one in DEAR if one in modules]
    return Measured(
        "command_line",
        "starting and ending the interpreter alone",
        (
            *(Figure(what, taken[what], Unit.MILLISECONDS, LIMIT_MS, alone) for what in ASKED),
            *(Figure(what, taken[what], Unit.MILLISECONDS, None, alone) for what in ONE_COMMAND),
            Figure("of what --help has no use for, loaded by it", len(dear), Unit.COUNT, 0),
        ),
        (f"the interpreter alone takes {alone:.0f} ms; medians of {TIMES} fresh processes each",),
    )


def _in_turns(asked: Mapping[str, Arguments], environment: Mapping[str, str]) -> dict[str, float]:
    """The median of each, in milliseconds."""
    taken: dict[str, list[float]] = {what: [] for what in asked}
    for turn in range(1 + TIMES):
        for what, arguments in asked.items():
            took, _ = _ran(arguments, environment)
            if turn:
                taken[what].append(took)
    return {what: median(each) for what, each in taken.items()}


def _ran(arguments: Arguments, environment: Mapping[str, str]) -> tuple[float, str]:
    """Milliseconds from start to end, and what it said."""
    begun = time.perf_counter()
    ended = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return (time.perf_counter() - begun) * 1000, ended.stdout
