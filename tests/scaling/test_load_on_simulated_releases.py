"""One task leaves an agent that is too full, on simulated clusters of three releases of DC/OS: through the real
adapters, the app as it is shipped."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from simulator.demo.virtual_app import running_app
from simulator.virtual_time import VirtualClock, run_virtual
from simulator.world.build import ClusterSpec, build_cluster, new_world
from simulator.world.tasks import App, TaskState
from simulator.world.world import Cluster, World

POLICY = """\
version: 1
clusters:
  prod:
    subscription: {subscription}
    resource_group: {group}
    dcos: {{masters: [{masters}]}}
    pools:
      private:
        scale_set: {scale_set}
        mode: enforce
        capacity: {{min: 1, max: 20}}
        rebalance: {{load: true, hot: 70%}}
"""


def homes(cluster: Cluster) -> dict[str, str]:
    """Of the tasks of `/shop` that run: task to agent."""
    tasks = cluster.mesos.schedulers[0].live["shop"]
    return {task.id: task.agent_id for task in tasks if task.state is TaskState.RUNNING}


async def crowd(world: World, cluster: Cluster, clock: VirtualClock) -> str:
    """Three tasks of a fourth of an agent each are on one, a fourth one is elsewhere. Returns the full one."""
    scheduler = cluster.mesos.schedulers[0]
    full = min(cluster.mesos.registered.values(), key=lambda agent: agent.id)
    bound = App("shop", 3, cpus=full.resources.cpus / 4, constraints=(("hostname", "LIKE", full.address),))
    for app in (bound, replace(bound, instances=4, constraints=())):
        scheduler.add(app)
        await clock.sleep(30)
        world.settle()
    assert sorted(homes(cluster).values()).count(full.id) == 3
    return full.id


async def play(clock: VirtualClock, release: str) -> None:
    world = new_world(clock)
    cluster = build_cluster(world, ClusterSpec("prod", release, pools={"private": 4}, apps=(App("web", 4),)))
    pool = cluster.pools["private"]
    full = await crowd(world, cluster, clock)
    before = homes(cluster)
    text = POLICY.format(
        subscription=pool.subscription,
        group=pool.resource_group,
        masters=", ".join(f'"{master.address}"' for master in cluster.mesos.masters),
        scale_set=pool.name,
    )
    async with running_app(world, cluster, clock, text) as app:
        await clock.sleep(30 * 60)
        after = homes(cluster)
        ended = before.keys() - after.keys()
        assert (len(after), len(ended), {before[task] for task in ended}) == (4, 1, {full})
        assert list(after.values()).count(full) == 2
        assert len(pool.instances) == 4
        assert await app.records.open_incidents("prod") == {}
        move = (await app.records.last_moves("prod")).kept["private"].value
        assert (move.app, move.agent, move.rests_until) == ("/shop", full, None)
        assert {move.task} == ended


@pytest.mark.parametrize("release", ["1.8", "1.11", "2.2"])
def test_one_task_leaves_the_full_agent_and_the_application_is_whole(release: str) -> None:
    run_virtual(partial(play, release=release))
