"""The rules by which the clock and people decide about a pool's size, one test and more for each number."""

from __future__ import annotations

from shared.decide.schedule import bounds_at
from shared.model.bounds import Because, Source
from tests.schedule.plans import DAY, HOUR, LONDON, MINUTE, at, entry, names, pool, reason, sizes, word

MONDAY = "2026-11-23"
OFFICE = entry("office", "0 7 * * MON-FRI", 12 * HOUR, min=10)
NIGHT = entry("night", "0 19 * * *", max=5)
MORNING = entry("morning", "0 6 * * *", min=3)


def test_1_where_nothing_is_said_the_hard_bounds_hold() -> None:
    assert sizes(bounds_at(pool(), at(MONDAY))) == (1, 40, None)
    assert sizes(bounds_at(pool(OFFICE), at(f"{MONDAY} 06:59"))) == (1, 40, None)
    assert reason(bounds_at(pool(OFFICE), at(MONDAY))) == Because(Source.CAPACITY, "capacity")


def test_2_a_span_holds_from_its_beginning_for_as_long_as_it_lasts() -> None:
    begun = bounds_at(pool(OFFICE), at(f"{MONDAY} 07:00"))
    assert sizes(begun) == (10, 40, None)
    assert reason(begun) == Because(Source.SPAN, "office", at(f"{MONDAY} 07:00"), at(f"{MONDAY} 19:00"))
    assert sizes(bounds_at(pool(OFFICE), at(f"{MONDAY} 18:59"))) == (10, 40, None)
    assert sizes(bounds_at(pool(OFFICE), at(f"{MONDAY} 19:00"))) == (1, 40, None)


def test_2_a_span_over_a_night_in_which_clocks_change_lasts_as_long_as_it_says() -> None:
    late = pool(entry("late", "0 22 * * SAT", 8 * HOUR, LONDON, target=4))
    assert sizes(bounds_at(late, at("2026-10-25 04:59")))[2] == 4  # begun at 21:00 UTC, in summer time
    assert sizes(bounds_at(late, at("2026-10-25 05:00")))[2] is None


def test_3_a_step_holds_until_the_next_one_begins() -> None:
    days = pool(MORNING, NIGHT)
    assert sizes(bounds_at(days, at(f"{MONDAY} 18:59"))) == (3, 40, None)
    evening = bounds_at(days, at(f"{MONDAY} 19:00"))
    assert sizes(evening) == (1, 5, None), "what the morning said is over as a whole"
    assert evening.max.because == Because(Source.STEP, "night", at(f"{MONDAY} 19:00"), at("2026-11-24 06:00"))


def test_3_of_steps_that_begin_together_the_last_in_the_file_holds() -> None:
    first, last = entry("a", "0 6 * * *", min=3), entry("b", "0 6 * * MON", min=2)
    assert sizes(bounds_at(pool(first, last), at(f"{MONDAY} 06:00"))) == (2, 40, None)
    assert sizes(bounds_at(pool(last, first), at(f"{MONDAY} 06:00"))) == (3, 40, None)


def test_4_what_a_person_said_holds_from_then_on_until_the_given_end() -> None:
    launch = [word(f"{MONDAY} 08:00", f"{MONDAY} 09:00", target=20)]
    for minute, size in (("07:59", None), ("08:00", 20), ("08:59", 20), ("09:00", None)):
        assert sizes(bounds_at(pool(), at(f"{MONDAY} {minute}"), launch))[2] == size
    endless = bounds_at(pool(), at("2031-01-01"), [word(MONDAY, min=7)])
    assert reason(endless) == Because(Source.PERSON, "ann", at(MONDAY), None)


def test_5_each_bound_is_taken_from_what_counts_most_of_those_that_say_it() -> None:
    busy, quiet = entry("busy", "0 8 * * *", HOUR, min=12), entry("quiet", "0 8 * * *", HOUR, max=30)
    other = entry("other", "0 8 * * *", HOUR, min=8)
    bounds = bounds_at(pool(busy, quiet, other, MORNING), at(f"{MONDAY} 08:00"))
    assert (sizes(bounds), names(bounds)) == ((8, 30, None), ("other", "quiet"))
    bounds = bounds_at(pool(other, quiet, busy), at(f"{MONDAY} 08:00"))
    assert (sizes(bounds), names(bounds)) == ((12, 30, None), ("busy", "quiet"))


def test_5_a_person_counts_more_than_spans_and_a_later_word_more_than_an_earlier() -> None:
    words = [word(f"{MONDAY} 07:30", min=20, who="ben"), word(f"{MONDAY} 07:00", min=15)]
    bounds = bounds_at(pool(OFFICE), at(f"{MONDAY} 08:00"), words)
    assert names(bounds)[0] == "ben"
    assert sizes(bounds_at(pool(OFFICE), at(f"{MONDAY} 07:10"), words))[0] == 15


def test_6_a_bound_that_counts_less_than_the_target_makes_room_for_it() -> None:
    closing = entry("closing", "0 0 L * *", 36 * HOUR, target=20)
    bounds = bounds_at(pool(closing, NIGHT), at("2026-11-30 20:00"))
    assert sizes(bounds) == (1, 20, 20)
    assert sizes(bounds_at(pool(OFFICE), at(f"{MONDAY} 08:00"), [word(MONDAY, target=2)])) == (2, 40, 2)


