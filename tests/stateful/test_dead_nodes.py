"""A node with data on it dies: its disk is not given up before it was tried to bring it back, and not without need."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from shared.model.catalog import UNKNOWN_RESIDENT
from shared.model.incidents import Incident
from shared.model.mesos import Generation
from shared.model.overrides import Override, OverrideKind
from shared.model.workloads import App
from shared.records import override_row
from tests.scene import Scene
from tests.stateful.grounds import CASSANDRA, KAFKA
from tests.stateful.test_one_member_at_a_time import CALM, EVERY


def scene_of(generation: Generation = Generation.MARK_GONE, ladder: str = "replace") -> Scene:
    more = f"{CALM}\n        repair: {{ladder: [{ladder}]}}"
    scene = Scene(agents=6, more=more, generation=generation)
    scene.cured_by = frozenset()
    return scene


async def incident_of(scene: Scene) -> Incident:
    return (await scene.open_incidents())[scene.name(1)]


async def reasons(scene: Scene) -> set[str]:
    decision = (await incident_of(scene)).decision
    return {answer.reason for answer in decision.answers if not answer.allowed} if decision else set()


async def dies(scene: Scene, *numbers: int, minutes: float = 15) -> None:
    await scene.sweeps()
    for number in numbers:
        scene.agent_dies(number)
    await scene.after(minutes=minutes)


async def test_a_restart_comes_before_what_loses_volumes_whatever_the_ladder_says() -> None:
    scene = scene_of(ladder="replace, restart")
    scene.cured_by = frozenset({"restart"})
    scene.works.serve("cassandra", ["node-0", "node-1", "node-2"], CASSANDRA)
    home = scene.works.homes("cassandra")["node-1"]
    await dies(scene, 1)
    assert ([verb for verb, _ in scene.compute.acted], scene.destroyed) == (["restart"], [])
    assert (scene.works.homes("cassandra")["node-1"], await scene.open_incidents()) == (home, {})


async def test_a_node_without_volumes_is_replaced_as_the_ladder_says() -> None:
    scene = scene_of(ladder="replace, restart")
    scene.works.serve("cassandra", ["node-0", "node-1", "node-2"], CASSANDRA)
    await scene.sweeps()
    scene.agent_dies(4)
    await scene.after(minutes=15)
    assert ([verb for verb, _ in scene.compute.acted], scene.destroyed) == ([], ["4"])


@EVERY
async def test_what_no_restart_brought_back_is_replaced_and_its_member_starts_elsewhere(
    generation: Generation,
) -> None:
    scene = scene_of(generation, "restart, replace")
    scene.works.serve("cassandra", ["node-0", "node-1", "node-2"], CASSANDRA)
    await dies(scene, 1, minutes=40)
    assert ([verb for verb, _ in scene.compute.acted], scene.destroyed) == (["restart"], ["1"])
    assert all(scene.works.is_up("cassandra", f"node-{number}") for number in range(3))
    assert (await scene.open_incidents(), scene.connected) == ({}, 6)


async def test_two_members_of_three_that_may_come_back_are_not_given_up() -> None:
    scene = scene_of()
    scene.works.serve("cassandra", ["node-0", "node-1", "node-2"], CASSANDRA)
    await dies(scene, 1, 2, minutes=30)
    assert ("stateful_quorum" in await reasons(scene), scene.destroyed) == (True, [])


async def test_a_copy_that_may_be_the_only_one_is_given_up_by_a_person() -> None:
    scene = scene_of()
    scene.works.serve("kafka", ["kafka-0", "kafka-1", "kafka-2"], KAFKA)
    await dies(scene, 1, minutes=30)
    assert (await reasons(scene), scene.destroyed) == ({"stateful_person"}, [])
    incident, now = (await incident_of(scene)).id, scene.clock.now()
    said = Override(OverrideKind.APPROVE, incident, "ann", "it is copied", now, None, "replace")
    await scene.reader.overrides.put("prod", override_row(said), said, None)
    await scene.after(minutes=20)
    assert (scene.destroyed, await scene.open_incidents()) == (["1"], {})
    assert scene.works.is_up("kafka", "kafka-1")


@EVERY
async def test_a_volume_whose_machine_is_gone_is_waited_for_no_longer(generation: Generation) -> None:
    scene = scene_of(generation)
    scene.works.keep(
        App(id="/store", wanted=3, running=0, healthy=0, is_resident=True, package=UNKNOWN_RESIDENT)
    )
    await scene.sweeps()
    gone = scene.agent_of(1)
    await scene.hears(scene.machine_is_deleted(1))
    await scene.after(minutes=20)
    tasks = scene.works.apps["/store"].tasks
    assert (len(tasks), {task.is_up for task in tasks}) == (3, {True})
    assert (gone in {task.agent_id for task in tasks}, await scene.open_incidents()) == (False, {})


@pytest.mark.parametrize("part", [{"cassandra"}, {"apps", "pods", "deployments"}])
async def test_while_nobody_can_tell_what_is_on_it_only_what_surely_holds_nothing_is_replaced(
    part: set[str],
) -> None:
    scene = scene_of()
    scene.works.serve("cassandra", ["node-0", "node-1", "node-2"], CASSANDRA)
    await scene.sweeps()
    scene.works.blind |= part
    scene.agent_dies(1)
    scene.agent_dies(4)
    await scene.after(minutes=30)
    assert (await reasons(scene), scene.destroyed) == ({"stateful_unread"}, ["4"])


async def test_what_a_lost_agent_held_is_remembered_by_the_next_process() -> None:
    scene = scene_of()
    scene.works.hold(scene.agent_of(1), "minio")
    await scene.sweeps()
    agent, scene.booting = scene.agent_of(1), False
    scene.agent_dies(1)
    scene.scheduler.lose(agent)
    scene.restarts()
    await scene.after(minutes=20)
    kept = await scene.reader.inventory.get("prod", scene.name(1))
    assert kept is not None
    assert [holding.role for holding in kept.value.held or ()] == ["minio"]
    assert (await reasons(scene), scene.destroyed) == ({"stateful_person"}, [])


async def test_nothing_is_asked_of_marathon_while_all_is_well() -> None:
    scene, calls = scene_of(), list[str]()

    async def around(call: Any) -> Any:
        calls.append(call.name)
        return await call.go()

    scene.app = scene.new_app(around)
    await scene.after(minutes=5)
    assert not any(call.startswith("workloads.") for call in calls)
    await scene.hears(scene.machine_is_deleted(1))
    assert not any(call.startswith("workloads.") for call in calls), "it held nothing"


async def test_it_is_not_over_before_new_tasks_pass_the_checks_of_their_application() -> None:
    scene = scene_of()
    shop = App(id="/shop", wanted=3, running=0, healthy=0, is_checked=True)
    scene.works.keep(shop)
    await scene.sweeps()
    await scene.hears(scene.machine_is_deleted(1))
    await scene.after(minutes=8)
    assert [operation.step for operation in await scene.running()] == ["verify"]
    tasks = scene.works.apps["/shop"].tasks
    well = tuple(replace(task, is_healthy=True) for task in tasks)
    scene.works.apps["/shop"] = replace(scene.works.apps["/shop"], tasks=well)
    await scene.after(minutes=2)
    assert (await scene.running(), await scene.open_incidents()) == ([], {})
