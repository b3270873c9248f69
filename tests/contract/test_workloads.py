"""What runs on a cluster and how it moves: the same of the twin and of simulated clusters of four releases."""

from __future__ import annotations

import pytest

from shared.errors import Refused
from shared.model.catalog import Move
from shared.model.mesos import Amounts
from shared.model.readings import Failure, Value
from shared.model.workloads import Needs
from tests.contract.workload_worlds import (
    KAFKA,
    InMemory,
    Simulated,
    WorkloadWorld,
    app,
    service,
    service_until,
    until,
    up,
)

WORLDS = ("memory", "1.8", "1.10", "1.11", "2.2")
WITH_PODS = tuple(name for name in WORLDS if name != "1.8")
WITH_GONE = ("memory", "1.11", "2.2")


def build(name: str) -> WorkloadWorld:
    return InMemory() if name == "memory" else Simulated(name)


@pytest.fixture(params=WORLDS)
def world(request: pytest.FixtureRequest) -> WorkloadWorld:
    return build(request.param)


async def test_a_look_shows_applications_with_their_tasks_and_agents(world: WorkloadWorld) -> None:
    state = await world.workloads.read()
    web, store = app(state, "web"), app(state, "store")
    assert (web.wanted, web.running, len(web.tasks), web.is_resident, web.is_whole) == (3, 3, 3, False, True)
    assert (store.wanted, store.running, store.is_resident) == (2, 2, True)
    assert {task.agent_id for task in web.tasks + store.tasks} <= set(world.agents)
    assert all(task.is_up for task in web.tasks + store.tasks)
    assert (web.package.app, store.package.app) == (Move.RESCHEDULE, Move.WIPE_WHEN_LOST)
    assert state.failures == ()
    assert isinstance(state.deployments, Value)
    assert state.deployments.value == ()


async def test_a_look_shows_services_with_their_plans_and_pods(world: WorkloadWorld) -> None:
    state = await world.workloads.read()
    kafka = service(state)
    assert kafka.is_settled
    assert {plan.name for plan in kafka.plans} >= {"deploy", "recovery"}
    assert [pod.name for pod in kafka.pods] == ["kafka-0", "kafka-1", "kafka-2"]
    assert {pod.sort for pod in kafka.pods} == {"kafka"}
    assert len({pod.agent_id for pod in kafka.pods}) == 3
    assert kafka.package.framework is Move.REPLACE_POD
    assert app(state, KAFKA).service == KAFKA


@pytest.mark.parametrize("name", WITH_PODS)
async def test_a_look_shows_marathon_s_pods_and_they_can_be_ended(name: str) -> None:
    world = build(name)
    (instance,) = app(await world.workloads.read(), "cell").tasks
    world.bar(instance.agent_id)
    await world.workloads.kill([instance.id], wipe=False)
    state = await until(
        world, lambda state: [t.agent_id for t in up(app(state, "cell"))] != [instance.agent_id]
    )
    (successor,) = app(await until(world, lambda state: bool(up(app(state, "cell")))), "cell").tasks
    assert successor.id != instance.id
    assert app(state, "cell").wanted == 1


async def test_a_task_that_is_killed_starts_elsewhere_and_the_wanted_number_stays(
    world: WorkloadWorld,
) -> None:
    victim = app(await world.workloads.read(), "web").tasks[0]
    world.bar(victim.agent_id)
    await world.workloads.kill([victim.id], wipe=False)
    state = await until(world, lambda state: victim.id not in {t.id for t in up(app(state, "web"))})
    state = await until(world, lambda state: app(state, "web").is_whole)
    web = app(state, "web")
    assert (web.wanted, web.running) == (3, 3)
    assert not [task for task in web.on(victim.agent_id) if task.id not in {victim.id}]


async def test_a_task_with_a_volume_comes_back_to_it_when_it_is_killed(world: WorkloadWorld) -> None:
    victim = app(await world.workloads.read(), "store").tasks[0]
    await world.workloads.kill([victim.id], wipe=False)
    await until(world, lambda state: victim.id not in {task.id for task in app(state, "store").tasks})
    state = await until(world, lambda state: app(state, "store").is_whole)
    assert [task.agent_id for task in app(state, "store").on(victim.agent_id)] == [victim.agent_id]


async def test_a_task_with_a_volume_waits_for_a_lost_agent_until_it_is_wiped(world: WorkloadWorld) -> None:
    victim = app(await world.workloads.read(), "store").tasks[0]
    world.lose(victim.agent_id)
    state = await until(world, lambda state: len(up(app(state, "store"))) == 1)
    await world.pass_time()
    await world.pass_time()
    store = app(await world.workloads.read(), "store")
    assert (store.up, store.is_whole) == (1, False)
    (waiting,) = store.on(victim.agent_id)
    assert not waiting.is_up
    await world.workloads.kill([waiting.id], wipe=True)
    state = await until(world, lambda state: app(state, "store").is_whole)
    assert app(state, "store").on(victim.agent_id) == ()


async def test_a_task_without_state_leaves_a_lost_agent_by_itself(world: WorkloadWorld) -> None:
    lost = app(await world.workloads.read(), "web").tasks[0].agent_id
    world.lose(lost)
    state = await until(world, lambda state: not app(state, "web").on(lost) and app(state, "web").is_whole)
    assert app(state, "web").running == 3


