"""Big clusters are built and shown fast enough to measure others with."""

import time
import tracemalloc

from simulator.wire import Request
from simulator.world.build import ClusterSpec
from simulator.world.tasks import App
from tests.simulator.stage import JSON, Stage, play

THOUSAND = ClusterSpec("big", pools={"private": 1000}, apps=(App("web", 2000),))


def test_a_sweep_over_a_thousand_agents_is_answered_in_well_under_a_second() -> None:
    async def story(stage: Stage) -> None:
        stage.arm = type(stage.arm)(stage.world, page_size=1000)
        began = time.perf_counter()
        for path in ("/virtualMachines?$expand=instanceView", "/networkInterfaces"):
            assert (await stage.ask_arm("GET", f"{stage.private.id}{path}")).status == 200
        assert (await stage.call("GET_AGENTS"))[0] == 200
        assert (await stage.ask_mesos("GET", "/slaves"))[0] == 200
        assert time.perf_counter() - began < 1.0

    play(story, THOUSAND)


def test_unchanged_instances_are_not_encoded_again() -> None:
    async def story(stage: Stage) -> None:
        async def listed() -> bytes:
            return (
                await stage.ask_arm("GET", f"{stage.private.id}/virtualMachines?$expand=instanceView")
            ).body

        first = await listed()
        assert await listed() == first
        stage.world.power_off(stage.instance(0))
        assert await listed() != first

    play(story)


def test_ten_thousand_agents_are_built_in_seconds() -> None:
    async def story(stage: Stage) -> None:
        assert len(stage.cluster.mesos.registered) == 10_000
        assert len({agent.address for agent in stage.cluster.mesos.registered.values()}) == 10_000
        assert stage.cluster.whole()

    began = time.perf_counter()
    play(story, ClusterSpec("huge", pools={"private": 10_000}))
    assert time.perf_counter() - began < 10


def test_losing_a_thousand_of_ten_thousand_agents_at_once_is_settled_in_seconds() -> None:
    async def story(stage: Stage) -> None:
        for number in range(1000):
            stage.world.power_off(stage.instance(number))
        await stage.after(minutes=6)
        assert 90 <= len(stage.cluster.mesos.unreachable) <= 110, "a hundred in a minute"
        await stage.after(minutes=10)
        assert len(stage.cluster.mesos.unreachable) == 1000
        assert stage.cluster.mesos.schedulers[0].running("web") == 15_000

    began = time.perf_counter()
    play(story, ClusterSpec("loss", "2.2", pools={"private": 10_000}, apps=(App("web", 15_000),)))
    assert time.perf_counter() - began < 15


def test_a_thousand_agents_and_their_answers_fit_into_a_small_memory() -> None:
    async def story(stage: Stage) -> int:
        for _ in range(3):
            request = Request.of("POST", "http://m/api/v1", JSON, b'{"type": "GET_STATE"}')
            assert (await stage.faces[0].handle(request)).status == 200
            await stage.ask_arm("GET", f"{stage.private.id}/virtualMachines?$expand=instanceView")
        return tracemalloc.get_traced_memory()[1]

    tracemalloc.start()
    try:
        assert play(story, THOUSAND) < 100 * 2**20
    finally:
        tracemalloc.stop()


def test_a_day_in_the_life_of_a_cluster_takes_seconds() -> None:
    async def story(stage: Stage) -> None:
        for hour in range(24):
            victim = stage.private.instances[min(stage.private.instances)]
            stage.world.delete_instance(victim)
            await stage.after(minutes=2)
            stage.world.set_capacity(stage.private, 20)
            await stage.after(minutes=58)
            assert stage.cluster.whole(), f"after hour {hour}"

    began = time.perf_counter()
    play(story, ClusterSpec("day", pools={"private": 20}, apps=(App("web", 30),)))
    assert time.perf_counter() - began < 5
