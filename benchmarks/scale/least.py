"""How calm anybody could be on a trace: the fewest changes of direction, whoever decides.

Asked is for sizes with room for all tasks at every minute, which waste no more core-hours than so many and change
their direction as seldom as can be. They are those of somebody who knows the whole load in advance, whose machines boot
in no time and are filled to the last core: no rule can have fewer with the same waste, unless it lets work wait. So it
tells a rule that is restless from a load that is.

It is worked out exactly, minute after minute, for all sizes and numbers of changes at once: the cheapest way to be at a
size, on the way up or down, after so many changes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from benchmarks.scale.traces import HALF_CORES

CORES = HALF_CORES / 2
EXACT = 1e-6  # sums of sixtieths are not exact
TRIED = (16, 64, 256)
"""Changes of direction, as many as are looked for at a time."""


def least_flips(cores: Sequence[float], waste_core_h: float, most_used: float = 1.0) -> int | None:
    """The fewest changes of direction with which no more than that is wasted on a load of so many cores, minute by
    minute, and no more than that part of the machines is ever in use; None: nobody can, with as many as are tried."""
    for most in TRIED:
        wasted = _wasted(cores, most_used, most)
        enough = [flips for flips, least in enumerate(wasted) if least <= waste_core_h + EXACT]
        if enough:
            return enough[0]
    return None


def _wasted(cores: Sequence[float], most_used: float, most: int) -> list[float]:
    """The least waste, in core-hours, with none, one, ... and up to so many changes of direction."""
    needed = [math.ceil(one / CORES / most_used) for one in cores]
    sizes = np.arange(max(needed) + 1)
    up = np.zeros((most + 1, len(sizes)))
    down = np.zeros_like(up)
    for nodes in needed:
        turned_up, turned_down = up.copy(), down.copy()
        turned_up[1:] = np.minimum(up[1:], down[:-1])
        turned_down[1:] = np.minimum(down[1:], up[:-1])
        costs = np.where(sizes < nodes, np.inf, sizes * CORES / 60)
        up = np.minimum.accumulate(turned_up, axis=1) + costs
        down = np.minimum.accumulate(turned_down[:, ::-1], axis=1)[:, ::-1] + costs
    used = sum(cores) / 60
    return [float(least) - used for least in np.minimum(up, down).min(axis=1)]
