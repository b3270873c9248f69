"""New machines that do not become nodes: after the first one nothing more is replaced, until one joins."""

from __future__ import annotations

from msgspec.structs import replace

from shared.model.azure import Power, Provisioning
from shared.model.incidents import IncidentState
from shared.model.overrides import Override, OverrideKind
from shared.model.remedies import Remedy
from shared.records import override_row
from tests.scene import POOL, Scene

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


class Images(Scene):
    """Machines of an image that is called bad never join."""

    def boots(self, id: str) -> bool:
        machine = self.compute._pools[POOL].instances.get(id)
        return machine is not None and "bad" not in (machine.image or "")


async def with_a_bad_image(*lost: int, more: str) -> Images:
    """The set's model names a bad image, and an hour ago these machines were lost."""
    scene = Images(agents=12, more=more)
    await scene.sweeps()
    scene.compute.new_image(POOL, "bad")
    for number in lost:
        scene.machine_is_deallocated(number)
    await scene.after(minutes=60)
    assert sorted(scene.destroyed) == sorted(str(number) for number in lost)
    return scene


async def test_when_somebody_has_changed_the_image_what_did_not_join_is_replaced() -> None:
    scene = await with_a_bad_image(1, 2, more=MANY)
    scene.compute.new_image(POOL, "good")
    await scene.after(minutes=30)
    assert (scene.connected, sorted(scene.destroyed), scene.wronged) == (12, ["1", "12", "13", "2"], [])
    assert ((await scene.ledger()).unjoined, await scene.open_incidents()) == ((), {})


async def test_when_the_changed_image_is_bad_too_one_more_is_tried_and_no_others() -> None:
    scene = await with_a_bad_image(1, more="disruption: {at_once: 1}")
    scene.compute.new_image(POOL, "as bad")
    await scene.after(minutes=180)
    assert scene.destroyed == ["1", "12"]
    assert len((await scene.ledger()).unjoined) == 1


async def test_a_machine_of_somebody_that_azure_could_not_create_is_replaced() -> None:
    """Azure lists it, as failed and without a power state; it would be waited for without an end."""
    scene = Scene(agents=6)
    await scene.sweeps()
    event = scene.pool_is_resized(7)
    there = scene.compute._pools[POOL].instances
    there["6"] = replace(
        there["6"], provisioning=Provisioning.FAILED, power=Power.UNKNOWN, failure="InternalExecutionError"
    )
    await scene.hears(event)
    await scene.after(minutes=30)
    assert (scene.destroyed, scene.capacity, scene.connected) == (["6"], 7, 7)
    assert await scene.open_incidents() == {}
