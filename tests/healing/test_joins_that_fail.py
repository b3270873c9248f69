"""New machines that do not become nodes: after the first one nothing more is replaced, until one joins."""

from __future__ import annotations

from shared.model.incidents import IncidentState
from shared.model.overrides import Override, OverrideKind
from shared.model.remedies import Remedy
from shared.records import override_row
from tests.scene import Scene

MANY = "disruption: {at_once: 3, per_fault_domain: none, per_hour: 20}"


async def where_nothing_boots() -> Scene:
    """The first machine that was ordered did not join; then two more agents die."""
    scene = Scene(agents=12, more=MANY)
    await scene.sweeps()
    scene.booting = False
    scene.machine_is_deallocated(1)
    await scene.after(minutes=20)
    assert scene.destroyed == ["1"]
    for number in (2, 3):
        scene.agent_dies(number)
    return scene


async def reasons(scene: Scene, number: int) -> set[str]:
    decision = (await scene.open_incidents())[scene.name(number)].decision
    return {answer.reason for answer in decision.answers if not answer.allowed} if decision else set()


async def test_after_a_machine_that_does_not_join_no_other_node_is_replaced() -> None:
    scene = await where_nothing_boots()
    await scene.after(minutes=60)
    assert scene.destroyed == ["1"]
    assert (await scene.open_incidents())[scene.name(1)].state is IncidentState.HANDED_OVER
    assert "joins_failed" in await reasons(scene, 2)
    (failed,) = (await scene.ledger()).unjoined
    assert failed.node == scene.name(1)


async def test_the_machine_that_did_not_join_is_not_replaced_on_and_on() -> None:
    scene = await where_nothing_boots()
    await scene.after(minutes=60)
    assert await reasons(scene, 12) == {"joins_failed"}
    assert sum(scene.ordered) == 1


async def test_when_it_joins_after_all_the_others_are_replaced() -> None:
    scene = await where_nothing_boots()
    await scene.after(minutes=10)
    scene.booting = True
    await scene.after(minutes=15)
    assert sorted(scene.destroyed) == ["1", "2", "3"]
    assert (scene.connected, (await scene.ledger()).unjoined) == (12, ())


async def test_a_person_may_have_the_next_one_tried() -> None:
    scene = await where_nothing_boots()
    await scene.after(minutes=10)
    approves = OverrideKind.APPROVE
    word = Override(approves, "private", "ann", "new image", scene.clock.now(), None, Remedy.REPLACE.value)
    await scene.reader.overrides.put("prod", override_row(word), word, None)
    await scene.after(minutes=5)
    assert "2" in scene.destroyed


async def test_a_second_machine_that_does_not_join_at_the_same_time_is_known_too() -> None:
    """Both were ordered before anybody could know."""
    scene = Scene(agents=12, more=MANY)
    await scene.sweeps()
    scene.booting = False
    for number in (1, 2):
        scene.machine_is_deallocated(number)
    await scene.after(minutes=20)
    assert {one.node for one in (await scene.ledger()).unjoined} == {scene.name(1), scene.name(2)}
    scene.booting = True
    await scene.after(minutes=5)
    assert ((await scene.ledger()).unjoined, scene.connected) == ((), 12)
