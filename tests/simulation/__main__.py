"""`python -m tests.simulation --seeds N --first S`: tell many tales, on all cores, and say which went wrong."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

from tests.simulation.play import Verdict, play
from tests.simulation.tale import tale_of


def one(seed: int) -> Verdict:
    return play(tale_of(seed))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=(__doc__ or "").strip())
    parser.add_argument("--seeds", type=int, default=300)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    begun, bad, hours, orders = time.monotonic(), 0, 0.0, Counter[str]()
    seeds = range(asked.first, asked.first + asked.seeds)
    with ProcessPoolExecutor(asked.jobs) as pool:
        for verdict in pool.map(one, seeds, chunksize=5):
            hours += verdict.hours
            orders += verdict.orders
            if verdict.complaints:
                bad += 1
                sys.stdout.write(f"seed {verdict.seed}:\n")
                sys.stdout.writelines(f"    {line}\n" for line in verdict.complaints[:6])
                sys.stdout.flush()
    took = time.monotonic() - begun
    sys.stdout.write(f"{dict(orders)}\n")
    sys.stdout.write(
        f"{asked.seeds} seeds, {bad} with violations, {hours:.0f} cluster-hours in {took:.0f} s\n"
    )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
