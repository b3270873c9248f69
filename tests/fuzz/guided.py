"""Fuzzing guided by coverage: atheris, which brings libFuzzer to Python, where it is installed.

What reaches lines that nothing reached before is kept and spoilt further, half of the time in JSON as `mutation.py`
does it, half of the time as libFuzzer does. The first byte of an input is the number of its target, so that one corpus
and one process serve all of them. libFuzzer never returns, so it runs in a process of its own, which is ended from
within its last input, after what was found is told. What it leaves in its folder is for `harvest.py`.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any

ENGINE = "atheris"
OURS = ["shared.signals", "shared.firehose", "shared.dcos", "shared.policy", "shared.model"]
MOST_BYTES = 16 * 1024
HANGS_S = 25
FAIR = 0.2
"""Of the inputs, this share begins with a seed of any target: libFuzzer stays where it has found most."""

OVERTIME_S = 60  # only if nothing is tried any more


def is_there() -> bool:
    return importlib.util.find_spec(ENGINE) is not None


def hunt_guided(seconds: int, seed: int, folder: Path) -> int:
    """1 when something was found, else 0. `folder` holds the seeds and what was new to libFuzzer afterwards."""
    hunter = get_context("spawn").Process(target=_hunt, args=(seconds, seed, folder))
    hunter.start()
    hunter.join()
    return hunter.exitcode or 0


def _hunt(seconds: int, seed: int, folder: Path) -> None:
    """Does not return. The translators are imported here, because they are instrumented on their way in."""
    engine: Any = importlib.import_module(ENGINE)
    with engine.instrument_imports(include=OURS, enable_loader_override=False):
        findings = importlib.import_module("tests.fuzz.findings")
        seeds = importlib.import_module("tests.fuzz.seeds").seeds
        mutated = importlib.import_module("tests.fuzz.mutation").mutated
        targets = list(importlib.import_module("tests.fuzz.targets").TARGETS)
    corpus = {target: seeds(target) for target in targets}

    def spoil(body: bytes, most: int, number: int) -> bytes:
        dice = Random(number)
        if not body or dice.random() < FAIR:
            place = dice.randrange(len(targets))
            body = bytes([place]) + dice.choice(corpus[targets[place]])
        elif dice.random() < 0.5:
            return bytes(engine.Mutate(body, most))
        other = dice.choice(corpus[targets[body[0] % len(targets)]])
        spoilt: bytes = body[:1] + mutated(body[1:], other, dice)
        return spoilt[:most]

    _write(corpus, folder)
    limits = [f"-max_total_time={seconds + OVERTIME_S}", f"-timeout={HANGS_S}", "-rss_limit_mb=1024"]
    how = ["fuzz", f"-seed={seed}", f"-max_len={MOST_BYTES}", *limits, str(folder)]

    def ends(hunt: Any) -> None:
        sys.stdout.write(hunt.told() + "\n")
        sys.stdout.flush()
        os._exit(1 if hunt.found else 0)

    trier = _trier(findings.Hunt(findings.KEPT), targets, time.monotonic() + seconds, ends)
    engine.Setup(how, trier, custom_mutator=spoil)
    engine.Fuzz()


def _trier(hunt: Any, targets: list[str], end: float, ends: Callable[[Any], None]) -> Callable[[bytes], None]:
    """Tries inputs until `end` (monotonic seconds); then `ends` ends the process."""

    def try_one(body: bytes) -> None:
        if body:
            hunt.try_one(targets[body[0] % len(targets)], body[1:])
        if time.monotonic() >= end:
            ends(hunt)

    return try_one


def _write(corpus: Mapping[str, Iterable[bytes]], folder: Path) -> None:
    """What libFuzzer begins with, and adds to."""
    for number, (target, bodies) in enumerate(corpus.items()):
        for index, body in enumerate(bodies):
            (folder / f"{target}-{index}").write_bytes(bytes([number]) + body)
