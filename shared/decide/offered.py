"""What one more machine of a pool would hold, and what is to be remembered of it. Asked about one pool:

1. Agents of the pool that are registered tell: the least that any of them would offer if it were empty. Only those on
   machines of the size that the scale set makes now; what was made before a change of it teaches nothing of the next.
2. There is none: what they offered when one was last there, if machines had the size then that they have now.
3. Nothing of that is known: what the policy says (`offers`).
4. The policy says nothing either: nobody knows, and one machine may be ordered on trial (`demands.py`). What is known
   all the same is for which roles it will offer something, and with which attributes, where agents of another size
   told: those are settings of DC/OS, and no matter of size.

What frameworks reserved on an agent is no part of what the next one offers. Whether rule 1 or 2 holds depends on the
size that Azure says: where that could not be read, agents count as they are, and nothing that is remembered does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from shared.model.azure import ScaleSet
from shared.model.mesos import Agent
from shared.model.nodes import Finding
from shared.model.offer import Offer
from shared.model.readings import Failure, Reading, Value
from shared.policy.schema import PoolPolicy
from shared.scale.offers import offer_of

from .repair import Situation


class Unseen(Struct, frozen=True):
    """Nobody knows how much a machine would hold. `like` is what agents of another size offer or offered; None: of
    this pool no agent was ever seen."""

    like: Offer | None = None


def offered_by(situation: Situation, pool: PoolPolicy, listed: Sequence[Finding]) -> Reading[Offer | Unseen]:
    """`listed` are the findings of the pool. A failure: it may be known, and could not be read."""
    scale_set = situation.snapshot.pools[pool.name].scale_set
    seen = seen_of(listed, scale_set)
    if seen is not None:
        return Value(seen, "mesos", situation.now)
    kept = situation.snapshot.load.offers
    if isinstance(scale_set, Failure):
        return scale_set
    if isinstance(kept, Failure):
        return kept
    remembered = kept.value.get(pool.name)
    if remembered is not None and _is_same(remembered.size, scale_set.value.size):
        return Value(remembered, kept.source, kept.taken_at)
    if pool.offers is not None:
        return Value(pool.offers.offer, "policy", situation.now)
    return Value(Unseen(offer_of(_agents(listed)) or remembered), kept.source, kept.taken_at)


def seen_of(listed: Iterable[Finding], scale_set: Reading[ScaleSet]) -> Offer | None:
    """Rule 1, with the size that it is about."""
    size = scale_set.value.size if not isinstance(scale_set, Failure) else None
    return offer_of(_agents(one for one in listed if _is_same(_size_of(one), size)), size)


def to_remember(situation: Situation) -> dict[str, Offer]:
    """By pool, what agents offer now, where that is another thing than what is remembered. Nothing, where it was not
    asked for what is."""
    kept = situation.snapshot.load.offers
    if isinstance(kept, Failure):
        return {}
    listed: dict[str, list[Finding]] = {pool.name: [] for pool in situation.cluster.pools}
    for one in situation.findings:
        listed.setdefault(one.node.pool, []).append(one)
    found: dict[str, Offer] = {}
    for pool in situation.cluster.pools:
        scale_set = situation.snapshot.pools[pool.name].scale_set
        if isinstance(scale_set, Failure):
            continue
        seen = seen_of(listed[pool.name], scale_set)
        if seen is not None and seen != kept.value.get(pool.name):
            found[pool.name] = seen
    return found


def _agents(findings: Iterable[Finding]) -> Sequence[Agent]:
    return [one.node.agent for one in findings if one.node.agent is not None]


def _size_of(finding: Finding) -> str | None:
    return finding.node.instance.size if finding.node.instance is not None else None


def _is_same(one: str | None, other: str | None) -> bool:
    """Azure writes sizes in any case. What it does not say is no difference."""
    return one is None or other is None or one.casefold() == other.casefold()
