"""One world for one trace and one repairer: how it is built, and how the blows of the trace come.

A pool of agents over three zones runs two tasks for each agent, and on every fourth agent one with a local volume on
the temporary disk. Azure is the same for all repairers. So is the orchestrator, but for its release and its times: a
DC/OS 1.11 for those that look after DC/OS, and for those of Kubernetes one with the times of Kubernetes
(`benchmarks/peers/kubernetes.py`), so that what is compared are the repairers.

A repairer that is no HTTP client acts through `Site`: `replace`, `act`. Its orders bear its name in the journal.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from benchmarks.repair.traces import BAD_IMAGE, GOOD_IMAGE, ON_NODES, ZONES, Blow, Trace, Verb
from simulator.virtual_time import VirtualClock
from simulator.world.agent import Life, Process
from simulator.world.build import ClusterSpec, build_cluster, new_world
from simulator.world.changes import Intent
from simulator.world.journal import Actor, By
from simulator.world.operations import AzureRefusal, Operation
from simulator.world.scale_set import Instance, ScaleSet
from simulator.world.tasks import App
from simulator.world.vm import Power
from simulator.world.world import Cluster, World

POOL = "private"
WEB, STORE = "web", "store"
WELL_S = 150.0
"""The cluster is well for so long before the first blow; a sweep comes each minute."""


@dataclass
class Site:
    """`begun` is when the first blow comes. `down` is the zone that is away, and how."""

    trace: Trace
    clock: VirtualClock
    world: World
    cluster: Cluster
    begun: datetime
    down: tuple[str, Verb] | None = None

    @property
    def pool(self) -> ScaleSet:
        return self.cluster.pools[POOL]

    @property
    def instances(self) -> list[Instance]:
        return list(self.pool.instances.values())

    def since_s(self, when: datetime) -> float:
        return (when - self.begun).total_seconds()

    async def struck(self) -> None:
        """The blows of the trace, each at its time."""
        blows = list(self.trace.blows)
        blows += [_end_of(blow) for blow in blows if blow.verb is Verb.FREEZE and blow.lasts_s is not None]
        for blow in sorted(blows, key=lambda blow: blow.at_s):
            await self.clock.sleep(blow.at_s - self.since_s(self.clock.now()))
            self.world.settle()
            self._strike(blow)

    async def zone_stays_down(self) -> None:
        """What boots in a zone without storage hangs again at once, whoever booted it."""
        while True:
            for one in self.instances:
                hangs = self.down == (one.zone, Verb.FREEZE_ZONE)
                if hangs and one.power is Power.RUNNING and not one.is_frozen:
                    self.world.freeze_vm(one)
            await self.clock.sleep(1.0)

    def replace(self, instances: Iterable[Instance], by: Actor) -> None:
        """Delete them and have as many new ones as are then missing, without waiting for anything."""
        for instance in instances:
            if not instance.deleting:
                self.world.delete_instance(instance, by)
        if len(self.pool.staying) < self.trace.agents:
            self.world.set_capacity(self.pool, self.trace.agents, by)

    def act(self, instance: Instance, action: str, by: Actor) -> Operation | None:
        """`restart`, `redeploy` or `reimage` it. None: Azure refuses."""
        url = f"https://management.azure.com{instance.id}/{action}"
        intent = Intent(by, f"{instance.kind}/{action}/action", instance.id, "POST", url)
        try:
            return self.world.power.act([instance], action, intent)
        except AzureRefusal:
            return None

    def _strike(self, blow: Blow) -> None:
        if blow.verb in ON_NODES:
            instance = self.pool.instances.get(blow.node)
            if instance is not None and not instance.deleting:
                _hit(self.world, instance, blow)
            return
        if blow.verb in {Verb.BAD_IMAGE, Verb.GOOD_IMAGE}:
            self.world.new_image(self.pool, BAD_IMAGE if blow.verb is Verb.BAD_IMAGE else GOOD_IMAGE)
            return
        before, self.down = self.down, None if blow.verb is Verb.ZONE_BACK else (blow.zone, blow.verb)
        for one in [one for one in self.instances if one.zone == blow.zone]:
            if Verb.CUT_ZONE in (blow.verb, before and before[1]):
                self.world.partition(one, self.down is not None)
            elif self.down is None:
                self.world.thaw_vm(one)
            elif one.power is Power.RUNNING:
                self.world.freeze_vm(one)


def build_site(clock: VirtualClock, trace: Trace, dcos: str) -> Site:
    """The world before anything has happened; `dcos` is the release of the orchestrator."""
    world = new_world(clock, trace.durations, seed=trace.number)
    # MicrosoftDocs/azure-compute-docs virtual-machine-scale-sets-automatic-instance-repairs.md, "Available repair
    # actions": reimage preserves the local (temporary) disk.
    world.azure.reimage_keeps_temporary_disk = True
    apps = (
        App(WEB, 2 * trace.agents),
        App(STORE, max(1, trace.agents // 4), volume_mb=1024.0, unique=True),
    )
    cluster = build_cluster(
        world, ClusterSpec("race", dcos, pools={POOL: trace.agents}, apps=apps, zones=ZONES)
    )
    begun = clock.now() + timedelta(seconds=WELL_S + trace.phase_s)
    site = Site(trace, clock, world, cluster, begun)
    site.pool.bad_images.add(BAD_IMAGE)
    site.pool.is_spot = any(blow.verb is Verb.EVICT for blow in trace.blows)
    site.pool.evicted_instances_are_deleted = not trace.keeps_evicted
    _furnish_cut_off(site)
    return site


def repairer(name: str) -> Actor:
    """In whose name a model gives its orders."""
    return Actor(By.CLIENT, name)


def process_of(instance: Instance) -> Process:
    if not isinstance(instance.guest, Process):
        raise TypeError(f"{instance.name} was not furnished with an agent")
    return instance.guest


def _furnish_cut_off(site: Site) -> None:
    """What is placed in a zone without a network has none either, until the zone is back."""
    furnish: Callable[[Instance], None] = site.world.azure.furnish

    def furnished(instance: Instance) -> None:
        furnish(instance)
        process_of(instance).partitioned = site.down == (instance.zone, Verb.CUT_ZONE)

    site.world.azure.furnish = furnished


def _end_of(blow: Blow) -> Blow:
    """A blow of no length at the end of a hang: thaws."""
    return Blow(blow.at_s + (blow.lasts_s or 0.0), blow.verb, blow.node, lasts_s=0.0)


def _hit(world: World, instance: Instance, blow: Blow) -> None:
    """What has struck already is not struck again."""
    runs = process_of(instance).life is Life.RUNNING and instance.power is Power.RUNNING
    if blow.verb is Verb.KILL and runs:
        world.kill_agent_process(instance, blow.lasts_s)
    elif blow.verb is Verb.SILENCE:
        world.silence_vm_agent(instance)
    elif blow.verb is Verb.SPOIL:
        world.spoil_disk(instance)
    elif blow.verb is Verb.DELETE:
        world.delete_instance(instance)
    elif blow.verb is Verb.CRASH:
        world.crash_host(instance)
    elif blow.verb is Verb.EVICT:
        world.evict(instance)
    elif blow.verb is Verb.FREEZE and blow.lasts_s == 0.0:
        if instance.is_frozen:
            world.thaw_vm(instance)
    elif blow.verb is Verb.FREEZE:
        world.freeze_vm(instance)


async def all_of(*work: asyncio.Task[None]) -> None:
    """End tasks that go on for ever."""
    for task in work:
        task.cancel()
    await asyncio.gather(*work, return_exceptions=True)
