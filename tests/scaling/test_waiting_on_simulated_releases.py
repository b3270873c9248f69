"""A pool that may be empty, on simulated clusters of two releases of DC/OS: through the real adapters, the app as it
is shipped. Tasks that insist on one host port come, each of which needs a machine of its own, and go again."""

from __future__ import annotations

from functools import partial

import pytest

from simulator.demo.virtual_app import running_app
from simulator.virtual_time import VirtualClock, run_virtual
from simulator.world.build import ClusterSpec, build_cluster, new_world
from simulator.world.tasks import App, TaskState
from simulator.world.world import Cluster

POLICY = """\
version: 1
clusters:
  prod:
    subscription: {subscription}
    resource_group: {group}
    dcos: {{masters: [{masters}]}}
    pools:
      batch:
        scale_set: {scale_set}
        mode: enforce
        capacity: {{min: 0, max: 20}}
        disruption: {{at_once: 5, per_hour: 50, per_day: 100}}
        scaling: {{signals: [{{of: waiting}}], window: 20m, shrink_pause: 5m, protect_new: 10m}}
"""


def running(cluster: Cluster, app: str) -> int:
    tasks = cluster.mesos.schedulers[0].live.get(app, set())
    return sum(task.state is TaskState.RUNNING for task in tasks)


async def play(clock: VirtualClock, release: str) -> None:
    world = new_world(clock)
    pools, apps = {"private": 2, "batch": 0}, (App("web", 2, ports=(1080,)),)
    cluster = build_cluster(world, ClusterSpec("prod", release, pools=pools, apps=apps))
    pool, scheduler = cluster.pools["batch"], cluster.mesos.schedulers[0]
    text = POLICY.format(
        subscription=pool.subscription,
        group=pool.resource_group,
        masters=", ".join(f'"{master.address}"' for master in cluster.mesos.masters),
        scale_set=pool.name,
    )
    async with running_app(world, cluster, clock, text) as app:
        await clock.sleep(5 * 60)
        assert len(pool.instances) == 0
        for name in ("first", "second"):
            scheduler.add(App(name, 1, pool="", ports=(1080,)))
        scheduler.add(App("beyond", 1, pool="", ports=(80,)))
        await clock.sleep(2 * 60)
        assert len(pool.instances) == 1  # on trial
        await clock.sleep(20 * 60)
        assert (running(cluster, "first"), running(cluster, "second")) == (1, 1)
        assert len(pool.instances) == 2  # and none for a port that no agent offers
        (kept,) = (await app.records.offers("prod")).values()
        assert (kept.size, kept.ports and kept.ports.ranges) == (pool.vm_size, ((1025, 2180),))
        for name in ("first", "second", "beyond"):
            scheduler.finish(name)
        await clock.sleep(60 * 60)
        assert len(pool.instances) == 0
        scheduler.add(App("third", 2, pool="", ports=(1080,)))
        await clock.sleep(3 * 60)
        assert len(pool.instances) == 2  # what they hold is known
        await clock.sleep(12 * 60)
        assert running(cluster, "third") == 2
        assert await app.records.open_incidents("prod") == {}


@pytest.mark.parametrize("release", ["1.8", "2.2"])
def test_a_pool_grows_from_nothing_by_the_ports_that_tasks_insist_on(release: str) -> None:
    run_virtual(partial(play, release=release))
