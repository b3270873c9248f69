"""Services on clusters of four releases of DC/OS, through the real adapters, the app as it is shipped.

What is counted is the truth of the simulated world: which pods run on an agent whose machine runs.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import pytest

from shared.model.overrides import Override, OverrideKind
from shared.records import override_row
from simulator.demo.virtual_app import Running, running_app
from simulator.virtual_time import VirtualClock, run_virtual
from simulator.world.build import ClusterSpec, build_cluster, new_world
from simulator.world.scale_set import Instance
from simulator.world.sdk import SdkScheduler, ServiceSpec
from simulator.world.tasks import App, TaskState
from simulator.world.world import Cluster, World

RELEASES = ("1.8", "1.11", "1.13", "2.2")
POLICY = """\
version: 1
defaults:
  mode: enforce
  repair: {{ladder: [replace]}}
  disruption: {{at_once: 3, per_fault_domain: none}}
  storm: {{unhealthy: 100%}}
clusters:
  prod:
    subscription: {subscription}
    resource_group: {group}
    dcos: {{masters: [{masters}]}}
    pools:
      private:
        scale_set: {scale_set}
        capacity: {{min: 1, max: 20}}
"""
EMITTED = "Microsoft.ResourceNotifications.MaintenanceResources.ScheduledEventEmitted"


@dataclass
class Stage:
    """`most_down` counts, second by second, the pods of the service that do not run on a living agent."""

    clock: VirtualClock
    world: World
    cluster: Cluster
    app: Running
    most_down: int = 0
    lines: list[str] = field(default_factory=list[str])

    @property
    def service(self) -> SdkScheduler:
        return next(one for one in self.cluster.mesos.schedulers if isinstance(one, SdkScheduler))

    def homes(self) -> dict[str, str]:
        """Pod to the id of its agent, of those that run."""
        homes: dict[str, str] = {}
        for pod in self.service.spec.pod_names:
            task = self.service.task_of(pod)
            agent = self.cluster.mesos.registered.get(task.agent_id) if task else None
            if (
                task is not None
                and task.state is TaskState.RUNNING
                and agent is not None
                and agent.process.responsive
            ):
                homes[pod] = agent.id
        return homes

    def machine_of(self, pod: str) -> Instance:
        home = self.homes()[pod]
        machines = self.cluster.pools["private"].instances.values()
        return next(one for one in machines if (agent := self.cluster.agent_of(one)) and agent.id == home)

    async def pass_time(self, minutes: float) -> None:
        pods = len(self.service.spec.pod_names)
        for _ in range(round(minutes * 12)):
            await self.clock.sleep(5)
            self.most_down = max(self.most_down, pods - len(self.homes()))

    async def until_quiet(self, minutes: float) -> None:
        """Until no incident is open and every pod runs, for so long at most."""
        for _ in range(round(minutes)):
            await self.pass_time(1)
            if await self.is_quiet() and len(self.homes()) == len(self.service.spec.pod_names):
                return

    async def doom(self, machine: Instance) -> None:
        before = (self.clock.now() + timedelta(hours=2)).isoformat()
        facts = {"EventId": "e1", "EventType": "Redeploy", "EventStatus": "Scheduled", "NotBefore": before}
        scale_set = machine.scale_set
        group = f"/subscriptions/{scale_set.subscription}/resourceGroups/{scale_set.resource_group}"
        subject = f"{group}/providers/Microsoft.Compute/virtualMachineScaleSets/{scale_set.name}"
        event = {
            "id": f"doom-{machine.name}",
            "topic": group,
            "subject": subject,
            "eventType": EMITTED,
            "eventTime": self.clock.now().isoformat(),
            "data": {"resourceInfo": {"properties": {**facts, "Resources": [machine.name]}}},
            "dataVersion": "2",
            "metadataVersion": "1",
        }
        await self.app.tell([event])

    async def awaited(self) -> set[str]:
        """What a person is asked to approve."""
        incidents = await self.app.records.open_incidents("prod")
        decisions = [kept.value.decision for kept in incidents.values()]
        return {answer.awaits for one in decisions if one for answer in one.answers if answer.awaits}

    async def approve(self) -> None:
        for kept in (await self.app.records.open_incidents("prod")).values():
            said = Override(
                OverrideKind.APPROVE, kept.value.id, "ann", "copied", self.clock.now(), None, "replace"
            )
            await self.app.records.overrides.put("prod", override_row(said), said, None)

    async def is_quiet(self) -> bool:
        return not await self.app.records.open_incidents("prod")


type Story = Callable[[Stage], Awaitable[None]]


def play(release: str, service: ServiceSpec, story: Story, agents: int = 5) -> None:
    run_virtual(partial(_play, release=release, service=service, story=story, agents=agents))


async def _play(clock: VirtualClock, release: str, service: ServiceSpec, story: Story, agents: int) -> None:
    world = new_world(clock)
    spec = ClusterSpec("prod", release, pools={"private": agents}, apps=(App("web", 5),), services=(service,))
    cluster = build_cluster(world, spec)
    pool = cluster.pools["private"]
    text = POLICY.format(
        subscription=pool.subscription,
        group=pool.resource_group,
        masters=", ".join(f'"{master.address}"' for master in cluster.mesos.masters),
        scale_set=pool.name,
    )
    async with running_app(world, cluster, clock, text) as app:
        stage = Stage(clock, world, cluster, app)
        await stage.pass_time(2.5)
        await story(stage)


RING = ServiceSpec("cassandra", "cassandra", {"node": 3})
BROKERS = ServiceSpec("kafka", "kafka", {"kafka": 3}, "broker")
INDEX = ServiceSpec("elastic", "elastic", {"master": 3, "data": 2}, "node")


@pytest.mark.parametrize("release", RELEASES)
def test_of_a_ring_that_lost_two_machines_each_member_comes_back_and_none_is_taken_besides(
    release: str,
) -> None:
    async def story(stage: Stage) -> None:
        lost = [stage.machine_of("node-0"), stage.machine_of("node-1")]
        for machine in lost:
            stage.world.delete_instance(machine)
        await stage.until_quiet(60)
        assert (stage.most_down, len(stage.homes()), await stage.is_quiet()) == (2, 3, True)
        assert len(set(stage.homes().values())) == 3
        assert len(stage.cluster.pools["private"].instances) == 5

    play(release, RING, story)


@pytest.mark.parametrize("release", ["1.11", "1.13", "2.2"])
def test_a_member_leaves_a_machine_that_is_announced_to_go_before_it_goes(release: str) -> None:
    async def story(stage: Stage) -> None:
        machine = stage.machine_of("node-1")
        await stage.doom(machine)
        await stage.until_quiet(60)
        assert (stage.most_down, len(stage.homes()), await stage.is_quiet()) == (1, 3, True)
        assert machine.id not in stage.cluster.pools["private"].instances

    play(release, RING, story)


@pytest.mark.parametrize("release", RELEASES)
def test_a_broker_of_topics_with_one_copy_moves_when_a_person_says_so(release: str) -> None:
    async def story(stage: Stage) -> None:
        machine = stage.machine_of("kafka-2")
        await stage.doom(machine)
        await stage.pass_time(10)
        assert (await stage.awaited(), stage.most_down) == ({"replace"}, 0)
        if release == "1.8":
            return  # there the broker may come back to the machine, whatever anybody says
        await stage.approve()
        await stage.until_quiet(60)
        assert (stage.most_down, len(stage.homes()), await stage.is_quiet()) == (1, 3, True)
        assert machine.id not in stage.cluster.pools["private"].instances

    play(release, BROKERS, story)


@pytest.mark.parametrize("release", ["1.11", "2.2"])
def test_an_index_loses_no_second_node_while_one_is_away(release: str) -> None:
    async def story(stage: Stage) -> None:
        gone, ending = stage.machine_of("master-0"), stage.machine_of("master-1")
        stage.world.delete_instance(gone)
        await stage.doom(ending)
        await stage.pass_time(0.5)
        lost = stage.most_down
        await stage.until_quiet(60)
        assert (stage.most_down, len(stage.homes()), await stage.is_quiet()) == (lost, 5, True)
        assert ending.id not in stage.cluster.pools["private"].instances

    play(release, INDEX, story, agents=6)
