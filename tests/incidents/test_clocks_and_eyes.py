"""The signal and the actor shared a failure: our own clock, our own network, our own storage.

What we see through a broken glass is not what is there.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from shared.errors import PoolkeeperError, Retry, Unknown
from tests.incidents.stage import Stage
from tests.watched import Call

JUMP = timedelta(minutes=20)


@pytest.mark.parametrize("by", [JUMP, -JUMP], ids=["ahead", "back"])
async def test_a_clock_that_jumps_makes_nobody_late(by: timedelta) -> None:
    """A node with a wrong clock could end all others that had the right one (Factual/skuld#13); ours is the one that
    is compared with Azure's and with the masters'."""
    stage = Stage(agents=12)
    await stage.sweeps()
    stage.agent_dies(3)
    await stage.sweeps()
    stage.scheduler.clock_differs_by = -by  # which is how a jump of ours looks
    await stage.after(minutes=30)
    assert (stage.orders, stage.scheduler.gone) == ([], set())
    assert "clock_differs" in await stage.refusals_of(3)
    stage.agent_comes_back(3)
    stage.scheduler.clock_differs_by = timedelta(0)
    await stage.after(minutes=10)
    assert (stage.orders, await stage.open_incidents()) == ([], {})


async def test_an_hour_in_which_we_slept_is_no_hour_in_which_they_were_silent() -> None:
    """The app did not run: a deploy, a host that slept, a quota. What it saw last is an hour old, and nothing has been
    confirmed since (gardener/machine-controller-manager#127)."""
    stage = Stage(agents=12)
    await stage.sweeps()
    stage.agent_dies(3)
    await stage.sweeps()
    stage.agent_comes_back(3)
    stage.sleeps(minutes=60)
    stage.agents_die(3, 8)
    await stage.sweeps()
    assert stage.orders == [], "it has been seen for a moment only"
    stage.agent_comes_back(3)
    stage.agent_comes_back(8)
    await stage.after(minutes=20)
    assert (stage.orders, await stage.open_incidents()) == ([], {})


async def test_an_app_that_is_cut_off_does_nothing_and_begins_nothing_when_it_is_back() -> None:
    """Controllers that were cut off from a cluster took its nodes for failed, and removed them when they were back
    (gardener/machine-controller-manager#354). No name is resolved: neither Azure nor the masters answer."""
    stage = Stage(agents=12)
    await stage.sweeps()
    stage.masters_fall_silent()
    stage.azure_falls_silent()
    await stage.after(minutes=60)
    stage.all_answer_again()
    await stage.after(minutes=30)
    assert (stage.orders, await stage.open_incidents()) == ([], {})


@pytest.mark.parametrize("seed", range(6))
async def test_answers_that_come_and_go_never_add_up_to_a_loss(seed: int) -> None:
    """One reading in three fails, another one each time."""
    stage = Stage(agents=12)
    await stage.sweeps()
    count = [seed]

    async def flaky(call: Call) -> Any:
        count[0] += 1
        if call.name.split(".")[0] in {"compute", "scheduler"} and count[0] % 3 == 0:
            raise Retry("the connection was closed", timedelta(seconds=1))
        return await call.go()

    stage.app = stage.new_app(flaky)
    await stage.hears(stage.event(4, "Action", "restart/action"))
    await stage.after(minutes=30)
    assert (stage.orders, stage.scheduler.gone) == ([], set())


async def test_without_its_storage_nothing_is_begun() -> None:
    """What cannot be written down is not done: nobody would know of it after a crash."""
    stage = Stage(agents=12)
    await stage.sweeps()
    stage.forgives = (PoolkeeperError,)
    gone = [True]

    async def around(call: Call) -> Any:
        if call.name.startswith("store.") and "write" in call.name and gone:
            raise Unknown("storage does not answer")
        return await call.go()

    stage.app = stage.new_app(around)
    stage.agent_dies(3)
    await stage.after(minutes=30)
    assert stage.orders == []
    gone.clear()
    await stage.after(minutes=20)
    assert (stage.destroyed, stage.connected) == (["3"], 12)
