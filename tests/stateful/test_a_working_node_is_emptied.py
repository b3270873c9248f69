"""The machine under a member of a service is to go, and works still: what is on it moves first, one after the other."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from shared.model.catalog import UNKNOWN_RESIDENT, Package
from shared.model.incidents import Incident, IncidentState
from shared.model.mesos import Generation
from shared.model.overrides import Override, OverrideKind
from shared.model.remedies import Remedy
from shared.model.workloads import App
from shared.records import override_row
from tests.healing.test_announced_ends import scheduled
from tests.scene import Scene
from tests.stateful.grounds import CASSANDRA, ELASTIC, KAFKA
from tests.watched import Call

EVERY = pytest.mark.parametrize("generation", list(Generation))
BARRED = pytest.mark.parametrize("generation", [Generation.MARK_GONE, Generation.DRAIN])
"""Those in which new tasks can be kept away from an agent."""


def scene_of(generation: Generation, around: Any = None) -> Scene:
    scene = Scene(agents=6, generation=generation)
    scene.works.minimum_health = 0.9
    if around is not None:
        scene.app = scene.new_app(around)
    return scene


def ring(generation: Generation, package: Package = CASSANDRA, sort: str = "node") -> Scene:
    """A service of three, the second member on machine 1."""
    scene = scene_of(generation)
    scene.works.serve(package.name, [f"{sort}-{number}" for number in range(3)], package)
    return scene


async def announce(scene: Scene, hours: float = 2) -> None:
    await scene.sweeps()
    await scene.hears(scheduled(scene, "Redeploy", hours=hours))


async def incident_of(scene: Scene) -> Incident:
    return (await scene.open_incidents())[scene.name(1)]


async def reasons(scene: Scene) -> set[str]:
    decision = (await incident_of(scene)).decision
    return {answer.reason for answer in decision.answers if not answer.allowed} if decision else set()


async def approve(scene: Scene) -> None:
    incident, now = (await incident_of(scene)).id, scene.clock.now()
    said = Override(OverrideKind.APPROVE, incident, "ann", "it is copied", now, None, Remedy.REPLACE.value)
    await scene.reader.overrides.put("prod", override_row(said), said, None)


class Members:
    """Counts the members of a service that are down, at every call of a port."""

    def __init__(self, scene: Scene, service: str) -> None:
        self._scene, self._service = scene, service
        self.most, self.orders = 0, list[str]()

    async def __call__(self, call: Call) -> Any:
        if call.name in {"workloads.replace_pod", "workloads.kill", "compute.destroy", "scheduler.drain"}:
            self.orders.append(call.name.partition(".")[2])
        answer = await call.go()
        pods = self._scene.works.services[self._service].pods
        down = sum(not self._scene.works.is_up(self._service, pod) for pod in pods)
        self.most = max(self.most, down)
        return answer


def watch(scene: Scene, service: str) -> Members:
    members = Members(scene, service)
    scene.app = scene.new_app(members)
    return members


async def test_a_member_moves_before_its_machine_goes_and_the_others_stay_up() -> None:
    scene = ring(Generation.DRAIN)
    members = watch(scene, "cassandra")
    await announce(scene)
    await scene.after(minutes=40)
    assert (members.most, members.orders.count("replace_pod")) == (1, 1)
    assert members.orders.index("replace_pod") < members.orders.index("destroy")
    await all_is_well(scene)


@pytest.mark.parametrize("generation", [Generation.MAINTENANCE, Generation.MARK_GONE])
async def test_where_its_scheduler_would_start_it_there_again_it_goes_with_the_machine(
    generation: Generation,
) -> None:
    scene = ring(generation)
    members = watch(scene, "cassandra")
    await announce(scene)
    await scene.after(minutes=60)
    by_hand = ["destroy", "replace_pod"] if generation is Generation.MAINTENANCE else ["destroy"]
    assert (members.most, [one for one in members.orders if one != "kill"]) == (1, by_hand)
    await all_is_well(scene)


async def all_is_well(scene: Scene) -> None:
    assert scene.destroyed == ["1"]
    assert all(scene.works.is_up("cassandra", pod) for pod in ("node-0", "node-1", "node-2"))
    assert (scene.connected, scene.running_tasks, await scene.open_incidents()) == (6, 12, {})


@pytest.mark.parametrize("generation", [Generation.MARK_GONE, Generation.DRAIN])
async def test_two_members_on_one_machine_leave_one_after_the_other(generation: Generation) -> None:
    scene = scene_of(generation)
    pods = ["master-0", "master-1", "master-2", "data-0", "data-1"]
    scene.works.serve("elastic", pods, ELASTIC)
    scene.works.services["elastic"].pods["data-0"].agent_id = scene.agent_of(1)
    scene.works.follow()
    members = watch(scene, "elastic")
    await announce(scene)
    await scene.after(minutes=60)
    ahead = members.orders[: members.orders.index("destroy")].count("replace_pod")
    assert (members.most, ahead) == (1, 2 if generation is Generation.DRAIN else 1)
    assert all(scene.works.is_up("elastic", pod) for pod in pods)
    assert (scene.destroyed, await scene.open_incidents()) == (["1"], {})


async def test_a_member_that_comes_back_to_the_machine_twice_is_left_to_a_person() -> None:
    """Two members are there, so none of them can go with it, and the one that is moved has nowhere else to go."""
    scene = scene_of(Generation.MAINTENANCE)
    scene.works.serve("elastic", ["master-0", "master-1", "master-2", "data-0", "data-1"], ELASTIC)
    pods = scene.works.services["elastic"].pods
    pods["data-0"].agent_id = pods["master-1"].agent_id
    pods["data-1"].agent_id = scene.agent_of(5)
    full = scene.works.is_full = {scene.agent_of(number) for number in (0, 2, 3, 4, 5)}
    scene.works.follow()
    members = watch(scene, "elastic")
    await announce(scene)
    for _ in range(90):
        await scene.after(minutes=1)
        full |= set(scene.scheduler.agents) - {scene.agent_of(1)}
    assert (members.most, members.orders.count("replace_pod")) == (1, 2)
    assert (scene.destroyed, (await incident_of(scene)).state) == ([], IncidentState.HANDED_OVER)
    assert "came back to this agent" in (await incident_of(scene)).outcome


@EVERY
async def test_a_broker_of_topics_with_one_copy_waits_for_a_person(generation: Generation) -> None:
    scene = ring(generation, KAFKA, "kafka")
    await announce(scene)
    await scene.after(minutes=30)
    decision = (await incident_of(scene)).decision
    assert decision is not None
    assert [answer.awaits for answer in decision.answers if answer.awaits] == ["replace"]
    assert (await reasons(scene), scene.destroyed, scene.ordered) == ({"stateful_person"}, [], [])


@BARRED
async def test_with_that_person_s_word_the_broker_has_moved_before_its_machine_ends(
    generation: Generation,
) -> None:
    scene = ring(generation, KAFKA, "kafka")
    await announce(scene, hours=1)
    await scene.after(minutes=2)
    await approve(scene)
    await scene.after(minutes=30)
    assert scene.clock.now() < scene.clock.now() + timedelta(minutes=30)
    assert (scene.destroyed, await scene.open_incidents()) == (["1"], {})
    assert all(scene.works.is_up("kafka", f"kafka-{number}") for number in range(3))


@BARRED
async def test_an_application_keeps_its_share_of_tasks_while_some_of_them_move(
    generation: Generation,
) -> None:
    scene = scene_of(generation)
    fewest = [scene.running_tasks]

    async def around(call: Call) -> Any:
        answer = await call.go()
        fewest.append(scene.running_tasks)
        return answer

    scene.app = scene.new_app(around)
    await announce(scene)
    await scene.after(minutes=40)
    assert (min(fewest), scene.running_tasks, scene.destroyed) == (11, 12, ["1"])


async def test_tasks_that_come_back_again_and_again_go_with_the_machine_in_the_end() -> None:
    """Marathon of DC/OS 1.8 takes no notice of maintenance: it starts them where there is most room, which is here."""
    scene = scene_of(Generation.MAINTENANCE)
    scene.works.minimum_health = 0.8
    await announce(scene)
    await scene.after(minutes=60)
    ended = [line for line in await scene.said() if "ending" in line and "/web" in line]
    assert 1 < len(ended) <= 9
    assert (scene.destroyed, scene.running_tasks, await scene.open_incidents()) == (["1"], 12, {})


@EVERY
async def test_what_has_a_local_volume_is_given_up_by_a_person_alone(generation: Generation) -> None:
    scene = scene_of(generation)
    scene.works.keep(store(scene))
    await announce(scene)
    await scene.after(minutes=20)
    assert (await reasons(scene), scene.destroyed) == ({"stateful_person"}, [])


def store(scene: Scene) -> App:
    """An application of three tasks with volumes, the second on machine 1."""
    return App(id="/store", wanted=3, running=0, healthy=0, is_resident=True, package=UNKNOWN_RESIDENT)


@EVERY
async def test_then_it_goes_with_its_machine_and_starts_anew_elsewhere(generation: Generation) -> None:
    scene = scene_of(generation)
    scene.works.keep(store(scene))
    await announce(scene)
    await scene.after(minutes=2)
    await approve(scene)
    gone = scene.agent_of(1)
    await scene.after(minutes=60)
    tasks = scene.works.apps["/store"].tasks
    assert (scene.destroyed, await scene.open_incidents()) == (["1"], {})
    assert (len(tasks), all(task.is_up for task in tasks)) == (3, True)
    assert gone not in {task.agent_id for task in tasks}


@EVERY
async def test_a_framework_in_no_catalog_that_keeps_volumes_is_not_touched(generation: Generation) -> None:
    scene = scene_of(generation)
    scene.works.hold(scene.agent_of(1), "minio")
    await announce(scene)
    await scene.after(minutes=30)
    assert (await reasons(scene), scene.destroyed, scene.ordered) == ({"stateful_person"}, [], [])


@BARRED
async def test_a_scheduler_on_the_machine_and_a_member_there_are_never_missing_together(
    generation: Generation,
) -> None:
    scene = scene_of(generation)
    scene.works.serve("cassandra", ["node-0", "node-1", "node-2"], CASSANDRA, scheduler=scene.agent_of(1))
    members = watch(scene, "cassandra")
    await announce(scene)
    await scene.after(minutes=60)
    lines = [line for line in await scene.said() if "1 of /cassandra" in line or "having pod" in line]
    assert ["having pod node-1" in line for line in lines] == [True, False][
        generation is not Generation.DRAIN :
    ]
    assert (scene.destroyed, members.most, await scene.open_incidents()) == (["1"], 1, {})


@BARRED
async def test_a_machine_that_is_to_go_keeps_its_member_while_another_one_is_down(
    generation: Generation,
) -> None:
    scene = ring(generation)
    scene.booting = False
    await scene.sweeps()
    scene.agent_dies(0)
    await announce(scene)
    await scene.after(minutes=10)
    assert "replace_pod" not in " ".join(await scene.said())
    assert "1" not in scene.destroyed


async def test_while_marathon_hangs_a_working_node_is_left_alone() -> None:
    scene = scene_of(Generation.MARK_GONE)
    scene.works.blind |= {"apps", "pods", "deployments"}
    await announce(scene)
    await scene.after(minutes=10)
    assert (await reasons(scene), scene.destroyed, scene.ordered) == ({"stateful_unread"}, [], [])
