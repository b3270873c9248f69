"""A piece of advice, and the rule that gives it. The rules are in `lint.py` and `lint_sizes.py`."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from shared.policy.schema import ClusterPolicy, PoolPolicy


class Advice(Struct, frozen=True):
    """`code` is the rule's, `path` the field, `text` says what this policy does, `incident` where it was learnt
    (empty where nothing was published)."""

    code: str
    path: str
    text: str
    incident: str

    def __str__(self) -> str:
        return f"{self.path}: {self.text} ({self.code}{'; ' + self.incident if self.incident else ''})"


class Rule[T](Struct, frozen=True):
    """`field` is below the thing that is looked at. `check` gives the sentence, or None when all is well."""

    code: str
    field: str
    unwise: str
    incident: str
    check: Callable[[T], str | None]


class Inside(Struct, frozen=True):
    """A pool and the cluster that it is in."""

    cluster: ClusterPolicy
    pool: PoolPolicy


class Fall(Struct, frozen=True):
    """The size falls by so many `nodes`, whatever the load, at a time that is told as `at`."""

    nodes: int
    at: str


class Foreseen(Struct, frozen=True, kw_only=True):
    """What the schedules of a pool come to in the year from now on: contradictions in sentences, the names of those
    that never decide anything, whether a target holds at all times, and the largest fall."""

    cluster: str
    pool: PoolPolicy
    conflicts: tuple[str, ...] = ()
    unheard: tuple[str, ...] = ()
    is_always_fixed: bool = False
    fall: Fall | None = None
