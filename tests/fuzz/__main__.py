"""`python -m tests.fuzz --seconds N --seed S`: look for input that a translator cannot bear.

Guided by coverage where atheris is installed, blindly otherwise and with `--blind`. atheris comes for few platforms
alone, so `make fuzz` installs it apart from the rest (`tooling/setup fuzz`) and goes on where it cannot be. One core.
Findings are kept as files in `tests/data/fuzz`; commit them with the repair. So are inputs that reach new lines. Ends
with 1 when something was found.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

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
        return _guided(asked.seconds, asked.seed)
    sys.stderr.write("without a guide: atheris is not installed, or not wanted\n")
    return _blindly(asked.seconds, asked.seed)


def _guided(seconds: int, seed: int) -> int:
    with TemporaryDirectory(prefix="poolkeeper-fuzz-") as folder:
        code = guided.hunt_guided(seconds, seed, Path(folder))
        from tests.fuzz.findings import KEPT
        from tests.fuzz.harvest import harvest

        kept = harvest(Path(folder), KEPT)
    sys.stdout.write(f"{len(kept)} inputs kept that reach lines which no seed reaches\n")
    return code


def _blindly(seconds: int, seed: int) -> int:
    from tests.fuzz.blind import hunt_blindly
    from tests.fuzz.findings import KEPT, Hunt

    hunt = Hunt(KEPT)
    hunt_blindly(hunt, seconds, seed)
    sys.stdout.write(hunt.told() + "\n")
    return 1 if hunt.found else 0


if __name__ == "__main__":
    sys.exit(main())
