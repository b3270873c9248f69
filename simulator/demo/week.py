"""Office hours: eight days of a pool that follows the clock, in virtual time.

The real app on its real adapters, against the simulated Azure and DC/OS, as everywhere in the demo; but the time is a
number, so that eight days pass in seconds (`virtual_app.py`). They are chosen with malice: a weekend, on whose Sunday
clocks go forward in London, and Good Friday at the end.

What came of it is told from the world and not from what the app believes: how many agents could take work at each hour
of the day, what it cost, and whether a task was ever missing.
"""

from __future__ import annotations

import sys
import time as real_time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from rich.console import Console
from rich.table import Table

from simulator.demo.policy import policy_text
from simulator.demo.verdict import Check
from simulator.demo.virtual_app import running_app
from simulator.virtual_time import VirtualClock, run_virtual
from simulator.world.build import ClusterSpec, build_cluster, new_world
from simulator.world.tasks import App
from simulator.world.world import Cluster

NAME = "office-hours"
PROMISE = (
    "Eight days in seconds: fourteen machines in office hours, six at night, on the weekend and on Good Friday, with"
    " the clocks going forward in between. Machines are there at seven, and none goes that has work."
)
BECAUSE = (
    "Sizes follow from the time and from nothing else, and what was ordered ahead is by how long machines of this pool"
    " took to join. Each machine that went was emptied before it was destroyed."
)
ZONE = ZoneInfo("Europe/London")
BEGIN = datetime(2026, 3, 26, 23, 30, tzinfo=UTC)
DAYS = 8
NIGHT, OFFICE = 6, 14
PRICE = 0.19
TASKS = 12
HOLIDAY = date(2026, 4, 3)
SCHEDULES = f"""\
        price: {PRICE}
        scaling: {{protect_new: 0s}}
        schedules:
          - {{name: night, cron: 0 19 * * *, zone: Europe/London, target: {NIGHT}}}
          - {{name: office, cron: 0 7 * * MON-FRI, zone: Europe/London, for: 12h, target: {OFFICE}, except: gb}}
"""
CALENDARS = "calendars: {gb: {country: GB, subdivision: ENG}}\n"
LOOK_S = 300.0
BUSY = ((6 * 60 + 40, 7 * 60 + 5), (19 * 60, 20 * 60 + 40))
"""Minutes of the day, from and until."""
SHOWN = (0, 6, 7, 12, 18, 19, 20, 22)
EMPTIED_BY = timedelta(hours=3)
"""Eight machines go one after the other, at most six an hour."""


@dataclass(frozen=True)
class Look:
    """At one instant: machines that are paid for, agents that work, tasks that run and should."""

    at: datetime
    machines: int
    agents: int
    running: int


@dataclass
class Week:
    """What was seen, and what the app asked Azure for."""

    looks: list[Look] = field(default_factory=list)
    removed: int = 0
    lasted_s: float = 0.0

    def at(self, local: datetime) -> Look:
        """The last look that is not after a local time."""
        instant = local.replace(tzinfo=ZONE).astimezone(UTC)
        return [one for one in self.looks if one.at <= instant][-1]

    @property
    def days(self) -> list[date]:
        """Local days of which all was seen but the last half an hour."""
        count = round((self.looks[-1].at - BEGIN) / timedelta(days=1))
        return [BEGIN.date() + timedelta(days=number) for number in range(1, count + 1)]

    @property
    def node_hours(self) -> float:
        return sum(one.machines for one in self.looks) * LOOK_S / 3600


def main(as_json: bool) -> int:
    """Play it and tell it; the exit code."""
    begun = real_time.monotonic()
    week = played(DAYS)
    week.lasted_s = real_time.monotonic() - begun
    checks = judge(week)
    if as_json:
        document = msgspec.json.format(msgspec.json.encode(_document(week, checks)), indent=2)
        sys.stdout.buffer.write(document + b"\n")
    else:
        _show(week, checks, Console(highlight=False, markup=False))
    return 0 if all(check.ok for check in checks) else 1


def played(days: int) -> Week:
    """So many days, from midnight on."""
    return run_virtual(lambda clock: _play(clock, days), BEGIN)


async def _play(clock: VirtualClock, days: int) -> Week:
    world = new_world(clock, seed=7)
    web = App("web", TASKS)
    cluster = build_cluster(world, ClusterSpec("demo", "1.11", pools={"private": NIGHT}, apps=(web,)))
    masters = [master.address for master in cluster.mesos.masters]
    policy = CALENDARS + policy_text(cluster, masters, most=OFFICE + 2, more=SCHEDULES)
    week = Week()
    async with running_app(world, cluster, clock, policy, rhythm=rhythm) as running:
        for _ in range(int(days * 86400 / LOOK_S)):
            await clock.sleep(LOOK_S)
            week.looks.append(_look(cluster, clock.now()))
        closed = await running.records.operations.between(cluster.name, "closed|", "closed}")
        week.removed = sum(kept.value.remedy.value == "shrink" for kept in closed.values())
    return week


