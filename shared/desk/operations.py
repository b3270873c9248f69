"""Operations, at work or over, in the order of their ids, which begin with the name of the node.

The continuation token of a running one embeds a request of ours to Azure and is nobody's business: it is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from shared.model.operations import Lease, Operation, OperationState, Plan, StepRecord, Subject
from shared.model.remedies import Remedy
from shared.policy.schema import ClusterPolicy
from shared.records import CLOSED, RUNNING

from .archive import Archive, without_token
from .asked import Course, OfOperations
from .next import steps_of
from .pages import SCANNED, Page, behind, checked, key_of, token_of
from .told import No, Told


class OperationView(Struct, frozen=True, kw_only=True):
    """As the app keeps it, without its token. `ahead` are the steps that come after the present one, while it runs."""

    id: str
    cluster: str
    pool: str
    incident: str
    remedy: Remedy
    subject: Subject
    step: str
    created_at: datetime
    step_since: datetime
    wake_at: datetime
    state: OperationState
    attempt: int
    lease: Lease | None
    fence: int
    notes: Mapping[str, str]
    steps: tuple[StepRecord, ...]
    closed_at: datetime | None
    outcome: str
    plan: Plan
    ahead: tuple[str, ...] = ()


def view_of(operation: Operation) -> OperationView:
    names = steps_of(operation) if operation.state is OperationState.RUNNING else []
    after = names[names.index(operation.step) + 1 :] if operation.step in names else []
    return OperationView(**without_token(operation), ahead=tuple(after))


async def operations(archive: Archive, here: ClusterPolicy, wanted: OfOperations) -> Page[OperationView]:
    limit, last = checked(wanted), key_of(wanted.after)
    stage = RUNNING if wanted.state is Course.RUNNING else CLOSED
    prefix = f"{stage}{wanted.node}@" if wanted.node else stage
    first, end = f"{stage}{behind(last)}" if last else prefix, f"{prefix[:-1]}{chr(ord(prefix[-1]) + 1)}"
    found: list[OperationView] = []
    looked = 0
    while True:
        rows = await archive.records.operations.found(here.name, max(first, prefix), end, limit)
        keys = sorted([*rows.kept, *rows.unread])
        for key in keys:
            if key in rows.kept and _fits(rows.kept[key].value, wanted):
                found.append(view_of(rows.kept[key].value))
            if len(found) == limit:
                more = key != keys[-1] or len(keys) == limit
                return Page(tuple(found), token_of(key.removeprefix(stage)) if more else "")
        looked += len(keys)
        if len(keys) < limit:
            return Page(tuple(found))
        if looked >= SCANNED:
            return Page(tuple(found), token_of(keys[-1].removeprefix(stage)))
        first = behind(keys[-1])


async def operation(archive: Archive, here: ClusterPolicy, name: str) -> OperationView:
    """At work or over. `Told` when there is none."""
    found = await archive.operation(here.name, name) if name else None
    if found is None:
        raise Told(No.MISSING, "no_such_operation", f"No operation {name!r} is known in {here.name}.")
    return view_of(found)


def _fits(one: Operation, wanted: OfOperations) -> bool:
    return (
        wanted.pool in ("", one.pool)
        and wanted.node in ("", one.subject.node)
        and wanted.remedy in ("", one.remedy.value)
    )
