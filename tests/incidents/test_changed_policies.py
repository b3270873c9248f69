"""What the policy calls a pool is another name, or another scale set, while work on it is under way."""

from __future__ import annotations

import pytest

from shared.errors import Conflict
from shared.model.azure import PoolAddress
from shared.model.mesos import Agent
from tests.incidents.stage import Stage
from tests.scene import POOL, SET

OTHER = PoolAddress(POOL.subscription, POOL.resource_group, "vmss-b")
SECOND = "\n      other:\n        scale_set: vmss-b\n        capacity: {min: 1, max: 40}\n"


def with_a_second_pool() -> Stage:
    """The same numbers of instances in both."""
    stage = Stage(agents=8)
    stage.compute.add_pool(OTHER, 8, network="10.40.0.0")
    for id, address in stage.compute._pools[OTHER].addresses.items():
        stage.scheduler.join(Agent(f"other-S{id}", address, address, 5051, True, None))
    stage.policy = stage.policy.rstrip() + SECOND
    return stage


async def until_it_is_at(stage: Stage, step: str) -> None:
    """At this step of an operation; empty: an incident is open."""
    for _ in range(600):
        await stage.after(seconds=1)
        running = [one.step for one in await stage.running()]
        if step in running or (not step and await stage.open_incidents()):
            return
    raise AssertionError(f"it was never at {step}")


@pytest.mark.parametrize("step", ["", "destroy", "grow", "await_join"])
async def test_two_pools_that_swap_their_scale_sets_lose_nothing_of_each_other(step: str) -> None:
    """Two pools of a policy swap their scale sets while a node is repaired, and both sets number their machines alike:
    what was remembered under a pool's name is not about what the name means now."""
    stage = with_a_second_pool()
    await stage.sweeps()
    stage.agent_dies(2)
    await until_it_is_at(stage, step)
    stage.policy = stage.policy.replace(SET, "swapped").replace("vmss-b", SET).replace("swapped", "vmss-b")
    await stage.after(minutes=60)
    assert all(pool == POOL for pool, _ in stage.compute.destroyed)
    assert stage.compute._pools[OTHER].capacity == 8
    assert {one.node for one in (await stage.open_incidents()).values()} <= {stage.name(2)}
    assert not any("storm" in line for line in await stage.said()), "no machine was taken for a lost one"
    assert step or (stage.destroyed == ["2"] and stage.capacity == 8), (
        "what was not begun is begun by its new name"
    )


async def test_a_pool_that_gets_another_name_is_repaired_under_it() -> None:
    """A pool is given another name in the policy while one of its nodes waits to be repaired."""
    stage = Stage(agents=8)
    await stage.sweeps()
    stage.agent_dies(2)
    await until_it_is_at(stage, "")
    stage.policy = stage.policy.replace("      private:", "      special:")
    await stage.after(minutes=60)
    assert (stage.destroyed, stage.capacity, stage.connected) == (["2"], 8, 8)
    assert await stage.open_incidents() == {}


async def test_a_model_that_somebody_else_always_writes_first_is_not_written_each_second() -> None:
    """Another automation writes the model of the scale set all the time, so that no order on its etag is ever taken."""
    stage = Stage(agents=8)
    await stage.sweeps()
    stage.compute.faults.always("set_capacity", Conflict("the model of the scale set"))
    await stage.hears(stage.machine_is_deleted(2))
    await stage.after(minutes=60)
    assert 30 < stage.calls["compute.set_capacity"] < 150
    stage.compute.faults.clear()
    await stage.after(minutes=10)
    assert stage.capacity == 8
