"""A suspect: what failed nodes share, so that it explains their failure better than chance.

Found by `shared/judge/correlation.py`, heeded by `shared/guards/correlated.py`.
"""

from __future__ import annotations

from msgspec import Struct


class Suspect(Struct, frozen=True):
    """`pool` is empty for the whole cluster. Of `nodes` nodes `all_failed` have failed; `of` have this value of this
    factor (`members`, by name), and `failed` of these. `p` is the chance of so many, corrected. `within_s` is in how
    many seconds their failures began. `strikes_new`: it is what every new machine has."""

    pool: str
    factor: str
    value: str
    failed: int
    of: int
    all_failed: int
    nodes: int
    p: float
    members: frozenset[str]
    within_s: int
    strikes_new: bool = False

    def __str__(self) -> str:
        return (
            f"{self.failed} of the {self.of} nodes with {self.factor} {self.value} have failed, and "
            f"{self.all_failed - self.failed} of the other {self.nodes - self.of}; chance alone does so once in "
            f"{1 / self.p:.0f} times; their failures began within {self.within_s} s"
        )
