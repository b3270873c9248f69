"""Findings: inputs that went wrong, one of each kind, kept as files that a test tries ever after.

A finding lies in `tests/data/fuzz/<target>/<what was raised>-<digest>`. The same error at the same place is one
finding, however many inputs lead there. Beside them lie the inputs that `harvest.py` keeps.
"""

from __future__ import annotations

import hashlib
import time
import traceback
from pathlib import Path

from tests.fuzz.targets import TARGETS

KEPT = Path(__file__).resolve().parents[1] / "data" / "fuzz"
SLOW_S = 1.0
"""An input that takes longer than this is a finding: its door would be waited for."""


def keep(folder: Path, target: str, kind: str, body: bytes) -> Path:
    """The file into which the input was written."""
    path = folder / target / f"{kind}-{hashlib.sha256(body).hexdigest()[:8]}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    return path


def kept() -> list[tuple[str, Path]]:
    """Target and file of everything that was found."""
    return [(path.parent.name, path) for path in sorted(KEPT.glob("*/*")) if path.parent.name in TARGETS]


class Hunt:
    """Tries inputs and counts. With a folder, findings are kept there."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self.tried: dict[str, int] = dict.fromkeys(TARGETS, 0)
        self.found: dict[str, str] = {}
        self.slowest: tuple[float, str, int] = (0.0, "", 0)

    def try_one(self, target: str, body: bytes) -> None:
        """Never raises, so that a run goes on behind a finding."""
        self.tried[target] += 1
        begun = time.process_time()
        try:
            TARGETS[target](body)
        except Exception as error:  # noqa: BLE001  the boundary that looks for what nobody thought of
            self._finds(target, body, _kind(error))
        taken = time.process_time() - begun
        self.slowest = max(self.slowest, (taken, target, len(body)))
        if taken > SLOW_S:
            self._finds(target, body, "Slow")

    def told(self) -> str:
        """A few lines for a terminal."""
        seconds, target, size = self.slowest
        lines = [f"{count:>10,} {name}" for name, count in self.tried.items() if count]
        lines.append(f"{sum(self.tried.values()):>10,} inputs")
        lines.append(f"the slowest took {seconds:.3f} s ({size:,} bytes to {target})")
        lines += [f"FOUND {kind}: {what}" for kind, what in self.found.items()] or ["nothing was found"]
        return "\n".join(lines)

    def _finds(self, target: str, body: bytes, kind: str) -> None:
        if f"{target} {kind}" in self.found:
            return
        word = kind.partition(" ")[0]
        self.found[f"{target} {kind}"] = word
        if self._folder is not None:
            self.found[f"{target} {kind}"] = keep(self._folder, target, word, body).name


def _kind(error: Exception) -> str:
    """What was raised, and where."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} {Path(place.filename).name}:{place.lineno}"
