"""A machine is restarted in vain, and its agent comes back under another id: what its old one held waits for nobody."""

from __future__ import annotations

from shared.model.mesos import Generation
from tests.healing.test_an_impaired_node import Ward
from tests.scene import Scene
from tests.stateful.test_one_member_at_a_time import CALM, CASSANDRA, EVERY, RING


async def restarted_in_vain(generation: Generation) -> Scene:
    """The restart is over, its agent has another id, and DC/OS still calls it ill."""
    ward = Ward(f"{CALM}\n        repair: {{ladder: [restart, replace]}}", generation)
    scene = ward.scene
    scene.cured_by = frozenset()
    scene.works.serve("cassandra", RING, CASSANDRA)
    ward.falls_ill()
    for _ in range(60):
        await ward.after(minutes=1)
        if [one.step for one in await scene.running()] == ["await_recovery"]:
            break
    scene.agent_joins(ward.address)
    for _ in range(60):
        await ward.after(minutes=1)
        if await scene.closed_operations():
            return scene
    raise AssertionError(f"it never ended: {await scene.said()}")


@EVERY
async def test_its_member_is_back_before_anything_else_is_done(generation: Generation) -> None:
    """Otherwise nobody would know that it is down by our hand, and the next member could be taken beside it."""
    scene = await restarted_in_vain(generation)
    assert [verb for verb, _ in scene.compute.acted] == ["restart"]
    (operation,) = await scene.closed_operations()
    assert (operation.state.value, operation.subject.services) == ("failed", ("cassandra",))
    assert [pod for pod in RING if not scene.works.is_up("cassandra", pod)] == []


async def test_the_pool_is_whole_again_in_the_end() -> None:
    scene = await restarted_in_vain(Generation.MARK_GONE)
    await scene.after(minutes=60)
    assert (scene.destroyed, scene.connected, await scene.open_incidents()) == (["1"], 6, {})
    assert [pod for pod in RING if not scene.works.is_up("cassandra", pod)] == []
