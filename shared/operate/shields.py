"""Protecting machines from Azure's own autoscale, and releasing them: what `shared/decide/shields.py` says, done.

At the end of each pass, for pools that the policy says Azure moves, and for those of which a machine is remembered. The
ledger is written first, on its etag, by what it says at that instant: so after a crash a machine is remembered that is
not protected yet, and never the other way round. Nobody waits for Azure: the next look reads what came of it, and asks
again for what did not. Where nothing is to be done nothing is written and nothing asked.
"""

from __future__ import annotations

from msgspec.structs import replace

from shared.decide.leavers import Ground
from shared.decide.repair import Situation
from shared.decide.shields import Order, Shielding, shields_of
from shared.errors import PoolkeeperError
from shared.guards import Question, ask, mode, pause, refusals, self_doubt
from shared.model.audit import AuditKind, AuditRecord
from shared.model.ledger import Ledger
from shared.model.readings import Failure, Value
from shared.model.remedies import Remedy
from shared.model.sizes import short
from shared.policy.schema import ClusterPolicy, Mode, PoolPolicy

from .books import change
from .outside import Outside
from .situate import Picture
from .work import with_workloads

TO_PROTECT = (mode.ask, pause.ask, self_doubt.ask)


async def keep_shields(outside: Outside, cluster: ClusterPolicy, picture: Picture) -> None:
    situation = picture.situation
    pools = [one for one in cluster.pools if one.azure_autoscale or situation.ledgers[one.name].shields]
    pools = [one for one in pools if _is_read(situation, one)]
    if not pools:
        return
    by_azure = any(one.azure_autoscale for one in pools)
    if by_azure and not isinstance(situation.snapshot.workloads, Value):
        snapshot = await with_workloads(outside, cluster, situation.snapshot)
        situation = replace(situation, snapshot=snapshot)
    ground = Ground.of(situation)
    for pool in pools:
        await _keep(outside, ground, pool)


def _is_read(situation: Situation, pool: PoolPolicy) -> bool:
    is_listed = not isinstance(situation.snapshot.pools[pool.name].instances, Failure)
    return is_listed and not situation.ledgers[pool.name].is_unread


async def _keep(outside: Outside, ground: Ground, pool: PoolPolicy) -> None:
    situation, found = ground.situation, list[Shielding]()
    may = pool.mode is Mode.ENFORCE and not refusals(ask(_question(situation, pool), TO_PROTECT))

    def how(book: Ledger) -> Ledger:
        found.append(shields_of(ground, pool, book, may))
        return found[-1].book

    await change(outside, situation.cluster.name, pool.name, how)
    for shield in found[-1].told:
        text = f"would be protected from scaling in by Azure: {shield.why}"
        await _tell(outside, situation, AuditKind.JUDGED, (shield.node, text))
    for order in found[-1].orders:
        await _carry_out(outside, situation, pool, order)


async def _carry_out(outside: Outside, situation: Situation, pool: PoolPolicy, order: Order) -> None:
    """A machine of which it cannot be done now is asked for again at the next look, and told of once."""
    address = situation.cluster.address_of(pool)
    doing = "protected from scaling in by Azure" if order.on else "not protected any more from scaling in"
    try:
        await outside.compute.protect(address, order.instance_id, order.on, only_scale_in=True)
    except PoolkeeperError as error:
        if order.is_new:
            text = f"could not be protected from scaling in by Azure, and is tried again: {error}"
            await _tell(outside, situation, AuditKind.REFUSED, (order.node, text))
        return
    await _tell(outside, situation, AuditKind.STEP, (order.node, f"{doing}: {order.why}"))


async def _tell(outside: Outside, situation: Situation, kind: AuditKind, what: tuple[str, str]) -> None:
    cluster, (node, text) = situation.cluster.name, what
    await outside.audit.append(cluster, [AuditRecord(situation.now, cluster, kind, node, text)])


def _question(situation: Situation, pool: PoolPolicy) -> Question:
    finding = short(pool.name, "machines are protected from Azure's autoscale")
    return situation.question(pool, finding, Remedy.GROW, None, situation.ledgers)
