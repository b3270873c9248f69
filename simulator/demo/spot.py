"""Spot: Azure takes two thirds of a pool of spot machines back, with half a minute's notice.

Twelve spot machines and four that are not, with work that may run on either. Azure announces the evictions as it does,
by Event Grid and 30 s ahead, in three waves some seconds apart. What counts is what is true when the power goes: if
there is still a task on the machine, and whether its successor is on its way.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from simulator.demo.course import Course, LongStory, Moment, created, looks_until, said_by_app, within
from simulator.demo.verdict import Check, orders
from simulator.demo.virtual_app import running_app
from simulator.virtual_time import VirtualClock, run_virtual
from simulator.world.build import ClusterSpec, build_cluster, new_world
from simulator.world.journal import Entry
from simulator.world.tasks import App
from simulator.world.world import Cluster

POOLS, MOST = {"fixed": 4, "spot": 12}, 20
APPS = (App("web", 8, cpus=0.5, mem=500.0, pool=""), App("batch", 20, cpus=0.5, mem=1000.0, pool=""))
TASKS = sum(app.instances for app in APPS)
WAVES = ((0, 1, 2), (4, 5, 6), (8, 9))
"""Machines by their number."""
TAKEN = sum(len(wave) for wave in WAVES)
BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
WARNED, WATCHED, LASTS = timedelta(minutes=5), timedelta(minutes=7), timedelta(minutes=20)
BETWEEN_S, CLOSE_S, LOOK_S = 5.0, 5.0, 60.0
SECONDS, AWAY_S = 20.0, 30.0
"""Most from an announcement to the end of the last task on that machine, and most for which work may be short."""
POLICY = """\
version: 1
defaults: {{mode: enforce, repair: {{ladder: [replace]}}}}
clusters:
  {cluster.name}:
    subscription: {spot.subscription}
    resource_group: {cluster.resource_group}
    dcos: {{masters: [{masters}]}}
    pools:
      fixed:
        scale_set: {fixed.name}
        capacity: {{min: 4, max: 12}}
      spot:
        scale_set: {spot.name}
        capacity: {{min: 4, max: {most}}}
        disruption: {{at_once: 4, per_hour: 20, per_fault_domain: none, deadline_reserve: 100%}}
        storm: {{unhealthy: 90%}}
