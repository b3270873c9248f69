"""`python -m benchmarks [NAME...]`: run, print one table, and end with 1 if a limit is missed."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable

from benchmarks import (
    api,
    cold_start,
    command_line,
    console,
    decide,
    event_to_write,
    events,
    firehose,
    four_at_once,
    load,
    memory,
    placement,
    schedule,
    sweep,
)
from benchmarks.figures import Measured
from benchmarks.table import show

BENCHMARKS: dict[str, Callable[[], Measured]] = {
    "cold_start": cold_start.measure,
    "command_line": command_line.measure,
    "decide": decide.measure,
    "four_at_once": four_at_once.measure,
    "events": events.measure,
    "firehose": firehose.measure,
    "load": load.measure,
    "placement": placement.measure,
    "schedule": schedule.measure,
    "sweep": sweep.measure,
    "memory": memory.measure,
    "api": api.measure,
    "event_to_write": event_to_write.measure,
    "console": console.measure,
}


def main(names: list[str]) -> int:
    """One that can't measure is told with its reason, and does not take the figures of the others with it."""
    results: list[Measured] = []
    failed: dict[str, Exception] = {}
    for name in names:
        begun = time.monotonic()
        print(f"{name} ...", end=" ", file=sys.stderr, flush=True)
        try:
            results.append(BENCHMARKS[name]())
        except (RuntimeError, TimeoutError) as problem:
            failed[name] = problem
        print(f"{time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    show(results)
    for name, why in failed.items():
        print(f"{name}: {why}")
    return 0 if not failed and all(result.is_met for result in results) else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure what was promised.")
    parser.add_argument("name", nargs="*", help=f"some of {', '.join(BENCHMARKS)}; none: all of them")
    chosen: list[str] = parser.parse_args().name
    unknown = [name for name in chosen if name not in BENCHMARKS]
    if unknown:
        parser.error(f"there is no benchmark {', '.join(unknown)}; choose from {', '.join(BENCHMARKS)}")
    sys.exit(main(chosen or list(BENCHMARKS)))
