"""What is read of masters beside a look: it may be younger than the look, and what cannot be read is a fault of our
eyes and stops nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.errors import Retry
from shared.model.masters import Council
from shared.model.nodes import Condition
from shared.operate.look import look
from shared.operate.masters import ask_masters, with_masters
from shared.operate.outside import Outside
from shared.operate.recall import recall
from shared.operate.situate import situate
from shared.policy.load import load
from tests.masters.hall import Hall, address


async def council_of(hall: Hall, outside: Outside, later_s: float = 0) -> Council:
    """As a pass has it; the masters are asked so long after the rest was judged."""
    (cluster,) = load(hall.policy, "policy.yaml").clusters
    recalled, snapshot = await recall(outside, cluster), await look(outside.eyes, cluster)
    picture = situate(cluster, snapshot, recalled, (), hall.clock.now())
    hall.clock.advance(timedelta(seconds=later_s))
    asked = await ask_masters(outside, cluster)
    council = (await with_masters(outside, picture, asked, recalled)).council
    assert council is not None
    return council


async def test_masters_that_were_asked_after_the_look_are_not_from_the_future() -> None:
    hall = Hall()
    council = await council_of(hall, hall.outside, later_s=30)
    assert [seat.serves for seat in council.seats] == [True] * 3


@pytest.mark.parametrize("error", [TimeoutError(), Retry("Azure is throttling", timedelta(seconds=20))])
async def test_machines_that_cannot_be_read_leave_a_silent_master_unknown(error: Exception) -> None:
    hall = Hall()
    hall.hangs(1)
    hall.machines.faults.always("machines", error)
    council = await council_of(hall, hall.outside)
    seat = council.seat(address(1))
    assert seat is not None
    assert (seat.finding.condition, seat.finding.blind, seat.serves) == (Condition.UNKNOWN, True, False)
    assert sum(one.serves for one in council.seats) == 2


async def test_where_nobody_reads_machines_a_silent_master_is_unknown() -> None:
    hall = Hall()
    hall.hangs(1)
    council = await council_of(hall, replace(hall.outside, machines=None))
    seat = council.seat(address(1))
    assert seat is not None
    assert (seat.finding.rule, seat.finding.blind) == (5, True)
