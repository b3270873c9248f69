"""An off switch that does not last is none, and neither is a speed limit that only holds while nobody restarts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.errors import Retry
from shared.model.mesos import Generation
from shared.model.overrides import THE_CLUSTER, Override, OverrideKind
from shared.records import override_row
from tests.incidents.stage import Stage
from tests.scene import SET
from tests.watched import Crash, Tripwire

ROOMY = "disruption: {at_once: 10, per_fault_domain: none}\n        storm: {unhealthy: 100%}"


async def paused(stage: Stage, subject: str) -> None:
    said = Override(OverrideKind.PAUSE, subject, "anna", "moving ZooKeeper", stage.clock.now())
    await stage.reader.overrides.put("prod", override_row(said), said, None)


@pytest.mark.parametrize("subject", [THE_CLUSTER, "private"])
async def test_a_pause_outlives_restarts_deploys_and_a_policy_that_says_enforce(subject: str) -> None:
    """An autoscaler was switched off by hand for a migration. A package manager switched it on again, it read a store
    that was half migrated, and ended the fleet within 16 seconds (Reddit, 11 August 2016)."""
    stage = Stage(agents=20, more=ROOMY)
    await stage.sweeps()
    await paused(stage, subject)
    for round in range(4):
        stage.restarts()
        stage.policy += f"\n# deployed again: {round}\n"
        await stage.hears(stage.machine_is_deleted(round))
        stage.agent_dies(10 + round)
        await stage.after(minutes=12)
    assert (stage.orders, stage.scheduler.gone) == ([], set())


async def test_a_pause_in_the_middle_of_a_repair_stops_its_next_step() -> None:
    """The same, with the switch thrown when work is already under way."""
    stage = Stage(agents=20, more=ROOMY)
    await stage.sweeps()
    stage.compute.faults.next("instance", Retry("Azure answers 429", timedelta(minutes=2)), times=3)
    stage.agents_die(1, 2, 3)
    await stage.after(minutes=1)
    await paused(stage, THE_CLUSTER)
    before = list(stage.orders)
    stage.restarts()
    await stage.after(minutes=60)
    assert stage.orders == before


async def test_a_fleet_cannot_be_destroyed_faster_than_its_limits_whoever_restarts() -> None:
    """Half a fleet within seconds, as a store that is half migrated would have it. Here its agents are dead in truth,
    and there is no storm to hold it: the speed limit alone has to."""
    stage = Stage(
        agents=20, more="storm: {unhealthy: 100%}\n        disruption: {per_fault_domain: none}", boot_s=20
    )
    await stage.sweeps()
    stage.agents_die(*range(18))
    when: list[int] = []
    for _ in range(90):
        known = len(stage.destroyed)
        stage.restarts()
        await stage.after(minutes=1)
        when.append(len(stage.destroyed) - known)
    assert max(when) <= 2, "at once: a tenth of twenty"
    assert max(sum(when[start : start + 60]) for start in range(len(when))) == 6, "what an hour allows"


async def test_what_a_dead_worker_held_does_not_stand_in_the_way_for_ever() -> None:
    """A lock was held for ever by a node that did not exist any more, and nothing was rebooted for two months
    (kubereboot/kured#137, #173, #847)."""
    stage = Stage(agents=12)
    await stage.sweeps()
    wire = Tripwire(45)
    stage.app, stage.forgives = stage.new_app(wire), (Crash,)
    stage.agent_dies(1)
    for _ in range(10):
        await stage.after(seconds=20)
    assert wire.reached
    stage.restarts()
    await stage.hears(stage.machine_is_deleted(1))
    stage.agent_dies(7)
    await stage.after(minutes=45)
    assert "7" in stage.destroyed
    assert (stage.connected, (await stage.ledger()).active, await stage.running()) == (12, (), [])


async def test_a_second_copy_of_the_app_does_nothing_a_second_time() -> None:
    """A controller that should have been gone went on to work on the same machines beside its successor
    (gardener/machine-controller-manager#718)."""
    stage = Stage(agents=12)
    await stage.sweeps()
    old = stage.app
    stage.restarts()
    new = stage.app
    stage.agent_dies(1)
    for turn in range(30):
        stage.app = old if turn % 2 else new
        await stage.after(seconds=30)
    assert (stage.destroyed, stage.ordered, stage.connected) == (["1"], [1], 12)


async def test_a_node_that_somebody_mends_meanwhile_is_given_back() -> None:
    """A node that was uncordoned by hand was drained all the same, because its drain was scheduled
    (planetlabs/draino#17)."""
    stage = Stage(agents=12, generation=Generation.DRAIN, boot_s=600)
    await stage.sweeps()
    await stage.hears(stage.announced(1, "Redeploy"))
    await stage.after(minutes=2)
    assert stage.ordered == [1], "its successor boots"
    await stage.hears(stage.announced(1, "Redeploy", "Canceled"))
    await stage.after(minutes=60)
    assert ("1" in stage.destroyed, stage.is_well("1")) == (False, True)
    assert stage.scheduler.takes_tasks(stage.agent_of(1))


async def test_a_file_that_names_nothing_means_nothing_and_not_everything() -> None:
    """Without labels and conditions a drainer took all nodes for chosen (planetlabs/draino#29)."""
    stage = Stage(agents=12)
    await stage.sweeps()
    good = stage.policy
    stage.agent_dies(1)
    for empty in ("", "{}", "version: 1\nclusters: {}", good.replace(SET, '""')):
        stage.policy = empty
        stage.restarts()
        await stage.after(minutes=2)
    assert set(stage.destroyed) <= {"1"}
