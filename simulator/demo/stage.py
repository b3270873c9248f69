"""The stage: everything that runs during the demo, on ports of this machine, started and stopped together.

    Azurite  <-- tables and queues --  local Functions host with the real function_app.py
                                          ^ Event Grid webhook        | azure-mgmt-compute, Mesos calls
                                          |                           v
                                       events of the world  <--  simulated Azure and DC/OS

The app is told where things are by settings alone, as in Azure; nothing in it knows of the stage.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from shared import runtime
from simulator.arm.caller import bearer_token
from simulator.azurite import Azurite
from simulator.clock import WallClock
from simulator.demo.policy import policy_text
from simulator.events import Delivery, EventGrid, post_to
from simulator.host import HostOptions, Keys, LocalHost
from simulator.serve import Served, served
from simulator.world.build import ClusterSpec, build_cluster, new_world
from simulator.world.durations import Durations
from simulator.world.tasks import App
from simulator.world.world import Cluster, World

ROOT = Path(__file__).resolve().parent.parent.parent
CLUSTER = "demo"
OWN_PRINCIPAL = "7c1f8a52-0000-4000-8000-0000000a9b1e"
OWN_APP = "2d6c5b1e-0000-4000-8000-0000000a9b1e"
EVENTS_KEY = "demo-event-grid-key"
MASTER_KEY = "demo-master-key"
API_KEY = "demo-api-key-of-somebody-who-may-approve"
KEYS = Keys(master=MASTER_KEY, system={"eventgrid_extension": EVENTS_KEY})
# Real machines take minutes; these take seconds: a new one 2.7 s to boot and 2.3 s to join.
SPEED = 0.03


@dataclass(frozen=True)
class StageOptions:
    """`pool_policy` is YAML that goes into the pool's policy, `cluster_policy` into the cluster's, indented as
    `policy_text` says. `speed` is the share of real time that machines and pings take, and that Azure's limits on
    requests last. `say` tells the progress of setting up."""

    agents: int = 12
    dcos_version: str = "1.11"
    tasks: int = 24
    confirm_after: timedelta = timedelta(seconds=3)
    mode: str = "enforce"
    ladder: str = "replace"
    pool_policy: str = ""
    cluster_policy: str = ""
    speed: float = SPEED
    sweep: str = "*/2 * * * * *"
    beat: str = "*/2 * * * * *"
    health_every_s: float = 0.0
    port: int = 0
    say: Callable[[str], None] = field(default=lambda text: None)


@dataclass(frozen=True)
class Ground:
    """What the app stands on, without the app: the world, the storage, and the settings that lead there."""

    world: World
    cluster: Cluster
    served: Served
    connection_string: str
    policy_file: Path
    settings: Mapping[str, str] = field(repr=False)


@dataclass
class Stage:
    """What runs: the world to break, the host that runs the app, the storage that it writes to."""

    world: World
    cluster: Cluster
    served: Served
    host: LocalHost
    connection_string: str
    policy_file: Path
    options: StageOptions
    settings: Mapping[str, str] = field(repr=False)
    webhook: str = field(repr=False)
    events: EventGrid
    outcomes: list[tuple[str, bool, float]] = field(default_factory=list)


@asynccontextmanager
async def ground(options: StageOptions) -> AsyncIterator[Ground]:
    """Everything but the app up until the block ends."""
    async with AsyncExitStack() as stack:
        options.say("Azurite: queues and tables on this machine")
        azurite = await asyncio.to_thread(Azurite.start)
        stack.push_async_callback(asyncio.to_thread, azurite.stop)
        options.say(
            f"Azure and DC/OS {options.dcos_version}: {options.agents} agents, 3 masters, {options.tasks} tasks"
        )
        world, cluster = _world(options)
        faces = await stack.enter_async_context(served(world))
        # Azure's limits are as quick as the machines, for an app that keeps up with them.
        faces.arm.throttle.pace = 1 / options.speed
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="poolkeeper-demo-")))
        policy_file = directory / "policy.yaml"
        policy_file.write_text(_policy(faces, cluster, options))
        values = _settings(faces, policy_file, azurite.connection_string, options)
        yield Ground(world, cluster, faces, azurite.connection_string, policy_file, values)


@asynccontextmanager
async def stage(options: StageOptions) -> AsyncIterator[Stage]:
    """Everything up until the block ends."""
    async with AsyncExitStack() as stack:
        below = await stack.enter_async_context(ground(options))
        options.say("the function app, in Microsoft's worker library")
        outcomes: list[tuple[str, bool, float]] = []
        host = LocalHost(
            HostOptions(
                app=ROOT,
                port=options.port,
                settings=None,
                values=below.settings,
                keys=KEYS,
                on_invocation=lambda name, outcome, seconds: outcomes.append((name, outcome.ok, seconds)),
            )
        )
        stack.push_async_callback(runtime.close)
        await stack.enter_async_context(host)
        webhook = webhook_of(host.url)
        events = await stack.enter_async_context(told_to(webhook, below))
        if options.health_every_s:
            asking = asyncio.create_task(_ask_health(host, options.health_every_s), name="health")
            stack.push_async_callback(_stop, asking)
        yield Stage(
            below.world,
            below.cluster,
            below.served,
            host,
            below.connection_string,
            below.policy_file,
            options,
            below.settings,
            webhook,
            events,
            outcomes,
        )


def webhook_of(url: str) -> str:
    """Where Event Grid finds a host, with the key that it needs."""
    return f"{url}/runtime/webhooks/eventgrid?functionName=vm_event&code={EVENTS_KEY}"


@asynccontextmanager
async def told_to(webhook: str, below: Ground) -> AsyncIterator[EventGrid]:
    """What changes in the world is told there until the block ends."""
    world = below.world
    topic = f"/subscriptions/{world.azure.subscription}/resourceGroups/{below.cluster.resource_group}"
    async with (
        post_to(webhook, topic, world.timeline.clock) as send,
        EventGrid(world, send, Delivery(delay_s=(0.05, 0.2))) as events,
    ):
        yield events


async def _ask_health(host: LocalHost, every_s: float) -> None:
    while True:
        await host.run_now("check_health")
        await asyncio.sleep(every_s)


async def _stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def _world(options: StageOptions) -> tuple[World, Cluster]:
    world = new_world(WallClock(), Durations(jitter=0.15).scaled(options.speed), seed=7)
    web = App("web", options.tasks // 2)
    api = App("api", options.tasks - web.instances)
    spec = ClusterSpec(
        CLUSTER, options.dcos_version, pools={"private": options.agents}, apps=(web, api), fault_domains=5
    )
    return world, build_cluster(world, spec)


def _policy(faces: Served, cluster: Cluster, options: StageOptions) -> str:
    """As in production, with short times."""
    confirm_after = f"{options.confirm_after.seconds}s"
    repair = f"        repair: {{confirm_after: {confirm_after}, join_timeout: 2m, verify_timeout: 2m}}\n"
    return policy_text(
        cluster,
        faces.master_addresses(cluster.name),
        most=cluster.pools["private"].capacity + 4,
        mode=options.mode,
        ladder=options.ladder,
        more=repair + options.pool_policy + options.cluster_policy,
    )


def _settings(faces: Served, policy_file: Path, connection: str, options: StageOptions) -> Mapping[str, str]:
    ports = faces.health_ports[CLUSTER] | {"agents": 0}  # agents have addresses that lead nowhere
    return {
        "FUNCTIONS_WORKER_RUNTIME": "python",
        "AzureWebJobsStorage": connection,
        "POOLKEEPER_POLICY_FILE": str(policy_file),
        "POOLKEEPER_SWEEP": options.sweep,
        "POOLKEEPER_BEAT": options.beat,
        "AzureWebJobs.metrics_events.Disabled": "true",  # there is no event hub here
        "POOLKEEPER_DCOS_PORTS": ",".join(f"{name}={port}" for name, port in ports.items()),
        "POOLKEEPER_ARM_ENDPOINT": faces.arm_url,
        "POOLKEEPER_ARM_STATIC_TOKEN": bearer_token(OWN_PRINCIPAL, OWN_APP),
        "POOLKEEPER_OWN_IDS": f"{OWN_PRINCIPAL},{OWN_APP}",
        "POOLKEEPER_API_KEYS": f"demo:approve:{sha256(API_KEY.encode()).hexdigest()}",
    }
