"""What became of a body: how many metrics, how many were wanted, and how much of it was rubbish, with an example."""

from __future__ import annotations

from collections import Counter

from msgspec import Raw

from shared.firehose.number import Rubbish

LONGEST_EXAMPLE = 2000


class Tally:
    """Counts of one body. `examples` has the first of each kind of rubbish, cut short."""

    __slots__ = ("examples", "judged", "metrics", "rubbish", "wanted")

    def __init__(self) -> None:
        self.metrics = self.wanted = self.judged = 0
        self.rubbish: Counter[Rubbish] = Counter()
        self.examples: dict[Rubbish, str] = {}

    def throw(self, why: Rubbish, what: bytes | str | Raw) -> None:
        """Count it; the first one is remembered."""
        self.rubbish[why] += 1
        if why not in self.examples:
            text = what if isinstance(what, str) else bytes(what)[:LONGEST_EXAMPLE].decode("utf-8", "replace")
            self.examples[why] = text[:LONGEST_EXAMPLE]

    def counts(self) -> dict[str, int]:
        """For people and dashboards."""
        counted = {"metrics": self.metrics, "wanted": self.wanted, "judged": self.judged}
        return counted | {why.value: count for why, count in self.rubbish.items()}
