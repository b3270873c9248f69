"""Valid but unwise: what a policy says of a pool that may be empty, and of agents that it does not have yet."""

from __future__ import annotations

from shared.policy.advice import Inside, Rule
from shared.policy.scaling import Allocated, Thin, Waiting
from shared.policy.schema import PoolPolicy

LEAST_MB = 512


def _in_gigabytes(at: Inside) -> str | None:
    offers = at.pool.offers
    if offers is None or offers.mem >= LEAST_MB:
        return None
    return f"an agent offers {offers.mem} megabytes: hardly anything fits there; are gigabytes meant?"


def _unasked(at: Inside) -> str | None:
    if at.pool.offers is None or _is_asked(at):
        return None
    return "nobody asks what its agents offer: it follows no waiting work, and no pool stands in for another"


def _empty_for_good(at: Inside) -> str | None:
    pool = at.pool
    signals = pool.scaling.signals if pool.scaling is not None else ()
    if pool.capacity.min > 0 or not signals or pool.schedules:
        return None
    if not all(isinstance(one, Allocated | Thin) for one in signals):
        return None
    return "once it is empty nothing is in use there, and nothing that it follows brings a machine back"


def _is_asked(at: Inside) -> bool:
    return _follows_waiting(at.pool) or any(
        pool.scaling is not None and pool.scaling.alternates for pool in at.cluster.pools
    )


def _unpriced_alternates(at: Inside) -> str | None:
    scaling = at.pool.scaling
    if scaling is None or not scaling.by_price:
        return None
    named = [pool for pool in at.cluster.pools if pool.name in scaling.alternates]
    without = [pool.name for pool in named if pool.price is None]
    if not without:
        return None
    return f"its alternates are asked by price, and {' and '.join(without)} has none: such a one comes last"


def _unpriced(at: Inside) -> str | None:
    takers = [pool for pool in at.cluster.pools if _follows_waiting(pool)]
    priced = [pool.name for pool in takers if pool.price is not None]
    if not priced or at.pool.price is not None or not _follows_waiting(at.pool):
        return None
    told = f"{' and '.join(priced)} has a price, and follows waiting work as this pool does"
    return f"{told}: the order of the file says who takes it, and no price does until all have one"


def _follows_waiting(pool: PoolPolicy) -> bool:
    return pool.scaling is not None and any(isinstance(one, Waiting) for one in pool.scaling.signals)


OFFER_RULES: tuple[Rule[Inside], ...] = (
    Rule("offers-little", "offers.mem", "an agent offers less than 512 megabytes", "", _in_gigabytes),
    Rule(
        "offers-unasked",
        "offers",
        "it is written for a pool that follows no waiting work, in a cluster without alternates",
        "",
        _unasked,
    ),
    Rule(
        "empty-for-good",
        "scaling.signals",
        "a pool may be empty and follows nothing but what is in use on its agents",
        "",
        _empty_for_good,
    ),
    Rule(
        "alternates-price",
        "scaling.alternates",
        "they are written as `cheapest`, and one of them has no price",
        "",
        _unpriced_alternates,
    ),
    Rule(
        "price-missing",
        "price",
        "another pool that follows waiting work as well has a price, and this one has none",
        "",
        _unpriced,
    ),
)
