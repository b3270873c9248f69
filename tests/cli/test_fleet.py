"""Somebody lists nodes and operations: all of them, those that fit, and as data."""

from __future__ import annotations

from tests.cli.typed import asked, data_of, words_of
from tests.scene import SET, Scene


async def repaired(mode: str = "enforce") -> Scene:
    """Agent 2 of six dies; in `enforce` another one comes for it."""
    scene = Scene(agents=6, mode=mode)
    await scene.after(minutes=2)
    scene.agent_dies(2)
    await scene.after(minutes=10)
    return scene


async def test_nodes_are_listed_with_condition_place_and_tasks_and_counted() -> None:
    told = words_of(await asked(await repaired("propose"), "nodes", width=200))
    assert f"prod/{SET}_1 healthy" in told
    assert f"prod/{SET}_2 unreachable" in told
    assert "replace waits for approval" in told
    assert told.endswith("6 nodes: 5 healthy, 1 unreachable")


async def test_nodes_can_be_asked_for_by_condition_pool_and_letters() -> None:
    scene = await repaired("propose")
    for filters, count in (
        (("--condition", "unreachable"), 1),
        (("--pool", "private"), 6),
        (("--pool", "other"), 0),
        (("--text", "VMSS0_3"), 1),
        (("-n", "2"), 2),
    ):
        assert len(data_of(await asked(scene, "nodes", "--json", *filters))) == count
    assert "No node fits that" in words_of(await asked(scene, "nodes", "--pool", "other"))


async def test_operations_are_listed_while_they_are_at_work_and_when_they_are_over() -> None:
    scene = Scene(agents=6)
    await scene.after(minutes=2)
    scene.agent_dies(2)
    await scene.after(minutes=3)
    running = words_of(await asked(scene, "operations", width=200))
    assert f"prod/{SET}_2 replace running" in running
    await scene.after(minutes=20)
    assert "No operation is at work." in words_of(await asked(scene, "operations"))
    over = words_of(await asked(scene, "operations", "--closed", width=200))
    assert f"prod/{SET}_2 replace done" in over
    (one,) = data_of(await asked(scene, "operations", "--closed", "--json", "--node", f"{SET}_2"))
    assert (one["state"], "token" in one) == ("done", False)
    assert data_of(await asked(scene, "operations", "--closed", "--json", "--pool", "other")) == []
