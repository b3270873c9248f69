"""A pool that remembers its last weeks orders ahead of a load that nobody scheduled, and never has less for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.audit import AuditLog
from shared.errors import Retry
from shared.model.past import SLOT, Past, slot_of
from shared.ports.store import Table, Write
from tests.cli.typed import asked, words_of
from tests.scaling.waits import Waits
from tests.scene import START, SWEEP
from tests.watched import Call

SIGNALS = "signals: [{of: cpu, setpoint: 80%}, {of: waiting}]"
PACE = "window: 60m, shrink_pause: 5m, protect_new: 10m"
FORESEES = f"{SIGNALS}, {PACE}, forecast: {{weeks: 2}}"
MONDAY = START + timedelta(days=1)  # the stories begin on a Sunday, at three
NINE = timedelta(hours=6)
SELDOM = 15 * SWEEP
PARTITION = "prod|past"


class Weeks(Waits):
    """On working days from 9 to 17 UTC there is work that fills three agents beside what runs there."""

    def _tasks_are_placed(self) -> None:
        now = self.clock.now()
        self.burst = 3 if now.weekday() < 5 and 9 <= now.hour < 17 else 0
        super()._tasks_are_placed()

    async def until(self, at: datetime, every: timedelta = SWEEP) -> None:
        self.sweeps_every = every
        await self.after(seconds=(at - self.clock.now()).total_seconds())

    async def past(self) -> Past:
        return (await self.reader.pasts("prod")).get("private", Past())


async def test_the_third_monday_morning_is_ordered_ahead() -> None:
    weeks = Weeks(FORESEES)
    await weeks.until(MONDAY + NINE - SWEEP, SELDOM)
    first = weeks.capacity
    await weeks.until(MONDAY + timedelta(days=14, hours=5), SELDOM)
    before = weeks.capacity
    await weeks.until(MONDAY + timedelta(days=14) + NINE - SWEEP)
    assert (first, before, weeks.connected) == (2, 2, 4)
    said = [entry.record.text for entry in await AuditLog(weeks.store).read("prod", weeks.clock.now())]
    (told,) = [line for line in said if line.startswith("act: ") and "in the last weeks" in line]
    assert "4 nodes were needed at this hour in the last weeks, which was 0.0 nodes" in told
    assert "forecast 4: 4 nodes were needed" in words_of(await asked(weeks, "status", width=200))


async def test_while_less_is_known_it_says_so_and_nothing_waits_for_it() -> None:
    weeks = Weeks(FORESEES)
    await weeks.until(MONDAY + NINE + 2 * SELDOM, SELDOM)
    assert weeks.capacity == 4
    told = words_of(await asked(weeks, "status", width=200))
    assert "forecast does not count: fewer than 2 weeks know what" in told


async def test_the_past_is_written_once_an_hour_by_however_many_workers() -> None:
    weeks = Weeks(FORESEES)
    written: list[datetime] = []

    async def around(call: Call) -> Any:
        if call.name == "store.write" and call.args[1] == PARTITION:
            written.append(weeks.clock.now())
        return await call.go()

    apps = [weeks.new_app(around) for _ in range(2)]
    for _ in range(32):
        for app in apps:
            weeks.app = app
            await weeks.after(minutes=5)
    past = (await weeks.past()).by_slot
    assert len(written) == 5
    assert sorted(past) == [slot_of(START + n * SLOT) for n in range(20)]


async def test_a_past_that_can_not_be_asked_for_shrinks_nothing_and_keeps_nothing_from_growing() -> None:
    weeks = Weeks(FORESEES)
    await weeks.until(MONDAY + NINE - timedelta(hours=1), SELDOM)

    async def around(call: Call) -> Any:
        if call.name == "store.query" and call.args[1] == PARTITION:
            raise Retry("storage is busy", timedelta(seconds=1))
        return await call.go()

    weeks.app = weeks.new_app(around)
    await weeks.until(MONDAY + timedelta(hours=20), SELDOM)
    assert (weeks.capacity, weeks.waiting, weeks.failed) == (4, 0, [])
    weeks.restarts()
    await weeks.until(MONDAY + timedelta(hours=23), SELDOM)
    assert weeks.capacity == 2


async def test_a_past_that_can_not_be_read_is_begun_anew() -> None:
    weeks = Weeks(FORESEES)
    await weeks.store.write(Table.LEDGER, PARTITION, Write("private", b"{", None))
    await weeks.after(minutes=130)
    assert len((await weeks.past()).most) == 8


@pytest.mark.parametrize("forecast", ["", ", forecast: none"])
async def test_without_a_forecast_nothing_is_remembered(forecast: str) -> None:
    weeks = Weeks(f"{SIGNALS}, {PACE}{forecast}")
    asked_for: list[str] = []

    async def around(call: Call) -> Any:
        asked_for.extend(arg for arg in call.args if arg == PARTITION)
        return await call.go()

    weeks.app = weeks.new_app(around)
    await weeks.after(minutes=130)
    assert asked_for == []
    courses = await weeks.reader.courses("prod")
    assert courses["private"].value.needed == {}
