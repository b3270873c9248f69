"""Big clusters are built, shown and broken; how long that takes is for the benchmarks."""

import tracemalloc

from simulator.wire import Request
from simulator.world.build import ClusterSpec
from simulator.world.tasks import App
from tests.simulator.stage import JSON, Stage, play

THOUSAND = ClusterSpec("big", pools={"private": 1000}, apps=(App("web", 2000),))


def test_a_sweep_over_a_thousand_agents_is_answered() -> None:
    async def story(stage: Stage) -> None:
        stage.arm = type(stage.arm)(stage.world, page_size=1000)
        for path in ("/virtualMachines?$expand=instanceView", "/networkInterfaces"):
            assert (await stage.ask_arm("GET", f"{stage.private.id}{path}")).status == 200
        assert (await stage.call("GET_AGENTS"))[0] == 200
        assert (await stage.ask_mesos("GET", "/slaves"))[0] == 200

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


def test_ten_thousand_agents_are_built() -> None:
    async def story(stage: Stage) -> None:
        assert len(stage.cluster.mesos.registered) == 10_000
        assert len({agent.address for agent in stage.cluster.mesos.registered.values()}) == 10_000
        assert stage.cluster.whole()

    play(story, ClusterSpec("huge", pools={"private": 10_000}))


def test_losing_a_hundred_of_a_thousand_agents_at_once_is_settled() -> None:
    async def story(stage: Stage) -> None:
        for number in range(100):
            stage.world.power_off(stage.instance(number))
        await stage.after(minutes=10)
        assert len(stage.cluster.mesos.unreachable) == 100
        assert stage.cluster.mesos.schedulers[0].running("web") == 1_500

    play(story, ClusterSpec("loss", "2.2", pools={"private": 1_000}, apps=(App("web", 1_500),)))


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


def test_a_day_in_the_life_of_a_cluster() -> None:
    async def story(stage: Stage) -> None:
        for hour in range(24):
            victim = stage.private.instances[min(stage.private.instances)]
            stage.world.delete_instance(victim)
            await stage.after(minutes=2)
            stage.world.set_capacity(stage.private, 20)
            await stage.after(minutes=58)
            assert stage.cluster.whole(), f"after hour {hour}"

    play(story, ClusterSpec("day", pools={"private": 20}, apps=(App("web", 30),)))
