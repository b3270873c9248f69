"""Wait until the node is well again, by what we read ourselves. That Azure calls an order successful says nothing: a
machine can be running and provisioned while nothing on it works.

1. The pool or the masters could not be read, or what it is called impaired by was read before the order: wait, blindly.
2. It was helped because it did not do its work although its agent was connected, and DC/OS's own health was not read
   since the order, and since its agent registered after it: wait, blindly. That nothing is known against a machine that
   was just booted proves nothing.
3. It is healthy, and its agent registered after the order, or the order did not touch the agent: recovered.
4. It is gone: withdraw, the pass decides about a machine that is gone.
5. Otherwise: wait. When the rung's time is over, it has failed, and the next one is tried.
"""

from __future__ import annotations

from datetime import datetime

from shared.model.nodes import Condition
from shared.model.readings import Value
from shared.model.remedies import Remedy
from shared.model.snapshot import Snapshot
from shared.operate.hand import Hand
from shared.operate.outcomes import Done, Outcome, Wait, Withdraw

from .order import ORDERED

DIAGNOSED = "diagnosed"
"""The note that says that it was impaired, and that DC/OS's own health could be read then."""


async def await_recovery(hand: Hand) -> Outcome:
    picture, _ = await hand.fresh()
    finding = picture.findings.get(hand.operation.subject.node)
    if finding is None or finding.condition is Condition.GONE:
        return Withdraw("it is gone now")
    if finding.blind:
        return Wait(f"not proved: {finding.because}", hand.again(), blind=True)
    ordered_at = datetime.fromisoformat(hand.operation.notes[ORDERED])
    if finding.condition not in {Condition.HEALTHY, Condition.DOOMED}:
        is_old = finding.read_at is not None and finding.read_at <= ordered_at
        return Wait(f"it is {finding.condition.value}: {finding.because}", hand.again(), blind=is_old)
    agent = finding.node.agent
    registered = agent.registered_at if agent else None
    untouched = hand.operation.remedy is Remedy.RESTART_UNIT
    if not untouched and registered is not None and registered <= ordered_at:
        return Wait("its agent has not registered since", hand.again())
    if DIAGNOSED in hand.operation.notes:
        read_at = diagnosed_at(picture.situation.snapshot)
        if read_at is None or read_at <= max(ordered_at, registered or ordered_at):
            return Wait("DC/OS's own health was not read since", hand.again(), blind=True)
    return Done(f"it is well again: {finding.because}")


def diagnosed_at(snapshot: Snapshot) -> datetime | None:
    """When DC/OS's diagnostics were last read; None when they could not be."""
    health = snapshot.health.value if isinstance(snapshot.health, Value) else None
    diagnostics = health.diagnostics if health else None
    return diagnostics.taken_at if isinstance(diagnostics, Value) else None
