"""`audit tail` and `audit verify`: what was heard, judged, decided, done and refused; and is the record whole?

The audit of a cluster is kept by month, each month's first entry linked to the last one of the month before, and a
head row beside the entries that says which one is the last. Verifying computes every hash anew, follows the links
over the months and compares the last entry with the head, so that cutting entries off at the end is seen as well,
unless the head was written anew with it.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from rich.text import Text

from cli.speech import console, grid, indented, rows, say, styled
from shared.audit import Entry
from shared.desk.audit import Month
from shared.desk.words import clock_time, counted, plain
from shared.model.audit import NOBODYS, AuditKind, AuditRecord
from shared.model.decisions import Answer

WIDE = 130  # columns from which on an entry is one line
KIND_STYLE = {
    AuditKind.REFUSED: "yellow",
    AuditKind.OPENED: "red",
    AuditKind.CLOSED: "green",
    AuditKind.DECIDED: "cyan",
}


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


def show_story(records: Iterable[AuditRecord]) -> None:
    """The entries of one node, each with the guards' answers that it rests on."""
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
