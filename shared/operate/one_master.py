"""Beginning an operation on a master: only when none runs in the whole cluster, by a row that can be inserted once.

1. Neither the row nor the operation is there: both are written, both or neither.
2. The operation is there already: begun before, by a pass that crashed or by one beside us.
3. Another operation has the row, and runs: refused.
4. Another one has it, and does not run: somebody has written in the tables by hand. The row is taken away, which is
   told in the audit; it is refused this once, and the next pass begins.
5. It cannot be read: refused. Who is at work is not known, and agents of the cluster are decided about all the same.
"""

from __future__ import annotations

from shared.errors import Conflict, Poison, Refused
from shared.model.audit import AuditKind, AuditRecord
from shared.model.one_master import OneMaster
from shared.model.operations import Operation
from shared.records import Kept

from .outside import Outside


async def begin_on_master(outside: Outside, operation: Operation) -> None:
    """`Refused` when another master is being worked on."""
    records, cluster = outside.records, operation.cluster
    try:
        await records.begin_on_master(operation)
    except Conflict:
        if await records.running_operation(cluster, operation.id) is not None:
            return
        kept = await _at_work(outside, cluster)
        if kept is not None and await records.running_operation(cluster, kept.value.operation) is None:
            await records.forget_master_at_work(cluster, kept.etag)
            text = f"operation {kept.value.operation} does not run: {kept.value.node} is given up as being worked on"
            record = AuditRecord(outside.clock.now(), cluster, AuditKind.STEP, kept.value.node, text)
            await outside.audit.append(cluster, [record])
        other = kept.value.operation if kept is not None else None
        raise Refused("quorum", "quorum_taken", {"operation": other}) from None


async def _at_work(outside: Outside, cluster: str) -> Kept[OneMaster] | None:
    """Rule 5."""
    try:
        return await outside.records.master_at_work(cluster)
    except Poison as poison:
        raise Refused("quorum", "quorum_row_unread", {"row": poison.why}) from poison
