"""What people have said and what says nothing any more: told once, dropped after a day.

1. It ran out: the audit has a line, at the next housekeeping. Of an approval that nothing was begun by it says that the
   remedy waits again; of a pause, that repair goes on; of a size, that schedules and load have it again.
2. It ran out more than `SHOWN_FOR` ago, or its incident is closed and it was said longer ago than that: dropped, with a
   line.
3. An operation runs for its incident: it stays, because an approval counts for what was begun in its time.
4. All else stays. A pause without an end holds until somebody takes it back, however old it is.

A word that is over has no say long before it is dropped (`Override.holds_at`); this is only so that the list of what
people have said stays one that is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec.structs import replace

from shared.model.audit import AuditKind
from shared.model.incidents import Incident
from shared.model.overrides import Override, OverrideKind
from shared.records import Change, Kept

from .clerk import record_of
from .outside import Outside

SHOWN_FOR = timedelta(days=1)
"""Who comes in the morning still sees in the list what ran out at night."""
RAN_OUT, UNUSED = "ran_out", "unused"


async def settle_words(outside: Outside, cluster: str) -> None:
    """One look at everything that people have said about a cluster."""
    records, now = outside.records, outside.clock.now()
    said = await records.overrides.between(cluster, "", "")
    if not said:
        return
    running = (await records.running_operations(cluster)).values()
    at_work = {kept.value.incident for kept in running}
    incidents = {kept.value.id: kept.value for kept in (await records.open_incidents(cluster)).values()}
    for row, kept in said.items():
        word = kept.value
        if not word.is_told and not word.holds_at(now):
            await _tell(outside, cluster, (row, kept), incidents)
        elif word.subject not in at_work and _is_to_be_dropped(word, incidents, now):
            text = f"{_what(word)} is not listed any more: {_why(word)}"
            about = ("forgotten", word)
            await outside.audit.append(cluster, [record_of(now, cluster, AuditKind.JUDGED, text, about)])
            await records.overrides.put_all(cluster, [Change[Override](row, None, kept.etag)])


async def _tell(
    outside: Outside, cluster: str, row: tuple[str, Kept[Override]], incidents: Mapping[str, Incident]
) -> None:
    """Rule 1. The line comes first: after a crash in between it is told twice, and not never."""
    name, kept = row
    word, now = kept.value, outside.clock.now()
    waiting = incidents[word.subject].proposed if word.subject in incidents else ""
    unused = word.kind is OverrideKind.APPROVE and waiting == word.remedy
    text = f"{_what(word)} has run out"
    if unused:
        text += f" and was not used: {word.remedy} waits for approval again"
    elif word.kind is OverrideKind.PAUSE:
        text += ": repair goes on where it was held"
    elif word.kind is OverrideKind.SIZE:
        text += ": the size follows schedules and load again"
    record = record_of(now, cluster, AuditKind.JUDGED, text, (RAN_OUT, word))
    await outside.audit.append(cluster, [replace(record, data={**record.data, UNUSED: unused})])
    await outside.records.overrides.put_all(cluster, [Change(name, replace(word, is_told=True), kept.etag)])


def _is_to_be_dropped(word: Override, incidents: Mapping[str, Incident], now: datetime) -> bool:
    if word.until is not None and now - word.until > SHOWN_FOR:
        return True
    return "@" in word.subject and word.subject not in incidents and now - word.since > SHOWN_FOR


def _what(word: Override) -> str:
    return f"the word of {word.who}: {word.what} ({word.why})"


def _why(word: Override) -> str:
    return f"it ran out at {word.until:%Y-%m-%d %H:%M:%S} UTC" if word.until else "its incident is over"
