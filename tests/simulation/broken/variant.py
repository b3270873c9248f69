"""What a variant is: a name that says what is missing, how it is taken out, and who tells.

Either the simulation does: `tales` are where, `tells` are the numbers of the invariants of which one is broken then,
`seed` is the first tale that is tried. Or a test does (`test`, as `file::name` below tests/), because what the rule
defends is no truth about machines; `why` says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pytest

from tests.simulation.tale import Tale, tale_of

type Break = Callable[[pytest.MonkeyPatch], None]
type Tales = Callable[[int], Tale]


@dataclass(frozen=True)
class Variant:
    name: str
    apply: Break
    tells: tuple[int, ...] = ()
    tales: Tales = tale_of
    seed: int = 1
    test: str = ""
    why: str = ""

    def seen(self, tales: Tales, *tells: int, seed: int = 1) -> Variant:
        """The simulation tells, by one of these invariants."""
        return replace(self, tells=tells, tales=tales, seed=seed)

    def told_by(self, test: str, why: str) -> Variant:
        """A test tells."""
        return replace(self, test=test, why=why)

    @property
    def is_simulated(self) -> bool:
        return not self.test


@contextmanager
def broken(variant: Variant) -> Iterator[None]:
    """The product without this rule, until the block ends."""
    with pytest.MonkeyPatch.context() as stack:
        variant.apply(stack)
        yield
