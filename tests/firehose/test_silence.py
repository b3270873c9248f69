"""A node that was heard and is not any more: told once, by whoever runs the sweep, and never because our ear failed."""

from __future__ import annotations

from datetime import timedelta

from shared.firehose.ear import MetricsEar
from shared.model.signals import Signal, SignalKind
from shared.policy.metric_rules import Kind, MetricRule
from shared.ports.store import Table
from shared.records.alert_states import heard_partition
from tests.builders import name
from tests.firehose.ground import Ground, metric

SILENT = MetricRule(
    name="silent",
    metric="system.uptime",
    kind=Kind.ABSENT,
    absent_for=timedelta(minutes=10),
    lasts=timedelta(0),
)


async def speaks(
    ground: Ground, *numbers: int, minutes: int = 1, ear: MetricsEar | None = None
) -> list[Signal]:
    """These nodes send for so many minutes, and the sweep looks each minute."""
    told: list[Signal] = []
    for _ in range(minutes):
        ground.passes(60)
        told += await ground.hears(
            *(metric(one, ground.now_s, "system", uptime=5) for one in numbers), ear=ear
        )
        told += await ground.ticks()
    return told


async def test_a_node_that_falls_silent_is_told_once_and_again_when_it_speaks() -> None:
    ground = Ground(SILENT)
    assert await speaks(ground, 1, 2, 3, 4, 5) == []
    (signal,) = await speaks(ground, 1, 2, 3, 4, minutes=20)
    assert (signal.kind, signal.node, signal.what) == (SignalKind.NODE_UNWELL, name(5), "silent")
    (again,) = await speaks(ground, 1, 2, 3, 4, 5, minutes=3)
    assert (again.kind, again.node) == (SignalKind.NODE_WELL, name(5))


async def test_a_node_that_never_spoke_is_not_missed() -> None:
    ground = Ground(SILENT)
    assert await speaks(ground, 1, 2, minutes=20) == []


async def test_when_everything_falls_silent_our_ear_is_doubted() -> None:
    ground = Ground(SILENT)
    await speaks(ground, 1, 2, 3, 4, 5, minutes=2)
    assert await speaks(ground, minutes=30) == []


async def test_when_half_falls_silent_at_once_our_ear_is_doubted() -> None:
    ground = Ground(SILENT)
    await speaks(ground, 1, 2, 3, 4, minutes=2)
    assert await speaks(ground, 1, 2, minutes=30) == []


async def test_after_our_ear_was_deaf_the_nodes_have_time_to_speak_again() -> None:
    ground = Ground(SILENT)
    await speaks(ground, 1, 2, 3, 4, 5, minutes=2)
    assert await speaks(ground, minutes=20) == []
    assert await speaks(ground, 1, 2, 3) == [], "the others come a minute later"
    assert await speaks(ground, 1, 2, 3, 4, 5, minutes=20) == []
    await speaks(ground, minutes=20)
    (signal,) = await speaks(ground, 1, 2, 3, 4, minutes=5)
    assert signal.node == name(5)


async def test_after_a_restart_the_nodes_have_time_to_speak_again() -> None:
    ground = Ground(SILENT)
    await speaks(ground, 1, 2, 3, 4, 5, minutes=2)
    ground.passes(1200)
    ground.restarts()
    assert await speaks(ground, 1, 2, 3, 4) == []
    assert await speaks(ground, 1, 2, 3, 4, 5, minutes=3) == []


async def test_a_node_that_another_instance_hears_is_not_silent() -> None:
    ground = Ground(SILENT)
    other = ground.another_ear()
    await speaks(ground, 1, 2, 3, 4, 5)
    for _ in range(20):
        ground.passes(60)
        await ground.hears(metric(5, ground.now_s, "system", uptime=5), ear=other)
        assert await speaks(ground, 1, 2, 3, 4) == []


async def test_silence_is_noticed_after_a_restart_too() -> None:
    ground = Ground(SILENT)
    await speaks(ground, 1, 2, 3, 4, 5, minutes=2)
    ground.restarts()
    (signal,) = await speaks(ground, 1, 2, 3, 4, minutes=15)
    assert signal.node == name(5)


async def test_what_a_lost_worker_heard_is_forgotten_after_a_day() -> None:
    ground = Ground(SILENT)
    await speaks(ground, 1, 2, 3)
    ground.restarts()
    ground.passes(90_000)
    await speaks(ground, 1, 2, 3)
    rows = await ground.store.query(Table.ALERT_STATES, heard_partition("prod"), "", "")
    assert [one.row for one in rows] == ["silent|worker-2|0"]
