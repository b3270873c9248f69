"""A cluster to play with, in virtual time: the vocabulary of the simulator's tests.

`play(story)` builds a cluster, hands a `Stage` to the story and runs it to its end without waiting. The stage knows
the world, its faces and a real compute client, and lets time pass with `after`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from azure.core.credentials import AccessToken
from azure.core.pipeline import PipelineRequest
from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.mgmt.compute.aio import ComputeManagementClient

from simulator.arm.caller import bearer_token
from simulator.arm.face import ArmFace
from simulator.in_process import ArmTransport, MesosNetwork
from simulator.mesos.face import MesosFace
from simulator.virtual_time import VirtualClock, run_virtual
from simulator.wire import Request, Response
from simulator.world.agent import Agent
from simulator.world.build import SUBSCRIPTION, ClusterSpec, build_cluster, new_world
from simulator.world.durations import Durations
from simulator.world.scale_set import Instance, ScaleSet
from simulator.world.world import Cluster, World

PRINCIPAL = "22222222-2222-4222-8222-222222222222"
APP = "33333333-3333-4333-8333-333333333333"
TOKEN = bearer_token(PRINCIPAL, APP)
JSON = {"Content-Type": "application/json", "Accept": "application/json"}


class Credential:
    """The real client wants one; its token is never sent."""

    async def get_token(self, *scopes: str, **kwargs: Any) -> AccessToken:
        return AccessToken("unused", 2**33)

    async def close(self) -> None:
        return None

    async def __aenter__(self) -> "Credential":
        return self

    async def __aexit__(self, *exc: object) -> None:
        return None


class StaticAuth(SansIOHTTPPolicy[Any, Any]):
    """Sends our token, also over http, which azure-core's own policy refuses."""

    def on_request(self, request: PipelineRequest[Any]) -> None:
        request.http_request.headers["Authorization"] = f"Bearer {TOKEN}"


def compute_client(url: str, polling_s: float, **more: Any) -> ComputeManagementClient:
    return ComputeManagementClient(
        Credential(),
        SUBSCRIPTION,
        base_url=url,
        authentication_policy=StaticAuth(),
        polling_interval=polling_s,
        retry_total=0,
        **more,
    )


@dataclass
class Stage:
    """What a story plays with."""

    clock: VirtualClock
    world: World
    cluster: Cluster
    arm: ArmFace
    faces: list[MesosFace]

    @property
    def group(self) -> str:
        return self.cluster.resource_group

    @property
    def private(self) -> ScaleSet:
        return self.cluster.pools["private"]

    def instance(self, number: int) -> Instance:
        return self.private.instances[number]

    def agent(self, number: int) -> Agent:
        """The registered agent of a private instance."""
        found = self.cluster.agent_of(self.instance(number))
        assert found is not None, f"instance {number} has no registered agent"
        return found

    def now(self) -> datetime:
        return self.clock.now()

    async def after(self, *, s: float = 0.0, minutes: float = 0.0) -> None:
        await self.clock.sleep(s + 60 * minutes)
        self.world.settle()

    def client(self) -> ComputeManagementClient:
        return compute_client("https://management.azure.com", 5, transport=ArmTransport(self.arm))

    async def ask_arm(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Response:
        url = f"https://management.azure.com{path}{'&' if '?' in path else '?'}api-version=2026-04-01"
        encoded = msgspec.json.encode(body) if body is not None else b""
        return await self.arm.handle(
            Request.of(method, url, {"Authorization": f"Bearer {TOKEN}"} | (headers or {}), encoded)
        )

    async def ask_mesos(
        self, method: str, path: str, body: bytes = b"", master: int = 0, timeout_s: float = 5.0
    ) -> tuple[int, dict[str, str], bytes]:
        network = MesosNetwork(self.faces)
        url = f"http://{self.faces[master].master.address}{path}"
        return await network.send(method, url, JSON, body, timeout_s)

    async def call(self, kind: str, master: int = 0, **payload: Any) -> tuple[int, Any]:
        """A v1 call: status, and its document or text."""
        body = msgspec.json.encode({"type": kind} | payload)
        status, headers, answer = await self.ask_mesos("POST", "/api/v1", body, master)
        return status, msgspec.json.decode(answer) if headers.get(
            "Content-Type"
        ) == "application/json" else answer.decode()

    async def mark_gone(self, agent_id: str) -> tuple[int, Any]:
        return await self.call("MARK_AGENT_GONE", mark_agent_gone={"agent_id": {"value": agent_id}})


def play[T](
    story: Callable[[Stage], Awaitable[T]],
    spec: ClusterSpec | None = None,
    durations: Durations | None = None,
) -> T:
    """Build the cluster, play the story, give its result."""

    async def run(clock: VirtualClock) -> T:
        world = new_world(clock, durations)
        cluster = build_cluster(world, spec or ClusterSpec("test"))
        faces = [MesosFace(world, cluster, master) for master in cluster.mesos.masters]
        return await story(Stage(clock, world, cluster, ArmFace(world), faces))

    return run_virtual(run)
