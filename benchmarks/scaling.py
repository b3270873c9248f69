"""How well the size follows the load: the shipped rule beside a model of Clusterman's, on the same traces.

    python -m benchmarks.scaling                                every trace, drawn twice, two processes
    python -m benchmarks.scaling --traces spike noise --draws 1 some of them
    python -m benchmarks.scaling --first 3 --draws 5            other draws than those that the rule was made by
    python -m benchmarks.scaling --json FILE --curves FILE --sizes FILE   the figures and the pictures as files

Everything is simulated, minute by minute (`benchmarks/scale`): tasks come and go as the trace says and wait where no
machine has room. What is compared is the rule, and how machines are taken away: they boot as fast for all, and nobody's
calls fail. Clusterman is a model written from its documentation and its sources (`benchmarks/peers/clusterman.py`): as
it ships, with a signal that knows what waits, as ours does, and with that each minute, which nobody runs.

The last lines say whether the promises hold against what is run: on no trace and at no setpoint more unmet demand than
the other at equal waste, and over all traces at most half of its changes of direction. The exit code is 1 while one of
them does not. Where single traces are not calmer they are named, with the fewest changes that anybody needs there
(`benchmarks/scale/least.py`): a load that turns eleven times is not followed with five turns.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace

from benchmarks.scale.race import Run, run_all, together
from benchmarks.scale.show import show
from benchmarks.scale.traces import CURVES
from benchmarks.scale.verdict import SAME_CORE_H, Verdict, verdicts

DRAWS = 2


def main(options: argparse.Namespace) -> int:
    names = options.traces or list(CURVES)
    draws = range(options.first, options.first + options.draws)
    runs = together(_run(names, draws, options.jobs))
    found = verdicts(runs)
    show(runs, found)
    if options.json:
        told = {"draws": list(draws), "verdicts": found, "runs": [replace(run, sizes=()) for run in runs]}
        options.json.write_bytes(msgspec.json.format(msgspec.json.encode(told)))
    if options.curves or options.sizes:
        from benchmarks.scale.chart import draw_curves, draw_sizes

        for draw, path in ((draw_curves, options.curves), (draw_sizes, options.sizes)):
            if path:
                draw(runs, path)
    return _verdict(found)


def _run(names: Sequence[str], draws: Sequence[int], jobs: int) -> list[Run]:
    begun, runs, last = time.monotonic(), list[Run](), ""
    for run in run_all(names, draws, jobs):
        runs.append(run)
        if run.trace != last:
            last = run.trace
            print(f"{last}: {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    return runs


def _verdict(found: Sequence[Verdict]) -> int:
    """Say what holds and what does not."""
    judged = [one for one in found if one.is_judged]
    lost = [f"{one.trace} ({one.lost} of {one.compared}, {one.other})" for one in judged if not one.is_met]
    print(
        f"more unmet demand at equal waste, by over {SAME_CORE_H} core-hours: {', '.join(lost) or 'nowhere'}"
    )
    calm = True
    for other in dict.fromkeys(one.other for one in judged):
        own = [one for one in judged if one.other == other]
        flips, theirs = sum(one.flips for one in own), sum(one.their_flips for one in own)
        calm = calm and 2 * flips <= theirs
        restless = ", ".join(_restless(one) for one in own if not one.is_calm)
        print(
            f"changes of direction: {flips:.0f} for {theirs:.0f} of {other}; not halved: {restless or 'nowhere'}"
        )
    return 0 if calm and not lost else 1


def _restless(one: Verdict) -> str:
    few = "" if one.is_possible else f", and with the aim kept nobody needs fewer than {one.least_kept:g}"
    return f"{one.trace} ({one.flips:g} for {one.their_flips:g}{few})"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scaling", description="Race the autoscalers.")
    parser.add_argument("--traces", nargs="+", choices=list(CURVES), help="these alone")
    parser.add_argument("--draws", type=int, default=DRAWS, help=f"of each trace; default {DRAWS}")
    parser.add_argument("--first", type=int, default=1, help="draw; others are other loads of the same kind")
    parser.add_argument("--jobs", type=int, default=2, help="processes; default 2")
    parser.add_argument("--json", type=Path, help="write all figures there")
    parser.add_argument(
        "--curves", type=Path, help="write the picture of unmet demand over waste there, as PNG"
    )
    parser.add_argument("--sizes", type=Path, help="write the picture of load and sizes there, as PNG")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main(_options()))
