"""News as a person reads it, at night and without knowing this product. No I/O.

A hand-over says first why, in one line, because a pager shows no more; then what was seen, what was tried with each
outcome, what was not done because of it, and what the person does next (`advice.py`), with the commands to type.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from shlex import quote

from msgspec.structs import replace

from shared.errors import brief
from shared.model.audit import NOBODYS
from shared.model.decisions import Verdict
from shared.model.incidents import Incident
from shared.model.news import News, NewsKind
from shared.model.nodes import Condition
from shared.model.operations import RESTS, Operation, OperationState
from shared.model.remedies import Remedy
from shared.operate.plans import PLANS
from shared.operate.steps.grow import SURGED
from shared.operate.steps.keep_evidence import EVIDENCE
from shared.operate.steps.stop_new_tasks import STOPPED

from .advice import (
    MEANING,
    ORDERED_FOR_IT,
    OUT_OF_POLICY,
    TAKE_BACK,
    advice_for,
    how_it_ends,
    left_undone,
    named,
)
from .context import Context

COMMAND = "python -m cli"
LONGEST = 6000  # characters of one text
TITLES = {
    NewsKind.INCIDENT_OPENED: "is not well",
    NewsKind.INCIDENT_HANDED_OVER: "needs a person",
    NewsKind.INCIDENT_RESOLVED: "is over",
    NewsKind.OPERATION_BEGUN: "is being helped",
    NewsKind.OPERATION_STEP: "one step further",
    NewsKind.OPERATION_DONE: "was helped",
    NewsKind.OPERATION_FAILED: "was not helped",
    NewsKind.OPERATION_WITHDRAWN: "is left alone again",
    NewsKind.APPROVAL_ASKED: "waits for your approval",
    NewsKind.STORM_BEGUN: "has a storm: nothing is touched",
    NewsKind.STORM_OVER: "has no storm any more",
    NewsKind.PERSON_SPOKE: "somebody spoke",
    NewsKind.POLICY_REJECTED: "file as it is now is not obeyed",
    NewsKind.WORK_GIVEN_UP: "cannot be worked on",
    NewsKind.WORD_RAN_OUT: "has a word about it that ran out",
}
OPENED_AS = {
    Condition.SURPLUS: "is one too many",
    Condition.HOT: "is much fuller than the rest of its pool",
}
"""Where the incident of a node that works is opened."""
GIVEN_UP = f"operation {OperationState.HANDED_OVER.value}: "  # how the audit begins
LONGEST_LINE = 300  # characters of one outcome


def in_words(news: News, context: Context) -> News:
    """With pool, title, and the text that a person needs."""
    pool = context.pool_of(news)
    whose = "poolkeeper" if news.cluster == NOBODYS else news.cluster
    operation = context.operations.get(news.operation)
    data = {"remedy": operation.remedy.value, "plan": operation.plan.value} if operation else {}
    incident, what = context.incidents.get(news.incident), TITLES[news.kind]
    if incident is not None and news.kind is NewsKind.INCIDENT_OPENED:
        what = OPENED_AS.get(incident.condition, what)
    title = f"{whose}: {named(news.subject)} {what}"
    if incident is not None:
        data |= {"condition": incident.condition.value}
    text = "\n".join(_lines(news, incident, context))
    return replace(news, pool=pool.name if pool else "", title=title, text=text[:LONGEST], data=data)


def _lines(news: News, incident: Incident | None, context: Context) -> Iterator[str]:
    if news.kind is NewsKind.INCIDENT_HANDED_OVER:
        yield from _handed_over(news, incident, context)
        return
    if news.kind is NewsKind.APPROVAL_ASKED:
        yield from _proposal(news, incident)
        return
    yield news.text
    match news.kind:
        case NewsKind.WORD_RAN_OUT if incident is not None:
            yield from _question(news, incident.proposed)
        case NewsKind.STORM_BEGUN:
            yield ""
            yield from advice_for("( storm)", None, "")
            yield f"{COMMAND} status --cluster {news.cluster}"
        case NewsKind.WORK_GIVEN_UP:
            yield ""
            yield "This is likely a fault of this app, or of a version of it. A running operation is tried again each"
            yield "minute, and goes on by itself once the cause is mended; until then nothing more is done by it."
            yield f"Look:  {COMMAND} quarantine list; quarantine show ROW; and the app's log of that time"
            yield f"Again: {COMMAND} quarantine replay ROW --why ..."
        case NewsKind.POLICY_REJECTED:
            yield f"The last good one stays in force. Its faults: {COMMAND} status"
        case _ if news.incident:
            yield f"{COMMAND} explain {quote(news.incident)}"
        case _:
            return


def _proposal(news: News, incident: Incident | None) -> Iterator[str]:
    """What is wrong, and what it would mean to agree."""
    remedy = news.key.rpartition("|")[2]
    if incident is None:
        yield news.text
    else:
        yield f"{incident.condition.value} since {incident.since:%Y-%m-%d %H:%M:%S} UTC: {_short(incident.because)}"
    yield f"Proposed is {remedy}: {MEANING[Remedy(remedy)]}. It is begun when you agree and all guards still do."
    yield from _question(news, remedy)


def _question(news: News, remedy: str) -> Iterator[str]:
    """What a person types to answer."""
    yield ""
    yield f'Agree:  {COMMAND} approve {news.incident} {remedy} --why "..."'
    yield f'Refuse: {COMMAND} reject {news.incident} --why "..."'
    yield f"Why:    {COMMAND} explain {news.incident}"


def _handed_over(news: News, incident: Incident | None, context: Context) -> Iterator[str]:
    """Short enough that the end, which says what to do, is never cut off."""
    tried = context.tried(news.incident)
    head = "\n".join(_seen(news, incident))
    tail = "\n".join(_to_do(news, incident, tried[-1] if tried else None))
    yield head
    yield "\n".join(_tried(tried))[: LONGEST - len(head) - len(tail) - 2]
    yield tail


def _seen(news: News, incident: Incident | None) -> Iterator[str]:
    yield _short(
        news.text.removeprefix(f"{Verdict.HAND_OVER.value}: ").removeprefix(GIVEN_UP), 3 * LONGEST_LINE
    )
    yield "What was seen"
    if incident is None:
        yield "  its incident is over by now"
        return
    since = f"since {incident.since:%Y-%m-%d %H:%M:%S} UTC"
    is_node = not news.subject.startswith("(")
    yield f"  {incident.condition.value} {since}: {_short(incident.because)}" if is_node else f"  {since}"


def _tried(tried: Sequence[Operation]) -> Iterator[str]:
    """Of the last operation every step, of those before it how they ended."""
    yield "What was tried"
    if not tried:
        yield "  nothing: no remedy was begun"
    for operation in tried:
        how = operation.state.value.replace("_", " ")
        yield f"  {operation.remedy.value} ({how}): {_short(operation.outcome or operation.step)}"
    for record in tried[-1].steps if tried else ():
        yield f"    {record.step}: {_short(record.outcome)}"


def _to_do(news: News, incident: Incident | None, last: Operation | None) -> Iterator[str]:
    yield "What was not done because of it"
    yield from _steps_left(last)
    yield f"  {_left(news, incident)}"
    yield "What you do next"
    step = last.step if last is not None and last.state is OperationState.HANDED_OVER else ""
    lines = [f"{COMMAND} explain {quote(news.incident or news.subject)}"]
    if last is not None and EVIDENCE in last.notes:
        lines[0] = f"See what was kept of it (tasks, failed units, boot diagnostics): {lines[0]}"
    rests = last is not None and bool(step) and RESTS in last.notes
    lines += OUT_OF_POLICY if rests else advice_for(news.subject, incident, step)
    if last is not None and rests and SURGED in last.notes:
        lines.append(ORDERED_FOR_IT)
    lines += _taken_back(last)
    yield from (f"  {number}. {line}" for number, line in enumerate(lines, 1))
    yield f"  In the end: {how_it_ends(news.subject)}."


def _left(news: News, incident: Incident | None) -> str:
    if incident is not None and incident.condition is Condition.HOT:
        return "no task moves in its pool for a day; everything that runs there goes on"
    if incident is None or incident.again_at is None:
        return left_undone(news.subject)
    at = f"{incident.again_at:%Y-%m-%d %H:%M} UTC"
    return f"nothing more before {at}: then it is tried again, and less and less often"


def _steps_left(last: Operation | None) -> Iterator[str]:
    if last is not None and last.state is OperationState.HANDED_OVER:
        steps = [step.name for step in PLANS[last.plan].steps]
        done = {record.step for record in last.steps}
        left = [step for step in steps if step not in done]
        yield f"  the steps {', '.join(left)} of {last.remedy.value}"


def _taken_back(last: Operation | None) -> Iterator[str]:
    """How to let tasks come to the node again, where it was given up and the masters still keep them away."""
    if last is not None and last.state is OperationState.HANDED_OVER:
        is_told = any(record.step == "tell_scheduler" for record in last.steps)
        if last.notes.get(STOPPED) in TAKE_BACK and not is_told:
            yield TAKE_BACK[last.notes[STOPPED]]


def _short(text: str, longest: int = LONGEST_LINE) -> str:
    """Without the details of errors, and of one line's length."""
    told = " ".join(brief(text).split())
    return told if len(told) <= longest else f"{told[:longest]} ..."
