"""A person wants another machine in this one's place, whether or not anything is wrong with it.

It is said in the words that Azure uses when it is about to take a machine: its end is announced. So nothing is new
about it from there on: the node counts as doomed, the same guards are asked, a successor comes first, what runs there
moves away, and in a pool that only proposes somebody has to approve. The announcement holds for a week, or until it is
taken back.
"""

from __future__ import annotations

from datetime import timedelta

import msgspec

from shared.judge.notices import BY_HAND
from shared.model.audit import AuditKind, AuditRecord
from shared.model.nodes import NodeMemory
from shared.model.remedies import Remedy
from shared.model.signals import Signal, SignalKind, Source
from shared.operate.clerk import Clerk
from shared.policy.schema import ClusterPolicy, Mode, PoolPolicy
from shared.ports.queues import Queue
from shared.records import Kept

from .archive import Archive
from .orders import Done, nodes_of
from .people import changed
from .speaker import Speaker
from .told import No, Told


async def replace_node(
    archive: Archive, clerk: Clerk, whose: tuple[ClusterPolicy, str], speaker: Speaker, etag: str = ""
) -> Done:
    """`whose` is the cluster and the node's whole name, `etag` that of the node as it was read; empty: as it is."""
    here, node = whose
    kept, pool = await _known(archive, here, node, etag)
    text = f"{speaker.who} wants another machine in place of {node}: {speaker.why}"
    await _say(clerk, here, kept.value, text, SignalKind.NODE_DOOMED)
    asked = ", when somebody has approved it: its pool only proposes" if pool.mode is Mode.PROPOSE else ""
    return Done(
        touches=f"{here.name}/{node}",
        nodes=nodes_of([node]),
        says=(
            f"{node} is replaced as soon as all guards agree{asked}.",
            "Its successor comes first, and what runs there moves away before it goes.",
        ),
        final="The machine is destroyed with its disks.",
        undo="keep",
        follow=f"clusters/{here.name}/nodes/{node}/explanation",
    )


async def keep_node(
    archive: Archive, clerk: Clerk, whose: tuple[ClusterPolicy, str], speaker: Speaker, etag: str = ""
) -> Done:
    """Take the wish back. What was begun and can be given back, is."""
    here, node = whose
    kept, _ = await _known(archive, here, node, etag)
    wishes = [one for one in kept.value.notices if one.story == _story(node) and not one.is_over]
    if not wishes:
        sentence = f"Nobody has asked for another machine in place of {node}, so nothing was written."
        raise Told(No.NOT_NOW, "not_asked_for", sentence)
    text = f"{speaker.who} does not want another machine in place of {node} any more: {speaker.why}"
    await _say(clerk, here, kept.value, text, SignalKind.NODE_WELL)
    return Done(
        touches=f"{here.name}/{node}",
        nodes=nodes_of([node]),
        says=(f"{node} is kept, unless it is gone too far already.",),
        undo="replace",
        follow=f"clusters/{here.name}/nodes/{node}/explanation",
    )


async def _known(
    archive: Archive, here: ClusterPolicy, node: str, etag: str
) -> tuple[Kept[NodeMemory], PoolPolicy]:
    kept = await archive.records.inventory.get(here.name, node)
    pool = here.pool(kept.value.pool) if kept else None
    if kept is None or pool is None:
        sentence = f"No machine {node!r} is known in {here.name}, so nothing was written."
        raise Told(No.MISSING, "no_such_node", sentence)
    if etag and kept.etag != etag:
        raise changed(node)
    if pool.mode is Mode.OBSERVE:
        sentence = f"Pool {pool.name} is in observe, so nothing was written: nothing is done there."
        raise Told(No.NOT_NOW, "in_observe", sentence)
    if Remedy.REPLACE not in pool.repair.ladder:
        sentence = f"The policy lets no machine of pool {pool.name} be replaced, so nothing was written."
        raise Told(No.NOT_NOW, "no_remedy", sentence)
    return kept, pool


async def _say(clerk: Clerk, here: ClusterPolicy, memory: NodeMemory, text: str, kind: SignalKind) -> None:
    """To the audit first, so that nothing happens of which nobody can find who asked for it."""
    node, now = memory.name, clerk.now
    record = AuditRecord(now, here.name, AuditKind.PERSON, node, text, data={"asks_for": kind.value})
    await clerk.audit.append(here.name, [record])
    signal = Signal(
        kind,
        Source.OPERATOR,
        here.name,
        f"{_story(node)}-{now.isoformat()}",
        now,
        now,
        pool=memory.pool,
        node=node,
        what=BY_HAND,
        thread=_story(node),
    )
    await clerk.queues.send(Queue.SIGNALS, msgspec.json.encode(signal), timedelta(0))


def _story(node: str) -> str:
    return f"{BY_HAND}-{node}"
