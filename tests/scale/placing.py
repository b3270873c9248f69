"""Hosts and work in one line each, for tests of simulated placement."""

from __future__ import annotations

from collections import Counter
from typing import Any

from shared.model.mesos import ANYBODY, Amounts
from shared.scale.placement import Placement
from shared.scale.work import Blank, Host, Work


def host(
    number: int, cpus: float = 4, mem: float = 8000, *, disk: float = 0, gpus: float = 0, **other: Any
) -> Host:
    """Agent `a<number>` at 10.0.0.<number>."""
    free = {"free": {ANYBODY: Amounts(cpus, mem, disk, gpus)}}
    return Host(**({"name": f"a{number}", "hostname": f"10.0.0.{number}"} | free | other))


def hosts(count: int, cpus: float = 4, mem: float = 8000, **other: Any) -> list[Host]:
    """Numbered from 1."""
    return [host(number, cpus, mem, **other) for number in range(1, count + 1)]


def blank(cpus: float = 4, mem: float = 8000, **other: Any) -> Blank:
    return Blank(**({"free": {ANYBODY: Amounts(cpus, mem)}} | other))


def work(
    app: str, cpus: float = 1, mem: float = 0, count: int = 1, *constraints: tuple[str, ...], **other: Any
) -> Work:
    return Work(app=app, needs=Amounts(cpus, mem), count=count, constraints=constraints, **other)


def on(placement: Placement, app: str | None = None) -> dict[str, int]:
    """How many tasks are where, of one application or of all."""
    counts: Counter[str] = Counter()
    for spot in placement.spots:
        if app in {None, spot.app}:
            counts[spot.host] += spot.count
    return dict(counts)


def refused(placement: Placement) -> dict[str, str]:
    return {one.app: str(one) for one in placement.refused}
