"""What the guards' answers amount to, for agents and masters alike: the last rules of `repair.py` and of `masters.py`.

All agree: act. All who refuse say until when: wait for the last of them. Anything else: hold, and look again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from shared.guards import Guard, Question, ask, refusals
from shared.model.decisions import Answer, Decision, Verdict
from shared.model.nodes import Finding
from shared.model.remedies import Remedy


def ask_guards(question: Question, guards: Sequence[Guard]) -> Decision:
    """Asks all of them, and keeps every answer."""
    answers, finding = ask(question, guards), question.finding
    against = refusals(answers)
    if not against:
        because = f"{finding.because}; {question.remedy.value} it"
        return decided(finding, Verdict.ACT, because, answers=answers, remedy=question.remedy)
    because = f"{finding.because}; refused by {', '.join([f'{no.guard} ({no.reason})' for no in against])}"
    ends = [no.until for no in against if no.until is not None]
    if len(ends) == len(against):
        return decided(finding, Verdict.WAIT, because, max(ends), answers)
    return decided(finding, Verdict.HOLD, because, None, answers)


def decided(
    finding: Finding,
    verdict: Verdict,
    because: str,
    until: datetime | None = None,
    answers: tuple[Answer, ...] = (),
    *,
    remedy: Remedy | None = None,
) -> Decision:
    node = finding.node
    return Decision(node.name, node.pool, finding.condition, verdict, because, remedy, answers, until)
