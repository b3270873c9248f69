"""Simulated placement: 5,000 waiting tasks on 2,000 agents, and who goes of a pool of 1,000.

How: agents of three zones and twenty racks with something between nothing and all of 4 cores and 16 GB free, and work
of sizes drawn from a fixed seed; once as 500 applications of ten tasks with all kinds of Marathon's constraints, once
as 5,000 applications of one task and a size of its own each, once where all agents are full and new ones are needed,
and once where no task fits any agent and each gets its reason. Limit: 1 s for each, everything counted, also making the
tables that make it fast. For shrinking, 20 of 1,000 machines that all hold tasks are chosen, with a placement for each;
that has no limit.

Honest remarks: the yardstick is what merely decoding the same work and agents from JSON costs. The one thing found to
be slow is thousands of different regular expressions about hostnames, of which each is tried on every agent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random

import msgspec

from benchmarks.figures import Figure, Measured, Unit, median_ms
from shared.model.mesos import Amounts
from shared.scale.candidates import Asked, Candidate, Holds
from shared.scale.placement import Placement, grow, place
from shared.scale.spread import Place
from shared.scale.victims import choose
from shared.scale.work import Blank, Constraint, Host, Work

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
AGENTS, TASKS, POOL, GOING = 2_000, 5_000, 1_000, 20
LIMIT_MS = 1_000.0
EMPTY = Amounts(4, 16_000, 100_000)
ZONES = ("1", "2", "3")
CONSTRAINTS: tuple[tuple[Constraint, ...], ...] = (
    (),
    (("hostname", "UNIQUE"),),
    (("@zone", "GROUP_BY", "3"),),
    (("rack", "LIKE", "1.*"), ("hostname", "MAX_PER", "2")),
    (("rack", "CLUSTER"),),
    (("rack", "UNLIKE", "7"),),
)


def measure() -> Measured:
    random = Random(5)
    agents, full = _agents(random, 1.0), _agents(random, 0.0)
    tens = [_work(random, number, 10, CONSTRAINTS) for number in range(TASKS // 10)]
    ones = [_work(random, number, 1, ((),)) for number in range(TASKS)]
    huge = [msgspec.structs.replace(work, needs=Amounts(64, work.needs.mem_mb)) for work in ones]
    blank = Blank(free={"*": EMPTY}, zones=ZONES, attributes={"rack": "1"})
    cases: dict[str, Callable[[], Placement]] = {
        "5,000 tasks with constraints on 2,000 agents": partial(place, tens, agents),
        "5,000 tasks, each of another size": partial(place, ones, agents),
        "the same, agents full, new ones needed": partial(grow, ones, full, blank),
        "the same, and no task fits any agent": partial(grow, huge, full, blank),
    }
    yardstick = _decoding(ones, agents)
    figures: list[Figure] = []
    remarks: list[str] = []
    for what, run in cases.items():
        figures.append(Figure(what, median_ms(run, 5), Unit.MILLISECONDS, LIMIT_MS, yardstick))
        done = run()
        left = sum(one.count for one in done.refused)
        remarks.append(f"{what}: {done.placed:,} placed, {left:,} refused, {done.new:,} new agents")
    asked = _shrinking(random)
    what = f"{GOING} of {POOL:,} machines with tasks chosen to go"
    figures.append(Figure(what, median_ms(partial(choose, asked), 3), Unit.MILLISECONDS, None, yardstick))
    remarks.append(f"{what}: {len(choose(asked).nodes)} go")
    return Measured(
        "placement", "decoding the same work and agents with msgspec", tuple(figures), tuple(remarks)
    )


def _decoding(works: Sequence[Work], agents: Sequence[Host]) -> float:
    body = msgspec.json.encode((works, agents))
    decoder = msgspec.json.Decoder(tuple[list[Work], list[Host]])
    return median_ms(partial(decoder.decode, body), 5)


def _agents(random: Random, share: float) -> list[Host]:
    """With up to so much of an agent free on each."""
    return [_agent(number, _part(random, share)) for number in range(AGENTS)]


def _agent(number: int, free: Amounts) -> Host:
    return Host(
        name=f"agent-S{number}",
        hostname=f"10.32.{number // 256}.{number % 256}",
        free={"*": free},
        attributes={"rack": str(number % 20)},
        zone=ZONES[number % 3],
    )


def _part(random: Random, share: float) -> Amounts:
    parts = [random.uniform(0, share) for _ in range(3)]
    return Amounts(EMPTY.cpus * parts[0], EMPTY.mem_mb * parts[1], EMPTY.disk_mb * parts[2])


def _work(random: Random, number: int, count: int, constraints: Sequence[tuple[Constraint, ...]]) -> Work:
    needs = Amounts(random.choice([0.1, 0.5, 1, 2]), random.uniform(64, 4_000), random.uniform(0, 1_000))
    return Work(
        app=f"/app-{number}", needs=needs, count=count, ports=1, constraints=random.choice(constraints)
    )


def _shrinking(random: Random) -> Asked:
    machines = [
        Candidate(
            node=f"vmss0_{number}",
            came_at=NOW - timedelta(hours=1 + number),
            holds=Holds.MOVABLE,
            host=f"agent-S{number}",
            tasks=tuple(_work(random, number * 10 + one, 1, CONSTRAINTS) for one in range(5)),
            place=Place(ZONES[number % 3], number % 5),
        )
        for number in range(POOL)
    ]
    hosts = [_agent(number, _part(random, 1.0)) for number in range(POOL)]
    return Asked(count=GOING, candidates=machines, hosts=hosts, now=NOW, zones=ZONES)
