"""News as a person reads it, at night and without knowing this product. No I/O.

A hand-over says in this order what was seen, what was tried with each outcome, what was not done because of it, and
what the person does next, with the commands to type.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from shared.model.audit import NOBODYS
from shared.model.incidents import Incident
from shared.model.news import News, NewsKind
from shared.model.operations import Operation, OperationState
from shared.operate.plans import PLANS

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
}
ADVICE = {
    "prove_dead": "See by hand whether the machine is dead; what we read contradicts itself.",
    "destroy": "Delete the instance in Azure, after a look at what Azure said; this app goes on when it is gone.",
    "prove_gone": "See in Azure why the instance is still there, and delete it.",
    "tell_scheduler": "On the leading master, mark the agent gone, or take its machine down and up again.",
    "surge": "See quota and capacity of the region, and grow the scale set to the wanted size.",
    "grow": "See quota and capacity of the region, and grow the scale set to the wanted size.",
    "await_successor": "See on the new machine why its DC/OS agent does not register: boot diagnostics, journalctl.",
    "await_join": "See on the new machine why its DC/OS agent does not register: boot diagnostics, journalctl.",
    "move_tasks": "See which tasks do not leave the node, and whether their service can spare them.",
    "verify": "See in Marathon or in the service why its tasks do not run again.",
}
"""What helps, by the step that could not go on."""


def in_words(news: News, context: Context) -> News:
    """With pool, title, and the text that a person needs."""
    pool = context.pool_of(news)
    whose = "poolkeeper" if news.cluster == NOBODYS else news.cluster
    title = f"{whose}: {news.subject} {TITLES[news.kind]}"
    operation = context.operations.get(news.operation)
    data = {"remedy": operation.remedy.value, "plan": operation.plan.value} if operation else {}
    incident = context.incidents.get(news.incident)
    if incident is not None:
        data |= {"condition": incident.condition.value}
    text = "\n".join(_lines(news, incident, context))
    return replace(news, pool=pool.name if pool else "", title=title, text=text[:LONGEST], data=data)


def _lines(news: News, incident: Incident | None, context: Context) -> Iterator[str]:
    if news.kind is NewsKind.INCIDENT_HANDED_OVER:
        yield from _handed_over(news, incident, context)
        return
    yield news.text
    match news.kind:
        case NewsKind.APPROVAL_ASKED:
            remedy = news.key.rpartition("|")[2]
            yield ""
            yield f'Agree:  {COMMAND} approve {news.incident} {remedy} --why "..."'
            yield f'Refuse: {COMMAND} reject {news.incident} --why "..."'
            yield f"Why:    {COMMAND} explain {news.incident}"
        case NewsKind.STORM_BEGUN:
            yield ""
            yield "So much fails at once that the machines are probably not the cause. See the network, the masters,"
            yield f"the region: {COMMAND} status --cluster {news.cluster}"
        case NewsKind.POLICY_REJECTED:
            yield f"The last good one stays in force. Its faults: {COMMAND} status"
        case _ if news.incident:
            yield f"{COMMAND} explain {news.incident}"
        case _:
            return


def _handed_over(news: News, incident: Incident | None, context: Context) -> Iterator[str]:
    tried = context.tried(news.incident)
    last = tried[-1] if tried else None
    yield "What was seen"
    if incident is not None:
        yield f"  {incident.condition.value} since {incident.since:%Y-%m-%d %H:%M:%S} UTC: {incident.because}"
    yield f"  {news.text}"
    yield "What was tried"
    if not tried:
        yield "  nothing: no remedy was begun"
    for operation in tried:
        yield f"  {operation.remedy.value} ({operation.state.value}): {operation.outcome or operation.step}"
        yield from (f"    {record.step}: {record.outcome}" for record in operation.steps)
    yield "What was not done because of it"
    yield from _left_undone(last)
    yield "What you do next"
    advice = ADVICE.get(last.step, "") if last else ""
    yield f"  1. {COMMAND} explain {news.incident or news.subject}"
    yield f"  2. {advice or 'See the machine in Azure and on the agents page of Mesos, and mend it or delete it.'}"
    yield f"  3. When it is mended nothing more is needed: {COMMAND} status shows it well within a minute or two."


def _left_undone(last: Operation | None) -> Iterator[str]:
    if last is not None and last.state is OperationState.HANDED_OVER:
        steps = [step.name for step in PLANS[last.plan].steps]
        done = {record.step for record in last.steps}
        left = [step for step in steps if step not in done]
        yield f"  the steps {', '.join(left)} of {last.remedy.value}"
    yield "  nothing more is done about it until its condition changes, and what it takes of the limits stays taken"
