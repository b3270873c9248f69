"""What fails in the race: traces of failures, drawn from seeds.

A trace is a cluster (its size, and how long Azure and DC/OS take for everything in it) and the blows that it takes.
Everything in it is drawn here, before anybody repairs anything, so all repairers meet the same. Of a hundred traces

    30  death      one agent is lost for good: its process dies (and perhaps Azure's agent in the VM is dead as well),
                   its disk goes bad, somebody deletes the machine, or its host breaks (Azure boots it elsewhere)
    20  hang       the system of one machine, sometimes of two, hangs; every fifth comes to itself after minutes
    15  eviction   Azure takes one spot machine, sometimes two, and deletes it or leaves it deallocated
    10  zone       one of three zones loses its network or its storage for 8 to 25 minutes, and comes back
    12  flapping   the process of one agent dies every few minutes and systemd brings it back within 40 s; it ends
    13  bad image  the set's model names an image that never joins, and one or two agents are lost; after 40 to 60
                   minutes a person names the old image again

How often which failure comes in a real fleet is not known to us; the shares are a choice, and so each class is told by
itself beside the sum. What reads best for a person: `python -m benchmarks.repair_time --traces 20 --list`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from random import Random

from simulator.world.durations import Durations

ZONES = ("1", "2", "3")
GOOD_IMAGE, BAD_IMAGE = "16.04.202109280", "16.04.202603010"


class Kind(StrEnum):
    DEATH = "death"
    HANG = "hang"
    EVICTION = "eviction"
    ZONE = "zone"
    FLAPPING = "flapping"
    IMAGE = "bad image"


class Verb(StrEnum):
    """What a blow does to `node`; the last five have a zone or nothing in its place."""

    KILL = "its agent's process dies"
    SILENCE = "Azure's agent in it falls silent"
    SPOIL = "its disk goes bad"
    DELETE = "somebody deletes it"
    CRASH = "its host breaks"
    FREEZE = "its system hangs"
    EVICT = "Azure takes it back"
    CUT_ZONE = "the zone loses its network"
    FREEZE_ZONE = "the zone loses its storage"
    ZONE_BACK = "the zone is back"
    BAD_IMAGE = "the model names a bad image"
    GOOD_IMAGE = "the model names the good image again"


ON_NODES = frozenset(list(Verb)[:7])


@dataclass(frozen=True)
class Blow:
    """`at_s` counts from the first blow; negative ones come before it. `lasts_s`: it passes by itself after so long;
    None: never."""

    at_s: float
    verb: Verb
    node: int = 0
    zone: str = ""
    lasts_s: float | None = None


@dataclass(frozen=True)
class Trace:
    """`phase_s` is how long after a sweep the first blow comes. `keeps_evicted`: evicted machines stay deallocated."""

    number: int
    kind: Kind
    agents: int
    phase_s: float
    durations: Durations
    blows: tuple[Blow, ...]
    keeps_evicted: bool = False

    @property
    def over_at_s(self) -> float:
        """When nothing happens any more by itself."""
        return max(blow.at_s + (blow.lasts_s or 0.0) for blow in self.blows)


SHARES = {
    Kind.DEATH: 30,
    Kind.HANG: 20,
    Kind.EVICTION: 15,
    Kind.ZONE: 10,
    Kind.FLAPPING: 12,
    Kind.IMAGE: 13,
}
KINDS = tuple(kind for kind, share in SHARES.items() for _ in range(share))


def trace(number: int) -> Trace:
    """The trace of this number. Hundreds of them are alike in what they are made of."""
    chance, kind = Random(f"repair {number}"), KINDS[number % len(KINDS)]
    agents = chance.randrange(9, 31)
    durations = _durations(chance)
    blows = _BLOWS[kind](chance, agents)
    phase_s, keeps = chance.uniform(0.0, 60.0), chance.random() < 0.5
    return Trace(number, kind, agents, phase_s, durations, blows, keeps)


def spread(count: int) -> list[int]:
    """So many numbers of traces, of every class about its share."""
    return sorted({round(step * 200 / count) for step in range(count)}) if count < 200 else list(range(count))


def _durations(chance: Random) -> Durations:
    """Azure publishes none of these; each is drawn around the simulator's own, once for a trace."""

    def about(seconds: float, sigma: float) -> float:
        return seconds * min(2.5, max(0.5, chance.lognormvariate(0.0, sigma)))

    common = Durations()
    return Durations(
        boot_s=about(common.boot_s, 0.3),
        delete_s=about(common.delete_s, 0.3),
        restart_s=about(common.restart_s, 0.2),
        redeploy_s=about(common.redeploy_s, 0.2),
        reimage_s=about(common.reimage_s, 0.2),
        command_s=about(common.command_s, 0.3),
        host_reboot_s=about(common.host_reboot_s, 0.3),
        join_s=about(common.join_s, 0.3),
        rejoin_s=about(common.rejoin_s, 0.2),
    )


