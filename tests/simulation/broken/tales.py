"""Worlds in which one rule matters: few misfortunes, many of each, and a policy that leaves that rule alone to decide.

A seed chooses when and whom they meet. The shipped app passes the same tales.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from shared.model.mesos import Generation
from tests.simulation.tale import Climate, Happening, Rules, Tale

STILL = Climate(slow=0.0, latency_s=0.01, delivery_s=0.1)
CROWDED = Climate(slow=0.05, latency_s=0.4, doubled=0.6, delivery_s=5.0)
FORGETFUL = Climate(slow=0.0, latency_s=0.05, lost=0.5)


@dataclass(frozen=True)
class World:
    """`like` is the tale but for its seed. `often` of `verbs` are told between the times `between`, beside `always`."""

    like: Tale
    verbs: tuple[str, ...] = ()
    often: int = 0
    between: tuple[float, float] = (30.0, 600.0)
    lasts_s: tuple[float, ...] = (200.0,)
    always: tuple[Happening, ...] = ()

    def __call__(self, seed: int) -> Tale:
        chance = Random(f"directed tale {seed}")
        told = [
            Happening(
                round(chance.uniform(*self.between), 1),
                verb,
                chance.randint(0, 30),
                chance.choice(self.lasts_s),
            )
            for verb in chance.choices(self.verbs, k=self.often)
        ]
        return replace(self.like, seed=seed, happenings=tuple(sorted((*self.always, *told))))


def rules(**named: object) -> Rules:
    """One at a time, quick to confirm, slow to call it a storm, unless said otherwise."""
    return replace(Rules(at_once=1, confirm_s=20, storm_percent=100), **named)  # type: ignore[arg-type]


def tale(told: Rules, **named: object) -> Tale:
    return replace(Tale(0, agents=6, climate=STILL, rules=told, lasts_s=900.0), **named)  # type: ignore[arg-type]


def dies(*at_s: float) -> tuple[Happening, ...]:
    """Agents die at these times."""
    return tuple(Happening(one, "agent_dies", place) for place, one in enumerate(at_s))


OBSERVED = World(tale(rules(mode="observe")), always=dies(40.0))
PAUSED = World(
    tale(rules()),
    ("somebody_pauses",),
    2,
    lasts_s=(600.0,),
    always=(*dies(100.0), Happening(40.0, "somebody_pauses", 0, 600.0)),
)
REJECTED = World(tale(rules(mode="propose", rejects=10)), always=dies(40.0, 50.0))
NOBODY_LISTED = World(
    tale(rules(), boot_s=150.0, agents=8),
    always=(Happening(60.0, "somebody_scales_out"), Happening(70.0, "masters_list_nobody", 0, 120.0)),
)
FAILED_OVER = World(
    tale(rules(hold_off_s=600, storm_hold_s=1), agents=8),
    always=(Happening(40.0, "the_leader_fails_over"), *dies(100.0)),
)
WRONG_CAPACITY = World(tale(rules()), always=(Happening(50.0, "capacity_is_wrong", 0, 600.0), *dies(60.0)))
MANY_AT_ONCE = World(
    tale(rules(storm_percent=30), agents=12), always=dies(*(60.0 + one / 10 for one in range(7)))
)
NOBODY_JOINS = World(
    tale(rules(at_once=3, join_s=300), lasts_s=2700.0, agents=10),
    always=(Happening(30.0, "new_machines_never_join", 0, 2600.0), *dies(60.0)),
)
MANY_DIE = World(tale(rules(), agents=8), always=dies(60.0, 61.0, 62.0))
ONE_DOMAIN = World(
    tale(rules(at_once=3, per_fault_domain=1), agents=10),
    always=(Happening(60.0, "agent_dies", 0), Happening(61.0, "agent_dies", 4)),
)
ONE_BY_ONE = World(
    tale(rules(at_once=3, per_hour=2), agents=10, lasts_s=1500.0), always=dies(60.0, 360.0, 660.0, 960.0)
)
ALL_DAY = World(
    tale(rules(at_once=3, per_day=2), agents=10, lasts_s=5400.0),
    always=dies(60.0, 1500.0, 3000.0, 4500.0),
)
HESITANT = tale(rules(), workers=1, climate=Climate(slow=0.0, latency_s=1.0, delivery_s=0.1))
PAUSED_AT_LAST = World(
    HESITANT,
    ("azure_throttles",),
    1,
    (83.0, 90.0),
    always=(*dies(40.0), Happening(100.0, "somebody_pauses", 0, 600.0)),
)
BACK_AGAIN = World(
    HESITANT,
    ("azure_throttles",),
    1,
    (83.0, 90.0),
    always=(*dies(40.0), Happening(100.0, "agent_returns")),
)
RESTARTED = World(
    tale(rules(ladder=("restart", "replace"), restart_s=90), cured_by=(), is_mended=False), always=dies(60.0)
)
BROAD = tale(rules(ladder=("restart",), impaired_s=60), is_broad=True)
AILING = World(replace(BROAD, generation=Generation.DRAIN), ("a_unit_fails",), 2, (60.0, 300.0))
CLOSED = World(replace(BROAD, rules=replace(BROAD.rules, windows=True)), ("a_unit_fails",), 2, (60.0, 300.0))
TWO_MASTERS_ILL = World(
    tale(
        rules(masters_ladder=("restart",), masters_approve=()), is_broad=True, masters=3, masters_cured_by=()
    ),
    always=(Happening(60.0, "a_masters_process_ends", 0), Happening(61.0, "a_masters_process_ends", 1)),
)
MEMBERS = World(
    replace(BROAD, agents=4, services=(("cassandra", 3),), cured_by=(), lasts_s=2400.0),
    ("a_unit_fails",),
    3,
    (100.0, 280.0),
    always=dies(60.0),
)
EVICTED = World(
    tale(rules(), is_broad=True, agents=8), ("azure_announces_an_eviction",), 6, (60.0, 90.0), (200.0,)
)
OLD_MASTERS = World(tale(rules(), generation=Generation.MAINTENANCE), always=dies(60.0))
CROWD = World(
    tale(rules(), climate=CROWDED, workers=3, agents=8),
    ("agent_dies", "machine_is_deleted"),
    6,
    (40.0, 300.0),
)
TOUGH = Climate(slow=0.5, latency_s=1.0)
FROZEN = World(
    tale(rules(at_once=3), workers=2, agents=8, climate=TOUGH),
    ("agent_dies", "a_worker_freezes_before_an_order", "a_worker_freezes_before_an_order"),
    20,
    (40.0, 500.0),
    (95.0, 120.0, 170.0),  # longer than a lease: who wakes up meets who took over
)
CRASHED = World(
    tale(rules(at_once=3), workers=3, agents=8, climate=TOUGH),
    ("agent_dies", "a_worker_crashes", "a_worker_crashes_after_a_turn"),
    14,
    (40.0, 500.0),
)
UNREAD = World(
    tale(rules(confirm_s=120)), always=(*dies(55.0), Happening(70.0, "masters_fall_silent", 0, 300.0))
)
