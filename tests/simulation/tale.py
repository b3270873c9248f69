"""What a seed stands for: a world, the policy it is kept by, and what happens in it when.

The same seed tells the same tale in both worlds. Each tale draws which misfortunes it knows at all (so that some are
met often in one tale and never in the next), how restless its weather is, and how its policy was written. Times of the
policy are short, because what is tested is their order and not their length.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from shared.model.mesos import Generation

if TYPE_CHECKING:
    from tests.simulation.sizes import Sizes


class Happening(NamedTuple):
    """`at_s` after the beginning; `number` chooses whom or what it meets, `lasts_s` how long, where it lasts."""

    at_s: float
    verb: str
    number: int = 0
    lasts_s: float = 0.0


@dataclass(frozen=True)
class Rules:
    """What the pool's policy says. `approve` are remedies that a person has to agree to, `rejects` how many of ten
    proposals that person declines."""

    mode: str = "enforce"
    ladder: tuple[str, ...] = ("replace",)
    approve: tuple[str, ...] = ()
    rejects: int = 0
    at_once: int = 2
    per_hour: int = 100
    per_day: int = 1000
    per_fault_domain: int | None = None
    storm_percent: int = 60
    storm_hold_s: int = 120
    confirm_s: int = 45
    join_s: int = 360
    verify_s: int = 300
    restart_s: int = 120
    redeploy_s: int = 240
    hold_off_s: int = 120
    impaired_s: int = 300
    drain_s: int = 1800
    keep_body_s: int | None = None
    windows: bool = False
    masters_ladder: tuple[str, ...] = ("restart_unit", "restart", "redeploy")
    masters_approve: tuple[str, ...] = ("redeploy",)


@dataclass(frozen=True)
class Climate:
    """How restless the weather is while the tale is told: chances between 0 and 1, latencies in seconds."""

    slow: float = 0.01
    latency_s: float = 0.05
    failing: float = 0.0
    lost: float = 0.0
    doubled: float = 0.0
    late: float = 0.0
    delivery_s: float = 0.5


@dataclass(frozen=True)
class Tale:
    """`boot_s` is how long a machine takes from its order to its agent, `takes_s` how long Azure takes for the rest.
    `cured_by` are the acts that bring a dead agent back."""

    seed: int
    agents: int = 6
    generation: Generation = Generation.MARK_GONE
    workers: int = 2
    boot_s: float = 60.0
    takes_s: float = 10.0
    cured_by: tuple[str, ...] = ("restart_unit", "restart", "redeploy")
    rules: Rules = Rules()
    climate: Climate = Climate()
    lasts_s: float = 1800.0
    happenings: tuple[Happening, ...] = ()
    is_mended: bool = True
    """People bring back by hand what is dead when the faults end."""
    is_broad: bool = False
    """There is more than a pool of machines: masters that fail, services with data, troubles that are told."""
    masters: int = 0
    masters_cured_by: tuple[str, ...] = ()
    services: tuple[tuple[str, int], ...] = ()
    sizes: Sizes | None = None
    """How the pool changes its size; None where it keeps it."""

    def without(self, place: int) -> Tale:
        """The same without one happening."""
        return replace(self, happenings=self.happenings[:place] + self.happenings[place + 1 :])


# What can happen, and how often beside the others.
VERBS: dict[str, int] = {
    "agent_dies": 6,
    "agent_returns": 2,
    "agent_flaps": 2,
    "machine_freezes": 3,
    "machine_is_deleted": 3,
    "machine_is_deallocated": 2,
    "machine_is_evicted": 2,
    "somebody_restarts": 2,
    "somebody_scales_out": 1,
    "somebody_scales_in": 1,
    "somebody_deletes_what_we_repair": 1,
    "somebody_pauses": 2,
    "a_zone_fails": 1,
    "all_agents_vanish": 1,
    "new_machines_never_join": 2,
    "azure_has_no_room": 2,
    "an_operation_hangs": 1,
    "the_leader_fails_over": 2,
    "masters_fall_silent": 2,
    "azure_falls_silent": 2,
    "storage_fails": 2,
    "azure_throttles": 2,
    "answers_get_lost": 3,
    "the_app_is_cut_off": 1,
    "everything_is_slow": 2,
    "azure_answers_are_stale": 2,
    "masters_answers_are_stale": 2,
    "masters_list_nobody": 1,
    "azure_lists_nothing": 1,
    "azure_lists_half": 2,
    "capacity_is_wrong": 2,
    "addresses_are_missing": 1,
    "a_worker_crashes": 4,
    "a_worker_freezes": 2,
    "a_worker_is_added": 1,
    "messages_get_lost": 1,
    "an_old_event_comes_again": 1,
    "sweeps_are_missed": 1,
}
# The same, where there is more than a pool of machines.
BROAD_VERBS: dict[str, int] = {
    "a_unit_fails": 4,
    "an_alarm_fires": 3,
    "azure_announces_a_move": 4,
    "azure_announces_an_eviction": 3,
    "azure_announces_and_calls_off": 2,
    "an_address_is_stolen": 1,
    "the_masters_clock_jumps": 1,
    "a_workers_clock_jumps": 1,
    "a_master_hangs": 4,
    "a_masters_process_ends": 3,
    "somebody_stops_a_master": 1,
    "a_master_returns": 2,
    "exhibitor_hangs": 2,
    "a_member_starts_again": 2,
    "a_services_scheduler_hangs": 2,
    "agent_dies": 3,
    "machine_is_deleted": 2,
    "a_worker_crashes": 2,
    "answers_get_lost": 1,
    "somebody_pauses": 1,
}
BROAD = 0.6
"""Of all tales."""
SERVICES = ("cassandra", "kafka", "elastic", "hdfs", "an own one")
LADDERS = (
    ("replace",),
    ("replace",),
    ("restart", "replace"),
    ("restart_unit", "restart", "replace"),
    ("restart_unit", "restart", "redeploy", "reimage", "replace"),
    ("redeploy", "replace"),
)


def tale_of(seed: int) -> Tale:
    """The tale that this seed stands for."""
    chance = Random(f"tale {seed}")
    lasts_s = 86400.0 if chance.random() < 0.03 else chance.choice([600.0, 1200.0, 2400.0])
    boot_s = chance.choice([15.0, 60.0, 150.0])
    return Tale(
        seed=seed,
        agents=chance.randint(2, 9),
        generation=chance.choice(list(Generation)),
        workers=chance.choice([1, 2, 2, 3]),
        boot_s=boot_s,
        takes_s=chance.choice([2.0, 10.0, 40.0]),
        cured_by=tuple(act for act in ("restart_unit", "restart", "redeploy") if chance.random() < 0.5),
        rules=_rules(chance),
        climate=_climate(chance),
        lasts_s=lasts_s,
        happenings=_happenings(chance, lasts_s),
        is_mended=chance.random() < 0.5,
    )


def wide_tale_of(seed: int) -> Tale:
    """The same tale, for most seeds in a wider world, with more that happens there."""
    tale, chance = tale_of(seed), Random(f"broad tale {seed}")
    return _broadened(tale, chance) if chance.random() < BROAD else tale


def _broadened(tale: Tale, chance: Random) -> Tale:
    """The same tale in a wider world. What is drawn here changes nothing of what was drawn before."""
    known = [verb for verb in BROAD_VERBS if chance.random() < 0.5] or ["a_unit_fails"]
    told = chance.choices(known, [BROAD_VERBS[verb] for verb in known], k=chance.randint(2, 10))
    more = [_happening(chance, verb, tale.lasts_s) for verb in told]
    services = chance.sample(SERVICES, chance.choice([0, 1, 1, 2])) if tale.agents >= 4 else []
    ladder = chance.choice([("restart",), ("restart", "redeploy"), ("restart_unit", "restart", "redeploy")])
    rules = replace(
        tale.rules,
        impaired_s=chance.choice([60, 300, 600]),
        drain_s=chance.choice([600, 1800]),
        keep_body_s=chance.choice([None, None, 1200]),
        windows=chance.random() < 0.2,
        masters_ladder=ladder,
        masters_approve=chance.choice([(), ("redeploy",), ("restart", "redeploy")]),
    )
    return replace(
        tale,
        is_broad=True,
        rules=rules,
        masters=chance.choice([0, 1, 3, 3, 5]),
        masters_cured_by=tuple(
            act for act in ("restart_unit", "restart", "redeploy") if chance.random() < 0.7
        ),
        services=tuple((name, chance.randint(2, min(4, tale.agents - 1))) for name in services),
        happenings=tuple(sorted((*tale.happenings, *more))),
    )


def _rules(chance: Random) -> Rules:
    ladder = chance.choice(LADDERS)
    return Rules(
        mode=chance.choices(["enforce", "propose", "observe"], [17, 2, 1])[0],
        ladder=ladder,
        approve=(chance.choice(ladder),) if chance.random() < 0.15 else (),
        rejects=chance.choice([0, 0, 2]),
        at_once=chance.choice([1, 1, 2, 3]),
        per_hour=chance.choice([3, 6, 100]),
        per_day=chance.choice([24, 1000]),
        per_fault_domain=chance.choice([None, None, 1]),
        storm_percent=chance.choice([40, 60, 100]),
        storm_hold_s=chance.choice([120, 900]),
        confirm_s=chance.choice([20, 45, 120]),
        join_s=chance.choice([300, 600]),
        verify_s=chance.choice([180, 600]),
        restart_s=chance.choice([90, 240]),
        redeploy_s=chance.choice([180, 420]),
        hold_off_s=chance.choice([60, 180, 600]),
    )


def _climate(chance: Random) -> Climate:
    if chance.random() < 0.3:
        return Climate()
    return Climate(
        slow=chance.choice([0.0, 0.01, 0.1]),
        latency_s=chance.choice([0.01, 0.05, 0.4]),
        failing=chance.choice([0.0, 0.003, 0.03]),
        lost=chance.choice([0.0, 0.05, 0.3]),
        doubled=chance.choice([0.0, 0.05, 0.3]),
        late=chance.choice([0.0, 0.05, 0.2]),
        delivery_s=chance.choice([0.1, 1.0, 5.0]),
    )


def _happenings(chance: Random, lasts_s: float) -> tuple[Happening, ...]:
    known = [verb for verb in VERBS if chance.random() < 0.5] or ["agent_dies"]
    weights = [VERBS[verb] for verb in known]
    told = chance.choices(known, weights, k=chance.randint(1, 14))
    told += ["agent_dies"] * chance.randint(0, 2)
    return tuple(sorted(_happening(chance, verb, lasts_s) for verb in told))


def _happening(chance: Random, verb: str, lasts_s: float) -> Happening:
    return Happening(
        at_s=round(chance.uniform(20.0, lasts_s), 1),
        verb=verb,
        number=chance.randint(0, 30),
        lasts_s=chance.choice([5.0, 20.0, 70.0, 200.0, 600.0]),
    )
