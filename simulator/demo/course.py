"""How a pool fared through a story of hours: looks at the world, what happened in between, and how it is told.

Stories of sizes are played in virtual time. What came of them is told from the world and not from what the app
believes: how many machines there were, how many of them worked, how many tasks ran and how many waited. What the app
did, as it says itself, stands beside it.
"""

from __future__ import annotations

import os
import re
import sys
import time as real_time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from shared.audit import AuditLog
from shared.model.audit import AuditKind, AuditRecord
from shared.ports.store import Store
from simulator.demo.verdict import Check
from simulator.virtual_time import VirtualClock
from simulator.world.journal import By, Entry
from simulator.world.scale_set import Instance
from simulator.world.world import Cluster

SELDOM = timedelta(minutes=10)
"""Rows of nothing new are left out but for one in so long."""
PLAIN_WIDTH = 110
SAYINGS = (
    (AuditKind.OPENED, r"(Preempt is announced)", "Azure announces an eviction"),
    (AuditKind.OPENED, r"\d+ nodes and not \d+ are wanted: ([^;]*besides[^;]*);", r"\1"),
    (
        AuditKind.OPENED,
        r"(zone \d+)\b.* has most and (zone \d+)\b.* fewest: (\d+) out of place",
        r"\1 has most and \2 fewest, \3 out of place",
    ),
    (AuditKind.OPENED, r"one goes from where most are, (zone \d+)", r"one goes from \1"),
    (AuditKind.OPENED, r"(\d+ nodes and not \d+ are wanted)", r"\1"),
    (AuditKind.OPENED, r"(\d+) nodes are wanted, and nobody has ordered all", r"\1 nodes are wanted"),
    (AuditKind.STEP, r"growing \S+ from (\d+) to (\d+)", r"growth from \1 to \2 is ordered"),
    (AuditKind.STEP, r"move_tasks: nothing runs on it any more", "a machine is empty"),
    (AuditKind.CLOSED, r"operation done: (all \d+ machines have joined)", r"\1"),
)
"""What the app says of itself that a story of sizes is told by: kind of record, what it matches, how it is told."""


@dataclass(frozen=True, slots=True)
class Look:
    """At one instant. `machines` are paid for and `agents` work, both by pool, or by whatever else the story is about;
    tasks that run, and that should and do not."""

    at: datetime
    machines: dict[str, int]
    agents: dict[str, int]
    running: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened, of the world's doing or of the app's."""

    at: datetime
    text: str
    by_world: bool = False


def look_at(cluster: Cluster, now: datetime) -> Look:
    """By pool."""
    return look_by(
        {name: list(pool.instances.values()) for name, pool in cluster.pools.items()}, cluster, now
    )


def look_by(machines: Mapping[str, Sequence[Instance]], cluster: Cluster, now: datetime) -> Look:
    scheduler = cluster.mesos.schedulers[0]
    wanted = sum(app.instances for app in scheduler.framework.apps.values())
    running = sum(scheduler.running(name) for name in scheduler.framework.apps)
    return Look(
        now,
        {name: len(ones) for name, ones in machines.items()},
        {name: sum(one.healthy for one in ones) for name, ones in machines.items()},
        running,
        wanted - running,
    )


@dataclass
class Course:
    """All of it. `journal` is the world's own; `waits_s` how long each task waited that the story is about; `homes` the
    agent of each machine that it is about, by the machine's id."""

    looks: list[Look] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)
    journal: Sequence[Entry] = ()
    waits_s: tuple[float, ...] = ()
    homes: dict[str, str] = field(default_factory=dict)
    look: Callable[[Cluster, datetime], Look] = look_at
    lasted_s: float = 0.0


@dataclass(frozen=True)
class LongStory:
    """`play` gives what came of it and takes seconds; `judge` holds it against the promise."""

    name: str
    promise: str
    because: str
    play: Callable[[], Course]
    judge: Callable[[Course], tuple[Check, ...]]


async def looks_until(
    course: Course, cluster: Cluster, clock: VirtualClock, end: datetime, each_s: float
) -> None:
    """Time passes, and is looked at."""
    while clock.now() < end:
        await clock.sleep(each_s)
        course.looks.append(course.look(cluster, clock.now()))


async def said_by_app(store: Store, cluster: str, begin: datetime) -> list[Moment]:
    """What its audit has of that month, as far as a person wants to read it here."""
    records = [entry.record for entry in await AuditLog(store).read(cluster, begin)]
    told = [(record.at, _told(record)) for record in records]
    return [Moment(at, text) for at, text in told if text]


def _told(record: AuditRecord) -> str:
    for kind, pattern, words in SAYINGS:
        found = re.search(pattern, record.text)
        if record.kind is kind and found is not None:
            return found.expand(words)
    return ""


