"""Which master answers what, in process and on sockets."""

import aiohttp
import msgspec
import pytest

from simulator.clock import WallClock
from simulator.faults import Fault, dropped
from simulator.in_process import MesosNetwork
from simulator.serve import served
from simulator.wire import Silence
from simulator.world.build import ClusterSpec, build_cluster, new_world
from tests.simulator.stage import JSON, Stage, play


@pytest.mark.parametrize("path", ["/slaves", "/master/state", "/maintenance/schedule", "/api/v1"])
def test_a_master_that_does_not_lead_sends_the_caller_to_the_leader(path: str) -> None:
    async def story(stage: Stage) -> None:
        status, headers, body = await stage.ask_mesos(
            "POST" if "api" in path else "GET", path, b"{}", master=2
        )
        assert (status, body) == (307, b"")
        assert headers["Location"] == f"//172.16.0.5:5050{path}"

    play(story)


@pytest.mark.parametrize("path", ["/health", "/version", "/flags", "/metrics/snapshot"])
def test_every_master_answers_for_itself(path: str) -> None:
    async def story(stage: Stage) -> None:
        status, _, _ = await stage.ask_mesos("GET", path, master=2)
        assert status == 200

    play(story)


def test_only_the_leader_says_that_it_is_elected() -> None:
    async def story(stage: Stage) -> None:
        elected = []
        for index in range(3):
            _, _, body = await stage.ask_mesos("GET", "/metrics/snapshot", master=index)
            elected.append(msgspec.json.decode(body)["master/elected"])
        assert elected == [1.0, 0.0, 0.0]

    play(story)


def test_redirect_names_the_leader_alone() -> None:
    async def story(stage: Stage) -> None:
        for index in (0, 1):
            status, headers, _ = await stage.ask_mesos("GET", "/redirect", master=index)
            assert (status, headers["Location"]) == (307, "//172.16.0.5:5050")

    play(story)


@pytest.mark.parametrize(
    ("how", "error"),
    [
        (Silence.REFUSED, ConnectionRefusedError),
        (Silence.DROPPED, ConnectionResetError),
        (Silence.HANGING, TimeoutError),
    ],
)
def test_silent_masters_fail_as_a_network_does(how: Silence, error: type[Exception]) -> None:
    async def story(stage: Stage) -> None:
        stage.world.mesos_api_down(stage.cluster, how)
        with pytest.raises(error):
            await stage.ask_mesos("GET", "/health")

    play(story)


def test_nothing_listens_at_an_unknown_address() -> None:
    async def story(stage: Stage) -> None:
        with pytest.raises(ConnectionRefusedError, match="nothing listens"):
            await MesosNetwork(stage.faces).send("GET", "http://172.16.0.77:5050/health", {}, b"", 1.0)

    play(story)


def test_a_fault_can_be_aimed_at_one_call() -> None:
    async def story(stage: Stage) -> None:
        stage.faces[0].faults.add(Fault(status=503, body="MARK_AGENT_GONE"))
        assert (await stage.call("GET_AGENTS"))[0] == 200
        assert (await stage.mark_gone(stage.agent(0).id))[0] == 503
        assert (await stage.mark_gone(stage.agent(0).id))[0] == 200

    play(story)


def test_an_answer_may_be_lost_after_the_order_was_carried_out() -> None:
    async def story(stage: Stage) -> None:
        agent_id = stage.agent(0).id
        stage.faces[0].faults.add(dropped(after_effect=True, body="MARK_AGENT_GONE"))
        with pytest.raises(ConnectionResetError):
            await stage.mark_gone(agent_id)
        assert agent_id in stage.cluster.mesos.gone

    play(story)


def test_a_slow_answer_takes_its_time() -> None:
    async def story(stage: Stage) -> None:
        stage.faces[0].faults.add(Fault(latency_s=3))
        began = stage.now()
        await stage.call("GET_AGENTS")
        assert (stage.now() - began).total_seconds() == pytest.approx(3)
        stage.faces[0].faults.add(Fault(latency_s=30))
        with pytest.raises(TimeoutError):
            await stage.call("GET_AGENTS")

    play(story)


def test_lists_show_an_agent_as_it_is_now() -> None:
    async def story(stage: Stage) -> None:
        async def active() -> list[bool]:
            _, answer = await stage.call("GET_AGENTS")
            return [agent["active"] for agent in answer["get_agents"]["agents"]]

        assert await active() == [True] * 4
        stage.world.kill_agent_process(stage.instance(0))
        assert sorted(await active()) == [False, True, True, True]

    play(story)


async def test_on_sockets_a_redirect_leads_to_the_leader() -> None:
    world = new_world(WallClock())
    build_cluster(world, ClusterSpec("socket"))
    async with served(world) as result, aiohttp.ClientSession() as session:
        follower = result.master_addresses("socket")[1]
        body = msgspec.json.encode({"type": "GET_AGENTS"})
        async with session.post(f"http://{follower}/api/v1", data=body, headers=JSON) as response:
            answer = await response.json()
        assert len(answer["get_agents"]["agents"]) == 4


async def test_on_sockets_a_master_that_is_down_breaks_the_connection() -> None:
    world = new_world(WallClock())
    cluster = build_cluster(world, ClusterSpec("socket"))
    async with served(world) as result, aiohttp.ClientSession() as session:
        world.mesos_api_down(cluster)
        with pytest.raises(aiohttp.ClientError):
            await session.get(f"http://{result.master_addresses('socket')[0]}/health")
        world.mesos_api_up(cluster)
        async with session.get(f"http://{result.master_addresses('socket')[0]}/health") as response:
            assert response.status == 200
