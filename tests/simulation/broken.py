"""Variants of the product with one rule removed, to show that somebody would notice.

    with broken("guard pause removed"):
        play(tale)

Each is the shipped code but for one function. A variant that no tale catches says that a rule is not needed, or that
nobody looks; both have to be known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from shared.errors import Conflict, Unknown
from shared.guards import Guard, Question
from shared.guards import ask as ask_all
from shared.memory import store as tables
from shared.model.audit import AuditKind
from shared.model.decisions import Answer
from shared.model.operations import Lease
from shared.model.readings import Failure, Value
from shared.operate import engine, hand, look, plans
from shared.operate.outcomes import Done
from shared.ports.store import Write

type Break = Callable[[pytest.MonkeyPatch], None]

ASKERS = (
    "shared.decide.repair",
    "shared.operate.engine",
    "shared.operate.start",
    "shared.operate.steps.give_back",
)


@contextmanager
def broken(name: str) -> Iterator[None]:
    """The product without one of its rules, until the block ends."""
    with pytest.MonkeyPatch.context() as stack:
        VARIANTS[name](stack)
        yield


def _without_guard(guard: str) -> Break:
    """It is never asked: neither when deciding, nor again before a step."""

    def ask(question: Question, guards: Sequence[Guard]) -> tuple[Answer, ...]:
        left = [one for one in guards if one.__module__ != f"shared.guards.{guard}"]
        return ask_all(question, left)

    def apply(stack: pytest.MonkeyPatch) -> None:
        for module in ASKERS:
            stack.setattr(f"{module}.ask", ask)

    return apply


def _nobody_is_asked_again(stack: pytest.MonkeyPatch) -> None:
    async def ask_again(hand: hand.Hand, guards: Sequence[Guard]) -> None:
        return None

    stack.setattr(engine, "_ask_again", ask_again)


def _step_is_skipped(name: str) -> Break:
    """The step says that it is done and does nothing."""

    async def skipped(hand: hand.Hand) -> Done:
        return Done(f"{name} is skipped", {})

    def apply(stack: pytest.MonkeyPatch) -> None:
        def step(course: plans.Course, wanted: str) -> plans.Step:
            found = _STEP(course, wanted)
            if wanted != name:
                return found
            return plans.Step(found.name, skipped, (), found.patience, found.final, found.late)

        stack.setattr(plans.Course, "step", step)

    return apply


_STEP = plans.Course.step


def _etags_are_ignored(stack: pytest.MonkeyPatch) -> None:
    original = tables.MemoryStore._apply

    def apply(store: tables.MemoryStore, table: Any, partition: str, writes: Sequence[Write]) -> Any:
        blind = [Write(one.row, one.body, "*") for one in writes]
        return original(store, table, partition, blind)

    stack.setattr(tables.MemoryStore, "_apply", apply)


def _a_lost_lease_is_not_noticed(stack: pytest.MonkeyPatch) -> None:
    """Before the world is changed nobody looks whether the operation is still ours."""

    async def about_to(self: hand.Hand, text: str) -> None:
        self.tell(AuditKind.STEP, text)
        await self.tell_now()
        self.forget_readings()

    stack.setattr(hand.Hand, "about_to", about_to)


def _leases_are_ignored(stack: pytest.MonkeyPatch) -> None:
    """Whoever hears of an operation works on it, and whoever wrote last is right."""
    original = hand.Hand._keep

    async def keep(self: hand.Hand, operation: Any) -> None:
        try:
            await original(self, operation)
        except Conflict:
            kept = await self.outside.records.running_operation(self.cluster.name, operation.id)
            if kept is None:
                raise
            self._etag = kept.etag
            await original(self, operation)

    async def take(self: hand.Hand, now: Any) -> None:
        operation = self.operation
        await self.save(replace(operation, lease=Lease("me", now + hand.LEASE, operation.fence + 1)))

    stack.setattr(hand.Hand, "_keep", keep)
    stack.setattr(engine, "_take_lease", take)


def _the_row_is_written_before_the_audit(stack: pytest.MonkeyPatch) -> None:
    async def save(self: hand.Hand, operation: Any) -> None:
        await self._keep(operation)
        await self.tell_now()

    stack.setattr(hand.Hand, "save", save)


def _orders_are_told_afterwards(stack: pytest.MonkeyPatch) -> None:
    original = hand.Hand._keep

    async def about_to(self: hand.Hand, text: str) -> None:
        self.tell(AuditKind.STEP, text)
        await original(self, self.operation)
        self.forget_readings()

    stack.setattr(hand.Hand, "about_to", about_to)


def _what_cannot_be_read_is_empty(stack: pytest.MonkeyPatch) -> None:
    """A failed reading of Azure counts as an empty list, and one of the masters as masters without agents."""
    original = look._read

    async def read(clock: Any, source: str, call: Any) -> Any:
        reading = await original(clock, source, call)
        if not isinstance(reading, Failure):
            _LAST[source] = reading.value
            return reading
        if source in {"azure.instances", "azure.addresses"}:
            return (
                Value((), source, clock.now())
                if source == "azure.instances"
                else Value({}, source, clock.now())
            )
        if source == "mesos" and source in _LAST:
            return Value(replace(_LAST[source], agents=()), source, clock.now())
        return reading

    stack.setattr(look, "_read", read)


_LAST: dict[str, Any] = {}


def _unknown_is_success(stack: pytest.MonkeyPatch) -> None:
    """An order whose answer got lost counts as carried out."""
    original = engine._attempt

    async def attempt(mine: hand.Hand, step: plans.Step) -> Any:
        async def do(mine: hand.Hand) -> Any:
            try:
                return await step.do(mine)
            except Unknown as error:
                return Done(str(error))

        return await original(
            mine, plans.Step(step.name, do, step.guards, step.patience, step.final, step.late)
        )

    stack.setattr(engine, "_attempt", attempt)


def _the_ledger_is_not_kept(stack: pytest.MonkeyPatch) -> None:
    """No place is reserved."""

    async def reserve(*args: Any) -> None:
        return None

    stack.setattr("shared.operate.start._reserve", reserve)


def _places_are_not_given_back(stack: pytest.MonkeyPatch) -> None:
    async def release(*args: Any) -> None:
        return None

    stack.setattr("shared.operate.close.conclude", release)


def _nobody_sweeps_up(stack: pytest.MonkeyPatch) -> None:
    """Operations that overslept are not woken."""
    stack.setattr("shared.app.OVERSLEPT", timedelta(days=10))


VARIANTS: dict[str, Break] = {
    **{
        f"guard {guard} removed": _without_guard(guard)
        for guard in (
            "mode",
            "pause",
            "approval",
            "self_doubt",
            "failover",
            "capacity",
            "storm",
            "ledger",
            "joining",
            "correlated",
            "backoff",
            "canary",
        )
    },
    "second asking skipped": _nobody_is_asked_again,
    "proof of death skipped": _step_is_skipped("prove_dead"),
    "proof that it is gone skipped": _step_is_skipped("prove_gone"),
    "masters are not told": _step_is_skipped("tell_scheduler"),
    "verification skipped": _step_is_skipped("verify"),
    "recovery is not awaited": _step_is_skipped("await_recovery"),
    "etags ignored": _etags_are_ignored,
    "lost lease not noticed": _a_lost_lease_is_not_noticed,
    "leases ignored": _leases_are_ignored,
    "row written before the audit": _the_row_is_written_before_the_audit,
    "orders told afterwards": _orders_are_told_afterwards,
    "unread is empty": _what_cannot_be_read_is_empty,
    "unknown is success": _unknown_is_success,
    "no place reserved": _the_ledger_is_not_kept,
    "places are not given back": _places_are_not_given_back,
    "nobody wakes what overslept": _nobody_sweeps_up,
}
