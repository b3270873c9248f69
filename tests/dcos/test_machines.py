"""Down and up: in the right order, with everybody else's windows kept, and never down for a machine unseen."""

from __future__ import annotations

import pytest

from shared.errors import Refused, Retry, Unknown
from tests.dcos.maintained import IP, OTHERS, OURS, Master
from tests.dcos.recorded import answer


async def test_down_schedules_the_machine_looks_and_takes_it_down() -> None:
    master = Master([OTHERS])
    await master.scheduler().machine_down(IP, IP)
    assert master.down == [OURS]
    assert master.windows[0] == OTHERS
    assert master.asked[-3:] == [
        "POST /maintenance/schedule",
        "GET /maintenance/schedule",
        "POST /machine/down",
    ]


async def test_down_a_second_time_sends_nothing() -> None:
    master = Master()
    await master.scheduler().machine_down(IP, IP)
    before = len(master.posts())
    await master.scheduler().machine_down(IP, IP)
    assert len(master.posts()) == before


async def test_up_brings_the_machine_back_and_leaves_the_other_windows() -> None:
    master = Master([OTHERS])
    await master.scheduler().machine_down(IP, IP)
    await master.scheduler().machine_up(IP, IP)
    assert (master.down, master.windows) == ([], [OTHERS])


async def test_up_after_a_crash_between_schedule_and_down_takes_the_window_away() -> None:
    master = Master([OTHERS, {"machine_ids": [OURS], "unavailability": {"start": {"nanoseconds": 1}}}])
    await master.scheduler().machine_up(IP, IP)
    assert master.windows == [OTHERS]
    assert master.posts() == ["POST /maintenance/schedule"]


async def test_up_of_a_machine_that_is_not_scheduled_sends_nothing() -> None:
    master = Master([OTHERS])
    await master.scheduler().machine_up(IP, IP)
    assert master.posts() == []


async def test_a_machine_that_is_not_seen_in_the_schedule_is_never_taken_down() -> None:
    master = Master([OTHERS])
    master.forgets_posts = True
    with pytest.raises(Retry, match="changed by others all the time"):
        await master.scheduler().machine_down(IP, IP)
    assert "POST /machine/down" not in master.asked


async def test_a_schedule_that_cant_be_read_is_not_replaced() -> None:
    master = Master([OTHERS])
    master.faults["GET /maintenance/schedule"] = answer(b"<html>")
    with pytest.raises(Retry, match="malformed"):
        await master.scheduler().machine_down(IP, IP)
    assert master.posts() == []


async def test_a_schedule_that_the_master_does_not_accept_is_refused() -> None:
    master = Master()
    master.faults["POST /maintenance/schedule"] = answer(b"Failed to parse IPv4: x", 400)
    with pytest.raises(Refused) as refusal:
        await master.scheduler().machine_down(IP, IP)
    assert refusal.value.reason == "schedule_not_accepted"


@pytest.mark.parametrize("path", ["POST /maintenance/schedule", "POST /machine/down"])
async def test_a_lost_answer_leaves_the_outcome_unknown(path: str) -> None:
    master = Master()
    master.faults[path] = TimeoutError("no answer")
    with pytest.raises(Unknown):
        await master.scheduler().machine_down(IP, IP)


async def test_a_machine_that_somebody_else_took_down_meanwhile_is_down() -> None:
    master = Master([{"machine_ids": [OURS], "unavailability": {"start": {"nanoseconds": 1}}}])
    master.somebody_is_faster = True
    await master.scheduler().machine_down(IP, IP)
    assert master.down == [OURS]


@pytest.mark.parametrize(("hostname", "address"), [("", IP), (IP, ""), ("", "")])
async def test_half_a_machine_is_a_mistake_of_the_caller(hostname: str, address: str) -> None:
    master = Master()
    with pytest.raises(ValueError, match="needs hostname and address"):
        await master.scheduler().machine_down(hostname, address)
    assert master.asked == []