def test_6_a_bound_that_counts_more_than_the_target_moves_it() -> None:
    base = entry("base", "0 0 * * *", target=5)
    assert sizes(bounds_at(pool(base, OFFICE), at(f"{MONDAY} 08:00"))) == (10, 40, 10)
    big = entry("big", "0 0 * * *", target=30)
    assert sizes(bounds_at(pool(big), at(f"{MONDAY} 08:00"), [word(MONDAY, max=4)])) == (1, 4, 4)


def test_7_of_a_min_above_the_max_the_min_counts_and_a_conflict_is_told() -> None:
    bounds = bounds_at(pool(entry("late", "0 7 * * *", 13 * HOUR, min=10), NIGHT), at(f"{MONDAY} 19:30"))
    assert sizes(bounds) == (10, 10, None)
    assert bounds.conflicts == ("late says at least 10, night at most 5: 10 counts",)


def test_7_of_a_persons_max_below_a_min_the_person_counts_and_there_is_no_conflict() -> None:
    bounds = bounds_at(pool(OFFICE), at(f"{MONDAY} 08:00"), [word(MONDAY, max=4)])
    assert (sizes(bounds), bounds.conflicts) == ((4, 4, None), ())


def test_8_the_hard_bounds_hold_whatever_was_said() -> None:
    bounds = bounds_at(pool(least=3), at(MONDAY), [word(MONDAY, target=90)])
    assert sizes(bounds) == (3, 40, 40)
    assert bounds.conflicts == ("ann says 90, capacity 3 to 40: 40 counts",)
    assert sizes(bounds_at(pool(least=3), at(MONDAY), [word(MONDAY, target=0)])) == (3, 40, 3)


def test_9_capacity_is_ordered_a_lead_ahead_and_says_what_for() -> None:
    early = bounds_at(pool(OFFICE), at(f"{MONDAY} 06:50"), lead=10 * MINUTE)
    assert sizes(early) == (10, 40, None)
    assert reason(early).since == at(f"{MONDAY} 07:00")
    assert sizes(bounds_at(pool(OFFICE), at(f"{MONDAY} 06:49:59"), lead=10 * MINUTE)) == (1, 40, None)


def test_9_a_max_makes_room_for_what_is_ordered_ahead_and_a_target_grows_to_it() -> None:
    steps = pool(NIGHT, entry("day", "0 7 * * *", target=20))
    assert sizes(bounds_at(steps, at(f"{MONDAY} 06:55"), lead=10 * MINUTE)) == (20, 20, None)
    fixed = pool(entry("night", "0 19 * * *", target=2), entry("day", "0 7 * * *", min=9))
    assert sizes(bounds_at(fixed, at(f"{MONDAY} 06:55"), lead=10 * MINUTE)) == (9, 40, 9)


def test_9_nothing_is_given_up_ahead_of_its_time() -> None:
    assert sizes(bounds_at(pool(OFFICE), at(f"{MONDAY} 18:55"), lead=10 * MINUTE)) == (10, 40, None)
    fixed = pool(entry("day", "0 7 * * *", target=20), entry("night", "0 19 * * *", target=2))
    assert sizes(bounds_at(fixed, at(f"{MONDAY} 18:55"), lead=10 * MINUTE))[2] == 20


def test_9_a_span_shorter_than_the_lead_is_warm_until_it_begins() -> None:
    brief = pool(entry("brief", "0 7 * * *", 5 * MINUTE, min=10))
    warm = [sizes(bounds_at(brief, at(f"{MONDAY} 06:{one}"), lead=10 * MINUTE))[0] for one in range(50, 60)]
    assert warm == [10] * 10


def test_9_what_comes_back_when_a_span_ends_is_warm_as_well() -> None:
    rest = entry("rest", "0 12 * * *", HOUR, target=2)
    assert sizes(bounds_at(pool(MORNING, rest), at(f"{MONDAY} 12:55"), lead=10 * MINUTE))[2] == 3


def test_10_warm_up_does_not_go_beyond_what_a_person_said() -> None:
    for words in ([word(MONDAY, f"{MONDAY} 07:00", max=4)], [word(MONDAY, f"{MONDAY} 07:00", target=4)]):
        assert bounds_at(pool(OFFICE), at(f"{MONDAY} 06:55"), words, 10 * MINUTE).floor.nodes == 4
        assert bounds_at(pool(OFFICE), at(f"{MONDAY} 07:00"), words, 10 * MINUTE).floor.nodes == 10


def test_10_a_persons_max_counts_also_where_a_target_that_counts_less_is_below_it() -> None:
    early = pool(OFFICE, entry("rest", "0 6 * * *", HOUR, target=3))
    words = [word(MONDAY, f"{MONDAY} 07:00", max=5)]
    assert bounds_at(early, at(f"{MONDAY} 06:55"), words, 10 * MINUTE).floor.nodes == 5


def test_a_year_of_looking_away_changes_nothing() -> None:
    kept, fresh = pool(OFFICE, NIGHT), pool(OFFICE, NIGHT)
    for hour in range(0, 24 * 14, 5):
        bounds_at(kept, at(MONDAY) + hour * HOUR)
    later = at(MONDAY) + 365 * DAY
    assert bounds_at(kept, later) == bounds_at(fresh, later)
