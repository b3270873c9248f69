"""Fuzzing without a guide: real samples, spoilt by random numbers, target after target.

It needs nothing that is not there, gives the same inputs for the same seed, and is what the tests run for a moment.
"""

from __future__ import annotations

import time
from random import Random

from tests.fuzz.findings import Hunt
from tests.fuzz.mutation import mutated
from tests.fuzz.seeds import seeds
from tests.fuzz.targets import TARGETS


def hunt_blindly(hunt: Hunt, seconds: float, seed: int) -> None:
    """Every seed as it is, then spoilt ones until the time is over."""
    end = time.monotonic() + seconds
    dice = Random(seed)
    corpus = {target: seeds(target) for target in TARGETS}
    for target, bodies in corpus.items():
        for body in bodies:
            hunt.try_one(target, body)
    while time.monotonic() < end:
        for target, bodies in corpus.items():
            hunt.try_one(target, mutated(dice.choice(bodies), dice.choice(bodies), dice))
