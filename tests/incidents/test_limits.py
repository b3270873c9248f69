"""Speed limits and floors would have bounded nearly all of them: one account, over everything, for every kind of
disruption, also the kinds that can be taken back."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from shared.model.azure import PoolAddress
from shared.model.incidents import IncidentState
from shared.model.ledger import Ledger
from shared.model.mesos import Agent, Generation
from tests.incidents.stage import Stage
from tests.scene import POOL

OTHER = PoolAddress(POOL.subscription, POOL.resource_group, "dcos-agent-public-633E21A3-vmss0")
NO_ROOM = ("AllocationFailed", "Allocation failed. We do not have sufficient capacity.")


async def test_two_pools_in_maintenance_share_one_account() -> None:
    """Maintenance stopped the control jobs of the network in several places at once, each time within what the one
    place could bear (Google Cloud, 2 June 2019)."""
    stage = Stage(agents=10, generation=Generation.DRAIN, boot_s=600)
    stage.compute.add_pool(OTHER, 10, "10.33.0.0")
    addresses = stage.compute._pools[OTHER].addresses
    for id, address in addresses.items():
        stage.scheduler.join(Agent(f"public-S{id}", address, address, 5051, True, None, can_drain=True))
    stage.policy += (
        f"      public:\n        scale_set: {OTHER.scale_set}\n        capacity: {{min: 1, max: 40}}\n"
    )
    await stage.sweeps()
    most = 0
    for number in range(4):
        await stage.hears(stage.announced(number, "Redeploy"))
        await stage.hears(renamed(stage.announced(number, "Redeploy")))
    for _ in range(90):
        await stage.after(minutes=1)
        books = [await stage.ledger(), await other_ledger(stage)]
        most = max(most, sum(len(book.active) for book in books))
    assert most == 1, "a tenth of one pool, and not of each"
    assert any("ledger_cluster" in line for line in await stage.said())


async def test_a_size_that_was_mistyped_stops_at_the_floor() -> None:
    """A command that was to remove a few servers removed many, because of one digit; after that the tool was given a
    floor and made slower (AWS S3, 28 February 2017)."""
    stage = Stage(agents=40)
    stage.policy = stage.policy.replace("min: 1", "min: 35")
    await stage.sweeps()
    await stage.hears(stage.pool_is_resized(4))
    await stage.after(minutes=60)
    assert (await stage.ledger()).wanted == 35
    assert stage.destroyed == []
    assert {"0", "1", "2", "3"} <= set(stage.listed)
    assert all(by > 0 for by in stage.ordered)


async def test_a_policy_that_was_mistyped_destroys_nothing() -> None:
    """The same digit in our own file: a tenth of the size that the pool has."""
    stage = Stage(agents=40)
    await stage.sweeps()
    stage.policy = stage.policy.replace("max: 40", "max: 4")
    stage.restarts()
    await stage.after(minutes=60)
    assert (stage.orders, stage.capacity) == ([], 40)
    stage.agent_dies(7)
    await stage.after(minutes=60)
    assert set(stage.destroyed) <= {"7"}
    assert stage.ordered == []


async def test_to_bar_nodes_from_new_tasks_is_a_disruption_too() -> None:
    """Drains were spread over hours, but cordons were not: more than three quarters of a cluster took no work
    (planetlabs/draino#89)."""
    stage = Stage(agents=20, generation=Generation.DRAIN)
    await stage.sweeps()
    for number in range(15):
        await stage.hears(stage.announced(number, "Redeploy"))
    await stage.after(minutes=40)
    assert 1 <= stage.most_at_once <= 2, "at once: a tenth of twenty"


async def test_nodes_under_repair_are_not_counted_as_healthy() -> None:
    """Machines that were being rebooted by the remediation counted as healthy, so that further ones were rebooted
    beyond the limit, up to the whole cluster (openshift/machine-api-operator#898)."""
    stage = Stage(agents=20, more="repair: {ladder: [restart]}\n        disruption: {per_fault_domain: none}")
    await stage.sweeps()
    stage.compute.takes = timedelta(minutes=4)
    stage.agents_die(1, 7, 13, 19, 5)
    most = 0
    for _ in range(120):
        await stage.after(seconds=30)
        running = [one for one in stage.compute._operations.values() if not one.finished]
        most = max(most, len(running))
    assert most == 2, "at once: a tenth of twenty"
    assert stage.connected == 20


async def test_when_more_is_lost_than_there_is_room_for_it_queues() -> None:
    """A partition made 13 per cent of the volumes look for new room at once. There was none, they went on looking, and
    that took the control plane down with them (AWS EBS, 21 April 2011)."""
    stage = Stage(
        agents=20,
        more="disruption: {at_once: 10, per_fault_domain: none, per_hour: 20}\n        storm: {unhealthy: 100%}",
    )
    await stage.sweeps()
    for _ in range(200):
        stage.compute.fail_operation(*NO_ROOM)
    stage.agents_die(0, 1, 2, 3, 4, 5, 6, 7)
    await stage.after(minutes=120)
    asked = stage.calls["compute.set_capacity"]
    assert asked <= 8 + 12, (
        f"it is asked ever more seldom, not by each that waits: {asked} times in two hours"
    )
    stage.compute._failures.clear()
    await stage.after(minutes=150)
    assert (stage.capacity, stage.connected) == (20, 20)
    assert [one for one in (await stage.open_incidents()).values() if one.state is IncidentState.OPEN] == []


async def other_ledger(stage: Stage) -> Ledger:
    kept = await stage.reader.ledgers.get("prod", "public")
    return kept.value if kept else Ledger("public")


def renamed(event: dict[str, Any]) -> dict[str, Any]:
    """The same event about the machine of the same number in the other pool."""
    text = json.dumps(event).replace(POOL.scale_set, OTHER.scale_set).replace('"event-', '"other-event-')
    found: dict[str, Any] = json.loads(text.replace('"announced-', '"other-announced-'))
    return found
