"""What load asks for in each pool that follows it: one demand for each signal that the policy names, in nodes.

1. What tasks have reserved: of the agents of the pool that are registered, whether they get new tasks or not. Those
   tasks will be somewhere, wherever they move. Nothing, in a pool that is empty and is to be.
2. Work that waits: as many nodes as it needs besides the agents that are there, by simulated placement. It may go to
   every agent of the cluster that is well and takes new tasks. What fits there, or on machines of a pool that stands
   earlier in the policy and follows waiting work too, asks no other pool for any; so nothing is ordered twice.
   What services have yet to place, and what waits in further Marathons that the policy names, belongs to it. One whose
   share can't be known is a load unknown beside it: what is known is grown for, and nothing shrinks.
3. A number of the firehose, and a constant, as they are. Agents of which little is in use: as many nodes as are left
   without them (`thin.py`).
4. For some minutes after an election the agents are still on their way to the new leader: what it says of them is no
   load known, and neither is what waits meanwhile.
5. A pool has at most the machines that its bounds allow; what they would not hold is left to the next pool.
6. A pool for which Azure has had no room for a quarter of an hour comes after all others, and so does one whose new
   machines do not join, whose spot machines are evicted in a wave, that is only observed, or that a person has paused:
   what others can take, they take in its stead, and give it up again when they are not needed. It goes on to ask for
   the rest. What pools take over that are named for it, whatever its signals, is in `alternates.py`.
7. A pool of which nobody knows what a machine holds (`offered.py`) comes after those of which that is known. What waits
   then, and is for a role that it may offer, brings one machine on trial; when that has joined it is known, and the
   rest follows. While there is one on trial, no other pool gets one: the work may have found its place.
8. Otherwise they take what waits in the order of the policy. Where each of those that follow waiting work has a price,
   the cheapest comes first instead: by what it costs to hold what a machine of the first of them does (`prices.py`).

A machine that was ordered and has not joined is not there yet: what waits is what it was ordered for. What could not be
read is a failure, and never no load (`shared/scale/load.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from functools import cached_property

from msgspec.structs import replace

from shared.model.bounds import PoolBounds
from shared.model.mesos import Agent
from shared.model.nodes import Finding
from shared.model.offer import Offer
from shared.model.overrides import OverrideKind, in_force
from shared.model.readings import Failure, Reading, Value
from shared.model.remedies import Remedy
from shared.policy.scaling import Allocated, Constant, Metric, Signal, Thin, Waiting
from shared.policy.schema import Mode, PoolPolicy
from shared.scale.load import Demand, Left, allocated, constant, metric, thin, waiting
from shared.scale.offers import blank_of
from shared.scale.placement import grow, place
from shared.scale.spread import Place, Spread
from shared.scale.trial import on_trial
from shared.scale.work import Host, Work

from .evictions import is_in_wave
from .leavers import Ground, hosts_of
from .offered import Unseen, offered_by
from .prices import cheapest_first
from .repair import Situation
from .thin import nodes_left
from .waits import filled, left_of, what_waits

EMPTY = "the pool is empty, and nothing is in use there"
WITHOUT_ROOM = timedelta(minutes=15)
"""Most shortages of an hour are over within minutes, and work that moved into another pool does not move back."""


def demands_of(
    situation: Situation, bounds: Mapping[str, PoolBounds]
) -> dict[str, tuple[Reading[Demand], ...]]:
    """By pool, each signal's demand in the order of the policy. `bounds` are those of the pools that are sized; the
    others ask for nothing."""
    pools = [pool for pool in situation.cluster.pools if pool.name in bounds and _signals(pool)]
    if not pools:
        return {}
    asking = _Asking(situation, bounds)
    in_turn = sorted(
        _by_price(situation, pools),
        key=lambda pool: (can_not_grow(situation, pool), asking.is_unseen(pool)),
    )
    return {pool.name: tuple(_of_pool(asking, pool, situation)) for pool in in_turn}


def _of_pool(asking: _Asking, pool: PoolPolicy, situation: Situation) -> Iterator[Reading[Demand]]:
    """And what is not known of services and further Marathons, where what waits counts."""
    signals = _signals(pool)
    for signal in signals:
        yield asking.about(pool, signal)
    if any(isinstance(one, Waiting | Thin) for one in signals):
        yield from situation.snapshot.load.unknown


def _by_price(situation: Situation, pools: Sequence[PoolPolicy]) -> Sequence[PoolPolicy]:
    """Rule 8."""
    takers = [pool for pool in pools if _follows_waiting(pool)]
    if len(takers) < 2 or any(pool.price is None for pool in takers):
        return pools
    others = [pool for pool in pools if not _follows_waiting(pool)]
    return [*cheapest_first(situation, takers[0], takers), *others]


def can_not_get(situation: Situation, pool: PoolPolicy) -> bool:
    """Whether no machines come, although they may be ordered, or none that stay."""
    short = situation.ledgers[pool.name].no_room
    if short is not None and situation.now - short.since >= WITHOUT_ROOM:
        return True
    return _is_barred(situation, pool) or is_evicted(situation, pool)


def is_evicted(situation: Situation, pool: PoolPolicy) -> bool:
    """Whether Azure takes its spot machines back in a wave."""
    spot = pool.scaling.spot if pool.scaling is not None else None
    return is_in_wave(situation.ledgers[pool.name], spot, situation.now)


def can_not_grow(situation: Situation, pool: PoolPolicy) -> bool:
    """Rule 6."""
    if can_not_get(situation, pool):
        return True
    paused = in_force(situation.overrides, OverrideKind.PAUSE, [pool.name], situation.now)
    return pool.mode is Mode.OBSERVE or bool(paused)


def _is_barred(situation: Situation, pool: PoolPolicy) -> bool:
    """Whether the guard `joining` has it not grow, as long as nobody has approved of it."""
    failed, stuck = situation.ledgers[pool.name].unjoined, situation.tallies[pool.name].stuck
    if not failed and not stuck:
        return False
    since = max((one.failed_at for one in failed), default=None)
    words = in_force(situation.overrides, OverrideKind.APPROVE, [pool.name], situation.now)
    return not any(one.remedy == Remedy.GROW.value and (since is None or one.since >= since) for one in words)


def _signals(pool: PoolPolicy) -> tuple[Signal, ...]:
    return pool.scaling.signals if pool.scaling is not None else ()


def _follows_waiting(pool: PoolPolicy) -> bool:
    return any(isinstance(one, Waiting) for one in _signals(pool))


class _Asking:
    """One look at all pools. What waits is placed once, and gets less from pool to pool."""

    def __init__(self, situation: Situation, bounds: Mapping[str, PoolBounds]) -> None:
        self._situation, self._bounds = situation, bounds
        self._findings: dict[str, list[Finding]] = {}
        for one in situation.findings:
            self._findings.setdefault(one.node.pool, []).append(one)
        self._unsettled = _unsettled(situation)
        self._works: Reading[tuple[Work, ...]] | None = None
        self._hosts: tuple[Host, ...] = ()
        self._offers: dict[str, Reading[Offer | Unseen]] = {}
        self._has_tried = False

    def is_unseen(self, pool: PoolPolicy) -> bool:
        """Whether nobody knows what a machine of the pool holds."""
        offer = self._offer(pool)
        return isinstance(offer, Value) and isinstance(offer.value, Unseen)

    def about(self, pool: PoolPolicy, signal: Signal) -> Reading[Demand]:
        now, load = self._situation.now, self._situation.snapshot.load
        match signal:
            case Allocated():
                if self._is_empty(pool):
                    return Value(Demand(signal.of, 0, 0, 0, EMPTY), "ledger", now)
                return allocated(signal.of, self._agents(pool.name), signal.aim, now)
            case Waiting():
                agents = self._joined(pool.name)
                needed = self._room_needed(pool, len(agents))
                return waiting(needed, len(agents), now, on_trial=self.is_unseen(pool))
            case Metric():
                value = load.metric(pool.name, signal.name)
                return metric(signal.name, value, signal.per_node, signal.margin, now)
            case Thin():
                return thin(self._left(pool, signal), now)
            case Constant():
                return constant(signal.nodes, now)

    @cached_property
    def _ground(self) -> Ground:
        return Ground.of(self._situation)

    def _left(self, pool: PoolPolicy, signal: Thin) -> Reading[Left]:
        """Without what the queue says nobody knows whether all have room that need some."""
        if self._unsettled is not None:
            return self._unsettled
        waits = what_waits(self._situation)
        return waits if isinstance(waits, Failure) else nodes_left(self._ground, pool, signal, waits)

    def _agents(self, pool: str) -> Reading[Sequence[Agent]]:
        """Those that are registered."""
        scheduler = self._situation.snapshot.scheduler
        if isinstance(scheduler, Failure):
            return scheduler
        agents = [one.node.agent for one in self._findings.get(pool, ()) if one.node.agent is not None]
        return self._unsettled or Value(agents, scheduler.source, scheduler.taken_at)

    def _is_empty(self, pool: PoolPolicy) -> bool:
        """Whether it has no machine and is to have none, so that nothing can be in use there."""
        return self._situation.ledgers[pool.name].wanted == 0 and not self._findings.get(pool.name)

    def _joined(self, pool: str) -> Sequence[Agent]:
        """Those that are there for what waits: connected, and not on their way out. While a successor comes before its
        node goes, both are one."""
        book = self._situation.ledgers[pool]
        leaving = {entry.node for entry in book.active if entry.shrinks}
        found = [
            one.node.agent
            for one in self._findings.get(pool, ())
            if one.node.agent is not None and one.node.agent.active and one.node.name not in leaving
        ]
        return found[: max(0, (book.wanted or 0) - book.going)]

    def _room_needed(self, pool: PoolPolicy, joined: int) -> Reading[int]:
        """How many empty agents of the pool take what waits and has found no room before."""
        works = self._waiting_now()
        if isinstance(works, Failure):
            return works
        if not works.value:
            return Value(0, works.source, works.taken_at)
        offer, most = self._offer(pool), max(0, self._bounds[pool.name].max.nodes - joined)
        if isinstance(offer, Failure):
            return offer
        if isinstance(offer.value, Unseen):
            tried = self._tried(works, offer.value, most)
            return Value(tried, works.source, works.taken_at)
        blank = blank_of(offer.value, self._zones(pool.name))
        placed = grow(works.value, self._hosts, blank, most=most)
        names = {blank.host(number).name: f"{pool.name} {number + 1}" for number in range(placed.new)}
        new = [blank.host(number, name) for number, name in enumerate(names.values())]
        self._works = Value(left_of(works.value, placed, names), works.source, works.taken_at)
        self._hosts = filled([*self._hosts, *new])
        return Value(placed.new, works.source, works.taken_at)

    def _tried(self, works: Value[tuple[Work, ...]], unseen: Unseen, most: int) -> int:
        """Rule 7: how many come on trial, one or none."""
        if self._has_tried or not most:
            return 0
        left = left_of(works.value, place(works.value, self._hosts), {})
        self._hosts = filled(self._hosts)
        trial = on_trial(left, self._hosts, unseen.like)
        self._has_tried = trial.new > 0
        self._works = replace(works, value=left_of(left, trial, {}))
        return trial.new

    def _waiting_now(self) -> Reading[tuple[Work, ...]]:
        """What waits, without what other pools take."""
        if self._unsettled is not None:
            return self._unsettled
        if self._works is None:
            self._works = what_waits(self._situation)
            self._hosts = (*hosts_of(self._situation), *self._ordered())
        return self._works

    def _ordered(self) -> list[Host]:
        """The machines that pools which follow no waiting work are still to get."""
        found: list[Host] = []
        for pool in self._situation.cluster.pools:
            follows = pool.name in self._bounds and _follows_waiting(pool)
            book = self._situation.ledgers.get(pool.name)
            if follows or book is None:
                continue
            coming = (book.wanted or 0) - book.going - len(self._joined(pool.name))
            offer = self._offer(pool) if coming > 0 else None
            if isinstance(offer, Value) and not isinstance(offer.value, Unseen):
                blank = blank_of(offer.value, self._zones(pool.name))
                found += [blank.host(number, f"{pool.name} {number + 1}") for number in range(coming)]
        return found

    def _offer(self, pool: PoolPolicy) -> Reading[Offer | Unseen]:
        if pool.name not in self._offers:
            listed = self._findings.get(pool.name, ())
            self._offers[pool.name] = offered_by(self._situation, pool, listed)
        return self._offers[pool.name]

    def _zones(self, pool: str) -> tuple[str, ...]:
        """In the order in which machines come."""
        instances = [one.node.instance for one in self._findings.get(pool, ())]
        places = [Place(one.zone, one.fault_domain) for one in instances if one is not None]
        scale_set = self._situation.snapshot.pools[pool].scale_set
        spread = Spread.of(places, () if places or isinstance(scale_set, Failure) else scale_set.value.zones)
        return spread.next_zones(len(spread.zones))


def _unsettled(situation: Situation) -> Failure | None:
    """Rule 4."""
    scheduler = situation.snapshot.scheduler
    if isinstance(scheduler, Failure):
        return scheduler
    led = situation.now - scheduler.value.elected_at
    if led >= situation.cluster.failover_hold_off:
        return None
    why = f"the leader was elected {led.total_seconds():.0f} s ago, and agents are on their way to it"
    return Failure(why, scheduler.source, scheduler.taken_at)
