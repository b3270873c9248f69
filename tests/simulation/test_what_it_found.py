"""What random tales have brought to light, each as a story of its own that is told without chance."""

from __future__ import annotations

from shared.model.operations import OperationState
from tests.scene import Scene

CALM = "storm: {unhealthy: 100%, hold: 1m}"


async def test_a_place_that_was_filled_before_is_not_waited_for_because_another_node_failed_since() -> None:
    """One order brings the machines for two losses. The second one finds its successor there already, while an agent
    is lost that has nothing to do with either; waiting for one more to join would block the pool for good."""
    scene = Scene(agents=6, more=f"{CALM}\n        disruption: {{at_once: 1, per_fault_domain: none}}")
    await scene.sweeps()
    first, second = scene.machine_is_deleted(1), scene.machine_is_deleted(2)
    await scene.hears(first)
    await scene.hears(second)
    await scene.after(seconds=130)
    scene.agent_dies(5)
    await scene.after(minutes=60)
    states = {one.state for one in await scene.closed_operations()}
    assert OperationState.HANDED_OVER not in states
    assert await scene.open_incidents() == {}
    assert (scene.connected, scene.capacity, len(scene.listed)) == (6, 6, 6)
    assert scene.wronged == []
