"""Four agents die within a second: when are all four replacements ordered, and when has DC/OS noticed?

How: virtual time, a simulated DC/OS 1.11 with its removal rate limit (a permit in 20 minutes), real adapters for Azure
and Mesos, tables and queues in memory. A pool of 40; four agents of four fault domains fail 0.3 s apart, at a moment
in the middle between two sweeps; the policy is the default one, in mode enforce. The same failure is played once more
to a cluster that nobody looks after, whose journal tells when the masters gave up the first, second and fourth agent.
Ordered means that all four machines are deleted or being deleted and the scale set has been told to grow back to 40.
Limit: before the masters alone notice the second.

Played are the failures that the app can notice by itself: a killed agent process (its connection closes, the masters
list it as disconnected), instances that somebody deletes, evictions, deallocations.

Honest remarks: an evicted machine closes no connection, so for five minutes the masters go on to list its agent as
connected. That contradicts Azure, and is resolved when the agent does not answer the app either. A frozen machine and a
cut of its power are played too, and are told without a limit. A frozen one does not answer either, which is found out
by the next sweep and is enough to start it again; but the ladder here has nothing milder than to replace, and nothing
is destroyed before the masters' own pings have missed the agent, in their time. What the default ladder does about it
is in `repair_time.py`. Of a machine that is powered off but allocated it holds, because somebody may have meant it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from benchmarks.figures import Figure, Measured, Unit
from simulator.demo.policy import policy_text
from simulator.demo.virtual_app import running_app
from simulator.virtual_time import VirtualClock, run_virtual
from simulator.world.build import ClusterSpec, build_cluster, new_world
from simulator.world.scale_set import Instance
from simulator.world.tasks import App
from simulator.world.world import Cluster, World

AGENTS = 40
WELL_FOR_S = 150.0  # the app has looked twice; half a minute to the next sweep
APART_S = 0.3
HORIZON_S = 70 * 60.0
VICTIMS = (3, 11, 24, 37)  # numbers in the pool, four fault domains

type Fault = Callable[[World, Instance], object]


@dataclass(frozen=True)
class _Case:
    """`noticed_by_itself`: the app needs no masters to tell it."""

    what: str
    fault: Fault
    noticed_by_itself: bool = True


CASES = (
    _Case("agent processes killed", lambda world, one: world.kill_agent_process(one)),
    _Case("instances deleted by an operator", lambda world, one: world.delete_instance(one)),
    _Case("instances evicted", lambda world, one: world.evict(one)),
    _Case("instances deallocated", lambda world, one: world.deallocate(one)),
    _Case("machines frozen", lambda world, one: world.freeze_vm(one), noticed_by_itself=False),
    _Case("power cut", lambda world, one: world.power_off(one), noticed_by_itself=False),
)


def measure() -> Measured:
    figures: list[Figure] = []
    remarks: list[str] = []
    for case in CASES:
        noticed = run_virtual(partial(_stock, case=case))
        ordered_s, count = run_virtual(partial(_healed, case=case))
        remarks.append(_remark(case, noticed, ordered_s, count))
        figures.append(_figure(case, ordered_s, noticed))
    return Measured(
        "four_at_once", "when a stock DC/OS 1.11 has noticed the second", tuple(figures), tuple(remarks)
    )


def _figure(case: _Case, ordered_s: float | None, noticed: list[float]) -> Figure:
    second = noticed[1] if len(noticed) > 1 else HORIZON_S
    value = HORIZON_S if ordered_s is None else ordered_s
    limit = second if case.noticed_by_itself else None
    more = "" if ordered_s is not None else ", or never"
    return Figure(f"all four ordered, {case.what}{more}", value, Unit.SECONDS, limit, second)


def _remark(case: _Case, noticed: list[float], ordered_s: float | None, count: int) -> str:
    first, second, fourth = (_minutes(noticed, number) for number in (1, 2, 4))
    text = f"{case.what}: the masters alone notice the first after {first}, the second after {second}"
    text += f", the fourth after {fourth}"
    if ordered_s is None:
        text += f"; of four replacements {count} ordered within {HORIZON_S / 60:.0f} min"
    return text


def _minutes(noticed: list[float], number: int) -> str:
    return f"{noticed[number - 1] / 60:.1f} min" if len(noticed) >= number else "more than 70 min"


def _cluster(clock: VirtualClock) -> tuple[World, Cluster, list[Instance]]:
    world = new_world(clock)
    spec = ClusterSpec(
        "prod", "1.11", pools={"private": AGENTS}, apps=(App("web", 2 * AGENTS),), fault_domains=5
    )
    cluster = build_cluster(world, spec)
    instances = list(cluster.pools["private"].instances.values())
    return world, cluster, [instances[number] for number in VICTIMS]


async def _strike(clock: VirtualClock, world: World, victims: list[Instance], fault: Fault) -> datetime:
    begun = clock.now()
    for victim in victims:
        fault(world, victim)
        await clock.sleep(APART_S)
    return begun


async def _stock(clock: VirtualClock, case: _Case) -> list[float]:
    """Seconds after which the masters gave up one agent after the other, when nobody looks after the cluster."""
    world, _, victims = _cluster(clock)
    begun = await _strike(clock, world, victims, case.fault)
    await clock.sleep(HORIZON_S)
    world.settle()
    return [(entry.time - begun).total_seconds() for entry in world.journal.of("agent_unreachable")]


async def _healed(clock: VirtualClock, case: _Case) -> tuple[float | None, int]:
    """Seconds until all four replacements were ordered, None if they were not, and how many were."""
    world, cluster, victims = _cluster(clock)
    masters = (master.address for master in cluster.mesos.masters)
    async with running_app(world, cluster, clock, policy_text(cluster, masters, most=AGENTS + 10)):
        await clock.sleep(WELL_FOR_S)
        begun = await _strike(clock, world, victims, case.fault)
        until = begun + timedelta(seconds=HORIZON_S)
        while clock.now() < until:
            if _replaced(cluster, victims) == len(victims):
                return (clock.now() - begun).total_seconds(), len(victims)
            await clock.sleep(0.5)
    return None, _replaced(cluster, victims)


def _replaced(cluster: Cluster, victims: list[Instance]) -> int:
    """How many of them are gone, or going, and made up for by the size that the set was told to have."""
    pool = cluster.pools["private"]
    there = pool.instances.values()
    left = sum(any(one is victim and not one.deleting for one in there) for victim in victims)
    missing = AGENTS - pool.capacity
    return max(0, len(victims) - left - missing)
