"""Rows that are written over, leases that hold nobody off, ledgers and audits that are not kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from shared.errors import Conflict
from shared.memory.store import MemoryStore
from shared.model.audit import AuditKind
from shared.model.ledger import Ledger
from shared.model.operations import Operation, OperationState
from shared.operate import close, hand, situate, start
from shared.ports.store import Write
from tests.simulation.broken import tales
from tests.simulation.broken.variant import Variant


def _etags_are_ignored(stack: pytest.MonkeyPatch) -> None:
    original = MemoryStore._apply

    def apply(store: MemoryStore, table: Any, partition: str, writes: Sequence[Write]) -> Any:
        return original(store, table, partition, [Write(one.row, one.body, "*") for one in writes])

    stack.setattr(MemoryStore, "_apply", apply)


def _a_lost_lease_is_not_noticed(stack: pytest.MonkeyPatch) -> None:
    """Before the world is changed nobody looks whether the operation is still ours."""

    async def about_to(self: hand.Hand, text: str) -> None:
        self.tell(AuditKind.STEP, text)
        await self.tell_now()
        self.forget_readings()

    stack.setattr(hand.Hand, "about_to", about_to)


def _leases_have_no_fence(stack: pytest.MonkeyPatch) -> None:
    """Who holds the lease holds others off, and who has lost it writes all the same."""
    original = hand.Hand._keep

    async def keep(self: hand.Hand, operation: Operation) -> None:
        try:
            await original(self, operation)
        except Conflict:
            kept = await self.outside.records.running_operation(self.cluster.name, operation.id)
            if kept is None or operation.lease is None:
                raise
            self._etag = kept.etag
            await original(self, operation)

    stack.setattr(hand.Hand, "_keep", keep)
    stack.setattr(hand.Hand, "_raise_if_run_out", lambda self, lease: None)


def _the_row_is_written_before_the_audit(stack: pytest.MonkeyPatch) -> None:
    async def save(self: hand.Hand, operation: Operation) -> None:
        await self._keep(operation)
        await self.tell_now()

    stack.setattr(hand.Hand, "save", save)


def _orders_are_told_afterwards(stack: pytest.MonkeyPatch) -> None:
    async def about_to(self: hand.Hand, text: str) -> None:
        self.tell(AuditKind.STEP, text)
        await self._keep(self.operation)
        self.forget_readings()

    stack.setattr(hand.Hand, "about_to", about_to)


def _no_place_is_reserved(stack: pytest.MonkeyPatch) -> None:
    async def reserve(*args: Any) -> None:
        return None

    stack.setattr(start, "_reserve", reserve)


def _places_are_not_given_back(stack: pytest.MonkeyPatch) -> None:
    """Neither when an operation ends, nor when it is found that none owns them."""

    async def conclude(outside: Any, operation: Operation, *args: Any, **named: Any) -> Ledger:
        return Ledger(operation.pool)

    stack.setattr(close, "conclude", conclude)
    stack.setattr(situate, "without_ghosts", lambda ledger, *others: (ledger, ()))


def _what_overslept_is_left(stack: pytest.MonkeyPatch) -> None:
    stack.setattr("shared.app.OVERSLEPT", timedelta(days=10))


def _what_was_tried_is_forgotten(stack: pytest.MonkeyPatch) -> None:
    original = close._settle

    async def settle(mine: hand.Hand, kept: Any, state: Any, outcome: str) -> None:
        forgets = state is OperationState.FAILED
        await original(mine, kept, OperationState.WITHDRAWN if forgets else state, outcome)

    stack.setattr(close, "_settle", settle)


OF_ROWS: tuple[Variant, ...] = (
    Variant("etags are ignored", _etags_are_ignored).seen(tales.CROWD, 3),
    Variant("nobody looks before an order whether the lease is lost", _a_lost_lease_is_not_noticed).seen(
        tales.FROZEN, 1, 3
    ),
    Variant("leases have no fence", _leases_have_no_fence).seen(tales.FROZEN, 1, 2, 3, 7),
    Variant("rows are written before the audit", _the_row_is_written_before_the_audit).seen(
        tales.CRASHED, 12
    ),
    Variant("orders are told afterwards", _orders_are_told_afterwards).seen(tales.CROWD, 12),
    Variant("no place is reserved in the ledger", _no_place_is_reserved).told_by(
        "healing/test_a_failed_agent_is_replaced.py::test_an_unreachable_agent_is_replaced_after_it_is_confirmed",
        "without a place nothing is ordered, which harms nobody",
    ),
    Variant("places in the ledger are not given back", _places_are_not_given_back).seen(tales.MANY_DIE, 5),
    Variant("what overslept is not woken", _what_overslept_is_left).seen(tales.CRASHED, 5),
    Variant("what was tried is forgotten", _what_was_tried_is_forgotten).seen(tales.RESTARTED, 5),
)
