"""Builds a cluster as one would find it: booted, joined, running its apps, its leader elected an hour ago.

Names, subnets and attributes are those of the managed Azure Container Service (dcos/dcos
gen/azure/templates/acs.json): scale sets `dcos-agent-<pool>-<suffix>-vmss0`, masters at 172.16.0.5 and up, private
agents in 10.32.0.0/11, public ones in 10.0.0.0/11.
"""

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from simulator.clock import Clock
from simulator.world.agent import Joining, Process, Resources
from simulator.world.durations import Durations
from simulator.world.elections import Elections
from simulator.world.master import Master
from simulator.world.master_vm import MasterGuest, MasterShell, machine_for
from simulator.world.mesos import Mesos
from simulator.world.network import Subnet
from simulator.world.orders import Orders
from simulator.world.scale_set import Instance, ScaleSet
from simulator.world.scheduler import Scheduler
from simulator.world.sdk import SdkScheduler, ServiceSpec
from simulator.world.shell import NodeShell
from simulator.world.tasks import App, Framework
from simulator.world.versions import Release
from simulator.world.vm import Disk, Power, Provisioning
from simulator.world.world import Cluster, World

SUBSCRIPTION = "00000000-0000-4000-8000-00000000ac50"
_KNOWN_SUBNETS = {"private": "10.32.0.0/11", "public": "10.0.0.0/11"}


@dataclass(frozen=True, slots=True)
class ClusterSpec:
    """What to build. Everything but the name has a default that suits a test."""

    name: str
    dcos_version: str = "1.11"
    masters: int = 3
    pools: Mapping[str, int] = field(default_factory=lambda: {"private": 3, "public": 1})
    """Pool name to number of agents."""
    apps: tuple[App, ...] = ()
    services: tuple[ServiceSpec, ...] = ()
    resource_group: str = ""
    """Default: acs-<name>."""
    location: str = "westeurope"
    suffix: str = ""
    """Eight hex digits in every name; default: made from the cluster's name."""
    zones: tuple[str, ...] = ()
    fault_domains: int = 5
    vm_size: str = "Standard_D2s_v3"
    agent_resources: Resources = field(default_factory=Resources)
    attributes: Mapping[str, dict[str, str]] = field(default_factory=dict)
    """Of agents, by pool."""
    never_join: frozenset[str] = frozenset()
    """Pools whose new instances never join (a broken image)."""
    older_pools: Mapping[str, str] = field(default_factory=dict)
    """Pools whose agents have another DC/OS version than the masters: the middle of an upgrade."""
    tells_zones: bool = False
    """Agents announce region and zone (DC/OS 1.11 and later, where it was given a way to find them)."""
    state_on: Disk = Disk.TEMPORARY
    """Where /var/lib/mesos of the agents lies."""


def new_world(clock: Clock, durations: Durations | None = None, seed: int = 1) -> World:
    """An empty subscription."""
    world = World(clock, SUBSCRIPTION, seed)
    world.azure.durations = durations or Durations()
    return world


def build_cluster(world: World, spec: ClusterSpec) -> Cluster:
    """Add a cluster to the world, in the state described above."""
    suffix = spec.suffix or hashlib.sha256(spec.name.encode()).hexdigest()[:8].upper()
    group = spec.resource_group or f"acs-{spec.name}"
    mesos = Mesos(
        spec.name,
        Release.of(spec.dcos_version),
        world.timeline,
        world.journal,
        Random(world.azure.chance.random()),
    )
    mesos.releases = {pool: Release.of(version) for pool, version in spec.older_pools.items()}
    mesos.attributes = dict(spec.attributes)
    mesos.tells_zones = spec.tells_zones
    cluster = Cluster(spec.name, group, mesos, Elections(mesos), Orders(mesos))
    world.clusters[spec.name] = cluster
    world.azure.add_resource_group(group, spec.location)
    _seat_masters(world, mesos, spec.masters, suffix)
    _house_masters(world, cluster, spec.location)
    scheduler = _marathon(world, mesos)
    for index, (pool, count) in enumerate(spec.pools.items()):
        scale_set = _pool(world, spec, pool, index, suffix)
        cluster.pools[pool] = scale_set
        mesos.resources[pool] = spec.agent_resources
        _furnish(world, cluster, spec)
        for _ in range(count):
            _settle_agent(world, mesos, world.scaling.place(scale_set))
        scale_set.capacity = count
    for app in spec.apps:
        scheduler.settle(app)
    for service in spec.services:
        scheduler.settle(service.scheduler_app)
        _service(world, mesos, service)
    return cluster


