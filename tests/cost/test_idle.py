"""An app that has nothing to do costs less than a dollar a month, and docs/cost.md says what was counted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cost.bill import (
    FREE_EXECUTIONS,
    FREE_GB_S,
    GB_S_USD,
    HOURS,
    INSTANCE_GB,
    LEASES_USD,
    Month,
    looks_a_minute,
    looks_usd,
)
from tests.cost.idle import Idle
from tests.craft.repository import ROOT
from tests.infra.templates import variable

NAME = "AzureFunctionsJobHost__extensions__queues__maxPollingInterval"
LONGEST = timedelta(seconds=int(variable("app/function.bicep", "settings")[NAME].removeprefix("00:00:")))
PAGE = (ROOT / "docs" / "cost.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("agents", [10, 100, 200])
async def test_an_idle_hour_is_like_the_next_and_a_month_of_them_costs_less_than_a_dollar(
    agents: int,
) -> None:
    """Whatever comes again and again does so within an hour, so a day is twenty-four of them."""
    idle = Idle(agents)
    await idle.pass_by(timedelta(minutes=30))
    first, second = await idle.hour(), await idle.hour()
    assert first == second
    assert await idle.open_incidents() == {}
    assert first.compute_usd + first.storage_usd + looks_usd(LONGEST) + LEASES_USD < 1
    assert first.line(agents) in PAGE


def test_the_page_says_how_long_the_app_may_work_before_it_costs_a_dollar() -> None:
    seconds_a_minute = (1 / GB_S_USD + FREE_GB_S) / INSTANCE_GB / (HOURS * 60)
    assert f"{seconds_a_minute:.1f} seconds a minute" in PAGE


async def test_what_is_free_of_executions_is_enough() -> None:
    month = Month({"beat": 180, "work_signal": 60, "check_health": 12}, 0, 0)
    assert month.executions < FREE_EXECUTIONS


@pytest.mark.parametrize("longest", [LONGEST, *(timedelta(seconds=other) for other in (1, 2, 5))])
def test_the_page_says_what_it_costs_to_look_into_the_queue_so_often(longest: timedelta) -> None:
    looks = looks_a_minute(longest)
    row = f"| {longest.seconds} s | {looks} | {looks * 60 * HOURS:,} | {looks_usd(longest):.2f} |"
    assert row in PAGE
