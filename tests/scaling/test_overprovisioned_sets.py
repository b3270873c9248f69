"""A scale set that makes more machines than were asked for, and takes some back: as the Azure Container Service made
its sets. Simulated Azure gives up any of them, and some have joined and have work by then."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import pytest

from simulator.demo.virtual_app import running_app
from simulator.virtual_time import VirtualClock, run_virtual
from simulator.world.build import ClusterSpec, build_cluster, new_world
from simulator.world.durations import Durations
from simulator.world.journal import By, Journal
from simulator.world.tasks import App, TaskState
from simulator.world.world import Cluster

BEGIN = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
OFFICE, LOST_AT, LONG = 14, 60, 150
SLOW_AND_FAST = Durations(join_s=20.0, jitter=0.6)
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
        schedules: [{{name: office, cron: 0 9 * * *, zone: UTC, for: 8h, target: 14}}]
"""


def policy_of(cluster: Cluster) -> str:
    pool = cluster.pools["private"]
    masters = ", ".join(f'"{master.address}"' for master in cluster.mesos.masters)
    return POLICY.format(
        subscription=pool.subscription, group=pool.resource_group, masters=masters, scale_set=pool.name
    )


def deleted_by(journal: Journal, by: By) -> list[str]:
    return [entry.subject for entry in journal.of("instance_delete_ordered") if entry.by.by is by]


def joined_before_they_went(journal: Journal) -> int:
    """Of those that Azure took back."""
    given_up = {e.detail["vm_id"] for e in journal.of("instance_delete_ordered") if e.by.by is By.PLATFORM}
    made = [one for one in journal.of("instance_created") if one.detail["vm_id"] in given_up]
    went = {one.detail["vm_id"]: one.time for one in journal.of("instance_deleted")}
    return sum(
        joined.detail["address"] == one.detail["address"]
        and one.time < joined.time < went[one.detail["vm_id"]]
        for one in made
        for joined in journal.of("agent_registered")
    )


async def play(clock: VirtualClock, release: str, seed: int) -> Journal:
    """The office begins, and an hour later somebody deletes a machine."""
    world = new_world(clock, SLOW_AND_FAST, seed)
    cluster = build_cluster(world, ClusterSpec("prod", release, pools={"private": 4}, apps=(App("web", 20),)))
    pool = cluster.pools["private"]
    pool.is_overprovisioned = True
    async with running_app(world, cluster, clock, policy_of(cluster)) as app:
        for minute in range(LONG):
            await clock.sleep(60)
            assert pool.capacity <= OFFICE
            if minute == LOST_AT:
                world.delete_instance(pool.staying[5])
        web = cluster.mesos.schedulers[0].live["web"]
        assert (pool.capacity, len(pool.instances)) == (OFFICE, OFFICE)
        assert sum(task.state is TaskState.RUNNING for task in web) == 20
        assert await app.records.open_incidents("prod") == {}
        assert await app.records.running_operations("prod") == {}
    return world.journal


@pytest.mark.parametrize("release", ["1.8", "1.11", "2.2"])
@pytest.mark.parametrize("seed", [1, 2])
def test_extras_that_go_again_are_neither_surplus_nor_missed(release: str, seed: int) -> None:
    journal = run_virtual(partial(play, release=release, seed=seed), BEGIN)
    assert (len(deleted_by(journal, By.PLATFORM)), deleted_by(journal, By.CLIENT)) == (3, [])
    assert joined_before_they_went(journal) == 2
