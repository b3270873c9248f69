"""What we change in Azure is known for ours when it comes back as an event."""

from __future__ import annotations

import msgspec

from shared.azure.arm_client import ArmSettings
from shared.azure.compute import AzureCompute
from shared.model.azure import PoolAddress
from shared.model.mark import HEADERS, Mark
from shared.signals.event_grid import Ear, hear
from simulator.arm.face import ArmFace
from simulator.event_shapes import event_of
from simulator.in_process import ArmTransport
from simulator.world.build import ClusterSpec, build_cluster, new_world
from simulator.world.changes import Change
from tests.azure.scripted import Answer, Script
from tests.builders import cluster_policy, policy, pool_policy
from tests.contract.compute_worlds import LONG, START, SimulatorClock

MARK = Mark("ourstorage")


async def test_each_write_bears_a_mark_of_its_own_and_reads_bear_none(arm: Script) -> None:
    settings = ArmSettings(endpoint=arm.url, static_token="t", mark=MARK)
    pool = PoolAddress("sub", "group", "agents")
    arm.will(Answer(202, headers={"Location": "{here}/later", "Azure-AsyncOperation": "{here}/how-far"}))
    async with AzureCompute(settings) as compute:
        await compute.destroy(pool, ["1"])
        await compute.destroy(pool, ["2"])
        arm.answers = [Answer(200, {"name": "agents", "sku": {"capacity": 3}})]
        await compute.scale_set(pool)
    *writes, read = arm.asked
    ids = [{one.headers[name] for name in HEADERS} for one in writes]
    assert [len(each) for each in ids] == [1, 1]
    assert ids[0] != ids[1]
    assert all(MARK.is_on(id) for each in ids for id in each)
    assert not any(MARK.is_on(read.headers.get(name, "")) for name in HEADERS)


async def test_the_events_of_our_own_writes_are_echoes_though_nobody_told_us_who_we_are() -> None:
    clock = SimulatorClock(START)
    world = new_world(clock)
    build_cluster(world, ClusterSpec("prod", pools={"private": 3}))
    (scale_set,) = world.azure.scale_sets.values()
    address = PoolAddress(scale_set.subscription, scale_set.resource_group, scale_set.name)
    changes: list[Change] = []
    world.azure.watchers.append(changes.append)
    settings = ArmSettings(endpoint="http://arm.test", static_token="token", mark=MARK)
    async with AzureCompute(settings, transport=ArmTransport(ArmFace(world))) as compute:
        await compute.destroy(address, ["1"])
        clock.advance(LONG)
        world.settle()
        await compute.set_capacity(address, 3, (await compute.scale_set(address)).etag)
        clock.advance(LONG)
        world.settle()
    ours = policy(
        cluster_policy(
            pool_policy(scale_set=scale_set.name),
            subscription=scale_set.subscription,
            resource_group=scale_set.resource_group,
        )
    )
    events = [event_of(change, scale_set.subscription) for change in changes]
    operations = [event for event in events if event["eventType"].startswith("Microsoft.Resources.")]
    assert len(operations) >= 2
    for event in operations:
        as_sent = msgspec.json.decode(msgspec.json.encode(event))
        heard = [one.ear for one in hear(as_sent, ours, frozenset(), clock.now(), MARK)]
        assert heard == [Ear.ECHO], event["data"]["operationName"]
