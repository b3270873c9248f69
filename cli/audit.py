"""`audit tail` and `audit verify`: what was heard, judged, decided, done and refused; and is the record whole?

The audit of a cluster is kept by month, each month's first entry linked to the last one of the month before, and a
head row beside the entries that says which one is the last. Verifying computes every hash anew, follows the links
over the months and compares the last entry with the head, so that cutting entries off at the end is seen as well,
unless the head was written anew with it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from msgspec import Struct
from rich.text import Text

from cli.speech import clock_time, console, counted, grid, indented, plain, rows, say, styled
from shared.audit import AuditLog, Break, Entry, read_month
from shared.model.audit import NOBODYS, AuditKind, AuditRecord
from shared.model.decisions import Answer
from shared.ports.store import Store

BACK = 24  # months, as many as `audit verify` looks at
WIDE = 130  # columns from which on an entry is one line
KIND_STYLE = {
    AuditKind.REFUSED: "yellow",
    AuditKind.OPENED: "red",
    AuditKind.CLOSED: "green",
    AuditKind.DECIDED: "cyan",
}


class Month(Struct, frozen=True):
    """What verifying one month of one cluster found. `month` is like `2026-11`."""

    cluster: str
    month: str
    entries: int
    breaks: tuple[Break, ...]


async def last_entries(store: Store, clusters: list[str], number: int, now: datetime) -> list[Entry]:
    """The last `number` entries of these clusters together, oldest first, of the last `BACK` months."""
    log = AuditLog(store)
    found: list[Entry] = []
    for cluster in clusters:
        entries: tuple[Entry, ...] = ()
        for month in _months(now, BACK):
            if len(entries) >= number:
                break
            entries = (*await log.read(cluster, month), *entries)
        found += entries[-number:]
    return sorted(found, key=lambda entry: entry.record.at)[-number:]


async def entries_about(
    store: Store, cluster: str, node: str, since: datetime, until: datetime
) -> list[Entry]:
    """Every entry about this node from `since` to `until`, both included."""
    log, found, month = AuditLog(store), list[Entry](), since.replace(day=1)
    while month <= until:
        entries = await log.read(cluster, month)
        found += [one for one in entries if one.record.subject == node and since <= one.record.at <= until]
        month = (month + timedelta(days=32)).replace(day=1)
    return found


async def verify_months(store: Store, clusters: list[str], months: int, now: datetime) -> list[Month]:
    """The last `months` months of these clusters, oldest first; those without any entry are left out."""
    (before_all, *wanted) = reversed(_months(now, months + 1))
    found: list[Month] = []
    for cluster in clusters:
        before = (await read_month(store, cluster, before_all)).last_digest
        for at in wanted:
            month = await read_month(store, cluster, at)
            if month.entries or month.head is not None:
                found.append(Month(cluster, f"{at:%Y-%m}", len(month.entries), month.breaks(before)))
            before = month.last_digest
    return found


def _months(now: datetime, number: int) -> list[datetime]:
    """A time in each of the last months, the present one first."""
    months = [now.replace(day=1)]
    while len(months) < number:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    return months


def show_months(months: list[Month]) -> None:
    cells = [
        (
            "(no cluster)" if one.cluster == NOBODYS else one.cluster,
            one.month,
            "1 entry" if one.entries == 1 else f"{one.entries} entries",
            styled((counted(len(one.breaks), "break"), "bold red"))
            if one.breaks
            else styled(("whole", "green")),
        )
        for one in months
    ]
    say(rows(grid("cluster", "month", "holds", "chain"), cells))
    for one in months:
        for place in one.breaks:
            say(styled((f"{one.cluster} {one.month}, entry {place.number}", "bold red"), f": {place.why}"))
    broken = sum(bool(one.breaks) for one in months)
    if broken:
        say("", "The audit was changed or lost in these places. Entries elsewhere are as they were written.")
    elif not months:
        say("There is no entry yet.")


def show_entries(entries: list[Entry]) -> None:
    """One line each where there is room, else two."""
    records = [entry.record for entry in entries]
    if not records:
        say("There is no entry yet.")
    elif console().width >= WIDE:
        cells = ((_time(one), styled(_kind(one)), _subject(one), one.text) for one in records)
        say(rows(grid("time", "kind", "subject", ""), cells))
    else:
        for one in records:
            say(styled((clock_time(one.at), "dim"), "  ", _kind(one), "  ", (_subject(one), "bold")))
            say(indented(one.text, 4))


def show_story(entries: list[Entry]) -> None:
    """The entries of one node, each with the guards' answers that it rests on."""
    records = [entry.record for entry in entries]
    table = grid("", "", "")
    for record in records:
        lines = [Text(plain(record.text)), *(answer_line(answer) for answer in answers_in(record))]
        rows(
            table,
            [(styled((f"  {clock_time(record.at)}", "dim")), styled(_kind(record)), Text("\n").join(lines))],
        )
    say(table)


def answers_in(record: AuditRecord) -> tuple[Answer, ...]:
    """Every guard's answer that this record carries; none when it carries none that this version can read."""
    decision = record.data.get("decision")
    answers = decision.get("answers") if isinstance(decision, dict) else record.data.get("answers")
    try:
        return msgspec.convert(answers or (), tuple[Answer, ...])
    except msgspec.ValidationError:
        return ()


def answer_line(answer: Answer) -> Text:
    """`yes  storm  ok  unwell=1 nodes=6 threshold=3`"""
    said = ("   no", "bold yellow") if not answer.allowed else ("  yes", "green")
    numbers = " ".join(f"{name}={value}" for name, value in answer.numbers.items())
    until = f"  until {clock_time(answer.until)}" if answer.until else ""
    reason = "" if answer.allowed else f" {answer.reason}"
    return styled(said, f"  {answer.guard}", (reason, "bold"), (f"  {numbers}", "dim"), until)


def _time(record: AuditRecord) -> Text:
    return styled((clock_time(record.at), "dim"))


def _subject(record: AuditRecord) -> str:
    return record.subject if record.cluster == NOBODYS else f"{record.cluster}/{record.subject}"


def _kind(record: AuditRecord) -> tuple[str, str]:
    return record.kind.value.replace("_", " "), KIND_STYLE.get(record.kind, "")
