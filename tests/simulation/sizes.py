"""Tales of pools that change their size: by schedules, by people, or by their load.

A stream of chances of their own, so that what other seeds tell stays as it is. Spans do not overlap, and people resize
only where there are none, so that anybody can say what was to hold at an instant without the product's own words for
it. Load is tasks of half a core that come and end in waves, on agents of four cores.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import NamedTuple

from tests.prod import START
from tests.simulation.tale import Happening, Tale, tale_of


class Span(NamedTuple):
    """From `at_s` after the beginning the pool has this `word` of `nodes`: min, max or target."""

    at_s: float
    lasts_s: float
    word: str
    nodes: int


@dataclass(frozen=True)
class Sizes:
    """`waves` are how many tasks there are from when on; `zones` are those that Azure fills, each in its turn, and one
    that stands twice is filled twice as fast."""

    least: int = 1
    most: int = 12
    spans: tuple[Span, ...] = ()
    by_load: bool = False
    window_s: int = 600
    waves: tuple[tuple[float, int], ...] = ()
    zones: str = "123"

    def written(self) -> str:
        """What the policy says of it, as lines of its pool."""
        lines = []
        if self.spans:
            lines.append(f"schedules: [{', '.join(_entry(*one) for one in enumerate(self.spans))}]")
        if self.by_load:
            pace = f"window: {self.window_s}s, jump: none, shrink_pause: 1m, protect_new: 5m"
            lines.append(f"scaling: {{signals: [{{of: cpu}}, {{of: waiting}}], {pace}}}")
        return "".join(f"\n        {line}" for line in lines)

    def tasks_at(self, at_s: float, first: int) -> int:
        """How many tasks there are then."""
        return next((tasks for begun, tasks in reversed(self.waves) if begun <= at_s), first)


def _entry(number: int, span: Span) -> str:
    begins = START.replace(hour=START.hour + int(span.at_s) // 3600, minute=int(span.at_s) // 60 % 60)
    cron = f'"{begins.minute} {begins.hour} * * *"'
    return f"{{name: span-{number}, cron: {cron}, zone: UTC, for: {span.lasts_s:.0f}s, {span.word}: {span.nodes}}}"


VERBS = {
    "agent_dies": 3,
    "machine_is_deleted": 1,
    "spot_machines_are_evicted": 3,
    "azure_has_no_room": 2,
    "new_machines_never_join": 1,
    "the_leader_fails_over": 1,
    "masters_fall_silent": 1,
    "azure_falls_silent": 1,
    "answers_get_lost": 2,
    "capacity_is_wrong": 1,
    "a_worker_crashes": 3,
    "a_worker_freezes": 1,
    "somebody_pauses": 1,
    "sweeps_are_missed": 1,
}


def sized_tale_of(seed: int) -> Tale:
    """The world of a seed, with a pool that changes its size in it."""
    tale, chance = tale_of(seed), Random(f"sized tale {seed}")
    agents = chance.randint(3, 8)
    how = chance.choice(["spans", "load", "load", "people"])
    lasts_s = chance.choice([3600.0, 5400.0])
    least = chance.randint(1, agents)
    sizes = Sizes(
        least=least,
        most=agents + chance.randint(1, 6),
        by_load=how == "load",
        window_s=chance.choice([600, 1200]),
        zones=chance.choice(["123", "1123", "11112"]),
    )
    told = chance.choices(list(VERBS), list(VERBS.values()), k=chance.randint(0, 5))
    happenings = [_happening(chance, verb, lasts_s) for verb in told]
    match how:
        case "spans":
            sizes = replace(sizes, spans=_spans(chance, sizes))
        case "load":
            times = sorted(chance.uniform(120.0, lasts_s) for _ in range(chance.randint(1, 5)))
            waves = tuple((round(at, 1), chance.randint(1, sizes.most * 5)) for at in times)
            sizes = replace(sizes, waves=waves)
        case _:
            words = [_happening(chance, "somebody_resizes", lasts_s) for _ in range(chance.randint(1, 2))]
            happenings += [
                one._replace(number=chance.randint(least, sizes.most), lasts_s=1200.0) for one in words
            ]
    return replace(
        tale,
        agents=agents,
        rules=replace(tale.rules, mode="enforce", approve=(), per_hour=100, per_day=1000),
        lasts_s=lasts_s,
        happenings=tuple(sorted(happenings)),
        is_mended=False,
        sizes=sizes,
    )


def _spans(chance: Random, sizes: Sizes) -> tuple[Span, ...]:
    """One or two, by day and minute, the second some time after the first."""
    begins = [chance.randint(5, 15) * 60.0, chance.randint(45, 55) * 60.0][: chance.randint(1, 2)]
    return tuple(
        Span(
            at_s,
            chance.choice([600.0, 1200.0]),
            chance.choice(["min", "max", "target"]),
            chance.randint(sizes.least, sizes.most),
        )
        for at_s in begins
    )


def _happening(chance: Random, verb: str, lasts_s: float) -> Happening:
    return Happening(
        round(chance.uniform(60.0, lasts_s), 1),
        verb,
        chance.randint(0, 30),
        chance.choice([20.0, 70.0, 200.0]),
    )
