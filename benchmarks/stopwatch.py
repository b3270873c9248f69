"""Where the time goes inside the app: every call of its adapters, with its begin and end.

`timed()` puts a stopwatch around the methods of the real adapters for as long as its block lasts. `shares` then says of
a stretch of time how much of it was spent waiting for storage, how much for Azure and Mesos alone, and how much before
the first call and between the calls.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any

from shared.azure.compute import AzureCompute
from shared.azure.queues import AzureQueues
from shared.azure.tables import AzureStore
from shared.dcos.mesos import MesosScheduler


class Where(StrEnum):
    STORAGE = "storage"
    OUTSIDE = "Azure and Mesos"


@dataclass(frozen=True)
class Span:
    """One call; times are those of `time.perf_counter`."""

    where: Where
    begun: float
    ended: float


@dataclass(frozen=True)
class Shares:
    """Seconds of one stretch. They sum up to the whole of it."""

    before: float
    """Until the app first asks anybody anything."""
    storage: float
    outside: float
    """Azure or Mesos is asked, and storage is not."""
    between: float
    calls: int


_WATCHED: tuple[tuple[type, Where, tuple[str, ...]], ...] = (
    (AzureStore, Where.STORAGE, ("get", "query", "write_all")),
    (AzureQueues, Where.STORAGE, ("send",)),
    (
        AzureCompute,
        Where.OUTSIDE,
        ("scale_set", "instances", "instance", "addresses", "destroy", "set_capacity"),
    ),
    (MesosScheduler, Where.OUTSIDE, ("state", "mark_gone", "machine_down", "machine_up")),
)


@contextmanager
def timed() -> Iterator[list[Span]]:
    """The spans of all calls that end inside the block."""
    spans: list[Span] = []
    original = [(kind, name, getattr(kind, name)) for kind, _, names in _WATCHED for name in names]
    for kind, where, names in _WATCHED:
        for name in names:
            setattr(kind, name, _around(getattr(kind, name), where, spans))
    try:
        yield spans
    finally:
        for kind, name, method in original:
            setattr(kind, name, method)


def shares(spans: Sequence[Span], begun: float, ended: float) -> Shares:
    """How the stretch from `begun` to `ended` was spent."""
    inside = [span for span in spans if span.ended > begun and span.begun < ended]
    first = min([max(begun, span.begun) for span in inside], default=ended)
    stored = _covered([span for span in inside if span.where is Where.STORAGE], first, ended)
    either = _covered(inside, first, ended)
    return Shares(first - begun, stored, either - stored, ended - first - either, len(inside))


def _covered(spans: Sequence[Span], begun: float, ended: float) -> float:
    """Seconds in which at least one of them was under way."""
    total, reached = 0.0, begun
    for span in sorted(spans, key=lambda one: one.begun):
        end = min(span.ended, ended)
        total += max(0.0, end - max(span.begun, reached))
        reached = max(reached, end)
    return total


def _around(
    method: Callable[..., Awaitable[Any]], where: Where, spans: list[Span]
) -> Callable[..., Awaitable[Any]]:
    @wraps(method)
    async def call(*args: Any, **options: Any) -> Any:
        begun = time.perf_counter()
        try:
            return await method(*args, **options)
        finally:
            spans.append(Span(where, begun, time.perf_counter()))

    return call
