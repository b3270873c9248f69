"""The faces on sockets of 127.0.0.1.

`served(world)` opens one port for Azure Resource Manager, one for each master of each cluster, and four for the
interfaces of each cluster's health, where the first master that is up answers. It tells the masters their true
addresses (a redirect to the leader must lead somewhere), and lets time do its work in the background until the block is
left. Ports are given out by the system unless `port` says where to begin, so that tests can run side by side. The
agents' private addresses are only names here: nothing listens there.

    python -m simulator.serve --agents 3 --port 7080
"""

import argparse
import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import count, repeat

from aiohttp import web

from simulator.arm.face import ArmFace
from simulator.clock import WallClock
from simulator.dcos.network import DIAGNOSTICS, EXHIBITOR, MARATHON, ROUTER, DcosFace
from simulator.dcos.services import Services
from simulator.mesos.face import MesosFace
from simulator.wire import NoAnswer, Request, Response, Silence
from simulator.world.build import ClusterSpec, build_cluster, new_world
from simulator.world.world import World

HOST = "127.0.0.1"
HANG_S = 3600.0
HEALTH = {"diagnostics": DIAGNOSTICS, "exhibitor": EXHIBITOR, "marathon": MARATHON, "router": ROUTER}
"""The interfaces of a master that tell of DC/OS's health, and their own ports."""
Handle = Callable[[Request], Awaitable[Response]]


@dataclass(slots=True)
class Served:
    """Where everything is."""

    world: World
    arm: ArmFace
    arm_url: str = ""
    masters: dict[str, list[MesosFace]] = field(default_factory=dict)
    """By cluster, in the order of the masters."""
    services: dict[str, Services] = field(default_factory=dict)
    """By cluster: what its units, checks and ZooKeeper servers are made to do."""
    health_ports: dict[str, dict[str, int]] = field(default_factory=dict)
    """By cluster, where each of `HEALTH` is."""

    def master_addresses(self, cluster: str) -> list[str]:
        """host:port of each master of the cluster."""
        return [face.master.address for face in self.masters[cluster]]


@asynccontextmanager
async def served(world: World, port: int = 0, arm: ArmFace | None = None) -> AsyncIterator[Served]:
    """Serve the world until the block ends. `port` 0: any free ones; else this one and those that follow."""
    async with AsyncExitStack() as stack:
        face = arm or ArmFace(world)
        ports = count(port) if port else repeat(0)
        number = await _listen(stack, face.handle, next(ports))
        result = Served(world, face, f"http://{HOST}:{number}")
        for cluster in world.clusters.values():
            faces = [MesosFace(world, cluster, master) for master in cluster.mesos.masters]
            result.masters[cluster.name] = faces
            for one in faces:
                one.master.host, one.master.port = HOST, await _listen(stack, one.handle, next(ports))
            services = result.services[cluster.name] = Services(cluster)
            doors = DcosFace(world, services)
            result.health_ports[cluster.name] = {
                name: await _listen(stack, partial(doors.of_any_master, own), next(ports))
                for name, own in HEALTH.items()
            }
        runner = asyncio.create_task(world.run(), name="world")
        runner.add_done_callback(_tell)
        stack.push_async_callback(_stop, runner)
        yield result


def _tell(task: asyncio.Task[None]) -> None:
    """A world that stands still would look like a cluster where nothing happens: say so at once."""
    error = None if task.cancelled() else task.exception()
    if error is not None:
        logging.getLogger(__name__).error(
            "The simulated world stopped; nothing happens in it any more.", exc_info=error
        )


async def _stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def _listen(stack: AsyncExitStack, handle: Handle, port: int) -> int:
    """Open a port for one face; its number."""
    runner = web.ServerRunner(web.Server(_adapter(handle), access_log=None), shutdown_timeout=1.0)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    site = web.TCPSite(runner, HOST, port)
    await site.start()
    number = runner.addresses[0][1]
    return int(number)


def _adapter(handle: Handle) -> Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]:
    async def serve(incoming: web.BaseRequest) -> web.StreamResponse:
        body = await incoming.read()
        url = f"http://{incoming.host}{incoming.raw_path}"
        try:
            response = await handle(Request.of(incoming.method, url, incoming.headers, body))
        except NoAnswer as silence:
            if silence.how is Silence.HANGING:
                await asyncio.sleep(HANG_S)
            if incoming.transport is not None:
                incoming.transport.abort()
            return web.Response(status=503)
        headers = {name: value for name, value in response.headers.items() if name != "Content-Length"}
        return web.Response(status=response.status, headers=headers, body=response.body)

    return serve


async def _main(agents: int, port: int, dcos: str) -> None:
    world = new_world(WallClock())
    build_cluster(world, ClusterSpec("demo", dcos, pools={"private": agents, "public": 1}))
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with served(world, port) as result:
        print(f"Azure Resource Manager  {result.arm_url}")
        for address in result.master_addresses("demo"):
            print(f"Mesos master            http://{address}")
        named = ",".join(f"{name}={number}" for name, number in result.health_ports["demo"].items())
        print(f"DC/OS's own health      POOLKEEPER_DCOS_PORTS={named},agents=0")
        print("Ctrl-C stops it.", flush=True)
        await stop.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A DC/OS cluster in Azure on localhost.")
    parser.add_argument("--agents", type=int, default=3, help="private agents (default 3)")
    parser.add_argument("--port", type=int, default=0, help="first port (default: any free ones)")
    parser.add_argument("--dcos", default="1.11", help="DC/OS release, 1.8 to 2.2 (default 1.11)")
    options = parser.parse_args()
    asyncio.run(_main(options.agents, options.port, options.dcos))
