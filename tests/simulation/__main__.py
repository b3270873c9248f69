"""`python -m tests.simulation --seeds N --first S`: tell many tales, on all cores, and say which went wrong.

Who went wrong is told with the line that tells that one tale again. When a tale is over its cluster lives on for half a
day in which nothing happens, as clusters do most of the time (`--quiet`). The last line is the summary: hours that the
clusters lived, and how many of these a minute of one core is worth. Progress goes to stderr.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from functools import partial

from tests.simulation.play import Verdict, play
from tests.simulation.sizes import any_tale_of, plain_tale_of, sized_tale_of
from tests.simulation.wire import Wire
from tests.simulation.wire_load import LoadedWire

SHOWN = 6
"""Complaints of one tale: the first ones explain the others."""


def one(seed: int, is_real: bool, is_sized: bool, quiet: timedelta) -> tuple[Verdict, float]:
    """What became of this seed, and how many seconds of a core it took."""
    gc.disable()  # a tale is short: its waste is collected when it is told
    begun = time.process_time()
    if is_real:
        tale = plain_tale_of(seed)
        verdict = play(tale, LoadedWire if tale.sizes else Wire, quiet)
    else:
        verdict = play(sized_tale_of(seed) if is_sized else any_tale_of(seed), quiet=quiet)
    gc.collect()
    return verdict, time.process_time() - begun


def show(verdict: Verdict, is_real: bool, is_sized: bool) -> None:
    again = f"make simulate FIRST={verdict.seed} SEEDS=1{' REAL=1' if is_real else ''}"
    if is_sized:
        again = f"make simulate FIRST={verdict.seed} SEEDS=1 ARGS=--sized"
    lines = [f"seed {verdict.seed}: {again}"]
    lines += [f"    {line}" for line in verdict.complaints[:SHOWN]]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=(__doc__ or "").strip())
    parser.add_argument("--seeds", type=int, default=300)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "--real", action="store_true", help="through the real adapters, against the simulator"
    )
    parser.add_argument(
        "--sized", action="store_true", help="worlds in which the pool changes its size, and only those"
    )
    parser.add_argument(
        "--quiet", type=float, default=12.0, help="hours that each cluster lives on afterwards"
    )
    asked = parser.parse_args()
    bad, hours, busy_s, orders = 0, 0.0, 0.0, Counter[str]()
    seeds, begun = range(asked.first, asked.first + asked.seeds), time.monotonic()
    tell = partial(one, is_real=asked.real, is_sized=asked.sized, quiet=timedelta(hours=asked.quiet))
    gc.freeze()  # what is loaded stays: it is not looked through after each tale
    with ProcessPoolExecutor(asked.jobs) as pool:
        for told, (verdict, took_s) in enumerate(pool.map(tell, seeds, chunksize=5), 1):
            hours, busy_s = hours + verdict.hours, busy_s + took_s
            orders += verdict.orders
            if verdict.complaints:
                bad += 1
                show(verdict, asked.real, asked.sized)
            if told % 50 == 0:
                sys.stderr.write(f"{told} of {asked.seeds}, {bad} with violations\n")
    sys.stdout.write(", ".join(f"{count} {what}" for what, count in sorted(orders.items())) + "\n")
    sys.stdout.write(
        f"{asked.seeds} seeds from {asked.first}: {bad} with violations; {hours:.0f} cluster-hours in"
        f" {time.monotonic() - begun:.0f} s, {hours / busy_s * 60:.0f} a minute and core\n"
    )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
