"""Agents that hold members of a service die, for good: its members are brought back one after the other."""

from __future__ import annotations

import pytest

from shared.dcos.catalog.stateful import SERVICES
from shared.model.catalog import Package
from shared.model.mesos import Generation
from shared.model.operations import OperationState
from tests.scene import Scene

CATALOG = {entry.package.name: entry.package for entry in SERVICES}
CASSANDRA: Package = CATALOG["cassandra"]
RING = ["node-0", "node-1", "node-2"]
CALM = "disruption: {at_once: 3, per_fault_domain: none}\n        storm: {unhealthy: 100%}"
EVERY = pytest.mark.parametrize("generation", list(Generation))


def ring(generation: Generation) -> Scene:
    """Five machines, and a Cassandra ring of three on the first three."""
    scene = Scene(agents=5, more=CALM, generation=generation)
    scene.works.serve("cassandra", RING, CASSANDRA)
    return scene


def numbers(scene: Scene) -> list[int]:
    """The machines of node-0, node-1 and node-2."""
    homes = scene.works.homes("cassandra")
    of = {scene.agent_of(int(id)): int(id) for id in scene.listed}
    return [of[homes[pod]] for pod in RING]


@EVERY
async def test_of_two_machines_that_are_gone_one_is_replaced_after_the_other(generation: Generation) -> None:
    scene = ring(generation)
    await scene.sweeps()
    first, second, _ = numbers(scene)
    for number in (first, second):
        await scene.hears(scene.machine_is_deleted(number))
    most = 0
    for _ in range(90):
        await scene.after(seconds=20)
        most = max(most, len([one for one in (await scene.ledger()).active if "cassandra" in one.services]))
    assert most == 1
    assert all(scene.works.is_up("cassandra", pod) for pod in RING)
    assert len(set(scene.works.homes("cassandra").values())) == 3
    assert await scene.open_incidents() == {}
    assert (scene.connected, scene.wronged) == (5, [])
    done = [one for one in await scene.closed_operations() if one.state is OperationState.DONE]
    assert len(done) == 2
    assert done[0].closed_at is not None
    assert sorted([one.created_at for one in done])[1] >= min(one.closed_at or one.created_at for one in done)
