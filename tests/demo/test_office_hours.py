"""The story of office hours: what a day of it comes to, and that the verdict sees what was not kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from simulator.demo.week import (
    BEGIN,
    DAYS,
    LOOK_S,
    NIGHT,
    OFFICE,
    TASKS,
    ZONE,
    Look,
    Week,
    is_working,
    judge,
    played,
)


def kept() -> Week:
    """Eight days as they should be."""
    week = Week()
    for number in range(1, int(DAYS * 86400 / LOOK_S) + 1):
        at = BEGIN + timedelta(seconds=number * LOOK_S)
        local = at.astimezone(ZONE)
        nodes = OFFICE if is_working(local.date()) and 7 <= local.hour < 20 else NIGHT
        week.looks.append(Look(at, nodes, nodes, TASKS))
    return week


def changed(week: Week, local: str, **what: Any) -> Week:
    """With one hour of it otherwise."""
    begin = datetime.fromisoformat(local).replace(tzinfo=ZONE)
    week.looks = [
        replace(one, **what) if begin <= one.at < begin + timedelta(hours=1) else one for one in week.looks
    ]
    return week


def test_a_week_as_it_was_promised_is_well() -> None:
    assert [check.name for check in judge(kept()) if not check.ok] == []


@pytest.mark.parametrize(
    ("local", "what", "name"),
    [
        ("2026-03-30T07:00", {"agents": 13}, "there at seven"),
        ("2026-03-31T18:00", {"agents": 13}, "there until seven"),
        ("2026-04-03T12:00", {"machines": 14}, "not on days off"),
        ("2026-03-29T12:00", {"machines": 14}, "not on days off"),
        ("2026-04-01T22:00", {"machines": 7}, "gone at night"),
        ("2026-04-01T10:00", {"machines": 15}, "within bounds"),
        ("2026-04-01T20:00", {"machines": 5}, "within bounds"),
        ("2026-04-01T20:00", {"running": TASKS - 2}, "no work lost"),
    ],
)
def test_what_was_not_kept_is_told(local: str, what: dict[str, int], name: str) -> None:
    assert [check.name for check in judge(changed(kept(), local, **what)) if not check.ok] == [name]


def test_the_real_app_keeps_it_on_a_working_day() -> None:
    week = played(1)
    assert [check.text for check in judge(week) if not check.ok] == []
    assert week.removed == OFFICE - NIGHT
