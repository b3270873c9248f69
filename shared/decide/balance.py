"""How a pool is evened out over zones and fault domains: one machine is added, and when it has joined, one goes from
the most crowded place. Pure: what would be done, with its measure before and after.

The measure is how many machines are out of place: so many steps like this one are needed until no zone has more than
one machine more than another, nor a fault domain within its zone (`shared/scale/spread.py`). Asked about one pool:

1. Anything else is going on there: nothing. A machine that is not well, missing or worked on, a size that is to change,
   or room that Azure does not have, comes first.
2. No machine is out of place: nothing.
3. One was added before, and no fewer are out of place since: nothing for a day. Azure chooses where a new machine
   comes, and the next would come to the same place.
4. Who goes is chosen as when a pool shrinks (`leavers.py`), among the machines of the crowded place alone. Its tasks
   may also go to the new machine. Nobody there may go: nothing.
5. It pays: fewer are out of place afterwards, if the new machine comes to where there are fewest. If it comes to the
   fullest place instead, the difference is larger by one until the other goes, and then what it was: never worse by
   more.
6. When it has joined it is asked again who goes (`leaves`), from the place that is the fullest then.

Zones are those of the scale set, also where the pool has no machine there, as after an outage of a zone; and those in
which it has any.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from shared.model.ledger import Ledger
from shared.model.nodes import Condition
from shared.model.readings import Value
from shared.policy.schema import PoolPolicy
from shared.scale.candidates import Asked, Choice
from shared.scale.offers import blank_of, offer_of
from shared.scale.spread import Place, Spread, Swap
from shared.scale.victims import choose

from .leavers import Ground, asked_about
from .repair import Situation
from .sizes import Sized

AGAIN = timedelta(days=1)

type Gaps = tuple[int, int]
"""By how many machines the fullest zone has more than the emptiest, and the same of fault domains within a zone, where
that is most."""


class Tried(Struct, frozen=True):
    """When a machine was last added for the sake of the spread, and how many were out of place before that."""

    at: datetime
    misplaced: int


class Evening(Struct, frozen=True, kw_only=True):
    """One step: a machine is added, hopefully at `add_to`, and when it has joined `node` goes. `before` and `after`
    count those out of place. `gaps` are those of now, `on_the_way` and `at_worst` those before and after the other goes
    if the new one comes to the fullest place."""

    pool: str
    node: str
    add_to: Place
    take_from: Place
    before: int
    after: int
    gaps: Gaps
    on_the_way: Gaps
    at_worst: Gaps


class Evenness(Struct, frozen=True):
    """How many machines of a pool are out of place, and what is done about it and why, or why nothing is."""

    pool: str
    misplaced: int
    because: str
    step: Evening | None = None


def even_out(ground: Ground, pool: PoolPolicy, sized: Sized | None, tried: Tried | None = None) -> Evenness:
    """Rules 1 to 5. `sized` is None for a pool whose size nobody changes."""
    situation, book = ground.situation, ground.situation.ledgers[pool.name]
    asked = _asked(ground, pool)
    spread = Spread.of((one.place for one in asked.candidates), asked.zones, asked.domains)
    swaps = spread.swaps()
    against = goes_on(ground, pool, book, sized)
    if against or not swaps:
        return Evenness(pool.name, len(swaps), against or "it is as even as can be")
    if tried is not None and len(swaps) >= tried.misplaced and situation.now - tried.at < AGAIN:
        return Evenness(pool.name, len(swaps), f"one that was added at {tried.at:%d %H:%M} did not help")
    choice = choose(_among(ground, pool, asked, swaps[0].take_from, swaps[0].add_to))
    if not choice.nodes:
        return Evenness(pool.name, len(swaps), f"nobody may go from {swaps[0].take_from}")
    step = _step(pool.name, choice.nodes[0], spread, swaps[0])
    told = f"{swaps[0].take_from} has more than {swaps[0].add_to}"
    return Evenness(
        pool.name, step.before, f"{told}: {step.before} out of place before, {step.after} after", step
    )


def leaves(ground: Ground, pool: PoolPolicy) -> Choice:
    """Rule 6. Who goes now, when there is one more machine than the pool is to have."""
    asked = _asked(ground, pool)
    fullest = Spread.of((one.place for one in asked.candidates), asked.zones, asked.domains).fullest
    return choose(_among(ground, pool, asked, fullest, None))


def zones_of(situation: Situation, pool: str) -> tuple[str, ...]:
    """Those of the scale set and those in which its machines are; none where no machine is in any."""
    instances = [one.node.instance for one in situation.findings if one.node.pool == pool]
    found = {one.zone for one in instances if one is not None and one.zone is not None}
    scale_set = situation.snapshot.pools[pool].scale_set
    told = scale_set.value.zones if found and isinstance(scale_set, Value) else ()
    return tuple(sorted({*found, *told}))


def _asked(ground: Ground, pool: PoolPolicy) -> Asked:
    asked = asked_about(ground, pool, ground.situation.ledgers[pool.name], 1)
    return replace(asked, zones=zones_of(ground.situation, pool.name))


def _among(
    ground: Ground, pool: PoolPolicy, asked: Asked, take_from: Place | None, add_to: Place | None
) -> Asked:
    """Rule 4. `add_to` None: no machine is still to come."""
    elsewhere = "it is at another place"
    candidates = [
        one if one.place == take_from else replace(one, kept=one.kept or elsewhere)
        for one in asked.candidates
    ]
    agents = [one.node.agent for one in ground.findings[pool.name] if one.node.agent is not None]
    offer = offer_of(agents)
    zones = () if add_to is None or add_to.zone is None else (add_to.zone,)
    new = () if offer is None or add_to is None else (blank_of(offer, zones).host(0),)
    return replace(asked, candidates=candidates, hosts=(*asked.hosts, *new))


def goes_on(ground: Ground, pool: PoolPolicy, book: Ledger, sized: Sized | None) -> str:
    """Rule 1: what comes first, in words; empty: nothing."""
    findings = ground.findings[pool.name]
    unwell = [one.node.name for one in findings if one.condition is not Condition.HEALTHY]
    if unwell:
        return f"{unwell[0]} is not well"
    if book.active or any(one.node.name in ground.situation.busy for one in findings):
        return "an operation is at work there"
    if sized is not None and sized.nodes != sized.size:
        return f"{sized.nodes} nodes and not {sized.size} are wanted"
    if book.wanted != len(findings):
        return f"{len(findings)} machines are there, and {book.wanted} are wanted"
    return "Azure has no room" if book.no_room is not None else ""


def _step(pool: str, node: str, spread: Spread, swap: Swap) -> Evening:
    """Rule 5."""
    crowded = spread.with_one(swap.take_from)
    return Evening(
        pool=pool,
        node=node,
        add_to=swap.add_to,
        take_from=swap.take_from,
        before=len(spread.swaps()),
        after=len(spread.with_one(swap.add_to).without_one(swap.take_from).swaps()),
        gaps=spread.gaps,
        on_the_way=crowded.gaps,
        at_worst=crowded.without_one(swap.take_from).gaps,
    )
