"""`python -m tests.fuzz --seconds N --seed S`: look for input that a translator cannot bear.

Guided by coverage where atheris is installed, blindly otherwise and with `--blind`. atheris comes for few platforms
alone, so it is in no list of requirements: `.venv/bin/pip install atheris`. One process, one core. Findings
are kept as files in `tests/data/fuzz`; commit them with the repair. Ends with 1 when something was found.
"""

from __future__ import annotations

import argparse
import sys

from tests.fuzz import guided


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzz", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--blind", action="store_true", help="without atheris")
    asked = parser.parse_args()
    if guided.is_there() and not asked.blind:
        guided.hunt_guided(asked.seconds, asked.seed)
    sys.stderr.write("without a guide: atheris is not installed, or not wanted\n")
    return _blindly(asked.seconds, asked.seed)


def _blindly(seconds: int, seed: int) -> int:
    from tests.fuzz.blind import hunt_blindly
    from tests.fuzz.findings import KEPT, Hunt

    hunt = Hunt(KEPT)
    hunt_blindly(hunt, seconds, seed)
    sys.stdout.write(hunt.told() + "\n")
    return 1 if hunt.found else 0


if __name__ == "__main__":
    sys.exit(main())
