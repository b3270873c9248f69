"""Whatever schedules a pool has: the answer at an instant depends on nothing that was asked before, is within the hard
bounds, and is the one that the timeline has."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.decide.schedule import bounds_at
from shared.decide.timeline import changes
from shared.model.bounds import PoolBounds, Resize
from shared.policy.schedules import Calendar, Schedule
from shared.policy.schema import PoolPolicy
from tests.schedule.plans import DAY, HOUR, MINUTE, pool

BEGIN = datetime(2026, 10, 20, tzinfo=UTC)
FEW = settings(max_examples=30, deadline=None)

CRONS = [
    "0 7 * * MON-FRI",
    "30 1 * * *",
    "0 19 * * *",
    "0 0 L * *",
    "0 */6 * * *",
    "0 12 * * 1#1",
    "0 2 25 10 *",
]
ZONES = ["UTC", "Europe/London", "America/New_York", "Australia/Lord_Howe"]
CALENDAR = Calendar(name="own", dates=frozenset(date(2026, 10, 20) + day * DAY for day in (0, 3, 5, 6, 12)))
SAYS = st.one_of(
    st.fixed_dictionaries({"target": st.integers(0, 45)}),
    st.fixed_dictionaries({"min": st.integers(0, 45)}),
    st.fixed_dictionaries({"max": st.integers(0, 45)}),
    st.fixed_dictionaries({"min": st.integers(0, 20), "max": st.integers(20, 45)}),
)
MOMENTS = st.integers(0, 30 * 24 * 60).map(lambda minutes: BEGIN + minutes * MINUTE)
LEADS = st.sampled_from([timedelta(0), 4 * MINUTE, 15 * MINUTE, 3 * HOUR])


@st.composite
def entries(draw: st.DrawFn) -> Schedule:
    return Schedule(
        name=draw(st.sampled_from(["a", "b", "c"])),
        cron=draw(st.sampled_from(CRONS)),
        zone=draw(st.sampled_from(ZONES)),
        lasts=draw(st.sampled_from([None, 5 * MINUTE, HOUR, 9 * HOUR, 40 * HOUR])),
        besides=draw(st.sampled_from([None, None, CALENDAR])),
        only=draw(st.sampled_from([None, None, CALENDAR])),
        **draw(SAYS),
    )


@st.composite
def words(draw: st.DrawFn) -> Resize:
    since = draw(MOMENTS)
    until = draw(st.sampled_from([None, since + HOUR, since + 3 * DAY]))
    return Resize(who=draw(st.sampled_from(["ann", "ben"])), why="so", since=since, until=until, **draw(SAYS))


POOLS = st.lists(entries(), max_size=6).map(lambda some: pool(*some, least=2, most=30))
WORDS = st.lists(words(), max_size=2)


def fresh(one: PoolPolicy) -> PoolPolicy:
    """The same pool, of which nothing was asked before."""
    return pool(
        *(
            Schedule(**{name: getattr(entry, name) for name in entry.__struct_fields__})
            for entry in one.schedules
        ),
        least=2,
        most=30,
    )


@FEW
@given(POOLS, WORDS, st.lists(MOMENTS, min_size=1, max_size=6), LEADS)
def test_how_one_got_there_makes_no_difference(
    plan: PoolPolicy, said: list[Resize], asked: list[datetime], lead: timedelta
) -> None:
    answers = [bounds_at(plan, now, said, lead) for now in asked]
    assert answers == [bounds_at(fresh(plan), now, said, lead) for now in asked]


@FEW
@given(POOLS, WORDS, MOMENTS)
def test_at_each_instant_the_timeline_has_what_holds_then(
    plan: PoolPolicy, said: list[Resize], begin: datetime
) -> None:
    told = changes(plan, begin, begin + 4 * DAY, said)
    assert told[0].at == begin
    instants = {begin + hours * 17 * HOUR for hours in range(6)} | {one.at for one in told}
    instants |= {one.at - timedelta(seconds=1) for one in told[1:]}
    for now in instants:
        last = [one for one in told if one.at <= now][-1]
        assert last.bounds == bounds_at(plan, now, said)


@FEW
@given(POOLS, WORDS, MOMENTS, LEADS)
def test_the_hard_bounds_hold_and_no_bound_contradicts_another(
    plan: PoolPolicy, said: list[Resize], now: datetime, lead: timedelta
) -> None:
    bounds = bounds_at(plan, now, said, lead)
    assert 2 <= bounds.min.nodes <= bounds.floor.nodes <= bounds.ceiling.nodes <= bounds.max.nodes <= 30


@FEW
@given(POOLS, MOMENTS, LEADS)
def test_whatever_is_to_be_there_at_a_time_was_ordered_a_lead_before(
    plan: PoolPolicy, now: datetime, lead: timedelta
) -> None:
    wanted = bounds_at(plan, now).floor.nodes
    for part in range(1, 5):
        assert floor(bounds_at(plan, now - lead * part / 4, (), lead)) >= wanted
    assert floor(bounds_at(plan, now, (), lead)) >= wanted, "and is not given up for what comes later"


def floor(bounds: PoolBounds) -> int:
    return bounds.floor.nodes
