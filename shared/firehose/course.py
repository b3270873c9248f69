"""The state machine of one rule over one series (a node, or one disk of it).

              bad value                 bad throughout `for`
      well ───────────────▶ pending ─────────────────────────▶ firing
       ▲  ▲     not bad        │                                  │
       │  └────────────────────┘                                  │ good, by `clear`
       └──────────────────── resolved ◀───────────────────────────┘
              (a day later)      │            bad value
                                 └──────────────────────────▶ pending

1. A value that is not newer than the last one is old news and changes nothing.
2. Well or resolved: a bad value begins a pending course, or fires at once when the rule's `for` is zero.
3. Pending: a value that is not bad ends it. A bad one adds the time since the last value, unless that is longer than
   `longest_gap`: what happened in a missed window is not known, so it neither fires nor ends anything.
4. Firing: only a good value ends it, by the rule's `clear`. Between the limit and `clear` nothing changes.

A restart, or another instance, goes on from the row. So that this is no missed window, how far a pending course has
come is written down a few times on its way (`is_mark_due`). Times are seconds since 1970, by the clock of the node that
measured. Which row a course has is `keep.py`'s affair.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from shared.policy.metric_rules import MetricRule

FIRES_ON_S = 120.0
"""Seconds after which it is written down that a rule still fires which counts for repair."""


class Stage(StrEnum):
    PENDING = "pending"
    FIRING = "firing"
    RESOLVED = "resolved"


class Course(Struct, frozen=True, gc=False):
    """Where a series is. `since` is when its first value was bad, `seen` the time of its last value, `held` how many
    seconds of bad values were seen."""

    stage: Stage
    since: float
    seen: float
    held: float = 0.0


def longest_gap(rule: MetricRule) -> float:
    """Seconds between two values that still count as one stretch: half of `for`, and two minutes at least."""
    return max(120.0, rule.lasts.total_seconds() / 2)


def is_mark_due(rule: MetricRule, stored: Course, course: Course) -> bool:
    """Whether the row of a course says too little.

    1. Pending: whoever goes on from it should find no missed window where there was none. That is every minute for
       short rules, and four times at the most for long ones.
    2. Firing, of a rule that counts for repair: whoever judges a node by it asks when its values were last bad. Every
       two minutes.
    """
    if course.stage is Stage.FIRING:
        return rule.impairs and course.seen - stored.seen >= FIRES_ON_S
    return course.stage is Stage.PENDING and course.seen - stored.seen >= longest_gap(rule) / 2


def step(rule: MetricRule, course: Course | None, value: float, at: float) -> Course | None:
    """The course after one value; None: well, and nothing to remember."""
    if course is not None and at <= course.seen:
        return course
    if course is None or course.stage is Stage.RESOLVED:
        if not rule.is_bad(value):
            return course
        stage = Stage.PENDING if rule.lasts else Stage.FIRING
        return Course(stage, at, at)
    if course.stage is Stage.PENDING:
        return _pending(rule, course, at) if rule.is_bad(value) else None
    if rule.is_good(value):
        return Course(Stage.RESOLVED, course.since, at)
    return Course(Stage.FIRING, course.since, at, course.held)


def _pending(rule: MetricRule, course: Course, at: float) -> Course:
    passed = at - course.seen
    if passed > longest_gap(rule):
        return Course(Stage.PENDING, course.since, at, course.held)
    held = course.held + passed
    stage = Stage.FIRING if held >= rule.lasts.total_seconds() else Stage.PENDING
    return Course(stage, course.since, at, held)