def rhythm(now: datetime) -> float:
    """A sweep each minute while sizes change, as in production, and each half an hour at other times."""
    local = now.astimezone(ZONE)
    at = local.hour * 60 + local.minute
    if any(begin <= at < end for begin, end in BUSY):
        return 60.0
    coming = [begin - at for begin, _ in BUSY if begin > at]
    return min([30, *coming]) * 60.0


def _look(cluster: Cluster, now: datetime) -> Look:
    machines = cluster.pools["private"].instances.values()
    (scheduler,) = cluster.mesos.schedulers
    return Look(now, len(machines), sum(one.healthy for one in machines), scheduler.running("web"))


def judge(week: Week) -> tuple[Check, ...]:
    """What was promised, against what was seen."""
    days = week.days
    working = [day for day in days if is_working(day)]
    late = [day for day in working if week.at(_time(day, 7)).agents < OFFICE]
    early = [day for day in working if week.at(_time(day, 18)).agents < OFFICE]
    idle = [day for day in days if not is_working(day) and week.at(_time(day, 12)).machines != NIGHT]
    ends = [datetime.combine(day, datetime.min.time()) + timedelta(hours=19) + EMPTIED_BY for day in working]
    slow = [end.date() for end in ends if week.at(end).machines != NIGHT]
    fewest = min(one.running for one in week.looks)
    least, most = min(one.machines for one in week.looks), max(one.machines for one in week.looks)
    return (
        Check(
            "there at seven", not late, f"{OFFICE} agents at 07:00 of {len(working)} working days{_but(late)}"
        ),
        Check("there until seven", not early, f"and at 18:00 of the same days{_but(early)}"),
        Check("not on days off", not idle, f"{NIGHT} machines at noon of all other days{_but(idle)}"),
        Check("gone at night", not slow, f"{NIGHT} machines again three hours after the end{_but(slow)}"),
        Check("within bounds", least >= NIGHT and most <= OFFICE, f"{least} to {most} machines at all times"),
        Check("no work lost", fewest >= TASKS - 1, f"{fewest} of {TASKS} tasks or more ran at each look"),
    )


def is_working(day: date) -> bool:
    return day.weekday() < 5 and day != HOLIDAY


def _time(day: date, hour: int) -> datetime:
    return datetime.combine(day, datetime.min.time()).replace(hour=hour)


def _but(days: Sequence[date]) -> str:
    return f", but not on {', '.join(f'{day:%a %d %b}' for day in days)}" if days else ""


def _show(week: Week, checks: Sequence[Check], console: Console) -> None:
    console.print(NAME, style="bold")
    console.print(PROMISE)
    table = Table(box=None, header_style="dim", pad_edge=False)
    table.add_column("agents at")
    for hour in SHOWN:
        table.add_column(f"{hour:02}:00", justify="right")
    for day in week.days:
        agents = [str(week.at(_time(day, hour)).agents) for hour in SHOWN]
        table.add_row(f"{day:%a %d %b}", *agents, "" if is_working(day) else "day off")
    console.print(table)
    always = len(week.looks) * LOOK_S / 3600 * OFFICE
    saved = 1 - week.node_hours / always
    console.print(
        f"{week.node_hours:,.0f} node-hours, {week.node_hours * PRICE:,.2f} at {PRICE} each; {OFFICE} at all times"
        f" would be {always:,.0f}: {saved:.0%} saved. {week.removed} machines were emptied and sent away."
    )
    for check in checks:
        console.print(
            f"{'✓' if check.ok else '✗'} {check.name}: {check.text}", style="green" if check.ok else "red"
        )
    console.print(f"{BECAUSE} ({DAYS} days in {week.lasted_s:.0f} s)")


def _document(week: Week, checks: Sequence[Check]) -> dict[str, Any]:
    return {
        "scenario": NAME,
        "promise": PROMISE,
        "because": BECAUSE,
        "node_hours": round(week.node_hours, 1),
        "removed": week.removed,
        "looks": [
            {"at": one.at, "machines": one.machines, "agents": one.agents, "tasks": one.running}
            for one in week.looks
        ],
        "verdict": {
            "ok": all(check.ok for check in checks),
            "checks": [{"name": one.name, "ok": one.ok, "text": one.text} for one in checks],
        },
    }
