"""Something small befalls the cluster of `make run` now and then, so that whoever looks at it for the first time sees
the app at work: one thing at a time, and only while all agents are well.
"""

from __future__ import annotations

import time
from random import Random

from simulator.demo.story import Story

EVERY_S = (20.0, 45.0)
"""Between the end of one and the next."""
KINDS = ("kill", "delete", "evict", "freeze")


class Fate:
    def __init__(self, chance: Random, story: Story) -> None:
        self._chance, self._story = chance, story
        self._at = self._later()

    def next(self) -> str | None:
        """What is to happen now, in the words of the prompt."""
        well = [number for number, one in self._story.pool.instances.items() if one.healthy]
        if len(well) < len(self._story.pool.instances) or not well:
            self._at = max(self._at, self._later())
        if time.monotonic() < self._at:
            return None
        self._at = self._later()
        return f"{self._chance.choice(KINDS)} {self._chance.choice(well)}"

    def _later(self) -> float:
        return time.monotonic() + self._chance.uniform(*EVERY_S)
