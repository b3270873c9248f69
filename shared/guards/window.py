"""Window: may a node that still works be taken away at this time?

1. The policy names no windows for the pool: go on.
2. The node's agent is not connected: go on. Nobody works there whom a window could spare. But a pool that is to be
   evened out is no node: what comes for that has another one go.
3. The remedy takes nothing away, it starts one failed unit again: go on.
4. Its end is near: go on. It comes whether or not a window is open.
5. A window is open: go on.
6. Its end is announced, and the next window opens too late before it to empty and replace the node: go on.
7. Otherwise refuse until the next window opens.

It is asked until tasks are moved, and not any more after that (`TO_BEGIN`): a node is not left half emptied.
"""

from __future__ import annotations

from datetime import timedelta

from shared.model.decisions import Answer
from shared.model.remedies import Remedy
from shared.model.sizes import is_size
from shared.policy.windows import is_open, opens_at

from .question import Question, allow, refuse

GUARD = "window"
IN_TIME = timedelta(hours=1)
"""A successor boots and joins, and tasks move, within an hour."""


def ask(question: Question) -> Answer:
    windows, finding = question.pool.windows, question.finding
    if not windows or not (finding.is_connected or is_size(finding.node.name)):
        return allow(GUARD, {})
    if question.remedy is Remedy.RESTART_UNIT or question.is_urgent or is_open(windows, question.now):
        return allow(GUARD, {"windows": len(windows)})
    opens = opens_at(windows, question.now)
    deadline = finding.deadline
    if deadline is not None and opens + IN_TIME > deadline:
        return allow(GUARD, {"opens": opens.isoformat(), "deadline": deadline.isoformat()})
    return refuse(GUARD, "window_closed", opens, {"opens": opens.isoformat()})
