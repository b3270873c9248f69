"""What each master says of itself: the twin in memory, and simulated clusters of four releases."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from shared.model.health import Ensemble
from shared.model.masters import MastersSaid, MesosMaster
from shared.model.readings import Failure, Value
from simulator.virtual_time import VirtualClock, run_virtual
from tests.contract.master_worlds import ADDRESSES, MastersInMemory, MastersOnTheWire, MasterWorld

type Story = Callable[[MasterWorld], Awaitable[None]]
type Tell = Callable[[Story], None]


@pytest.fixture(params=["memory", "1.8", "1.11", "1.13", "2.2"])
def tell(request: pytest.FixtureRequest) -> Tell:
    """Tells a story of one of the worlds, in virtual time."""

    def told(story: Story) -> None:
        async def whole(clock: VirtualClock) -> None:
            memory = request.param == "memory"
            await story(MastersInMemory() if memory else MastersOnTheWire(clock, request.param))

        run_virtual(whole)

    return told


def mesos(said: MastersSaid, number: int) -> MesosMaster:
    reading = said.mesos[ADDRESSES[number]]
    assert isinstance(reading, Value), reading
    return reading.value


def ensemble(said: MastersSaid) -> Ensemble:
    assert isinstance(said.ensemble, Value), said.ensemble
    return said.ensemble.value


def serving(said: MastersSaid) -> list[bool]:
    return [ensemble(said).mode_of(address) is not None for address in ADDRESSES]


def test_all_are_well(tell: Tell) -> None:
    async def story(world: MasterWorld) -> None:
        said = await world.reports.read()
        assert [mesos(said, number).leads for number in range(3)] == [True, False, False]
        assert [mesos(said, number).follows for number in (1, 2)] == ["172.16.0.5:5050"] * 2
        assert [mesos(said, number).recovered for number in range(3)] == [True] * 3
        assert ensemble(said).is_whole
        assert serving(said) == [True] * 3
        assert "172.16.0.5:5050" in mesos(said, 0).known_as

    tell(story)


def test_one_that_hangs_says_nothing_and_the_others_tell_of_it(tell: Tell) -> None:
    async def story(world: MasterWorld) -> None:
        world.hangs(1)
        await world.pass_time()
        said = await world.reports.read()
        assert isinstance(said.mesos[ADDRESSES[1]], Failure)
        assert serving(said) == [True, False, True]
        assert mesos(said, 2).follows == "172.16.0.5:5050"

    tell(story)


def test_when_the_leader_hangs_another_one_leads(tell: Tell) -> None:
    async def story(world: MasterWorld) -> None:
        world.hangs(0)
        await world.pass_time()
        said = await world.reports.read()
        (leader,) = [number for number in (1, 2) if mesos(said, number).leads]
        assert mesos(said, 3 - leader).follows == f"{ADDRESSES[leader]}:5050"

    tell(story)


def test_one_that_is_back_was_started_since(tell: Tell) -> None:
    async def story(world: MasterWorld) -> None:
        before = mesos(await world.reports.read(), 1).started_at
        world.hangs(1)
        await world.pass_time()
        world.recovers(1)
        await world.pass_time()
        after = mesos(await world.reports.read(), 1).started_at
        assert before is not None
        assert after is not None
        assert after > before

    tell(story)


def test_a_process_that_died_leaves_its_zookeeper_at_work(tell: Tell) -> None:
    async def story(world: MasterWorld) -> None:
        world.process_dies(1)
        await world.pass_time()
        said = await world.reports.read()
        assert isinstance(said.mesos[ADDRESSES[1]], Failure)
        assert serving(said) == [True] * 3

    tell(story)


def test_a_zookeeper_that_does_not_serve_is_told(tell: Tell) -> None:
    async def story(world: MasterWorld) -> None:
        world.loses_zookeeper(2)
        said = await world.reports.read()
        assert serving(said) == [True, True, False]
        assert mesos(said, 1).follows == "172.16.0.5:5050"

    tell(story)


def test_a_registry_that_has_not_caught_up_is_told(tell: Tell) -> None:
    async def story(world: MasterWorld) -> None:
        world.loses_registry(2)
        said = await world.reports.read()
        assert [mesos(said, number).recovered for number in range(3)] == [True, True, False]

    tell(story)


def test_an_exhibitor_that_hangs_holds_nobody_up(tell: Tell) -> None:
    async def story(world: MasterWorld) -> None:
        world.exhibitor_hangs()
        said = await world.reports.read()
        assert isinstance(said.ensemble, Failure)
        assert mesos(said, 0).leads

    tell(story)
