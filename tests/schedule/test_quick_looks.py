"""Hundreds of pools with dozens of schedules are looked at each minute, so a look asks each schedule once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from shared.decide.schedule import bounds_at
from shared.policy.times import Times
from tests.schedule.plans import HOUR, at, entry, pool

LEAD = timedelta(minutes=10)


async def test_each_schedule_is_asked_once_while_nothing_changes_soon(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[datetime] = []
    around = Times.around

    def counted(times: Times, now: datetime) -> tuple[datetime | None, datetime | None]:
        asked.append(now)
        return around(times, now)

    monkeypatch.setattr(Times, "around", counted)
    spans = [entry(f"span-{hour}", f"0 {hour} * * *", 2 * HOUR, min=hour) for hour in range(8, 18)]
    steps = [entry(f"step-{hour}", f"30 {hour} * * *", min=hour) for hour in range(8, 18)]
    bounds = bounds_at(pool(*spans, *steps), at("2026-11-23T12:40"), (), LEAD)
    assert bounds.min.nodes == 12
    assert len(asked) == 20