"""


def policy_of(cluster: Cluster) -> str:
    masters = ", ".join(master.address for master in cluster.mesos.masters)
    fixed, spot = cluster.pools["fixed"], cluster.pools["spot"]
    return POLICY.format(cluster=cluster, fixed=fixed, spot=spot, masters=masters, most=MOST)


def played() -> Course:
    return run_virtual(_play, BEGIN)


async def _play(clock: VirtualClock) -> Course:
    world = new_world(clock, seed=7)
    cluster = build_cluster(world, ClusterSpec("demo", "1.11", pools=POOLS, apps=APPS))
    pool = cluster.pools["spot"]
    pool.is_spot = True
    course = Course()
    async with running_app(world, cluster, clock, policy_of(cluster)) as running:
        await looks_until(course, cluster, clock, BEGIN + WARNED, LOOK_S)
        for wave in WAVES:
            hit = [pool.instances[number] for number in wave]
            agents = [(one.id, cluster.agent_of(one)) for one in hit]
            course.homes |= {id: agent.id for id, agent in agents if agent is not None}
            world.announce_evictions(hit)
            course.moments.append(
                Moment(clock.now(), f"Azure wants {len(hit)} machines back in 30 s", by_world=True)
            )
            await looks_until(course, cluster, clock, clock.now() + timedelta(seconds=BETWEEN_S), CLOSE_S)
        await looks_until(course, cluster, clock, BEGIN + WATCHED, CLOSE_S)
        await looks_until(course, cluster, clock, BEGIN + LASTS, LOOK_S)
        course.moments += await said_by_app(running.store, cluster.name, BEGIN)
    course.journal = list(world.journal)
    evicted = [one for one in course.journal if one.what == "instance_evicted"]
    course.moments += [Moment(one.time, "a machine is taken", by_world=True) for one in evicted]
    return course


def judge(course: Course) -> tuple[Check, ...]:
    return (
        _moved(course),
        _in_seconds(course),
        _short(course),
        _successors(course),
        _nobody_else(course),
        within(course, "spot", POOLS["spot"] - TAKEN, MOST),
        _as_before(course),
    )


def _times(course: Course, what: str) -> dict[str, datetime]:
    """By machine."""
    return {one.subject: one.time for one in course.journal if one.what == what}


def _ended_on(course: Course, agent: str) -> Sequence[Entry]:
    return [one for one in course.journal if one.what == "task_ended" and one.detail["agent"] == agent]


def _moved(course: Course) -> Check:
    """A task that ends when its machine is gone already was lost with it."""
    taken = _times(course, "instance_evicted")
    ended = [(id, one) for id, agent in course.homes.items() for one in _ended_on(course, agent)]
    lost = [one for id, one in ended if id not in taken or one.time >= taken[id]]
    text = f"{len(ended)} tasks ran on the {len(taken)} machines, {len(lost)} of them were lost with theirs"
    return Check("work was moved", bool(ended) and not lost and len(taken) == TAKEN, text)


def _in_seconds(course: Course) -> Check:
    warned = _times(course, "instance_eviction_announced")
    took = [
        (max(one.time for one in ended) - warned[id]).total_seconds()
        for id, agent in course.homes.items()
        if (ended := _ended_on(course, agent))
    ]
    longest = max(took, default=0.0)
    text = f"the last machine was empty {longest:.0f} s after Azure's word, {SECONDS:g} s are allowed"
    return Check("in seconds", 0 < longest <= SECONDS, text)


def _short(course: Course) -> Check:
    """The longest time in which looks one after the other saw less running than there should be."""
    longest = timedelta(0)
    since: datetime | None = None
    for look in course.looks:
        since = None if look.waiting == 0 else since or look.at - timedelta(seconds=CLOSE_S)
        longest = max(longest, look.at - since if since is not None else timedelta(0))
    most = max(look.waiting for look in course.looks)
    text = f"at most {most} of {TASKS} tasks were away, for {longest.total_seconds():.0f} s at the longest"
    return Check("work went on", longest.total_seconds() <= AWAY_S, f"{text}; {AWAY_S:g} s are allowed")


def _successors(course: Course) -> Check:
    made, taken = created(course), _times(course, "instance_evicted")
    ahead = sum(one.time < min(taken.values()) for one in made) if taken else 0
    text = f"{len(made)} machines were ordered for the {TAKEN} that went, {ahead} before the first was taken"
    return Check("one for each", len(made) == TAKEN and ahead > 0, text)


def _nobody_else(course: Course) -> Check:
    others = [one for one in orders(course.journal) if one.healthy and one.subject not in course.homes]
    agents = set(course.homes.values())
    others = [one for one in others if one.subject not in agents]
    return Check("nobody else", not others, f"{len(others)} machines were touched that Azure did not want")


def _as_before(course: Course) -> Check:
    last = course.looks[-1]
    sizes = ", ".join(f"{count} machines of {pool}" for pool, count in last.agents.items())
    text = f"at the end {sizes} work, {last.running} tasks run"
    return Check("as before", last.agents == POOLS == last.machines and last.waiting == 0, text)


STORY = LongStory(
    "spot",
    f"Azure takes {TAKEN} of {POOLS['spot']} spot machines back, with 30 s notice. What runs on them is moved before"
    " the power goes, successors are ordered ahead as far as Azure takes orders, and the pool is soon whole again.",
    "An announced end does not wait for windows or rates: the machine is lost anyway. Azure alone takes it; the app"
    " moves the work and orders ahead, within the pool's own maximum.",
    played,
    judge,
)