def tell(story: LongStory, as_json: bool) -> int:
    """Play it and tell it; the exit code."""
    begun = real_time.monotonic()
    course = story.play()
    course.lasted_s = real_time.monotonic() - begun
    checks = story.judge(course)
    if as_json:
        document = msgspec.json.format(msgspec.json.encode(_document(story, course, checks)), indent=2)
        sys.stdout.buffer.write(document + b"\n")
    else:
        _show(story, course, checks)
    return 0 if all(check.ok for check in checks) else 1


def within(course: Course, pool: str, least: int, most: int) -> Check:
    """At every look. Machines that are on their way out count until they are gone."""
    sizes = [one.machines[pool] for one in course.looks]
    fine = least <= min(sizes) and max(sizes) <= most
    text = f"{min(sizes)} to {max(sizes)} machines at all times, allowed are {least} to {most}"
    return Check("within bounds", fine, text)


def nobody_killed(course: Course) -> Check:
    """No task was ended by an order, nor with its machine."""
    ended = [entry for entry in course.journal if entry.what == "task_ended"]
    lost = [entry for entry in ended if entry.detail["state"] != "TASK_FINISHED"]
    done = len(ended) - len(lost)
    if lost:
        states = ", ".join(sorted({entry.detail["state"] for entry in lost}))
        return Check(
            "no task killed", False, f"{len(lost)} tasks were ended before their work was done ({states})"
        )
    return Check("no task killed", True, f"all of the {done} tasks that ended had done their work")


def created(course: Course) -> list[Entry]:
    """The machines that the app ordered."""
    return [one for one in course.journal if one.what == "instance_created" and one.by.by is By.CLIENT]


def _show(story: LongStory, course: Course, checks: Sequence[Check]) -> None:
    width = None if sys.stdout.isatty() else int(os.environ.get("COLUMNS", PLAIN_WIDTH))
    console = Console(width=width, highlight=False, markup=False)
    console.print(story.name, style="bold")
    console.print(story.promise)
    pools = list(course.looks[0].machines)
    table = Table(box=None, header_style="dim", pad_edge=False)
    table.add_column("")
    for pool in pools:
        table.add_column(pool, no_wrap=True)
    for name in ("running", "waiting"):
        table.add_column(name, justify="right")
    table.add_column("")
    form = "%H:%M:%S" if any(look.at.second for look in course.looks) else "%H:%M"
    for look, said in _rows(course):
        bars = [_bar(look.machines[pool], look.agents[pool]) for pool in pools]
        waits = Text(str(look.waiting or "-"), style="red" if look.waiting else "")
        table.add_row(f"{look.at:{form}}", *bars, str(look.running), waits, said)
    console.print(table)
    for check in checks:
        console.print(
            f"{'✓' if check.ok else '✗'} {check.name}: {check.text}", style="green" if check.ok else "red"
        )
    hours = (course.looks[-1].at - course.looks[0].at) / timedelta(hours=1)
    took = f"{hours:.1f} hours in {course.lasted_s:.0f} s"
    console.print(f"{story.because} ({took}; █ is a machine that works, ░ one that comes or goes)")


def _rows(course: Course) -> list[tuple[Look, Text]]:
    """The looks at which something was new, with what happened since the one before."""
    rows: list[tuple[Look, Text]] = []
    since: list[Moment] = []
    moments = sorted(course.moments, key=lambda one: one.at)
    shown: Look | None = None
    for look in course.looks:
        while moments and moments[0].at <= look.at:
            since.append(moments.pop(0))
        if shown is None or since or _state(look) != _state(shown) or look.at - shown.at >= SELDOM:
            rows.append((look, _together(since)))
            since, shown = [], look
    return rows


def _together(moments: Iterable[Moment]) -> Text:
    """What is true of several machines is said once."""
    counted = Counter((one.text, one.by_world) for one in moments)
    parts = [
        Text(
            f"{count} × {text}" if count > 1 and text.startswith(("a ", "Azure")) else text, "bold" * by_world
        )
        for (text, by_world), count in counted.items()
    ]
    return Text("; ").join(parts)


def _state(look: Look) -> tuple[Any, ...]:
    return (look.machines, look.agents, look.running, look.waiting)


def _bar(machines: int, agents: int) -> str:
    return f"{machines:>2} {'█' * agents}{'░' * (machines - agents)}"


def _document(story: LongStory, course: Course, checks: Sequence[Check]) -> dict[str, Any]:
    return {
        "scenario": story.name,
        "promise": story.promise,
        "because": story.because,
        "looks": course.looks,
        "moments": course.moments,
        "waits_s": course.waits_s,
        "verdict": {
            "ok": all(check.ok for check in checks),
            "checks": [{"name": one.name, "ok": one.ok, "text": one.text} for one in checks],
        },
    }
