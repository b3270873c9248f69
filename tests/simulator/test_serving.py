"""The simulator as a program of its own: says where everything is, and ends when it is told to."""

import asyncio
import signal
import sys
from pathlib import Path

import aiohttp
import pytest

from simulator.clock import WallClock
from simulator.serve import served
from simulator.wire import Silence
from simulator.world.build import ClusterSpec, build_cluster, new_world
from tests.simulator.stage import TOKEN

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_the_program_prints_its_addresses_and_ends_at_a_signal(number: signal.Signals) -> None:
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "simulator.serve", "--agents", "2",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, cwd=ROOT,
    )  # fmt: skip
    assert program.stdout is not None
    lines = [(await asyncio.wait_for(program.stdout.readline(), 20)).decode() for _ in range(6)]
    urls = [line.split()[-1] for line in lines if "http://" in line]
    assert len(urls) == 4
    async with aiohttp.ClientSession() as session, session.get(f"{urls[1]}/health") as response:
        assert response.status == 200
    assert lines[4].split()[-1].startswith("POOLKEEPER_DCOS_PORTS=diagnostics=")
    program.send_signal(number)
    _, complaints = await asyncio.wait_for(program.communicate(), 10)
    assert (program.returncode, complaints) == (0, b"")


async def test_two_worlds_are_served_side_by_side_and_leave_nothing_behind() -> None:
    before = asyncio.all_tasks()
    worlds = [new_world(WallClock()) for _ in range(2)]
    for world in worlds:
        build_cluster(world, ClusterSpec("one"))
    async with served(worlds[0]) as first, served(worlds[1]) as second:
        assert first.arm_url != second.arm_url
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == before


async def test_a_hanging_endpoint_does_not_keep_the_servers_from_stopping() -> None:
    world = new_world(WallClock())
    build_cluster(world, ClusterSpec("one"))
    began = asyncio.get_running_loop().time()
    async with served(world) as result, aiohttp.ClientSession() as session:
        world.arm_down(Silence.HANGING)
        with pytest.raises(TimeoutError):
            await session.get(f"{result.arm_url}/x", timeout=aiohttp.ClientTimeout(total=0.05))
    assert asyncio.get_running_loop().time() - began < 5


async def test_paths_and_queries_reach_the_face_as_they_were_sent() -> None:
    world = new_world(WallClock())
    build_cluster(world, ClusterSpec("one"))
    async with served(world) as result, aiohttp.ClientSession() as session:
        path = "/subscriptions/x%20y/thing?api-version=1&$filter=a%20eq%20%27b%27"
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with session.get(f"{result.arm_url}{path}", headers=headers) as response:
            assert response.status == 404
        assert result.arm.requests[0].query["$filter"] == "a eq 'b'"
