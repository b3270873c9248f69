"""What a policy's schedules come to, before anybody obeys them."""

from __future__ import annotations

from msgspec.structs import replace

from shared.decide.preview import Row, preview
from tests.schedule.plans import DAY, HOUR, at, entry, pool, word

BEGIN = at("2026-11-23")
DAYTIME = entry("day", "0 8 * * *", 10 * HOUR, min=10, max=20)
MONTH_END = entry("month-end", "0 0 L * *", 36 * HOUR, target=30)


def test_a_day_is_told_row_by_row() -> None:
    told = preview("prod", pool(DAYTIME), BEGIN, BEGIN + DAY)
    assert told.rows == (
        Row(BEGIN, BEGIN + 8 * HOUR, 1, 40, None, ()),
        Row(BEGIN + 8 * HOUR, BEGIN + 18 * HOUR, 10, 20, None, ("day",)),
        Row(BEGIN + 18 * HOUR, BEGIN + DAY, 1, 40, None, ()),
    )
    assert (told.cost, told.conflicts, told.unheard) == (None, {}, ())


def test_node_hours_and_cost_are_told_from_the_least_to_the_most() -> None:
    told = preview("prod", replace(pool(DAYTIME), price=0.5), BEGIN, BEGIN + DAY)
    assert told.node_hours == (14 * 1 + 10 * 10, 14 * 40 + 10 * 20)
    assert told.cost == (57.0, 380.0)


def test_a_fixed_size_is_one_row_whatever_else_changes_below_it() -> None:
    told = preview("prod", pool(DAYTIME, MONTH_END), at("2026-11-30"), at("2026-12-01 12:00"))
    assert told.rows == (Row(at("2026-11-30"), at("2026-12-01 12:00"), 30, 30, 30, ("month-end",)),)
    assert told.node_hours == (1080, 1080)
    assert told.unheard == ("day",)


def test_every_contradiction_is_told_with_when_it_is_one() -> None:
    night = entry("night", "0 17 * * *", max=5)
    told = preview("prod", pool(entry("late", "0 8 * * *", 10 * HOUR, min=10), night), BEGIN, BEGIN + 2 * DAY)
    ((conflict, where),) = told.conflicts.items()
    assert conflict == "late says at least 10, night at most 5: 10 counts"
    contradicting = [(BEGIN + 8 * HOUR, BEGIN + 18 * HOUR), (BEGIN + 32 * HOUR, BEGIN + 42 * HOUR)]
    assert [(row.begin, row.end) for row in where] == contradicting, "the step holds all day"


def test_what_a_person_said_is_in_it() -> None:
    told = preview(
        "prod", pool(), BEGIN, BEGIN + DAY, [word("2026-11-23 06:00", "2026-11-23 07:00", target=9)]
    )
    assert [(row.target, row.by) for row in told.rows] == [(None, ()), (9, ("ann",)), (None, ())]