def _death(chance: Random, agents: int) -> tuple[Blow, ...]:
    node, how = chance.randrange(agents), chance.random()
    if how < 0.4:
        return (Blow(0, Verb.KILL, node),)
    if how < 0.55:
        return (Blow(0, Verb.SILENCE, node), Blow(0, Verb.KILL, node))
    verb = Verb.SPOIL if how < 0.7 else Verb.DELETE if how < 0.85 else Verb.CRASH
    return (Blow(0, verb, node),)


def _hang(chance: Random, agents: int) -> tuple[Blow, ...]:
    nodes = chance.sample(range(agents), 2 if chance.random() < 0.2 else 1)
    lasts_s = chance.uniform(90, 400) if chance.random() < 0.2 else None
    return tuple(
        Blow(chance.uniform(0, 90) if place else 0, Verb.FREEZE, node, lasts_s=lasts_s)
        for place, node in enumerate(nodes)
    )


def _eviction(chance: Random, agents: int) -> tuple[Blow, ...]:
    nodes = chance.sample(range(agents), 2 if chance.random() < 0.25 else 1)
    return tuple(
        Blow(chance.uniform(0, 60) if place else 0, Verb.EVICT, node) for place, node in enumerate(nodes)
    )


def _zone(chance: Random, agents: int) -> tuple[Blow, ...]:
    verb = chance.choice((Verb.CUT_ZONE, Verb.FREEZE_ZONE))
    zone = chance.choice(ZONES)
    return (Blow(0, verb, zone=zone), Blow(chance.uniform(480, 1500), Verb.ZONE_BACK, zone=zone))


def _flapping(chance: Random, agents: int) -> tuple[Blow, ...]:
    node, ends_s = chance.randrange(agents), chance.uniform(300, 900)
    blows, at_s = [], 0.0
    while at_s < ends_s:
        blows.append(Blow(at_s, Verb.KILL, node, lasts_s=chance.uniform(8, 40)))
        at_s += chance.uniform(60, 240)
    return tuple(blows)


def _image(chance: Random, agents: int) -> tuple[Blow, ...]:
    nodes = chance.sample(range(agents), chance.choice((1, 1, 2)))
    verbs = (Verb.KILL, Verb.SPOIL, Verb.DELETE)
    lost = [
        Blow(chance.uniform(60, 600) if place else 0, chance.choice(verbs), node)
        for place, node in enumerate(nodes)
    ]
    return (Blow(-60, Verb.BAD_IMAGE), *lost, Blow(chance.uniform(2400, 3600), Verb.GOOD_IMAGE))


_BLOWS = {
    Kind.DEATH: _death,
    Kind.HANG: _hang,
    Kind.EVICTION: _eviction,
    Kind.ZONE: _zone,
    Kind.FLAPPING: _flapping,
    Kind.IMAGE: _image,
}