async def test_a_pod_of_a_service_waits_for_a_lost_agent_until_it_is_replaced(world: WorkloadWorld) -> None:
    pod = service(await world.workloads.read()).pods[1]
    assert pod.agent_id is not None
    world.lose(pod.agent_id)
    kafka = await service_until(world, lambda kafka: not kafka.is_settled)
    waiting = kafka.pod(pod.name)
    assert waiting is not None
    assert (waiting.agent_id, waiting.is_up) == (pod.agent_id, False)
    recovery = next(plan for plan in kafka.plans if plan.name == "recovery")
    assert not recovery.is_complete
    assert recovery.unfinished
    for _ in range(4):
        await world.pass_time()
    kafka = await service_until(world, lambda kafka: True)
    assert not kafka.is_settled
    await world.workloads.replace_pod(KAFKA, pod.name, pod.agent_id)
    assert not service(await world.workloads.read()).is_settled
    kafka = await service_until(world, lambda kafka: kafka.is_settled)
    moved = kafka.pod(pod.name)
    assert moved is not None
    assert moved.agent_id not in {pod.agent_id, None}
    assert len({one.agent_id for one in kafka.pods}) == 3


async def test_a_replace_that_is_ordered_again_destroys_nothing(world: WorkloadWorld) -> None:
    pod = service(await world.workloads.read()).pods[0]
    assert pod.agent_id is not None
    world.bar(pod.agent_id)
    await world.workloads.replace_pod(KAFKA, pod.name, pod.agent_id)
    kafka = await service_until(world, lambda kafka: kafka.pods[0].agent_id not in {pod.agent_id, None})
    placed = kafka.pods[0].agent_id
    await world.workloads.replace_pod(KAFKA, pod.name, pod.agent_id)
    kafka = await service_until(world, lambda kafka: kafka.is_settled)
    assert kafka.pods[0].agent_id == placed


async def test_a_restarted_pod_stays_where_its_volume_is(world: WorkloadWorld) -> None:
    pod = service(await world.workloads.read()).pods[2]
    await world.workloads.restart_pod(KAFKA, pod.name)
    await service_until(world, lambda kafka: not kafka.is_settled)
    kafka = await service_until(world, lambda kafka: kafka.is_settled)
    assert kafka.pods[2].agent_id == pod.agent_id


@pytest.mark.parametrize("name", WITH_GONE)
async def test_a_service_replaces_its_pods_when_their_agent_is_called_gone(name: str) -> None:
    world = build(name)
    pod = service(await world.workloads.read()).pods[0]
    assert pod.agent_id is not None
    world.gone(pod.agent_id)
    await service_until(world, lambda kafka: kafka.pods[0].agent_id != pod.agent_id)
    kafka = await service_until(world, lambda kafka: kafka.is_settled)
    assert pod.agent_id not in {one.agent_id for one in kafka.pods}


async def test_orders_for_what_is_not_there_are_refused(world: WorkloadWorld) -> None:
    for order in (
        world.workloads.replace_pod(KAFKA, "kafka-9", "agent"),
        world.workloads.replace_pod("other", "kafka-0", "agent"),
        world.workloads.restart_pod(KAFKA, "kafka-9"),
        world.workloads.restart_pod("other", "kafka-0"),
    ):
        with pytest.raises(Refused) as refused:
            await order
        assert (refused.value.guard, refused.value.reason) == ("sdk", "pod_not_known")


async def test_ending_nothing_is_a_mistake_and_ending_what_is_over_is_none(world: WorkloadWorld) -> None:
    with pytest.raises(ValueError, match="empty selection"):
        await world.workloads.kill([], wipe=False)
    before = app(await world.workloads.read(), "web")
    await world.workloads.kill(["web.01234567-89ab-cdef-0123-456789abcdef"], wipe=False)
    assert [task.id for task in app(await world.workloads.read(), "web").tasks] == [
        t.id for t in before.tasks
    ]


async def test_a_broken_scheduler_hides_itself_and_nothing_else(world: WorkloadWorld) -> None:
    world.blind(KAFKA)
    state = await world.workloads.read()
    assert isinstance(state.services[KAFKA], Failure)
    assert len(state.failures) == 1
    assert app(state, "web").is_whole


async def test_a_marathon_that_hangs_is_a_failure_of_its_parts(world: WorkloadWorld) -> None:
    world.blind("marathon")
    state = await world.workloads.read()
    assert [isinstance(one, Failure) for one in (state.apps, state.pods, state.deployments)] == [True] * 3
    assert state.run_specs == ()
    assert state.services == {}


async def test_a_deployment_is_told_with_what_it_affects(world: WorkloadWorld) -> None:
    world.start("large", 500)
    await world.pass_time()
    state = await world.workloads.read()
    assert isinstance(state.deployments, Value)
    (deployment,) = state.deployments.value
    assert deployment.affects == ("/large",)
    assert app(state, "large").is_deploying
    assert not app(state, "large").is_whole
    assert not app(state, "web").is_deploying


@pytest.mark.parametrize("name", [name for name in WORLDS if name != "memory"])
async def test_what_runs_says_what_it_needs(name: str) -> None:
    state = await Simulated(name).workloads.read()
    assert app(state, "web").needs == Needs(Amounts(0.1, 128))
    if name in WITH_PODS:
        assert app(state, "cell").needs == Needs(Amounts(0.1, 128))
    assert app(state, "store").needs == Needs(Amounts(0.1, 128, 1024))


@pytest.mark.parametrize("name", [name for name in WORLDS if name != "memory"])
async def test_what_the_masters_say_tells_whose_frameworks_hold_data(name: str) -> None:
    world = Simulated(name)
    mesos = await world.mesos.state()
    state = await world.workloads.read(mesos)
    packages = {mesos.frameworks[id].name: package for id, package in state.frameworks.items()}
    assert packages["marathon"].framework is Move.PER_APP
    assert (packages[KAFKA].name, packages[KAFKA].framework) == ("kafka", Move.REPLACE_POD)
    homes = {pod.agent_id for pod in service(state).pods} | {
        task.agent_id for task in app(state, "store").tasks
    }
    assert {agent.agent_id for agent in mesos.agents if agent.volumes} == homes
