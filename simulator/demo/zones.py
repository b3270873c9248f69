"""Zones: what an outage of a zone left behind is evened out, one machine after the other.

Twelve machines in three zones. Hosts of zone 3 fail, and three of its four machines are gone; the app brings them back
at once, and Azure makes them where it has room, in the other two. When zone 3 has room again, nobody moves back by
himself.
The policy says `rebalance: {spread: true}`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from simulator.demo.course import Course, LongStory, Look, Moment, created, look_by, looks_until, said_by_app
from simulator.demo.policy import policy_text
from simulator.demo.verdict import Check
from simulator.demo.virtual_app import running_app
from simulator.virtual_time import VirtualClock, run_virtual
from simulator.world.build import ClusterSpec, build_cluster, new_world
from simulator.world.journal import PLATFORM, By, Entry
from simulator.world.tasks import App
from simulator.world.world import Cluster

ZONES = ("1", "2", "3")
AGENTS, TAKEN = 12, 3
WEB = App("web", 24, cpus=0.5, mem=500.0)
BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
FAILS, BACK, LASTS = timedelta(minutes=5), timedelta(minutes=30), timedelta(minutes=65)
LOOK_S = 60.0
MORE = """\
        disruption: {at_once: 3, per_hour: 20, per_fault_domain: none}
        rebalance: {spread: true}
"""


def _by_zone(cluster: Cluster, now: datetime) -> Look:
    ones = cluster.pools["private"].instances.values()
    return look_by(
        {f"zone {zone}": [one for one in ones if one.zone == zone] for zone in ZONES}, cluster, now
    )


def played() -> Course:
    return run_virtual(_play, BEGIN)


async def _play(clock: VirtualClock) -> Course:
    world = new_world(clock, seed=7)
    spec = ClusterSpec("demo", "1.11", pools={"private": AGENTS}, zones=ZONES, fault_domains=1, apps=(WEB,))
    cluster = build_cluster(world, spec)
    pool = cluster.pools["private"]
    masters = [master.address for master in cluster.mesos.masters]
    policy = policy_text(cluster, masters, most=AGENTS + 2, more=MORE)
    course = Course(look=_by_zone)
    async with running_app(world, cluster, clock, policy) as running:
        await looks_until(course, cluster, clock, BEGIN + FAILS, LOOK_S)
        pool.zones = ZONES[:2]
        for instance in [one for one in pool.instances.values() if one.zone == ZONES[2]][:TAKEN]:
            world.delete_instance(instance, PLATFORM)
        course.moments.append(
            Moment(clock.now(), f"zone 3 loses {TAKEN} machines and has no room", by_world=True)
        )
        await looks_until(course, cluster, clock, BEGIN + BACK, LOOK_S)
        pool.zones = ZONES
        agents = [(one.id, cluster.agent_of(one)) for one in pool.instances.values()]
        course.homes = {id: agent.id for id, agent in agents if agent is not None}
        course.moments.append(Moment(clock.now(), "zone 3 has room again", by_world=True))
        await looks_until(course, cluster, clock, BEGIN + LASTS, LOOK_S)
        course.moments += await said_by_app(running.store, cluster.name, BEGIN)
    course.journal = list(world.journal)
    return course


def judge(course: Course) -> tuple[Check, ...]:
    before = next(look for look in reversed(course.looks) if look.at <= BEGIN + BACK)
    after = [look for look in course.looks if look.at > BEGIN + BACK]
    gaps = [_gap(look) for look in after]
    sizes = [sum(look.machines.values()) for look in after]
    works = min(sum(look.agents.values()) for look in after)
    away = max(look.waiting for look in after)
    made = sum(one.time > BEGIN + BACK for one in created(course))
    gone, needed = _gone(course), _out_of_place(before)
    return (
        Check(
            "even again",
            _gap(before) > 1 >= gaps[-1],
            f"zones differed by {_gap(before)} machines and do so by {gaps[-1]} at the end",
        ),
        Check(
            "never worse",
            max(gaps) <= _gap(before) + 1,
            f"and by {max(gaps)} at the most meanwhile; one more than at first is allowed",
        ),
        Check(
            "not one too many",
            made == len(gone) == needed,
            f"{made} came and {len(gone)} went, {needed} were out of place",
        ),
        Check(
            "one at a time",
            max(sizes) <= AGENTS + 1 and works >= AGENTS,
            f"{works} machines or more worked at all times, and {max(sizes)} were there at the most",
        ),
        _no_work_lost(course, gone, away),
        Check(
            "as before",
            sizes[-1] == AGENTS and after[-1].waiting == 0,
            f"at the end {sizes[-1]} machines, {after[-1].running} of {WEB.instances} tasks run",
        ),
    )


def _gap(look: Look) -> int:
    return max(look.machines.values()) - min(look.machines.values())


def _out_of_place(look: Look) -> int:
    """How many machines are beyond their zone's share."""
    return sum(max(0, count - AGENTS // len(ZONES)) for count in look.machines.values())


def _gone(course: Course) -> list[Entry]:
    return [one for one in course.journal if one.what == "instance_delete_ordered" and one.by.by is By.CLIENT]


def _no_work_lost(course: Course, gone: Sequence[Entry], away: int) -> Check:
    """No task ended on a machine after its end was ordered, and no more were away than one machine has."""
    ordered = {course.homes.get(one.subject, ""): one.time for one in gone}
    lost = [
        one
        for one in course.journal
        if one.what == "task_ended" and one.time >= ordered.get(one.detail["agent"], one.time + LASTS)
    ]
    most = WEB.instances // AGENTS
    text = f"{len(lost)} tasks ran on a machine that was sent away, and {away} at the most were on their way"
    return Check("no work lost", not lost and away <= most, f"{text}; {most} are allowed")


STORY = LongStory(
    "zones",
    f"A zone loses {TAKEN} of {AGENTS} machines, which come back in the other two. When it has room again, the pool is"
    " evened out: one machine comes, one goes, and never is one fewer at work than there should be.",
    "Azure does not move machines back, and chooses by itself where a new one comes. So each step is looked at anew:"
    " one is added, and only when it has joined one goes from where most are then, emptied as when a pool shrinks.",
    played,
    judge,
)
