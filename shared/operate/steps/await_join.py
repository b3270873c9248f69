"""Wait until a new machine has joined in the node's place, and claim it.

1. A node is claimed already (a crash came after the claim): joined.
2. A node of the pool that is healthy, whose first agent joined after this operation began, and that was claimed by no
   other operation: claim it on its row's etag. Joined. When the machine was ordered does not count, because one order
   may be for several operations.
3. The set has its wanted size without the node, every machine's agent is connected or was once, and there is no
   such node: nothing comes in its place. Somebody decided to live with fewer, or what came for another one makes up
   for it. Agents that were lost since are other incidents.
4. The pool or the masters could not be read: wait, blindly.
5. Otherwise: wait.
"""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from shared.errors import Conflict
from shared.model.nodes import Condition, Finding, NodeMemory
from shared.model.readings import Failure
from shared.operate.hand import Hand
from shared.operate.inventory import learned_of
from shared.operate.outcomes import Done, Outcome, Wait
from shared.operate.recall import Recalled
from shared.operate.situate import Picture
from shared.records import Kept

from .grow import SURGED

REPLACEMENT = "replacement"


async def await_successor(hand: Hand) -> Outcome:
    """The same before the node goes, where one was ordered ahead."""
    if SURGED not in hand.operation.notes:
        return Done("none was ordered ahead")
    return await await_join(hand)


async def await_join(hand: Hand) -> Outcome:
    picture, recalled = await hand.fresh()
    mine = hand.operation.id
    for name, kept in recalled.inventory.items():
        if kept.value.replaces == mine:
            return Done(f"{name} has joined", {REPLACEMENT: name})
    for finding in picture.situation.findings:
        candidate = recalled.inventory.get(finding.node.name)
        learned = learned_of(finding.node, hand.now)
        if learned is None or not _is_new(finding, candidate, hand):
            continue
        claimed, etag = replace(learned, replaces=mine), candidate.etag if candidate else None
        try:
            await hand.outside.records.inventory.put(hand.cluster.name, claimed.name, claimed, etag)
        except Conflict:
            return Wait("another operation claimed the machine that joined", timedelta(seconds=1))
        return Done(f"{claimed.name} has joined", {REPLACEMENT: claimed.name})
    if _nothing_comes(hand, picture, recalled):
        return Done("the pool has its wanted size without a machine in its place")
    unread = _unread(hand, picture)
    if unread is not None:
        return Wait(f"the pool cannot be read: {unread.why}", hand.again(), blind=True)
    return Wait("no new agent has joined yet", hand.again())


def _is_new(finding: Finding, kept: Kept[NodeMemory] | None, hand: Hand) -> bool:
    if finding.node.pool != hand.pool.name or finding.condition is not Condition.HEALTHY:
        return False
    if kept is None:
        return True
    joined_at = kept.value.joined_at
    return kept.value.replaces is None and (joined_at is None or joined_at > hand.operation.created_at)


def _unread(hand: Hand, picture: Picture) -> Failure | None:
    snapshot = picture.situation.snapshot
    pool = snapshot.pools[hand.pool.name]
    readings = (pool.instances, pool.addresses, snapshot.scheduler)
    return next((reading for reading in readings if isinstance(reading, Failure)), None)


def _nothing_comes(hand: Hand, picture: Picture, recalled: Recalled) -> bool:
    wanted = recalled.ledgers[hand.pool.name].value.wanted
    of_pool = [one for one in picture.situation.findings if one.node.pool == hand.pool.name]
    # The node that is replaced is listed as long as its successor comes first, or when Azure's answer is an old one.
    others = [one for one in of_pool if one.node.name != hand.operation.subject.node]
    there = [one for one in others if one.node.instance is not None]
    return wanted is not None and len(there) >= wanted and all(_has_joined(one) for one in there)


def _has_joined(finding: Finding) -> bool:
    memory = finding.node.memory
    return finding.is_connected or (memory is not None and memory.joined_at is not None)
