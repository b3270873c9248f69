"""From bad values to firing, and back: what one series goes through, seen from outside."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.firehose.course import Course, Stage, longest_gap, step
from shared.firehose.number import Rubbish
from shared.model.signals import Severity, SignalKind, Source
from shared.policy.metric_rules import MetricRule
from tests.builders import name
from tests.firehose.ground import Ground, metric, rule


async def test_a_value_that_stays_bad_fires_once_after_its_time() -> None:
    ground = Ground(rule(severity=Severity.CRITICAL))
    signals = await ground.hears_each(30, 10, 1, used_percent=95)
    (signal,) = signals
    assert (signal.kind, signal.source, signal.what) == (SignalKind.NODE_UNWELL, Source.FIREHOSE, "disk-full")
    assert (signal.cluster, signal.pool, signal.node) == ("prod", "private", name(1))
    assert signal.severity is Severity.CRITICAL


async def test_a_value_that_was_bad_for_less_than_its_time_fires_nothing() -> None:
    ground = Ground(rule())
    assert await ground.hears_each(30, 4, 1, used_percent=95) == []
    assert await ground.hears_each(30, 1, 1, used_percent=50) == []
    assert await ground.hears_each(30, 4, 1, used_percent=95) == []


async def test_a_rule_without_a_time_fires_with_the_first_bad_value() -> None:
    ground = Ground(rule(lasts=timedelta(0)))
    assert len(await ground.hears(metric(1, ground.now_s, used_percent=95))) == 1


async def test_between_limit_and_clear_a_firing_rule_goes_on_firing() -> None:
    ground = Ground(rule(lasts=timedelta(0)))
    await ground.hears(metric(1, ground.now_s, used_percent=95))
    assert await ground.hears_each(30, 3, 1, used_percent=87) == []
    (resolved,) = await ground.hears_each(30, 3, 1, used_percent=80)
    assert resolved.kind is SignalKind.NODE_WELL


async def test_a_series_that_was_always_well_leaves_nothing_behind() -> None:
    ground = Ground(rule())
    await ground.hears_each(30, 5, 1, used_percent=50)
    assert await ground.rows() == []


async def test_pending_is_forgotten_when_it_is_well_again() -> None:
    ground = Ground(rule())
    await ground.hears_each(30, 1, 1, used_percent=95)
    assert await ground.rows() == [f"disk-full|node|{name(1)}"]
    await ground.hears_each(30, 1, 1, used_percent=50)
    assert await ground.rows() == []


async def test_a_missed_window_does_not_fire() -> None:
    ground = Ground(rule())
    await ground.hears_each(10, 1, 1, used_percent=95)
    assert await ground.hears_each(480, 1, 1, used_percent=95) == []
    assert len(await ground.hears_each(60, 2, 1, used_percent=95)) == 1


async def test_a_missed_window_does_not_clear() -> None:
    ground = Ground(rule(lasts=timedelta(0)))
    await ground.hears(metric(1, ground.now_s, used_percent=95))
    ground.passes(7200)
    assert await ground.ticks() == []
    assert await ground.hears_each(10, 1, 1, used_percent=95) == []


async def test_a_value_that_comes_late_changes_nothing() -> None:
    ground = Ground(rule(lasts=timedelta(0)))
    await ground.hears(metric(1, ground.now_s, used_percent=95))
    assert await ground.hears(metric(1, ground.now_s - 60, used_percent=10)) == []


async def test_a_bad_value_that_comes_late_for_a_node_that_is_well_changes_nothing() -> None:
    ground = Ground(rule(metric="swap.used_percent", lasts=timedelta(0)))
    await ground.hears(metric(1, ground.now_s, "swap", used_percent=10))
    assert await ground.hears(metric(1, ground.now_s - 60, "swap", used_percent=95)) == []
    counts = await ground.counts(metric(1, ground.now_s - 50, "swap", used_percent=95))
    assert counts[Rubbish.OLD.value] == 1


async def test_the_same_batch_again_changes_nothing() -> None:
    ground = Ground(rule())
    stretch = [metric(1, ground.now_s - back, used_percent=95) for back in (100, 50, 0)]
    for _ in range(5):
        assert await ground.hears(*stretch) == []


async def test_a_clock_that_jumps_ahead_makes_no_stretch() -> None:
    ground = Ground(rule())
    assert await ground.hears_each(10, 2, 1, used_percent=95) == []
    assert await ground.hears(metric(1, ground.now_s + 115, used_percent=95)) == []
    ground.passes(10)
    assert await ground.hears(metric(1, ground.now_s + 115, used_percent=95)) == []


async def test_below_and_outside_are_bad_on_their_side() -> None:
    below = Ground(rule(low=1.0, clear_low=1.0, high=1e9, clear_high=1e9, lasts=timedelta(0)))
    assert await below.hears(metric(1, below.now_s, used_percent=1)) == []
    assert len(await below.hears(metric(1, below.now_s + 1, used_percent=0))) == 1
    outside = Ground(rule(low=-1.0, clear_low=-1.0, high=1.0, clear_high=1.0, lasts=timedelta(0)))
    assert len(await outside.hears(metric(1, 1 + outside.now_s, used_percent=-2))) == 1
    assert len(await outside.hears(metric(2, 1 + outside.now_s, used_percent=2))) == 1
    assert await outside.hears(metric(3, 1 + outside.now_s, used_percent=0.5)) == []


async def test_series_that_by_tells_apart_are_judged_apart() -> None:
    ground = Ground(rule(by=("path",), lasts=timedelta(0)))
    signals = await ground.hears(
        metric(1, ground.now_s, tags={"path": "/"}, used_percent=50),
        metric(1, ground.now_s, tags={"path": "/data"}, used_percent=95),
    )
    assert len(signals) == 1
    assert len(await ground.hears(metric(1, ground.now_s + 1, tags={"path": "/"}, used_percent=95))) == 1


async def test_disks_are_told_apart_without_a_word() -> None:
    ground = Ground(rule())
    told = []
    for _ in range(10):
        ground.passes(30)
        disks = {"/": 10, "/data": 99, "/var": 20}
        told += await ground.hears(
            *(metric(1, ground.now_s, tags={"path": path}, used_percent=used) for path, used in disks.items())
        )
    assert len(told) == 1


async def test_two_series_of_a_node_need_not_be_in_step() -> None:
    ground = Ground(rule(lasts=timedelta(0)))
    await ground.hears(metric(1, ground.now_s, tags={"path": "/"}, used_percent=10))
    late = metric(1, ground.now_s - 20, tags={"path": "/data"}, used_percent=95)
    assert len(await ground.hears(late)) == 1


async def test_a_tag_that_does_not_match_is_not_judged() -> None:
    ground = Ground(rule(tags={"path": ("/var/lib/mesos",)}, lasts=timedelta(0)))
    assert await ground.hears(metric(1, ground.now_s, tags={"path": "/"}, used_percent=95)) == []
    assert (
        len(await ground.hears(metric(1, ground.now_s, tags={"path": "/var/lib/mesos"}, used_percent=95)))
        == 1
    )


RULE = MetricRule(name="r", metric="m", high=90, clear_high=85, lasts=timedelta(minutes=5))


@given(st.lists(st.tuples(st.floats(0.5, 400), st.floats(0, 100)), max_size=40))
def test_whatever_is_heard_firing_needs_its_whole_time_of_bad_values(
    heard: list[tuple[float, float]],
) -> None:
    course: Course | None = None
    at, held = 1e9, 0.0
    last: float | None = None
    for seconds, value in heard:
        at += seconds
        was = course
        course = step(RULE, course, value, at)
        if not RULE.is_bad(value):
            held, last = 0.0, None
        else:
            held += seconds if last is not None and seconds <= longest_gap(RULE) else 0.0
            last = at
        if course and course.stage is Stage.FIRING and not (was and was.stage is Stage.FIRING):
            assert held >= 300 - 1e-6
        if was and was.stage is Stage.FIRING and course != was and value > 85:
            assert course is not None
            assert course.stage is Stage.FIRING
