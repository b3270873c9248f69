"""Burst: forty tasks arrive that fit nowhere, and when their work is done the machines go again.

A full pool of six. The tasks are of two kinds, and one of them says where it may run. How many machines they come to
is counted here once more, by other code than the app's; how long each of them waited, how many machines there were and
whether a task was ever ended is read from the world.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from simulator.demo.course import (
    Course,
    LongStory,
    Moment,
    created,
    looks_until,
    nobody_killed,
    said_by_app,
    within,
)
from simulator.demo.policy import policy_text
from simulator.demo.verdict import Check
from simulator.demo.virtual_app import running_app
from simulator.virtual_time import VirtualClock, run_virtual
from simulator.world.agent import Resources
from simulator.world.build import ClusterSpec, build_cluster, new_world
from simulator.world.scheduler import Scheduler
from simulator.world.tasks import App, TaskState

AGENTS, MOST = 6, 40
MACHINE = Resources()
WEB = App("web", 2 * AGENTS, cpus=0.9, mem=1000.0)
RENDER = App("render", 30, cpus=0.9, mem=1500.0)
INDEX = App("index", 10, cpus=0.9, mem=2500.0, constraints=(("os", "LIKE", "Linux"),))
BURST = (RENDER, INDEX)
TASKS = sum(app.instances for app in BURST)
BEGIN = datetime(2026, 3, 2, 8, 50, tzinfo=UTC)
ARRIVES, WORKS, EMPTIED_BY = timedelta(minutes=10), timedelta(minutes=40), timedelta(minutes=40)
LOOK_S = 60.0
PATIENCE = timedelta(minutes=10)
"""Three steps of growth, a minute apart, and then a machine boots and joins."""
SCALING = """\
        disruption: {at_once: 8, per_hour: 60, per_day: 200, per_fault_domain: none}
        scaling:
          signals: [{of: waiting}, {of: cpu, setpoint: 90%, margin: 5%}]
          window: 15m
          protect_new: 20m
"""


def needed(apps: Iterable[App]) -> int:
    """Empty machines for all of them: each task, the largest first, into the first machine with room."""
    rooms: list[tuple[float, float]] = []
    for app in sorted(apps, key=lambda app: -app.mem):
        for _ in range(app.instances):
            fitting = (one for one, (cpus, mem) in enumerate(rooms) if cpus >= app.cpus and mem >= app.mem)
            number = next(fitting, len(rooms))
            cpus, mem = rooms[number] if number < len(rooms) else (MACHINE.cpus, MACHINE.mem)
            rooms[number : number + 1] = [(cpus - app.cpus, mem - app.mem)]
    return len(rooms)


NEEDED = needed(BURST)


def played() -> Course:
    return run_virtual(_play, BEGIN)


async def _play(clock: VirtualClock) -> Course:
    world = new_world(clock, seed=7)
    cluster = build_cluster(world, ClusterSpec("demo", "1.11", pools={"private": AGENTS}, apps=(WEB,)))
    masters = [master.address for master in cluster.mesos.masters]
    policy = policy_text(cluster, masters, most=MOST, more=SCALING)
    course, marathon = Course(), cluster.mesos.schedulers[0]
    begin = BEGIN + ARRIVES
    async with running_app(world, cluster, clock, policy) as running:
        await looks_until(course, cluster, clock, begin, LOOK_S)
        for app in BURST:
            marathon.add(app)
        course.moments.append(Moment(clock.now(), f"{TASKS} tasks arrive", by_world=True))
        await looks_until(course, cluster, clock, begin + WORKS, LOOK_S)
        course.waits_s = _waits(marathon, begin)
        for app in BURST:
            marathon.finish(app.name)
        course.moments.append(Moment(clock.now(), "their work is done", by_world=True))
        await looks_until(course, cluster, clock, begin + WORKS + EMPTIED_BY, LOOK_S)
        course.moments += await said_by_app(running.store, cluster.name, BEGIN)
    course.journal = list(world.journal)
    return course


def _waits(marathon: Scheduler, since: datetime) -> tuple[float, ...]:
    """From their arrival until they ran, of those that run."""
    tasks = [task for app in BURST for task in marathon.live[app.name]]
    begun = [next((s.time for s in task.statuses if s.state is TaskState.RUNNING), None) for task in tasks]
    return tuple(sorted((one - since).total_seconds() for one in begun if one is not None))


def judge(course: Course) -> tuple[Check, ...]:
    made, last = len(created(course)), course.looks[-1]
    longest, limit = max(course.waits_s, default=0.0), PATIENCE.total_seconds()
    ran = len(course.waits_s)
    end = f"{last.machines['private']} machines, {last.running} tasks, {last.waiting} waiting"
    return (
        Check(
            "as many as needed",
            made == NEEDED,
            f"{made} machines were ordered; what waited fills {NEEDED} empty ones",
        ),
        Check("all of it ran", ran == TASKS, f"{ran} of {TASKS} tasks ran"),
        Check(
            "soon",
            longest <= limit,
            f"the first ran {min(course.waits_s, default=0) / 60:.1f} minutes after they had come, the last"
            f" {longest / 60:.1f} minutes; {limit / 60:g} are allowed",
        ),
        within(course, "private", AGENTS, MOST),
        nobody_killed(course),
        Check(
            "as before",
            (last.machines["private"], last.running, last.waiting) == (AGENTS, WEB.instances, 0),
            f"at the end {end}",
        ),
    )


STORY = LongStory(
    "burst",
    f"{TASKS} tasks arrive that fit on none of {AGENTS} full machines. As many are ordered as they need by simulated"
    " placement; when their work is done the machines go again, and no task is ended for it.",
    "Waiting work was placed on machines that were not there yet, by its own needs and constraints, so nothing was"
    " ordered on suspicion; and a machine goes when it is empty, not when it is old.",
    played,
    judge,
)
