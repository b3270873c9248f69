"""What is in the quarantine: input that could not be understood, work that failed too often.

A body was sent by somebody else, perhaps by an attacker: it is told without what looks like a key or token.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from shared.model.operations import OperationState
from shared.ports.queues import Queue
from shared.ports.store import LONGEST_KEY, Store
from shared.records import Kept
from shared.records.quarantine import Quarantine, Quarantined
from shared.replay.contents import Contents, contents_of

from .archive import Archive, open_archive
from .asked import OfQuarantine
from .backward import newest_first
from .next import sentence_of
from .pages import SCANNED, Page, checked, key_of, token_of
from .told import No, Told
from .words import without_secrets

OLDEST = timedelta(days=365)
BEGINNING = 1000  # characters of a body that a list has


class Item(Struct, frozen=True):
    """One thing in the quarantine, the row that it is in, and what it is. `stands` is how its incident or operation
    stands now, where it names one. Lists have the first of a body alone."""

    row: str
    kept: Quarantined
    contents: Contents
    stands: str = ""
    etag: str = ""


async def page_of(store: Store, wanted: OfQuarantine, now: datetime) -> Page[Item]:
    """Newest first."""
    limit, text = checked(wanted), wanted.text.lower()
    found: list[Item] = []
    looked = 0
    span = (now - OLDEST, now + timedelta(seconds=1))
    async for row, kept in newest_first(Quarantine(store).between, "", span, key_of(wanted.after)):
        looked += 1
        one = kept.value
        if wanted.source in ("", one.source) and (text in one.why.lower() or text in one.body.lower()):
            item = _item(row, kept)
            found.append(replace(item, kept=replace(item.kept, body=item.kept.body[:BEGINNING])))
        if len(found) == limit or looked >= SCANNED:
            return Page(tuple(found), token_of(row))
    return Page(tuple(found))


async def exact_row(store: Store, row: str) -> Kept[Quarantined]:
    """`Told` when nothing is kept under this name."""
    kept = await Quarantine(store).get(row) if 0 < len(row) <= LONGEST_KEY else None
    if kept is None:
        raise Told(No.MISSING, "no_such_row", f"In the quarantine there is no row {row!r}.")
    return kept


async def shown_item(store: Store, row: str, kept: Kept[Quarantined], now: datetime) -> Item:
    """That row with everything that is known about it."""
    item = _item(row, kept)
    try:
        archive = await open_archive(store, now)
    except Told:  # no policy was ever valid here, so no cluster has a name
        return item
    return replace(item, stands=await _stands(archive, kept.value, contents_of(kept.value)))


async def _stands(archive: Archive, kept: Quarantined, contents: Contents) -> str:
    if archive.policy.cluster(contents.cluster) is None:
        return f"cluster {contents.cluster} is not in the policy" if contents.cluster else ""
    opened = await archive.records.open_incidents(contents.cluster)
    if kept.source != Queue.OPERATIONS.value:
        incident = opened[contents.about].value if contents.about in opened else None
        running = incident.operation if incident else None
        operation = await archive.operation(contents.cluster, running) if running else None
        told = (
            f"{incident.condition.value}: {sentence_of(incident, operation, archive.now)}" if incident else ""
        )
        return told or "no incident is open for it"
    operation = await archive.operation(contents.cluster, contents.about)
    node = contents.incident.partition("@")[0]
    if operation is None:
        return "no such operation is known"
    if operation.state is OperationState.RUNNING and node in opened:
        return sentence_of(opened[node].value, operation, archive.now)
    outcome = f": {operation.outcome}" if operation.outcome else f", at step {operation.step}"
    return f"operation {operation.id} is {operation.state.value.replace('_', ' ')}{outcome}"


def _item(row: str, kept: Kept[Quarantined]) -> Item:
    one = kept.value
    shown = replace(one, why=without_secrets(one.why), body=without_secrets(one.body))
    return Item(row, shown, contents_of(shown), etag=kept.etag)
