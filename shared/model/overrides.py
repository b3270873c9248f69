"""Overrides: what a person has said about a cluster, a pool, a node or an incident, and for how long.

They are rows of their own, so they outlive restarts, deployments and every change of the policy, and they are read
again at the last moment before each step that changes something.
Published: an autoscaler that was switched off by hand was switched on again by a package manager and removed a fleet
in 16 seconds (Reddit, 11 August 2016).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from shared.model.bounds import Resize

THE_CLUSTER = ""
"""The subject of an override that holds for the whole cluster."""


class OverrideKind(StrEnum):
    PAUSE = "pause"
    """Nothing is begun and no further step is taken that changes something."""
    APPROVE = "approve"
    """The remedy `remedy` may be used for this incident."""
    REJECT = "reject"
    """No remedy is used for this incident."""
    SIZE = "size"
    """The pool is to have these sizes, whatever its schedules and its load say, within its hard bounds."""


class Override(Struct, frozen=True):
    """`subject` is `THE_CLUSTER`, the name of a pool or of a node, or the id of an incident. `until` None: until
    somebody takes it back. `remedy` is what an approval is for, empty for everything else. `is_told`: the audit has
    that it ran out. `min`, `max` and `target` are those of a size: min, max, both, or target alone."""

    kind: OverrideKind
    subject: str
    who: str
    why: str
    since: datetime
    until: datetime | None = None
    remedy: str = ""
    is_told: bool = False
    min: int | None = None
    max: int | None = None
    target: int | None = None

    @property
    def what(self) -> str:
        """What was said, in words: `pause`, `approve replace`, `size target 8`."""
        sizes = (("min", self.min), ("max", self.max), ("target", self.target))
        said = [f"{name} {nodes}" for name, nodes in sizes if nodes is not None]
        return " ".join([self.kind.value, *([self.remedy] if self.remedy else []), *said])

    def holds_at(self, now: datetime) -> bool:
        return self.until is None or now < self.until


def in_force(
    overrides: Iterable[Override], kind: OverrideKind, subjects: Iterable[str], now: datetime
) -> tuple[Override, ...]:
    """Those of this kind that hold now for one of these subjects, the widest subject first."""
    wanted = list(subjects)
    found = [one for one in overrides if one.kind is kind and one.subject in wanted and one.holds_at(now)]
    return tuple(sorted(found, key=lambda one: wanted.index(one.subject)))


def resizes(overrides: Iterable[Override], pool: str, now: datetime) -> tuple[Resize, ...]:
    """What people said about the size of a pool, and that holds now."""
    return tuple(
        Resize(
            who=one.who,
            why=one.why,
            since=one.since,
            until=one.until,
            min=one.min,
            max=one.max,
            target=one.target,
        )
        for one in in_force(overrides, OverrideKind.SIZE, [pool], now)
    )
