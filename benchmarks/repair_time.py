"""How long until the pool is whole again, and at what cost: the shipped app beside models of six others.

    python -m benchmarks.repair_time                           200 traces, all repairers, two processes
    python -m benchmarks.repair_time --traces 20               some of the traces, of every class its share
    python -m benchmarks.repair_time --only 35 --list          one trace, and what happens in it
    python -m benchmarks.repair_time --systems Poolkeeper      the app alone, without the others
    python -m benchmarks.repair_time --json FILE --plot FILE   the figures and the picture as files

Everything is simulated in virtual time: one Azure, one orchestrator, one set of boot times for each trace
(`benchmarks/repair`). The app is the shipped code on its real adapters; the others are reference models of what their
documentation says (`benchmarks/peers`). The last line says whether the promises hold: no healthy node destroyed, a
median three times better than each of the others, and five seconds on top of the confirm time until the first action
on a dead agent. The exit code is 1 when one of them does not.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from benchmarks.repair.promptness import LIMIT_S, Promptness, promptness
from benchmarks.repair.race import Run, run_all
from benchmarks.repair.results import ALL, Result, results, times_slower
from benchmarks.repair.show import show
from benchmarks.repair.systems import OURS, SYSTEMS
from benchmarks.repair.traces import spread, trace

TIMES = 3.0
TRACES = 200


def main(options: argparse.Namespace) -> int:
    numbers = [options.only] if options.only is not None else spread(options.traces)
    if options.list:
        _tell(numbers)
    runs = _run([name for name in SYSTEMS if name in {OURS, *options.systems}], numbers, options.jobs)
    found = results(runs)
    times = times_slower(found, OURS)
    prompt = promptness([run for run in runs if run.system == OURS])
    show(found, times)
    if options.json:
        options.json.write_bytes(
            msgspec.json.format(msgspec.json.encode(_document(numbers, found, prompt, runs)))
        )
    if options.plot:
        from benchmarks.repair.chart import draw

        draw(found, options.plot)
    return _verdict(found, times, prompt)


def _run(systems: Sequence[str], numbers: Sequence[int], jobs: int) -> list[Run]:
    begun, runs = time.monotonic(), list[Run]()
    for run in run_all(systems, numbers, jobs):
        runs.append(run)
        if len(runs) % (10 * len(systems)) == 0:
            told = f"{len(runs) // len(systems)} of {len(numbers)} traces, {time.monotonic() - begun:.0f} s"
            print(told, file=sys.stderr, flush=True)
    return runs


def _tell(numbers: Sequence[int]) -> None:
    """What happens in these traces."""
    for number in numbers:
        one = trace(number)
        print(f"trace {number}: {one.kind}, {one.agents} agents, a boot takes {one.durations.boot_s:.0f} s")
        for blow in one.blows:
            where = f"zone {blow.zone}" if blow.zone else f"node {blow.node}"
            lasts = f", for {blow.lasts_s:.0f} s" if blow.lasts_s is not None else ""
            print(f"    {blow.at_s:6.0f} s  {where}: {blow.verb}{lasts}")


def _document(
    numbers: Sequence[int], found: Sequence[Result], prompt: Promptness, runs: Sequence[Run]
) -> dict[str, object]:
    each = [
        {"system": run.system, "trace": run.trace, "kind": run.kind, **msgspec.to_builtins(run.seen)}
        for run in runs
    ]
    return {"traces": list(numbers), "results": found, "promptness": prompt, "runs": each}


def _verdict(found: Sequence[Result], times: dict[str, float], prompt: Promptness) -> int:
    """Say what holds and what does not."""
    own = next(one for one in found if (one.system, one.kind) == (OURS, ALL))
    slower = [name for name, factor in times.items() if factor < TIMES]
    print(f"healthy nodes destroyed by ours: {own.healthy} (limit 0)")
    if times:
        print(f"median at least {TIMES:g} times better than: all others but {', '.join(slower) or 'none'}")
    print(
        f"signal to first action on a dead agent, beyond the confirm time: p50 {prompt.p50_s:.2f} s, at most"
        f" {prompt.most_s:.2f} s over {prompt.count} agents (limit {LIMIT_S:g} s)"
    )
    return 0 if own.healthy == 0 and not slower and prompt.most_s <= LIMIT_S else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.repair_time", description="Race the repairers."
    )
    parser.add_argument("--traces", type=int, default=TRACES, help=f"how many traces; default {TRACES}")
    parser.add_argument("--only", type=int, help="this trace alone")
    parser.add_argument(
        "--systems",
        nargs="+",
        choices=list(SYSTEMS),
        default=list(SYSTEMS),
        metavar="NAME",
        help=f"of the repairers these, and {OURS} in any case: {', '.join(SYSTEMS)}",
    )
    parser.add_argument("--list", action="store_true", help="tell what happens in the traces")
    parser.add_argument("--jobs", type=int, default=2, help="processes; default 2")
    parser.add_argument("--json", type=Path, help="write all figures there")
    parser.add_argument("--plot", type=Path, help="write the picture there, as PNG")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main(_options()))