def _seat_masters(world: World, mesos: Mesos, count: int, suffix: str) -> None:
    hour_ago = world.timeline.now - timedelta(hours=1)
    for index in range(count):
        master_id = str(uuid.UUID(int=mesos.chance.getrandbits(128), version=4))
        name = f"dcos-master-{suffix}-{index}"
        mesos.masters.append(
            Master(index, name, f"172.16.0.{5 + index}", 5050, master_id, hour_ago - timedelta(seconds=2))
        )
    leader = mesos.masters[0]
    leader.elected = hour_ago
    leader.recovered = hour_ago + timedelta(seconds=1)
    mesos.leader = leader


def _house_masters(world: World, cluster: Cluster, location: str) -> None:
    """Each master gets its machine."""
    for master in cluster.mesos.masters:
        machine = machine_for(master, world.azure, cluster.resource_group, location)
        machine.guest = MasterGuest(master, cluster.elections, world.azure)
        rejoin_s = world.azure.durations.rejoin_s
        machine.shell = MasterShell(cluster.units, master, cluster.elections, rejoin_s)
        cluster.machines.append(machine)


def _marathon(world: World, mesos: Mesos) -> Scheduler:
    started = world.timeline.now - timedelta(minutes=59)
    framework_id = f"{mesos.masters[0].id}-0000"
    aware = mesos.release.partition_aware
    framework = Framework(framework_id, "marathon", mesos.masters[0].host, started, started, aware)
    framework.multi_role = mesos.release.multi_role
    scheduler = Scheduler(framework, world.timeline, world.journal, mesos.chance)
    scheduler.offers = mesos.registered
    mesos.schedulers.append(scheduler)
    return scheduler


def _service(world: World, mesos: Mesos, spec: ServiceSpec) -> None:
    """The framework of a service; Marathon runs its scheduler already."""
    started = world.timeline.now - timedelta(minutes=58)
    role = spec.name.replace("/", "__")
    framework = Framework(
        f"{mesos.masters[0].id}-{len(mesos.schedulers):04}",
        spec.name,
        mesos.masters[0].host,
        started,
        started,
        mesos.release.partition_aware,
        role=f"{role}-role",
        principal=f"{role}-principal",
        webui_url=f"http://api.{spec.name.replace('/', '')}.marathon.l4lb.thisdcos.directory:80",
    )
    service = SdkScheduler(framework, world.timeline, world.journal, mesos.chance)
    service.offers = mesos.registered
    mesos.schedulers.append(service)
    service.install(spec)


def _pool(world: World, spec: ClusterSpec, pool: str, index: int, suffix: str) -> ScaleSet:
    prefix = _KNOWN_SUBNETS.get(pool, f"10.{64 + 32 * (index % 6)}.0.0/11")
    chance = world.azure.chance
    scale_set = ScaleSet(
        name=f"dcos-agent-{pool}-{suffix}-vmss0",
        subscription=world.azure.subscription,
        resource_group=spec.resource_group or f"acs-{spec.name}",
        location=spec.location,
        subnet=Subnet(f"dcos-agent{pool.capitalize()}Subnet", prefix),
        created=world.timeline.now - timedelta(days=30),
        unique_id=str(uuid.UUID(int=chance.getrandbits(128), version=4)),
        computer_name_prefix=f"dcos-agent-{pool}-{suffix}",
        vm_size=spec.vm_size,
        zones=spec.zones,
        fault_domain_count=spec.fault_domains,
        state_on=spec.state_on,
    )
    world.azure.add_scale_set(scale_set)
    return scale_set


def _furnish(world: World, cluster: Cluster, spec: ClusterSpec) -> None:
    """From now on every new instance of the cluster's sets has an agent in it."""
    pools = {scale_set.name: pool for pool, scale_set in cluster.pools.items()}
    others = world.azure.furnish
    durations = world.azure.durations

    def furnish(instance: Instance) -> None:
        pool = pools.get(instance.scale_set.name)
        if pool is None:
            others(instance)
            return
        join_s, rejoin_s = world.azure.lasting(durations.join_s), world.azure.lasting(durations.rejoin_s)
        joining = Joining(join_s, rejoin_s, pool not in spec.never_join)
        process = Process(instance, cluster.mesos, world.timeline, pool, joining)
        instance.guest = process
        instance.shell = NodeShell(cluster.units, process.address, process, rejoin_s)
        cluster.mesos.processes.append(process)

    world.azure.furnish = furnish


def _settle_agent(world: World, mesos: Mesos, instance: Instance) -> None:
    """As if it had booted and joined long ago."""
    instance.power, instance.provisioning = Power.RUNNING, Provisioning.SUCCEEDED
    instance.created = instance.scale_set.created
    process = instance.guest
    if not isinstance(process, Process):
        raise TypeError(f"{instance.name} was not furnished with an agent.")
    agent = mesos.new_agent(process, mesos.next_id())
    spread_s = mesos.chance.uniform(5.0, 50.0)
    agent.registered = world.timeline.now - timedelta(seconds=3600.0 - spread_s)
    mesos.admit(agent)
    mesos.counts["slave_registrations"] += 1
    process.settled(instance.disk, agent.id)
