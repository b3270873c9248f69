"""To end a task is safe to repeat, by the twin and on simulated clusters: who does not know whether it was done does it
once more."""

from __future__ import annotations

import pytest

from tests.contract.test_workloads import WORLDS, build
from tests.contract.workload_worlds import app, until


@pytest.mark.parametrize("name", WORLDS)
async def test_a_task_that_is_ended_again_when_its_successor_runs_ends_nothing(name: str) -> None:
    world = build(name)
    victim = app(await world.workloads.read(), "web").tasks[0]
    await world.workloads.kill([victim.id], wipe=False)
    await until(world, lambda state: victim.id not in {task.id for task in app(state, "web").tasks})
    before = app(await until(world, lambda state: app(state, "web").is_whole), "web")
    await world.workloads.kill([victim.id], wipe=False)
    await world.pass_time()
    after = app(await world.workloads.read(), "web")
    assert ({task.id for task in after.tasks}, after.wanted) == ({task.id for task in before.tasks}, 3)
