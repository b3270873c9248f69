"""Rules that the policy lets count for repair: that they still fire is written down, and told once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.firehose.course import FIRES_ON_S
from shared.model.alarms import Alarm
from shared.ports.store import Table, Write
from shared.records.alert_states import Alarms
from tests.builders import name
from tests.firehose.ground import Ground, metric, rule

MINUTE = timedelta(minutes=1)


async def bad_for(ground: Ground, minutes: int, value: float = 95) -> list[str]:
    told: list[str] = []
    for _ in range(minutes * 2):
        ground.passes(30)
        signals = await ground.hears(metric(1, ground.now_s, used_percent=value))
        told += [one.event_id.rpartition("|")[2] for one in signals]
    return told


async def alarms(ground: Ground) -> tuple[Alarm, ...]:
    return await Alarms(ground.store).firing("prod", ["disk-full"])


@pytest.mark.parametrize("impairs", [True, False])
async def test_that_it_still_fires_is_written_down_where_it_counts(impairs: bool) -> None:
    ground = Ground(rule(impairs=impairs))
    assert await bad_for(ground, 30) == ["firing"], "and nobody is told again"
    (alarm,) = await alarms(ground)
    age = ground.now - alarm.seen
    assert (alarm.node, age < timedelta(seconds=FIRES_ON_S)) == (name(1), impairs)


async def test_another_instance_goes_on_and_tells_nothing_again() -> None:
    ground = Ground(rule(impairs=True))
    await bad_for(ground, 10)
    ground.restarts()
    assert await bad_for(ground, 10) == []
    (alarm,) = await alarms(ground)
    assert ground.now - alarm.seen < timedelta(seconds=FIRES_ON_S)


async def test_what_is_over_or_pending_or_another_rules_is_no_alarm() -> None:
    ground = Ground(rule(impairs=True))
    await bad_for(ground, 1)
    assert await alarms(ground) == ()
    await bad_for(ground, 5)
    assert await Alarms(ground.store).firing("prod", ["disk", "disk-full-2"]) == ()
    assert await Alarms(ground.store).firing("other", ["disk-full"]) == ()
    assert await bad_for(ground, 1, value=10) == ["resolved"]
    assert await alarms(ground) == ()


async def test_a_row_that_this_version_cannot_read_says_nothing() -> None:
    ground = Ground(rule(impairs=True))
    await bad_for(ground, 5)
    await ground.store.write(Table.ALERT_STATES, "prod", Write("disk-full|node|x", b"{}", None))
    assert [one.node for one in await alarms(ground)] == [name(1)]
