"""Maintenance windows: one document for the cluster, which others write at the same time."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from shared.dcos.machines import Machines
from shared.dcos.maintenance import Machine, unavailability
from shared.dcos.masters import Masters
from shared.errors import Refused, Retry, Unknown
from shared.ports.http import Http, HttpAnswer, HttpCall
from tests.dcos.maintained import IP, OTHERS, OURS, Master
from tests.dcos.recorded import MASTER, answer

START = datetime(2026, 11, 22, 3, 0, 0, 250, tzinfo=UTC)
HOUR = timedelta(hours=1)
WINDOW = {
    "machine_ids": [OURS],
    "unavailability": {
        "start": {"nanoseconds": 1_795_316_400_000_250_000},
        "duration": {"nanoseconds": 3_600_000_000_000},
    },
}


class _Uneven(Http):
    """Every request takes some turns of the event loop, so that workers go side by side and overtake each other."""

    def __init__(self, http: Http, chance: Random) -> None:
        self._http = http
        self._chance = chance

    async def send(self, call: HttpCall) -> HttpAnswer:
        for _ in range(self._chance.randrange(6)):
            await asyncio.sleep(0)
        return await self._http.send(call)


async def test_the_window_is_posted_behind_those_of_others_and_looked_at() -> None:
    master = Master([OTHERS])
    await master.scheduler().schedule_maintenance(IP, IP, START, HOUR)
    assert master.windows == [OTHERS, WINDOW]
    assert master.asked == [
        "GET /maintenance/schedule",
        "POST /maintenance/schedule",
        "GET /maintenance/schedule",
    ]


async def test_the_same_window_again_sends_nothing() -> None:
    master = Master([OTHERS, WINDOW])
    await master.scheduler().schedule_maintenance(IP, IP, START, HOUR)
    assert master.posts() == []


async def test_a_machine_that_no_agent_announced_is_refused_before_anything_is_sent() -> None:
    """Yelp/paasta issue 1502: maintenance for a host that does not exist crashed the master."""
    for hostname, address in (("10.99.0.1", "10.99.0.1"), ("agent-1", IP), (IP, "10.32.0.5")):
        master = Master()
        with pytest.raises(Refused) as refusal:
            await master.scheduler().schedule_maintenance(hostname, address, START, HOUR)
        assert refusal.value.reason == "machine_not_announced"
        assert master.asked == []


async def test_a_machine_in_somebody_elses_window_stays_in_it() -> None:
    theirs = WINDOW | {"unavailability": {"start": {"nanoseconds": 7}}}
    master = Master([theirs])
    with pytest.raises(Refused) as refusal:
        await master.scheduler().schedule_maintenance(IP, IP, START, HOUR)
    assert refusal.value.reason == "machine_scheduled_by_others"
    assert master.windows == [theirs]


async def test_what_a_stale_posting_of_others_undid_is_posted_again() -> None:
    master = Master()

    def others_post_what_they_read_before() -> None:
        master.windows = [OTHERS]

    master.after = [others_post_what_they_read_before]
    await master.scheduler().schedule_maintenance(IP, IP, START, HOUR)
    assert master.windows == [OTHERS, WINDOW]


async def test_others_who_write_all_the_time_are_given_way_after_four_tries() -> None:
    master = Master()

    def undo() -> None:
        master.windows = []

    master.after = [undo] * 100
    with pytest.raises(Retry, match="changed by others all the time"):
        await master.scheduler().schedule_maintenance(IP, IP, START, HOUR)
    assert len(master.posts()) == 4


async def test_a_machine_that_others_took_down_meanwhile_stays_in_the_schedule() -> None:
    master = Master()

    def others_take_theirs_down() -> None:
        master.windows, master.down = [OTHERS], [{"hostname": "b", "ip": "10.0.0.2"}]

    master.before = [others_take_theirs_down]
    await master.scheduler().schedule_maintenance(IP, IP, START, HOUR)
    assert master.windows == [OTHERS, WINDOW]


async def scheduled_by_three(seed: int, settle_s: float) -> tuple[list[str], list[str]]:
    """The addresses that three workers scheduled at once, and those that were in the schedule in the end."""
    master, chance = Master([OTHERS]), Random(seed)
    addresses = [f"10.99.0.{number}" for number in range(3)]
    masters, when = Masters(_Uneven(master.http, chance)), unavailability(START, HOUR)
    together = [Machines(masters, MASTER, settle_s).schedule(Machine(at, at), when) for at in addresses]
    outcomes = await asyncio.gather(*together, return_exceptions=True)
    done = [at for at, outcome in zip(addresses, outcomes, strict=True) if outcome is None]
    return done, sorted(one["machine_ids"][0]["ip"] for one in master.windows)


async def test_workers_side_by_side_lose_no_window() -> None:
    """Each may have read before another one posted. A window that is seen at once may be overwritten a moment later;
    one that is seen after everybody who had read has posted stays."""
    for seed in range(20):
        done, scheduled = await scheduled_by_three(seed, settle_s=0.01)
        assert {"10.0.0.2", *done} <= set(scheduled)
        assert done
    hurried = [await scheduled_by_three(seed, settle_s=0) for seed in range(20)]
    assert any(not set(done) <= set(scheduled) for done, scheduled in hurried)


async def test_taking_a_window_back_leaves_the_others() -> None:
    master = Master([OTHERS, WINDOW])
    await master.scheduler().unschedule_maintenance(IP, IP)
    assert master.windows == [OTHERS]
    await master.scheduler().unschedule_maintenance(IP, IP)
    assert master.posts() == ["POST /maintenance/schedule"]


async def test_a_machine_that_is_down_stays_in_the_schedule() -> None:
    master = Master([WINDOW])
    master.down = [OURS]
    with pytest.raises(Refused) as refusal:
        await master.scheduler().unschedule_maintenance(IP, IP)
    assert refusal.value.reason == "machine_is_down"
    assert master.posts() == []


async def test_a_lost_answer_to_the_posting_leaves_the_outcome_unknown() -> None:
    master = Master()
    master.faults["POST /maintenance/schedule"] = TimeoutError("no answer")
    with pytest.raises(Unknown):
        await master.scheduler().schedule_maintenance(IP, IP, START, HOUR)


@pytest.mark.parametrize(
    ("start", "duration"), [(START.replace(tzinfo=None), HOUR), (START, timedelta(0)), (START, -HOUR)]
)
async def test_a_window_that_is_none_is_a_mistake_of_the_caller(start: datetime, duration: timedelta) -> None:
    master = Master()
    with pytest.raises(ValueError, match="no maintenance window"):
        await master.scheduler().schedule_maintenance(IP, IP, start, duration)
    assert master.asked == []


async def test_a_schedule_that_the_master_does_not_take_is_refused() -> None:
    master = Master()
    master.faults["POST /maintenance/schedule"] = answer(b"List of machines in the window is empty", 400)
    with pytest.raises(Refused) as refusal:
        await master.scheduler().schedule_maintenance(IP, IP, START, HOUR)
    assert refusal.value.reason == "schedule_not_accepted"
