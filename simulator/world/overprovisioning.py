"""What one growth of a scale set makes, and what of it goes again.

With overprovisioning Azure makes up to a fifth more than was asked for, and when as many as were asked for are
provisioned it deletes the rest. Those never count in the capacity. Which ones go is not documented, so it may be any
here, also one whose agent has joined and has tasks by then. It is on unless a set says otherwise, and the sets that the
Azure Container Service made said nothing.

Sources: MicrosoftDocs/azure-compute-docs, virtual-machine-scale-sets-design-overview (Overprovisioning) and
virtual-machine-scale-sets-networking (a fifth more addresses).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from simulator.world.operations import AzureError
from simulator.world.scale_set import Instance, ScaleSet

MORE = 0.2


@dataclass(slots=True)
class Batch:
    """`count` were asked for, `begun` are made, with the set's numbers from `first` to below `end`."""

    scale_set: ScaleSet
    count: int
    first: int = field(init=False)
    begun: int = field(init=False)
    end: int = 0
    failure: AzureError | None = None
    _ended: int = 0
    _up: int = 0
    _is_over: bool = False

    def __post_init__(self) -> None:
        extras = math.ceil(self.count * MORE) if self.scale_set.is_overprovisioned else 0
        self.first, self.begun = self.scale_set.next_number, self.count + extras
        self.scale_set.extras += extras

    def is_over(self, error: AzureError | None) -> bool:
        """One of them has come, or failed: whether the growth ends by that."""
        self._ended += 1
        self._up += error is None
        self.failure = self.failure or error
        if self._is_over or (self._up < self.count and self._ended < self.begun):
            return False
        self._is_over = True
        self.failure = None if self._up >= self.count else self.failure
        return True

    def surplus(self, chance: Random) -> Sequence[Instance]:
        """Those that go again."""
        self.scale_set.extras -= self.begun - self.count
        made = self.scale_set.instances
        here = [made[n] for n in range(self.first, self.end) if n in made]
        staying = [one for one in here if not one.deleting]
        return chance.sample(staying, max(0, len(staying) - self.count)) if self.begun > self.count else []
