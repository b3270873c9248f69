"""Machines of a pool that is to shrink, in one line each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.scale.candidates import Asked, Candidate, Choice, Holds
from shared.scale.victims import choose
from shared.scale.work import Work

from .placing import hosts

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def machine(number: int, holds: Holds | None = None, *tasks: Work, **other: Any) -> Candidate:
    """Machine `n<number>`, a day old, whose agent is `a<number>`. Empty, or movable where it has tasks."""
    plain: dict[str, Any] = {
        "node": f"n{number}",
        "host": f"a{number}",
        "came_at": NOW - DAY,
        "holds": holds or (Holds.MOVABLE if tasks else Holds.NOTHING),
        "tasks": tasks,
    }
    return Candidate(**(plain | other))


def pool(count: int) -> list[Candidate]:
    """So many that are empty."""
    return [machine(number) for number in range(1, count + 1)]


def shrink(candidates: Sequence[Candidate], count: int = 1, **other: Any) -> Choice:
    """Each of the agents has 4 cores free, beside what runs there."""
    plain: dict[str, Any] = {
        "count": count,
        "candidates": candidates,
        "hosts": hosts(len(candidates)),
        "now": NOW,
    }
    return choose(Asked(**(plain | other)))


def why(choice: Choice, number: int) -> tuple[int, str]:
    """The number of the rule and its reason."""
    return next((one.rule, one.reason) for one in choice.verdicts if one.node == f"n{number}")
