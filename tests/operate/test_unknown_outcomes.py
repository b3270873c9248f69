"""An answer that got lost is neither success nor failure: the world is read again, and nothing is done twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.errors import Retry, Unknown
from shared.model.mesos import Generation
from shared.model.operations import OperationState
from tests.scene import Scene
from tests.watched import Call

LOST = Unknown("the connection was closed")
MINUTES = timedelta(minutes=2)
MOMENTS = pytest.mark.parametrize(
    "done", [False, True], ids=["before it took effect", "after it took effect"]
)


@MOMENTS
@pytest.mark.parametrize("times", [1, 3])
async def test_the_answer_to_the_destruction_is_lost(done: bool, times: int) -> None:
    scene = Scene(agents=6)
    await scene.sweeps()
    scene.compute.faults.next("destroy", LOST, done=done, times=times)
    scene.machine_is_deallocated(1)
    await scene.after(minutes=6)
    assert scene.destroyed == ["1"]
    assert (scene.capacity, scene.connected, scene.ordered) == (6, 6, [1])
    assert await scene.open_incidents() == {}


@MOMENTS
@pytest.mark.parametrize("times", [1, 3])
async def test_the_answer_to_the_growth_is_lost(done: bool, times: int) -> None:
    scene = Scene(agents=6)
    await scene.sweeps()
    scene.compute.faults.next("set_capacity", LOST, done=done, times=times)
    await scene.hears(scene.machine_is_deleted(1))
    await scene.after(minutes=6)
    assert (scene.capacity, scene.connected, scene.ordered) == (6, 6, [1])
    assert len(scene.listed) == 6
    assert await scene.open_incidents() == {}


@MOMENTS
async def test_the_answer_to_marking_gone_is_lost(done: bool) -> None:
    scene = Scene(agents=6)
    await scene.sweeps()
    lost = scene.agent_of(1)
    scene.scheduler.faults.next("mark_gone", LOST, done=done)
    await scene.hears(scene.machine_is_deleted(1))
    await scene.after(minutes=6)
    assert (scene.scheduler.gone, scene.ordered, scene.connected) == ({lost}, [1], 6)
    assert await scene.open_incidents() == {}


@MOMENTS
@pytest.mark.parametrize("call", ["machine_down", "machine_up"])
async def test_no_machine_is_left_down_when_an_answer_of_older_masters_is_lost(call: str, done: bool) -> None:
    scene = Scene(agents=6, generation=Generation.MAINTENANCE)
    await scene.sweeps()
    lost = scene.agent_of(1)
    scene.scheduler.faults.next(call, LOST, done=done)
    await scene.hears(scene.machine_is_deleted(1))
    await scene.after(minutes=6)
    assert scene.scheduler.down == set()
    assert lost not in scene.scheduler.agents
    assert (scene.connected, scene.ordered) == (6, [1])
    assert await scene.open_incidents() == {}


async def test_the_audit_says_that_the_outcome_is_not_known() -> None:
    scene = Scene(agents=6)
    await scene.sweeps()
    scene.compute.faults.next("set_capacity", LOST, done=True)
    await scene.hears(scene.machine_is_deleted(1))
    assert any("whether it happened is not known" in line for line in await scene.said())


@pytest.mark.parametrize("times", [1, 3])
async def test_a_machine_that_is_well_is_not_restarted_because_the_answer_was_lost(times: int) -> None:
    scene = Scene(agents=6, more="repair: {ladder: [restart, replace]}", takes_s=3)
    await scene.sweeps()
    scene.compute.faults.next("restart", LOST, done=True, times=times)
    scene.agent_dies(1)
    await scene.after(minutes=10)
    assert scene.compute.acted == [("restart", scene.name(1))]
    assert (scene.destroyed, scene.connected, scene.capacity) == ([], 6, 6)
    assert await scene.open_incidents() == {}
    assert [one.state for one in await scene.closed_operations()] == [OperationState.WITHDRAWN]


@pytest.mark.parametrize("verb", ["restart", "redeploy"])
async def test_an_order_whose_answers_are_lost_again_and_again_is_given_three_times_at_most(
    verb: str,
) -> None:
    """It may have taken effect each time, and a machine that is started again twice a minute never comes up."""
    scene = Scene(agents=6, more=f"repair: {{ladder: [{verb}, replace]}}")
    scene.cured_by = frozenset()
    await scene.sweeps()
    scene.compute.faults.always(verb, LOST)
    scene.agent_dies(1)
    await scene.after(minutes=40)
    orders = [line for line in await scene.said() if f"{verb}ing instance 1" in line]
    assert 2 <= len(orders) <= 3
    assert (scene.destroyed, scene.connected) == (["1"], 6)


async def test_no_order_is_given_once_more_when_half_of_its_time_is_over() -> None:
    """The next rung, or the next machine, would meet it at work."""
    scene = Scene(agents=6, more="repair: {ladder: [restart, replace], restart_timeout: 1m}")
    scene.cured_by = frozenset()
    await scene.sweeps()
    ordered: list[datetime] = []

    async def around(call: Call) -> Any:
        if call.name == "compute.restart":
            ordered.append(scene.clock.now())
            raise LOST
        if call.name == "compute.instance" and len(ordered) == 1 and scene.clock.now() < ordered[0] + MINUTES:
            raise Retry("429", timedelta(seconds=20))
        return await call.go()

    scene.app = scene.new_app(around)
    scene.agent_dies(1)
    await scene.after(minutes=20)
    assert len(ordered) == 1
    assert any("restart: restarting it was ordered, what became" in text for text in await scene.said())
    assert (scene.destroyed, scene.connected) == (["1"], 6)


async def test_a_machine_that_recovers_while_its_order_waits_is_left_alone() -> None:
    scene = Scene(agents=6, more="repair: {ladder: [restart, replace]}")
    await scene.sweeps()
    scene.compute.faults.next("restart", Retry("429", timedelta(seconds=40)))
    scene.agent_dies(1)
    await scene.after(seconds=110)
    assert [one.step for one in await scene.running()] == ["restart"]
    scene.agent_comes_back(1)
    await scene.after(minutes=10)
    assert scene.compute.acted == []
    assert [one.state for one in await scene.closed_operations()] == [OperationState.WITHDRAWN]
    assert await scene.open_incidents() == {}
