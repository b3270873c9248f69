"""`explain`: one node or incident from what was heard to what comes next, with every number it rests on.

First the answer (what is it, and what happens next and when), then the grounds: what is remembered of the machine,
what was heard, the decision with every guard's answer, the steps that were done, and last the audit in order.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from rich.text import Text

from cli.audit import answer_line, show_story
from cli.overrides import pauses_of, words_about
from cli.speech import CONDITION_STYLE, VERDICT_STYLE, grid, indented, rows, say, styled
from shared.desk.explain import Explained
from shared.desk.next import steps_of
from shared.desk.operations import OperationView
from shared.desk.words import ago, clock_time, span
from shared.judge.flapping import losses_of
from shared.model.decisions import Decision
from shared.model.incidents import Incident
from shared.model.nodes import NodeMemory
from shared.model.operations import OperationState
from shared.model.overrides import THE_CLUSTER
from shared.model.signals import Signal
from shared.records.evidence import Evidence


def show_case(case: Explained, now: datetime) -> None:
    _show_head(case, now)
    _heading("next")
    for sentence in case.next:
        say(indented(sentence[:1].upper() + sentence[1:], 2))
    _show_people(case, now)
    if case.memory is not None:
        _heading("remembered of the machine")
        say(rows(grid("", ""), _remembered(case.memory, now)))
    if case.incident is not None:
        _show_heard(case.incident)
        if case.incident.decision is not None:
            _show_decision(case.incident.decision)
    if case.operation is not None:
        _show_steps(case.operation, now)
    if case.evidence is not None:
        _show_evidence(case.evidence, now)
    if case.audit:
        _heading("the audit")
        show_story(case.audit)
    if not case.audit_is_whole:
        say(
            indented(
                "Earlier entries are left out, for the audit of the cluster is long: see `audit tail`.", 2
            )
        )
    if case.earlier:
        _heading("earlier incidents")
        for before in case.earlier:
            say(indented(f"{before.id}: {before.condition.value}, {before.outcome}", 2))


def _show_people(case: Explained, now: datetime) -> None:
    """Pauses that hold for the node, and what was said or is asked about its incident."""
    subjects = [THE_CLUSTER, case.pool, case.node]
    told: list[Text | str] = [*pauses_of(case.overrides, list(dict.fromkeys(subjects)), now)]
    if case.incident is not None and case.incident.closed_at is None:
        told += words_about(case.incident, case.overrides, now)
    if told:
        _heading("people")
        say(*(indented(line, 2) for line in told))


def _show_evidence(evidence: Evidence, now: datetime) -> None:
    _heading("evidence")
    say(indented(f"kept {ago(evidence.at, now)}, before anything final was done to it", 2))
    say(rows(grid("", ""), _kept(evidence)))


def _kept(evidence: Evidence) -> Iterator[tuple[str, str]]:
    machine, agent = evidence.instance, evidence.agent
    yield "  condition", f"{evidence.condition.value}: {evidence.because}"
    if machine is not None:
        told = f"{machine.power.value}, {machine.provisioning.value}, guest agent {machine.guest_agent.value}"
        yield "  Azure", f"{told} {machine.failure}".rstrip()
    if agent is not None:
        ids = sum(len(each) for each in agent.task_ids.values())
        yield "  Mesos", f"{agent.agent_id}, {'active' if agent.active else 'not active'}, {ids} tasks listed"
    yield "  tasks", ", ".join(f"{count} of {key}" for key, count in evidence.tasks.items()) or "none"
    for name, complaint in evidence.complaints.items():
        yield "  unit", f"{name}: {complaint.why} {complaint.says}".rstrip()
    for alert in evidence.alerts:
        yield "  alert", f"{alert.rule} {alert.stage}, last value {alert.value:g} at {clock_time(alert.seen)}"
    yield "  console", evidence.console
    yield from (("  left out", why) for why in evidence.left_out)


def _heading(words: str) -> None:
    say("", styled((words, "bold underline")))


def _show_head(case: Explained, now: datetime) -> None:
    incident = case.incident
    say(styled((case.node, "bold"), f"  in {case.cluster}/{case.pool or '-'}"))
    if incident is None:
        known = "healthy" if case.memory and case.memory.joined_at else "joining"
        say(styled("as last remembered ", (known, CONDITION_STYLE[known]), ", no incident"))
        return
    condition = incident.condition.value
    if incident.closed_at is not None:
        how = incident.state.value.replace("_", " ")
        took = span(incident.closed_at - incident.opened_at)
        say(styled(f"was {condition}, {how} {ago(incident.closed_at, now)} after {took}: {incident.outcome}"))
    else:
        since = f" since {clock_time(incident.since)} ({ago(incident.since, now)})"
        say(styled((condition, CONDITION_STYLE.get(condition, "")), since))
    say(styled(("incident ", "dim"), incident.id))


def _remembered(memory: NodeMemory, now: datetime) -> Iterator[tuple[str, str]]:
    yield "  instance", f"{memory.instance_id} ({memory.vm_id})"
    yield "  address", memory.address or "not known"
    yield "  agent", f"{memory.agent_id or 'none yet'}{f' on {memory.hostname}' if memory.hostname else ''}"
    place = [
        f"fault domain {memory.fault_domain}" if memory.fault_domain is not None else "",
        memory.zone or "",
    ]
    yield "  place", ", ".join(part for part in place if part) or "not told by Azure"
    joined = f", joined {ago(memory.joined_at, now)}" if memory.joined_at else ", not joined yet"
    yield "  seen", f"first {ago(memory.first_seen_at, now)}{joined}"
    tasks = ", ".join(f"{count} of {key}" for key, count in sorted(memory.tasks.items()))
    yield "  tasks", tasks or "none"
    if memory.replaces:
        yield "  came for", f"operation {memory.replaces}"
    if memory.losses:
        losses = losses_of(memory, now)
        often = f"{losses.week} times within a week, {losses}, last {ago(memory.losses[-1], now)}"
        yield "  lost", f"flapping: {often}" if losses.is_flapping else often


def _show_heard(incident: Incident) -> None:
    _heading("heard")
    if not incident.signals:
        say(indented("No signal told of it: a sweep found it.", 2))
        return
    cells = ((styled((f"  {clock_time(one.heard_at)}", "dim")), _told_by(one)) for one in incident.signals)
    say(rows(grid("", ""), cells))


def _told_by(signal: Signal) -> str:
    by = f", done by {signal.by}" if signal.by else ""
    late = span(signal.heard_at - signal.occurred_at)
    return f"{signal.source.value} says {signal.kind.value}{by}, {late} after it happened"


def _show_decision(decision: Decision) -> None:
    _heading("decided")
    verdict = decision.verdict.value
    remedy = f" {decision.remedy.value}" if decision.remedy else ""
    said = (f"  {verdict.replace('_', ' ')}{remedy}", VERDICT_STYLE.get(verdict, ""))
    until = f" until {clock_time(decision.until)}" if decision.until else ""
    say(styled(said, until))
    say(indented(decision.because, 2))
    if not decision.answers:
        say(indented("No guard was asked yet.", 2))
    for answer in decision.answers:
        say(indented(answer_line(answer), 2))


def _show_steps(operation: OperationView, now: datetime) -> None:
    _heading(f"operation {operation.id}")
    state = operation.state.value.replace("_", " ")
    ended = f" {ago(operation.closed_at, now)}: {operation.outcome}" if operation.closed_at else ""
    say(indented(f"{operation.remedy.value}, begun {clock_time(operation.created_at)}, {state}{ended}", 2))
    table = grid("  step", "ended", "took", "outcome")
    done = {record.step for record in operation.steps}
    for record in operation.steps:
        ended_at, took = f"{record.ended_at:%H:%M:%S}Z", span(record.ended_at - record.started_at)
        rows(table, [(styled((f"  {record.step}", "green")), ended_at, took, record.outcome)])
    if operation.state is OperationState.RUNNING:
        for name in steps_of(operation):
            if name == operation.step:
                waiting = operation.notes.get("waiting", "") if operation.attempt else ""
                took = span(now - operation.step_since)
                rows(table, [(styled((f"  {name}", "bold cyan")), "now", took, waiting)])
            elif name not in done:
                rows(table, [(styled((f"  {name}", "dim")), "", "", Text(""))])
    say(table)
