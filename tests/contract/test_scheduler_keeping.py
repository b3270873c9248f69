"""What frameworks keep on an agent, what it has, and who the frameworks are."""

from __future__ import annotations

from shared.model.mesos import Agent, Amounts, Reservation, SchedulerState, Volume
from tests.contract.schedulers import DISK_MB, SchedulerWorld, at, until

ROLE = "kafka-role"
HELD = Amounts(cpus=0.1, disk_mb=DISK_MB)
DATA = Volume("vol-1", ROLE, ROLE, "data", DISK_MB)


async def keep_data(world: SchedulerWorld, address: str) -> Agent:
    """A framework reserves there and makes a volume of it."""

    def there(state: SchedulerState) -> Agent:
        found = at(state, address)
        assert found is not None
        return found

    world.reserve(address, ROLE)
    await until(world, lambda state: bool(there(state).reservations))
    world.put_volume(address, ROLE, DATA.persistence_id)
    return there(await until(world, lambda state: bool(there(state).volumes)))


async def test_what_is_reserved_is_listed_by_role(any_scheduler: SchedulerWorld) -> None:
    address, *others = any_scheduler.addresses
    any_scheduler.reserve(address, ROLE)
    state = await until(any_scheduler, lambda state: any(agent.reservations for agent in state.agents))
    agent = at(state, address)
    assert agent is not None
    assert agent.reservations == (Reservation(ROLE, ROLE, HELD),)
    assert (agent.reserved, agent.volumes) == (HELD, ())
    for other in others:
        free = at(state, other)
        assert free is not None
        assert (free.reservations, free.volumes, free.reserved) == ((), (), Amounts())
        assert free.total == agent.total


async def test_a_volume_is_listed_and_is_part_of_what_is_reserved(any_scheduler: SchedulerWorld) -> None:
    agent = await keep_data(any_scheduler, any_scheduler.addresses[0])
    assert agent.volumes == (DATA,)
    assert agent.reservations == (Reservation(ROLE, ROLE, HELD),)


async def test_data_comes_back_with_an_agent_that_comes_back(any_scheduler: SchedulerWorld) -> None:
    world, address = any_scheduler, any_scheduler.addresses[0]
    await keep_data(world, address)
    world.kill(address)
    await until(world, lambda state: not all(agent.active for agent in state.agents))
    world.start(address)
    agent = at(await until(world, lambda state: all(agent.active for agent in state.agents)), address)
    assert agent is not None
    assert agent.volumes == (DATA,)


async def test_data_outlives_machine_down_and_up_on_its_disk(any_scheduler: SchedulerWorld) -> None:
    """The agent is removed, and may be another one afterwards; the disk is the same."""
    world, address = any_scheduler, any_scheduler.addresses[0]
    before = await keep_data(world, address)
    await world.scheduler.machine_down(before.hostname, address)
    await until(world, lambda state: at(state, address) is None)
    await world.scheduler.machine_up(before.hostname, address)
    agent = at(await until(world, lambda state: at(state, address) is not None), address)
    assert agent is not None
    assert agent.volumes == (DATA,)


async def test_data_is_lost_with_an_agent_that_is_gone(marking_scheduler: SchedulerWorld) -> None:
    world, address = marking_scheduler, marking_scheduler.addresses[0]
    await world.scheduler.mark_gone((await keep_data(world, address)).agent_id)
    world.renew(address)
    new = at(await until(world, lambda state: at(state, address) is not None), address)
    assert new is not None
    assert (new.volumes, new.reservations, new.reserved) == ((), (), Amounts())


async def test_an_agent_has_room_and_tasks_use_it(any_scheduler: SchedulerWorld) -> None:
    for agent in (await any_scheduler.scheduler.state()).agents:
        assert agent.total.cpus >= 2
        assert agent.total.mem_mb >= 1024
        assert agent.total.disk_mb >= 4096
        assert agent.zone is None
    any_scheduler.run("web", 3)
    state = await until(any_scheduler, lambda state: all(agent.tasks for agent in state.agents))
    for agent in state.agents:
        ((framework_id, ids),) = agent.task_ids.items()
        assert len(ids) == sum(agent.tasks.values()) == 1
        assert framework_id in state.frameworks


async def test_frameworks_say_who_they_are(any_scheduler: SchedulerWorld) -> None:
    any_scheduler.run("web", 1)
    state = await until(any_scheduler, lambda state: any(agent.tasks for agent in state.agents))
    for id, framework in state.frameworks.items():
        assert framework.id == id
        assert framework.name
        assert framework.active
        assert framework.connected
