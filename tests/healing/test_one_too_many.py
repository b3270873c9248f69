"""What came for a node that stayed, and stays itself, is wanted by nobody: the next loss is not made up for."""

from __future__ import annotations

from typing import Any

from shared.model.incidents import IncidentState
from tests.cli.typed import asked, words_of
from tests.healing.test_announced_ends import scheduled
from tests.scene import WEB, Scene
from tests.watched import Call

CALM = "storm: {unhealthy: 100%, hold: 1m}"


async def with_one_too_many() -> Scene:
    """Machine 6 came for machine 1, which is announced to go no more; it was given a task before it could go again."""
    scene = Scene(agents=6, more=CALM)
    await scene.sweeps()

    async def around(call: Call) -> Any:
        agent = scene.agent_at(scene.name(6)) if "6" in scene.listed else None
        if call.name == "scheduler.schedule_maintenance" and agent and call.args[0] == agent.hostname:
            scene.scheduler.run(agent.agent_id, WEB, 1)
        return await call.go()

    scene.app = scene.new_app(around)
    await scene.hears(scheduled(scene, "Redeploy"))
    await scene.after(seconds=30)
    await scene.hears(scheduled(scene, "Redeploy", "Canceled"))
    await scene.after(minutes=15)
    assert (scene.destroyed, scene.capacity, scene.connected) == ([], 7, 7)
    return scene


async def test_the_pool_is_wanted_no_larger_and_the_audit_says_so() -> None:
    scene = await with_one_too_many()
    book = await scene.ledger()
    assert (book.wanted, book.extra, book.active) == (6, 1, ())
    said = await scene.said()
    assert any("the pool may have one more machine than is wanted" in line for line in said), said
    assert await scene.open_incidents() == {}
    told = words_of(await asked(scene, "status"))
    assert "7 remembered, wanted 6 and 1 more, not made up for when they go · 7 healthy" in told


async def test_the_next_loss_is_not_made_up_for_and_the_one_after_it_is() -> None:
    scene = await with_one_too_many()
    await scene.hears(scene.machine_is_deleted(2))
    await scene.after(minutes=15)
    assert (scene.capacity, scene.connected, sum(scene.ordered)) == (6, 6, 1)
    book = await scene.ledger()
    assert (book.wanted, book.extra, await scene.open_incidents()) == (6, 0, {})
    await scene.hears(scene.machine_is_deleted(3))
    await scene.after(minutes=15)
    assert (scene.capacity, scene.connected, await scene.open_incidents()) == (6, 6, {})


async def test_a_node_that_still_works_is_replaced_by_it() -> None:
    scene = await with_one_too_many()
    await scene.hears(scheduled(scene, "Redeploy", number=3))
    await scene.after(minutes=40)
    assert (scene.destroyed, scene.connected, sum(scene.ordered)) == (["3"], 6, 1)
    book = await scene.ledger()
    assert (book.wanted, book.extra, await scene.open_incidents()) == (6, 0, {})


async def test_who_gives_the_pool_a_size_after_that_is_obeyed() -> None:
    for size in (6, 8):
        scene = await with_one_too_many()
        await scene.hears(scene.pool_is_resized(size))
        await scene.after(minutes=10)
        book = await scene.ledger()
        assert (book.wanted, book.extra, scene.connected) == (size, 0, size)


async def test_a_successor_that_joins_too_late_is_not_wanted_for_that() -> None:
    """Nobody waits for it any more when it joins: a person was called."""
    scene = Scene(agents=6, more=f"{CALM}\n        repair: {{join_timeout: 5m}}")
    await scene.sweeps()
    scene.booting = False
    await scene.hears(scheduled(scene, "Redeploy"))
    await scene.after(minutes=30)
    assert (await scene.open_incidents())[scene.name(1)].state is IncidentState.HANDED_OVER
    scene.booting = True
    await scene.hears(scheduled(scene, "Redeploy", "Canceled"))
    await scene.after(minutes=30)
    book = await scene.ledger()
    assert (scene.connected, book.wanted, book.extra, book.active) == (7, 6, 1, ())
    assert await scene.open_incidents() == {}
    said = await scene.said()
    assert any("has 1 more than is wanted" in line for line in said), said
