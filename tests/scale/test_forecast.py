"""What is foreseen from the last weeks: each numbered rule of shared/scale/forecast.py."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.model.past import SLOT
from shared.policy.scaling import Foresight
from shared.scale.forecast import WEEK, Forecast, History, forecast, remembered
from tests.scale.asking import Asking, needs

NOW = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
LEAD = timedelta(minutes=5)
LONDON = ZoneInfo("Europe/London")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def past(needed: Callable[[datetime], int], weeks: float = 5, now: datetime = NOW) -> dict[int, int]:
    """What was needed in each quarter of an hour up to now."""
    first = (now - weeks * WEEK - EPOCH) // SLOT
    return {slot: needed(EPOCH + slot * SLOT) for slot in range(first, (now - EPOCH) // SLOT)}


def office(at: datetime) -> int:
    """From 9 to 17 in UTC."""
    return 20 if 9 <= at.hour < 17 else 5


def seen(history: History, at: datetime = NOW + LEAD, **foresight: object) -> Forecast:
    return forecast(history, at, NOW, Foresight(**foresight))  # type: ignore[arg-type]


def nodes(found: Forecast) -> int:
    assert found.demand is not None, found.because
    return found.demand.value.nodes


def test_rule_1_the_most_of_each_quarter_is_remembered_and_what_is_old_is_not() -> None:
    history: History = {}
    for minute, needed in ((0, 5), (5, 9), (10, 7), (15, 3)):
        history = remembered(history, needed, NOW + timedelta(minutes=minute))
    assert sorted(history.values()) == [3, 9]
    assert len(remembered(history, 1, NOW + 6 * WEEK)) == 1


def test_rule_2_the_load_of_the_hour_is_foreseen_before_it_comes() -> None:
    history = past(office)
    assert nodes(seen(history, NOW + timedelta(hours=8, minutes=30))) == 5
    assert nodes(seen(history, NOW)) == 20
    assert nodes(seen(history, NOW - timedelta(minutes=10))) == 20


def test_rule_2_one_odd_week_changes_nothing() -> None:
    history = past(lambda at: 90 if abs(at - (NOW - 2 * WEEK)) < timedelta(days=3) else office(at))
    assert nodes(seen(history)) == 20


def test_rule_2_weeks_are_those_of_local_clocks() -> None:
    """Clocks went back on 25 October: nine o'clock in London was eight o'clock in UTC before."""
    now = NOW - 2 * WEEK
    history = past(lambda at: 20 if 9 <= at.astimezone(LONDON).hour < 17 else 5, now=now)
    half_past_eight = now - timedelta(minutes=30)
    assert nodes(forecast(history, half_past_eight, now, Foresight(zone="Europe/London"))) == 5
    assert nodes(forecast(history, half_past_eight, now, Foresight(zone="UTC"))) == 20


def test_rule_3_two_weeks_have_to_know_the_hour() -> None:
    found = seen(past(office, weeks=1.5))
    assert found.demand is None
    assert "fewer than 2 weeks" in found.because
    assert seen(past(office, weeks=2.5)).demand is not None


def test_rule_4_the_error_is_that_of_the_last_day() -> None:
    history = past(lambda at: 10 if at < NOW - timedelta(days=1) else 8)
    found = seen(history)
    assert found.error == 0.25
    assert "2.0 nodes (25%) off on the last day" in found.because
    assert found.off == 2


def test_rule_4_without_the_last_day_nothing_is_foreseen() -> None:
    history = past(lambda at: 10 if at < NOW - timedelta(hours=13) else 0)
    found = seen(history)
    assert (found.demand, found.error) == (None, None)
    assert "not known yet" in found.because


def test_rule_5_what_was_too_wrong_does_not_count() -> None:
    history = past(lambda at: 10 if at < NOW - timedelta(days=1) else 5)
    found = seen(history)
    assert (found.demand, found.error) == (None, 1.0)
    assert "5.0 nodes (100%) off" in found.because
    assert nodes(seen(history, trusted=1.0)) == 10


def test_machines_are_there_when_the_load_comes() -> None:
    asking, found = Asking(8), seen(past(office))
    assert found.demand is not None
    assert asking.look(needs(5), found.demand).nodes > 8


@settings(max_examples=40)
@given(st.lists(st.integers(1, 40), min_size=96, max_size=96), st.integers(1, 60))
def test_never_below_what_load_asks_for(day: list[int], load: int) -> None:
    """With the forecast beside it the rule wants as much as without it, or more."""
    found = seen(past(lambda at: day[(at - EPOCH) // SLOT % 96], weeks=3))
    with_it, alone = Asking(20), Asking(20)
    foreseen = [] if found.demand is None else [found.demand]
    for _ in range(30):
        assert with_it.look(needs(load), *foreseen).nodes >= alone.look(needs(load)).nodes
