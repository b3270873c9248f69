"""A policy that breaks keeps the last good one in force, and the audit hears of it once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.audit import AuditLog, Entry
from shared.errors import Refused, Retry
from shared.operate.look import Looks
from shared.policy.load import load
from tests.scene import SET, START, Scene


async def told(scene: Scene) -> list[Entry]:
    entries = await AuditLog(scene.store).read("(none)", START)
    return [entry for entry in entries if entry.record.kind == "policy"]


def breaks(scene: Scene) -> None:
    scene.policy = scene.policy.replace("capacity:", "capacty:")


async def test_the_first_policy_is_told_once() -> None:
    scene = Scene(agents=3)
    await scene.after(minutes=5)
    (entry,) = await told(scene)
    assert entry.record.text.startswith("policy loaded, version ")


async def test_a_broken_policy_keeps_the_last_good_one_in_force() -> None:
    scene = Scene(agents=4)
    await scene.sweeps()
    breaks(scene)
    await scene.hears(scene.machine_is_deleted(1))
    await scene.after(minutes=5)
    assert (scene.capacity, scene.connected, scene.ordered) == (4, 4, [1])


async def test_a_broken_policy_is_told_once_with_its_faults() -> None:
    scene = Scene(agents=4)
    await scene.sweeps()
    breaks(scene)
    await scene.after(minutes=5)
    scene.restarts()
    await scene.after(minutes=5)
    loaded, rejected = await told(scene)
    assert loaded.record.text.startswith("policy loaded")
    assert rejected.record.text.startswith("policy rejected")
    faults = " ".join(rejected.record.data["faults"])
    assert "capacty" in faults


async def test_a_mended_policy_is_told_and_obeyed() -> None:
    scene = Scene(agents=4)
    await scene.sweeps()
    good = scene.policy
    breaks(scene)
    await scene.after(minutes=2)
    scene.policy = good.replace("mode: enforce", "mode: observe")
    await scene.after(minutes=2)
    assert [entry.record.text.split(",")[0] for entry in await told(scene)] == [
        "policy loaded",
        "policy rejected",
        "policy loaded",
    ]
    await scene.hears(scene.machine_is_deleted(1))
    await scene.after(minutes=5)
    assert (scene.ordered, scene.scheduler.gone) == ([], set())


async def test_without_any_valid_policy_every_trigger_is_refused_and_nothing_is_done() -> None:
    scene = Scene(agents=4)
    breaks(scene)
    event = scene.machine_is_deleted(1)
    for attempt in (scene.app.hear_event(event), scene.app.sweep()):
        with pytest.raises(Refused, match="no_valid_policy"):
            await attempt
    assert (scene.ordered, scene.scheduler.gone) == ([], set())


async def test_an_operation_of_a_pool_that_left_the_policy_is_not_carried_on() -> None:
    scene = Scene(agents=4)
    await scene.sweeps()
    scene.machine_is_deallocated(1)
    scene.compute.faults.always("destroy", Refused("azure", "no_permission", {}))
    await scene.sweeps()
    (operation,) = await scene.running()
    scene.compute.faults.clear()
    scene.policy = scene.policy.replace("      private:", "      public:")
    scene.forgives = (Refused,)
    await scene.after(minutes=3)
    assert scene.destroyed == []
    assert [one.id for one in await scene.running()] == [operation.id]


async def test_a_pool_that_leaves_the_policy_is_left_alone_until_it_is_back() -> None:
    scene = Scene(agents=6)
    await scene.sweeps()
    scene.compute.faults.next("set_capacity", Retry("Azure is throttling", timedelta(seconds=20)))
    await scene.hears(scene.machine_is_deleted(1))
    good = scene.policy
    scene.policy = good.replace("private:", "public:").replace(SET, "another-vmss0")
    await scene.after(minutes=30)
    assert (scene.ordered, scene.poisoned, await scene.quarantined()) == ([], [], [])
    (operation,) = await scene.running()
    assert timedelta(0) < operation.wake_at - scene.clock.now() <= timedelta(minutes=5)
    refused = [line for line in await scene.said() if line.endswith("pool private is not in the policy")]
    assert len(refused) == 1, "a rest is told once"
    scene.policy = good
    await scene.after(minutes=12)
    assert (scene.ordered, scene.connected, await scene.open_incidents()) == ([1], 6, {})


async def test_a_pool_that_joins_the_policy_is_not_looked_for_in_an_older_look() -> None:
    scene = Scene(agents=6)
    (before,) = load(scene.policy, "policy.yaml").clusters
    (after,) = load(scene.policy.replace("private:", "public:"), "policy.yaml").clusters
    looks, eyes = Looks(), scene.outside.eyes
    long_ago = scene.clock.now() - timedelta(minutes=1)
    first = await looks.since(eyes, before, long_ago)
    assert await looks.since(eyes, before, long_ago) is first
    assert list((await looks.since(eyes, after, long_ago)).pools) == ["public"]
