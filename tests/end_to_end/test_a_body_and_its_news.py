"""The real adapters against the simulated Azure: a failed machine is kept, and a topic learns of all that is done.

Power-off, protection, evidence and deletion go through the compute SDK to the scale set, CloudEvents through the Event
Grid SDK to a topic with an identity's token; hours pass in virtual time.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from azure.core.credentials import AccessToken

from shared.audit import AuditLog
from shared.azure.event_topic import EventTopic
from shared.ports.store import Table
from simulator.demo.policy import policy_text
from simulator.demo.virtual_app import Running, running_app
from simulator.in_process import ArmTransport
from simulator.topic import TopicFace
from simulator.virtual_time import VirtualClock, run_virtual
from simulator.wire import Request
from simulator.world.build import ClusterSpec, build_cluster, new_world
from simulator.world.scale_set import Instance, ScaleSet
from simulator.world.tasks import App
from simulator.world.vm import Power
from simulator.world.world import World

KEEP = "        repair: {keep_body: 30m, confirm_after: 30s}\n"


class Identity:
    """What a managed identity gives. Its token goes over TLS only, which the transport here stands for."""

    async def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        return AccessToken(f"a token for {scopes[0]}", 2**33)

    async def close(self) -> None:
        return None

    async def __aenter__(self) -> Identity:
        return self

    async def __aexit__(self, *exc: object) -> None:
        return None


@dataclass
class Night:
    """What a story plays with."""

    clock: VirtualClock
    world: World
    pool: ScaleSet
    topic: TopicFace
    app: Running

    def machine(self, number: int) -> Instance:
        return self.pool.instances[sorted(self.pool.instances)[number]]

    async def after(self, minutes: float) -> None:
        await self.clock.sleep(minutes * 60)

    async def said(self) -> list[str]:
        found = await AuditLog(self.app.store).read("prod", self.clock.now())
        return [entry.record.text for entry in found]


def play(story: Callable[[Night], Awaitable[None]]) -> None:
    """A cluster of five agents, the app beside it, for as long as the story lasts."""

    async def whole(clock: VirtualClock) -> None:
        world, topic = new_world(clock, seed=7), TopicFace()
        spec = ClusterSpec("prod", "1.11", pools={"private": 5}, apps=(App("web", 8),))
        cluster = build_cluster(world, spec)
        masters = [master.address for master in cluster.mesos.masters]
        policy = policy_text(cluster, masters, most=9, more=KEEP)
        endpoint = "https://poolkeeper.westeurope-1.eventgrid.azure.net/api/events"
        async with (
            EventTopic(endpoint, None, Identity(), ArmTransport(topic)) as events,
            running_app(world, cluster, clock, policy, events) as app,
        ):
            night = Night(clock, world, cluster.pools["private"], topic, app)
            await night.after(minutes=3)
            await story(night)

    run_virtual(whole)


def test_a_failed_machine_is_kept_off_duty_and_destroyed_when_its_time_is_over() -> None:
    async def story(night: Night) -> None:
        failed = night.machine(1)
        night.world.kill_agent_process(failed)
        await night.after(minutes=25)
        assert failed.power is Power.STOPPED
        assert failed.is_protected_from_scale_in
        assert failed.is_protected_from_set_actions
        running = [one for one in night.pool.instances.values() if one.power is Power.RUNNING]
        assert (len(running), len(night.pool.instances)) == (5, 6)
        assert len(await night.app.store.query(Table.EVIDENCE, "prod", "", "")) == 1
        await night.after(minutes=45)
        assert failed not in night.pool.instances.values()
        assert (len(night.pool.instances), night.pool.capacity) == (5, 5)
        said = "\n".join(await night.said())
        assert said.index("keep_evidence: kept as row") < said.index("powering off instance")
        assert said.index("protecting instance") < said.index("destroying the body of")

    play(story)


def test_a_topic_learns_of_a_repair_from_beginning_to_end_each_once() -> None:
    async def story(night: Night) -> None:
        night.world.kill_agent_process(night.machine(1))
        await night.after(minutes=25)
        told = [event for event in night.topic.events if event["subject"].startswith("private/")]
        kinds = [event["type"].removeprefix("Poolkeeper.") for event in told]
        assert kinds[:2] == ["IncidentOpened", "OperationBegun"]
        assert kinds[-2:] == ["OperationDone", "IncidentResolved"]
        assert kinds.count("OperationStep") >= 8
        assert len({event["id"] for event in told}) == len(told)
        (opened, *_, resolved) = told
        assert opened["source"] == "/poolkeeper/clusters/prod"
        assert opened["data"]["incident"] == resolved["data"]["incident"]
        assert opened["time"] < resolved["time"]

    play(story)


async def test_the_topic_takes_whole_batches_of_its_own_schema_alone() -> None:
    topic = TopicFace("its-key")
    url = "https://t.westeurope-1.eventgrid.azure.net/api/events?api-version=2018-01-01"
    batch = {"Content-Type": "application/cloudevents-batch+json; charset=utf-8", "aeg-sas-key": "its-key"}
    good = b'{"id": "1", "source": "/s", "type": "t", "specversion": "1.0"}'

    async def post(body: bytes, **changes: str) -> int:
        named = {name.replace("_", "-"): value for name, value in changes.items()}
        return (await topic.handle(Request.of("POST", url, {**batch, **named}, body))).status

    assert await post(b"[" + good + b"]", aeg_sas_key="another") == 401
    assert await post(b"[" + good + b"]", **{"Content-Type": "application/json"}) == 415
    assert await post(b"[" + good + b', {"id": "2"}]') == 400
    assert await post(b"{") == 400
    assert await post(b"[" + good + b"]" + b" " * 1024 * 1024) == 413
    assert topic.events == []
    assert await post(b"[" + good + b"]") == 200
    assert [event["id"] for event in topic.events] == ["1"]
