"""Moments at which a process freezes or dies on purpose, so that a tale need not hope to meet them."""

from __future__ import annotations

import msgspec

from shared.audit import Entry
from shared.audit.month import HEAD
from shared.model.audit import AuditKind
from shared.model.operations import Operation
from shared.ports.store import Table
from tests.watched import Call


def keeps_what_was_done(call: Call) -> bool:
    """Whether an operation's row is written with steps that have just been done, at the end of a turn."""
    if call.name != "store.write" or call.args[0] is not Table.OPERATIONS or call.args[2].body is None:
        return False
    one = msgspec.json.decode(call.args[2].body, type=Operation)
    return one.lease is None and bool(one.steps) and one.attempt <= 1


def says_what_comes(call: Call) -> bool:
    """Whether an order is written down of which the world does not know yet. What was done begins with its step."""
    if call.name != "store.write_all" or call.args[0] is not Table.AUDIT:
        return False
    rows = [one.body for one in call.args[2] if one.row != HEAD and one.body is not None]
    told = [msgspec.json.decode(body, type=Entry).record for body in rows][-1:]
    return any(
        one.operation and one.kind is AuditKind.STEP and not one.text.startswith(str(one.data.get("step")))
        for one in told
    )
