"""Bodies: failed machines that are kept for a time, what the app sees of them, and their end.

Seen      a body that is off duty is taken out of every reading, so that it is judged, guarded and counted as if it
          were gone. Azure still counts it: whoever writes the size of a set adds what bodies hold.
Their end housekeeping looks at each body now and then:

1. Its operation still runs: leave it. It ended without the body being off duty: the place is given back.
2. Azure does not know it any more, or as another machine (its vmId differs): forgotten, nothing is touched.
3. Its time is not over, or it is being deleted: leave it.
4. It runs: somebody looks at it. It is left and that is told once; it is destroyed after it was stopped.
5. The guards are asked, with fresh readings. One refuses: it is left and that is told once.
6. Otherwise destroy exactly this instance.
"""

from __future__ import annotations

import asyncio
from datetime import datetime

from msgspec.structs import replace

from shared.errors import PoolkeeperError
from shared.guards import TO_BURY, Question, ask, refusals
from shared.model.audit import AuditKind, AuditRecord
from shared.model.azure import Power, Provisioning
from shared.model.bodies import Body
from shared.model.nodes import Condition, Finding, Node
from shared.model.remedies import Remedy
from shared.policy.schema import ClusterPolicy, PoolPolicy

from .books import change
from .look import look
from .outside import Outside
from .recall import recall
from .situate import Picture, situate

STOPPED = frozenset({Power.STOPPED, Power.DEALLOCATED})


async def held_by_bodies(outside: Outside, cluster: ClusterPolicy, pool: PoolPolicy) -> int:
    """How much of the set's size in Azure are bodies."""
    kept = await outside.records.ledgers.get(cluster.name, pool.name)
    count = 0
    for body in kept.value.bodies if kept else ():
        instance = await outside.compute.instance(cluster.address_of(pool), body.instance_id)
        if body.is_off_duty and instance is not None and instance.vm_id == body.vm_id:
            count += instance.provisioning is not Provisioning.DELETING
    return count


async def let_body_go(outside: Outside, cluster: str, pool: str, body: Body) -> None:
    """Forget it; doing it again changes nothing."""
    await change(
        outside,
        cluster,
        pool,
        lambda book: replace(
            book, bodies=tuple(one for one in book.bodies if one.operation != body.operation)
        ),
    )


async def bury_bodies(outside: Outside, cluster: ClusterPolicy) -> None:
    """One look at every body of the cluster."""
    ledgers = await outside.records.ledgers.between(cluster.name, "", "")
    for pool in cluster.pools:
        kept = ledgers.get(pool.name)
        for body in kept.value.bodies if kept else ():
            try:
                await _look_at(outside, cluster, pool, body)
            except PoolkeeperError as error:
                await _hold(outside, cluster, pool, body, str(error))


async def _look_at(outside: Outside, cluster: ClusterPolicy, pool: PoolPolicy, body: Body) -> None:
    if await outside.records.running_operation(cluster.name, body.operation) is not None:
        return
    if not body.is_off_duty:
        await let_body_go(outside, cluster.name, pool.name, body)
        return
    address, now = cluster.address_of(pool), outside.clock.now()
    instance = await outside.compute.instance(address, body.instance_id)
    if instance is None or instance.vm_id != body.vm_id:
        await _tell(outside, cluster, body, f"the body of {body.node} is gone")
        await let_body_go(outside, cluster.name, pool.name, body)
        return
    if now < body.until or instance.provisioning is Provisioning.DELETING:
        return
    if instance.power not in STOPPED:
        why = f"it is {instance.power.value}, somebody may be looking at it; stop it or delete it"
        await _hold(outside, cluster, pool, body, why)
        return
    against = await _refusals(outside, cluster, pool, body)
    if against:
        await _hold(outside, cluster, pool, body, f"refused by {against}")
        return
    await _tell(
        outside, cluster, body, f"destroying the body of {body.node}, instance {body.instance_id}: time over"
    )
    await outside.compute.destroy(address, [body.instance_id])
    await _write(outside, cluster, pool, replace(body, destroyed_at=now, held=""))


async def _refusals(outside: Outside, cluster: ClusterPolicy, pool: PoolPolicy, body: Body) -> str:
    """What stands in the way, by readings of now; empty when nothing does."""
    recalled, snapshot = await asyncio.gather(recall(outside, cluster), look(outside.eyes, cluster))
    picture = situate(cluster, snapshot, recalled, (), outside.clock.now())
    against = refusals(ask(_question(cluster, pool, body, picture), TO_BURY))
    return ", ".join(f"{answer.guard} ({answer.reason})" for answer in against)


def _question(cluster: ClusterPolicy, pool: PoolPolicy, body: Body, picture: Picture) -> Question:
    situation = picture.situation
    node = Node(body.node, pool.name, None, None, None, body.address)
    return Question(
        cluster=cluster,
        pool=pool,
        snapshot=situation.snapshot,
        tally=situation.tallies[pool.name],
        finding=Finding(node, Condition.GONE, 3, "it is a body"),
        remedy=Remedy.REPLACE,
        ledger=situation.ledgers[pool.name],
        overrides=situation.overrides,
        incident=body.incident,
        operation=None,
        begun_at=body.begun_at,
        now=situation.now,
    )


async def _hold(outside: Outside, cluster: ClusterPolicy, pool: PoolPolicy, body: Body, why: str) -> None:
    """It is left; told when the reason is another one than before."""
    if body.held == why:
        return
    await _tell(outside, cluster, body, f"the body of {body.node} is left: {why}")
    await _write(outside, cluster, pool, replace(body, held=why))


async def _write(outside: Outside, cluster: ClusterPolicy, pool: PoolPolicy, body: Body) -> None:
    await change(
        outside,
        cluster.name,
        pool.name,
        lambda book: replace(
            book, bodies=tuple(body if one.operation == body.operation else one for one in book.bodies)
        ),
    )


async def _tell(outside: Outside, cluster: ClusterPolicy, body: Body, text: str) -> None:
    now: datetime = outside.clock.now()
    record = AuditRecord(
        now, cluster.name, AuditKind.STEP, body.node, text, body.incident, body.operation, {"step": "body"}
    )
    await outside.audit.append(cluster.name, [record])
