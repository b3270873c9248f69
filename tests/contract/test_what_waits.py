"""What waits for room, in Marathons and in services: the same of the twin and of four simulated releases."""

from __future__ import annotations

import pytest

from shared.model.load import Queue
from shared.model.mesos import Amounts
from shared.model.readings import Failure, Value
from shared.model.workloads import AppKind, Needs
from tests.contract.test_workloads import WORLDS, build
from tests.contract.workload_worlds import (
    ELSEWHERE,
    KAFKA,
    Simulated,
    WorkloadWorld,
    app,
    pending,
    service,
    until,
    up,
)


@pytest.fixture(params=WORLDS)
def world(request: pytest.FixtureRequest) -> WorkloadWorld:
    return build(request.param)


async def test_nothing_waits_where_there_is_room(world: WorkloadWorld) -> None:
    queue = await world.workloads.queue()
    assert isinstance(queue, Value)
    assert queue.value == Queue()


async def test_what_finds_no_room_waits_in_the_queue_with_its_needs(world: WorkloadWorld) -> None:
    world.start_huge("huge", 3)
    await world.pass_time()
    reading = await world.workloads.queue()
    assert isinstance(reading, Value)
    (huge,) = reading.value.entries
    assert (huge.app, huge.count, huge.kind) == ("/huge", 3, AppKind.APP)
    assert huge.needs == Needs(Amounts(64, 1_000))
    assert [one[:2] for one in huge.constraints] == [("hostname", "UNIQUE")]
    assert (huge.is_resident, huge.is_held_back, reading.value.left_out) == (False, False, 0)


async def test_a_marathon_that_hangs_has_no_empty_queue(world: WorkloadWorld) -> None:
    world.blind("marathon")
    assert isinstance(await world.workloads.queue(), Failure)


async def test_services_that_run_have_nothing_to_place(world: WorkloadWorld) -> None:
    assert await pending(world) == ()


async def test_a_pod_that_was_given_up_waits_with_its_needs_until_there_is_room(world: WorkloadWorld) -> None:
    (home,) = [pod.agent_id for pod in service(await world.workloads.read()).pods if pod.name == "kafka-0"]
    for agent in world.agents:
        world.bar(agent)
    assert home is not None
    await world.workloads.replace_pod(KAFKA, "kafka-0", home)
    await world.pass_time()
    found = await pending(world)
    assert isinstance(found, tuple)
    (waits,) = found
    assert (waits.service, waits.sort, waits.count) == (KAFKA, "kafka", 1)
    assert waits.constraints == (("hostname", "MAX_PER", "1"),)
    assert (len(waits.runs_on), waits.runs_on.get(home)) == (2, None)
    assert waits.needs.amounts.mem_mb >= 128


async def test_a_pod_that_waits_for_its_own_agent_waits_for_no_other(world: WorkloadWorld) -> None:
    (home,) = [pod.agent_id for pod in service(await world.workloads.read()).pods if pod.name == "kafka-0"]
    assert home is not None
    world.lose(home)
    for _ in range(20):
        await world.pass_time()
    assert await pending(world) in ((), None)  # its scheduler may have run there too


async def test_a_service_that_does_not_answer_well_has_not_nothing_to_place(world: WorkloadWorld) -> None:
    world.blind(KAFKA)
    assert await pending(world) is None


async def test_a_further_marathon_has_a_queue_of_its_own(world: WorkloadWorld) -> None:
    world.start_huge_elsewhere("huge", 2)
    await world.pass_time()
    reading = (await world.workloads.other_queues([ELSEWHERE]))[ELSEWHERE]
    assert isinstance(reading, Value)
    (huge,) = reading.value.entries
    assert (huge.app, huge.count, huge.needs) == ("/huge", 2, Needs(Amounts(64, 1_000)))


async def test_a_further_marathon_that_does_not_answer_has_no_empty_queue(world: WorkloadWorld) -> None:
    world.blind("marathon")
    assert isinstance((await world.workloads.other_queues([ELSEWHERE]))[ELSEWHERE], Failure)


@pytest.mark.parametrize("name", [name for name in WORLDS if name != "memory"])
async def test_marathon_says_why_offers_were_not_taken_where_it_can(name: str) -> None:
    world = Simulated(name)
    world.start_huge("huge", 1)
    await world.pass_time()
    reading = await world.workloads.queue()
    assert isinstance(reading, Value)
    (huge,) = reading.value.entries
    assert huge.refused == (None if name == "1.8" else {"InsufficientCpus": 6})
    assert huge.since is not None


@pytest.mark.parametrize("name", [name for name in WORLDS if name != "memory"])
async def test_what_a_constraint_keeps_waiting_runs_when_the_pool_has_grown(name: str) -> None:
    world = Simulated(name)
    world.start_picky("picky", 7)
    await world.pass_time()
    reading = await world.workloads.queue()
    assert isinstance(reading, Value)
    (picky,) = reading.value.entries
    assert (picky.count, picky.constraints) == (1, (("hostname", "UNIQUE"), ("os", "LIKE", "Lin.*")))
    assert picky.refused == (None if name == "1.8" else {"UnfulfilledConstraint": 6})
    world.grow(7)
    state = await until(world, lambda state: len(up(app(state, "picky"))) == 7)
    assert len({task.agent_id for task in app(state, "picky").tasks}) == 7
    empty = await world.workloads.queue()
    assert isinstance(empty, Value)
    assert empty.value == Queue()
