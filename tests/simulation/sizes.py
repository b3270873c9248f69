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
from tests.simulation.tale import Happening, Rules, Tale, tale_of, wide_tale_of

SIZED = 5
"""One tale of so many is about a pool that changes its size."""
STAND_IN = "regular"
"""The pool that stands in, and its scale set."""
FIT = 8
"""Tasks on an agent."""


class Span(NamedTuple):
    """From `at_s` after the beginning the pool has this `word` of `nodes`: min, max or target."""

    at_s: float
    lasts_s: float
    word: str
    nodes: int


@dataclass(frozen=True)
class Sizes:
    """`waves` are how many tasks there are from when on; `zones` are those that Azure fills, each in its turn, and one
    that stands twice is filled twice as fast. `spread` and `relieves`: zones and load are evened out. A second
    pool of `stand_in` machines stands in for this one. `drops`: a load that fell by much is followed sooner."""

    least: int = 1
    most: int = 12
    spans: tuple[Span, ...] = ()
    by_load: bool = False
    window_s: int = 600
    waves: tuple[tuple[float, int], ...] = ()
    zones: str = "123"
    spread: bool = False
    relieves: bool = False
    stand_in: int = 0
    drops: bool = False

    @property
    def most_stand_in(self) -> int:
        return self.stand_in + 6

    def written(self) -> str:
        """What the policy says of it, as lines of its pool."""
        lines = []
        if self.spans:
            lines.append(f"schedules: [{', '.join(_entry(*one) for one in enumerate(self.spans))}]")
        if self.by_load:
            named = f", alternates: [{STAND_IN}]" if self.stand_in else ""
            lines.append(f"scaling: {{signals: [{{of: cpu}}, {{of: waiting}}], {self._pace}{named}}}")
        if self.spread or self.relieves:
            even = f"spread: {str(self.spread).lower()}, load: {str(self.relieves).lower()}"
            lines.append(f"rebalance: {{{even}}}")
        return "".join(f"\n        {line}" for line in lines)

    @property
    def _pace(self) -> str:
        drop = "40%" if self.drops else "none"
        return f"window: {self.window_s}s, jump: none, drop: {drop}, shrink_pause: 1m, protect_new: 5m"

    def written_besides(self) -> str:
        """What the policy says of the pool that stands in."""
        if not self.stand_in:
            return ""
        return f"""\
      {STAND_IN}:
        scale_set: {STAND_IN}
        capacity: {{min: {self.stand_in}, max: {self.most_stand_in}}}
        scaling: {{signals: [{{nodes: {self.stand_in}}}], {self._pace}}}
"""

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
WITHOUT_ROOM = "azure_has_no_room_for_long"


NOTICES = {
    "azure_announces_an_eviction": 4,
    "azure_announces_a_move": 2,
    "azure_announces_and_calls_off": 1,
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
    sizes = _evened(seed, sizes, agents)
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
    told_too = _notices(seed, lasts_s)
    if sizes.stand_in:
        chance = Random(f"room of sized tale {seed}")
        at_s, over_s = chance.uniform(60.0, lasts_s / 2), chance.choice([1500.0, 2400.0])
        happenings.append(Happening(round(at_s, 1), WITHOUT_ROOM, 0, over_s))
    return replace(
        tale,
        agents=agents,
        rules=_rules(seed, tale.rules),
        is_broad=bool(told_too),
        lasts_s=lasts_s,
        happenings=tuple(sorted((*happenings, *told_too))),
        is_mended=False,
        sizes=sizes,
    )


def any_tale_of(seed: int) -> Tale:
    """Of every fifth seed the one with a pool that changes its size."""
    return wide_tale_of(seed) if seed % SIZED else sized_tale_of(seed)


def plain_tale_of(seed: int) -> Tale:
    """The same for worlds that have one pool of machines and nothing else."""
    tale = tale_of(seed) if seed % SIZED else sized_tale_of(seed)
    return replace(tale, sizes=replace(tale.sizes, stand_in=0)) if tale.sizes else tale


def _evened(seed: int, sizes: Sizes, agents: int) -> Sizes:
    """With zones or load evened out, in half of all tales; new agents are empty where the old ones are full."""
    chance = Random(f"evening of sized tale {seed}")
    sizes = replace(sizes, spread=chance.random() < 0.35, relieves=chance.random() < 0.25)
    if sizes.by_load and chance.random() < 0.3:
        sizes = replace(sizes, stand_in=chance.randint(1, 2))
    sizes = replace(sizes, drops=chance.random() < 0.5)
    if sizes.relieves and not sizes.by_load:
        sizes = replace(sizes, waves=((5.0, agents * FIT - chance.randint(0, 3)),))
    return sizes


def _notices(seed: int, lasts_s: float) -> list[Happening]:
    """What Azure announces: evictions half a minute ahead, moves, and what comes to nothing. In every other tale."""
    chance = Random(f"notices of sized tale {seed}")
    told = chance.choices(list(NOTICES), list(NOTICES.values()), k=chance.choice([0, 0, 1, 2, 3]))
    return [_happening(chance, verb, lasts_s) for verb in told]


def _rules(seed: int, rules: Rules) -> Rules:
    """Mostly what is to be done is done; else a person is asked, or nothing is done."""
    chance = Random(f"rules of sized tale {seed}")
    mode = chance.choices(["enforce", "propose", "observe"], [8, 2, 1])[0]
    rejects = chance.choice([0, 0, 2])
    return replace(rules, mode=mode, approve=(), rejects=rejects, per_hour=100, per_day=1000)


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
