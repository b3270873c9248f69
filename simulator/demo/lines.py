"""The timeline: one line for each thing that somebody heard, judged, decided, did or refused, or that the world did.

The app's lines come from its audit (`of_record`), the world's from the story. Names are made short on the way: on a
stage with one pool, `dcos-agent-private-2A97516C-vmss0_3` is agent 3.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

import msgspec

from shared.model.audit import AuditKind, AuditRecord
from shared.model.decisions import Answer, Decision

_AGENT_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}-(S\d+)")
_NUMBER = re.compile(r"\d+$")
_ARM_ID = re.compile(r"/subscriptions/\S+?/virtualMachineScaleSets/")


class Word(StrEnum):
    """What kind of line it is. `world` is what the story breaks and mends; the others are the app's."""

    WORLD = "world"
    HEARD = "heard"
    JUDGED = "judged"
    DECIDED = "decided"
    DID = "did"
    WAITS = "waits"
    REFUSED = "refused"
    CLOSED = "closed"


_WORDS = {
    AuditKind.HEARD: Word.HEARD,
    AuditKind.NOT_OURS: Word.HEARD,
    AuditKind.OPENED: Word.JUDGED,
    AuditKind.JUDGED: Word.JUDGED,
    AuditKind.DECIDED: Word.DECIDED,
    AuditKind.REFUSED: Word.REFUSED,
    AuditKind.STEP: Word.DID,
    AuditKind.CLOSED: Word.CLOSED,
    AuditKind.POLICY: Word.JUDGED,
    AuditKind.PERSON: Word.HEARD,
    AuditKind.GIVEN_UP: Word.REFUSED,
}


@dataclass(frozen=True, slots=True)
class Line:
    """`at_s` are seconds since the curtain rose, negative before. `about` is a node's short name, or the pool's or
    the cluster's. `answers` are the guards', allowances and refusals, where some were asked."""

    at_s: float
    word: Word
    about: str
    text: str
    answers: tuple[Answer, ...] = ()
    again: bool = False
    """The guards were asked again, just before something irreversible."""

    @property
    def refused(self) -> tuple[Answer, ...]:
        return tuple(answer for answer in self.answers if not answer.allowed)


def of_record(record: AuditRecord, scale_set: str, zero: datetime) -> Line:
    """One record of the audit as a line."""
    word = _WORDS[record.kind]
    if word is Word.DID and " waits: " in record.text:
        word = Word.WAITS
    at_s = (record.at - zero).total_seconds()
    again = "answers" in record.data
    return Line(
        at_s,
        word,
        short(record.subject, scale_set),
        short(_text(record), scale_set),
        _answers(record),
        again,
    )


def _text(record: AuditRecord) -> str:
    """What the record says, with what only its data says."""
    if record.kind is AuditKind.OPENED:
        return f"{record.data.get('condition', '')}: {record.text.split('; ')[0]}"
    if "answers" in record.data:
        return f"{record.text} (before {record.data.get('step')})"
    if record.data.get("faults"):
        return f"{record.text}: {'; '.join(record.data['faults'])}"
    if record.kind is AuditKind.HEARD:
        words = {"we did it ourselves": "an echo of our own change"}
        return words.get(record.text, record.text.replace("event_grid", "Event Grid", 1))
    return record.text.replace(" waits: ", ": ", 1)


def _answers(record: AuditRecord) -> tuple[Answer, ...]:
    decision, again = record.data.get("decision"), record.data.get("answers")
    if decision is not None:
        return msgspec.convert(decision, Decision).answers
    if again is not None:
        return msgspec.convert(again, tuple[Answer, ...])
    return ()


def short(text: str, scale_set: str) -> str:
    """The same with short names for machines, the scale set and Mesos's agent ids."""
    text = _ARM_ID.sub("", text)
    text = re.sub(rf"{re.escape(scale_set)}_(\d+)", r"agent \1", text, flags=re.IGNORECASE)
    text = re.sub(re.escape(scale_set), "the scale set", text, flags=re.IGNORECASE)
    return _AGENT_ID.sub(r"\1", text)


def told_together(lines: Iterable[Line]) -> list[Line]:
    """Lines of one moment that say the same of several nodes become one, with the answers of the last of them.
    In the order of time, which several workers' records do not have among themselves."""
    together: dict[tuple[Word, str, int], list[Line]] = {}
    times: Counter[tuple[Word, str, str]] = Counter()
    for line in lines:
        text = _numberless(line)
        times[line.word, text, line.about] += 1  # one node's second time is another line
        together.setdefault((line.word, text, times[line.word, text, line.about]), []).append(line)
    return sorted((_one_of(same) for same in together.values()), key=lambda line: line.at_s)


def _numberless(line: Line) -> str:
    """What must be the same: for a refusal its reasons, else the text without the name of the node."""
    if line.refused:
        return ",".join(answer.reason for answer in line.refused)
    text = line.text.replace(line.about, "").replace(line.about.replace("agent ", "instance "), "")
    return re.sub(r"\bS\d+\b", "S", text)


def _one_of(same: list[Line]) -> Line:
    last, at_s = same[-1], min(line.at_s for line in same)
    same = sorted(same, key=_by_number)
    names = list(dict.fromkeys(line.about for line in same))
    if len(names) == 1:
        return last
    agents = [name.removeprefix("agent ") for name in names if name.startswith("agent ")]
    about = f"agents {', '.join(agents)}" if len(agents) == len(names) else ", ".join(names)
    return replace(last, at_s=at_s, about=about, text=_for_all(same))


def _by_number(line: Line) -> int:
    """Agent 10 after agent 4."""
    number = _NUMBER.search(line.about)
    return int(number.group()) if number else -1


def _for_all(same: list[Line]) -> str:
    """The text, with every one's agent id where it names one."""
    text = (
        re.sub(r"\binstance \d+", "the instance of each", same[-1].text) if len(same) > 1 else same[-1].text
    )
    ids = [re.search(r"\bS\d+\b", line.text) for line in same]
    named = [found.group() for found in ids if found is not None]
    return re.sub(r"\bS\d+\b", ", ".join(named), text, count=1) if named else text
