"""An operation rests when the policy does not name its pool any more, or means another scale set by it: hands off.

It goes on when the pool is back, for instance after a mistake was mended or when all instances of the app obey the same
policy; until then it is looked at now and then. After an hour it is handed over as it stands. Nothing is taken back for
that, because what would be destroyed or ordered is in a set that is not ours to touch now; what its place in the ledger
counts for stays counted. One that has no place there lost nothing to anybody, and rests for a day.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec.structs import replace

from shared.model.audit import AuditKind, AuditRecord
from shared.model.masters import MASTERS
from shared.model.operations import RESTS, SCALE_SET, Operation, OperationState
from shared.policy.schema import Capacity, ClusterPolicy, PoolPolicy
from shared.records import Kept

from .close import close
from .hand import Hand
from .homes import pools_by_set, set_among
from .leases import take_lease
from .outside import Outside
from .plans import PLANS
from .second_asking import WAITING

OUT_OF_POLICY = timedelta(minutes=5)
LONGEST_REST, WITHOUT_PLACE = timedelta(hours=1), timedelta(days=1)


def why_it_rests(cluster: ClusterPolicy, operation: Operation) -> str | None:
    """None: the policy names its pool, and means the same set by it."""
    pool = cluster.pool(operation.pool)
    if pool is None:
        return f"pool {operation.pool} is not in the policy"
    about = operation.notes.get(SCALE_SET) or set_among(operation.subject.node, pools_by_set(cluster))
    if pool.name != MASTERS and about != pool.scale_set.casefold():
        return f"pool {pool.name} is scale set {pool.scale_set} now"
    return None


async def rest(outside: Outside, cluster: ClusterPolicy, kept: Kept[Operation], text: str) -> None:
    """Leave it as it is for some minutes, or hand it over when it has rested for an hour. `Retry` when another worker
    holds it."""
    now, operation = outside.clock.now(), kept.value
    since = datetime.fromisoformat(operation.notes.get(RESTS, now.isoformat()))
    longest = LONGEST_REST if PLANS[operation.plan].has_place else WITHOUT_PLACE
    if now - since >= longest:
        hand = Hand(outside, cluster, _as_it_was(operation), operation, kept.etag)
        await take_lease(hand, now)
        await close(hand, OperationState.HANDED_OVER, f"{text}, for longer than {_hours(longest)}")
        return
    if RESTS not in operation.notes:
        about = f"{operation.step} waits: {text}"
        node, incident = operation.subject.node, operation.incident
        record = AuditRecord(now, operation.cluster, AuditKind.REFUSED, node, about, incident, operation.id)
        await outside.audit.append(operation.cluster, [record])
    notes = {**operation.notes, WAITING: text, RESTS: since.isoformat()}
    resting = replace(operation, wake_at=now + OUT_OF_POLICY, notes=notes)
    await outside.records.keep_operation(resting, kept.etag)


def rested(operation: Operation) -> Operation:
    """It goes on: that it has rested does not count any more."""
    return replace(operation, notes={key: text for key, text in operation.notes.items() if key != RESTS})


def _hours(longest: timedelta) -> str:
    return "an hour" if longest == LONGEST_REST else "a day"


def _as_it_was(operation: Operation) -> PoolPolicy:
    """The pool of the operation, as far as that is known: nothing may be done in it."""
    return PoolPolicy(name=operation.pool, scale_set="", capacity=Capacity(min=0, max=0))
