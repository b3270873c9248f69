"""Stateful: does a service lose a member, or data, that it cannot do without?

About what is at stake on the node (`stakes.py`):

1. A unit is restarted: go on, tasks run through that. The node's end is near and it still works: go on, it is lost with
   its members whether we act or not. Those that the rules below would refuse are not touched by our hand
   (`left_alone`): new tasks are kept away from them, a successor comes, and they go with the machine.
2. Another operation disrupts the same service: refuse. Never two members of one service by our hand.
3. A dead node is restarted: go on, nothing is taken away and its disks stay.
4. What runs there could not be read, and the node holds, or may hold, volumes or reservations: refuse. The same while
   anything runs on a node that still works: how it would be moved is not known either.
5. An application with tasks on a node that still works is being deployed: refuse, until that is over.
6. By the catalog a person decides always (Quobyte, Riak, what nobody knows), or before data is given up that could
   still come back (one copy by default): refuse, until a person approves of the remedy for this incident. Of a
   machine that is gone the temporary disk is gone too.
7. Something is going on elsewhere in the service: a deployment, a member that recovers: refuse, until it is at rest.
8. More members of one sort would be down, or given up, than the catalog allows, with those that are down for other
   reasons; or a restart would take two members at once: refuse, until a person approves. Members that are gone already
   are not given up by us.

9. One task is moved for the sake of the load: of all these only 5, and what runs there has to be known. Nothing else on
   the node is touched, and a task that keeps anything is not chosen (`decide/relief.py`).

While the operation moves members, 5, 7 and 8 are kept by that step, one member after the other, and what moves does not
stand in its own way. Before the machine goes they are asked again, about what is left on it.
Published: restarting several members of a replicated store at once lost its majority, and data with it
(apache/mesos:docs/maintenance.md argues for maintenance that frameworks are told of, for this reason).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from shared.model.catalog import Person
from shared.model.decisions import APPROVE, Answer, Number
from shared.model.ledger import Disruption
from shared.model.nodes import Condition
from shared.model.overrides import OverrideKind, in_force
from shared.model.readings import Failure
from shared.model.remedies import LOSES_LOCAL_VOLUMES, Remedy

from .question import Question, allow, refuse
from .stakes import Stake, agent_of, at_stake, holdings_of

GUARD = "stateful"


def ask(question: Question) -> Answer:
    if question.remedy is Remedy.RESTART_UNIT or (question.is_urgent and question.finding.is_connected):
        return allow(GUARD, {})
    if question.remedy is Remedy.RELIEVE:
        return _not_known(question, ()) or allow(GUARD, {})  # rule 9
    stakes = at_stake(question.finding.node, question.snapshot)
    shown: dict[str, Number] = {"services": ", ".join(stake.service for stake in stakes)} if stakes else {}
    for stake, entry in _disrupted(question, stakes):
        numbers = {"service": stake.service, "operation": entry.operation, "node": entry.node}
        return refuse(GUARD, "stateful_member_busy", None, numbers)
    if not question.finding.is_connected and question.remedy not in LOSES_LOCAL_VOLUMES:
        return allow(GUARD, shown)
    against = _not_known(question, stakes) or _members(question, stakes)
    return against or allow(GUARD, shown)


def _not_known(question: Question, stakes: Sequence[Stake]) -> Answer | None:
    """Rules 4 and 5."""
    unread = _unread(question, stakes)
    if unread is not None:
        return refuse(GUARD, "stateful_unread", None, {"service": unread[0], "why": unread[1]})
    deploying = _deploying(question)
    if deploying is not None:
        return refuse(GUARD, "stateful_deployment", None, {"app": deploying})
    return None


def left_alone(question: Question, *, together: bool) -> frozenset[str]:
    """The services and applications on a node whose end is near of which no member may be ended by us, by rules 2, 4,
    6, 7 and 8. `together`: what is moved is moved at once, and not one member after the other."""
    stakes, approved = at_stake(question.finding.node, question.snapshot), is_approved(question)
    alone = {stake.service for stake, _ in _disrupted(question, stakes)}
    for stake in stakes:
        for_a_person = _is_for_a_person(question, stake) or _is_one_too_many(question, stake, together)
        if stake.unread or stake.busy or (for_a_person and not approved):
            alone.add(stake.service)
    return frozenset(alone)


def _members(question: Question, stakes: Sequence[Stake]) -> Answer | None:
    """Rules 6 to 8."""
    approved = is_approved(question)
    for stake in stakes:
        if not approved and _is_for_a_person(question, stake):
            numbers = {"service": stake.service, "why": stake.package.why_person}
            return refuse(GUARD, "stateful_person", None, {**numbers, APPROVE: question.remedy.value})
    if question.moving:
        return None
    for stake in stakes:
        if stake.busy:
            return refuse(GUARD, "stateful_unsettled", None, {"service": stake.service, "why": stake.busy})
    return None if approved else _too_many(question, stakes)


def _unread(question: Question, stakes: Sequence[Stake]) -> tuple[str, str] | None:
    """Rule 4: what could not be read, and why."""
    for stake in stakes:
        if stake.unread:
            return stake.service, stake.unread
    work, agent = question.snapshot.workloads, question.finding.node.agent
    if agent is None or not agent.active or not any(agent.task_ids.values()):
        return None
    parts = (
        [work] if isinstance(work, Failure) else [work.value.apps, work.value.pods, work.value.deployments]
    )
    return next(((part.source, part.why) for part in parts if isinstance(part, Failure)), None)


def _deploying(question: Question) -> str | None:
    """Rule 5: an application with tasks here that a deployment is about."""
    if not question.finding.is_connected or question.moving:
        return None
    work, agent_id = question.snapshot.workloads, agent_of(question.finding.node)
    if isinstance(work, Failure) or agent_id is None:
        return None
    deployments = work.value.deployments
    locked = (
        set[str]()
        if isinstance(deployments, Failure)
        else {id for d in deployments.value for id in d.affects}
    )
    here = [app for app in work.value.run_specs if app.on(agent_id)]
    return next((app.id for app in here if app.is_deploying or app.id in locked), None)


def _disrupted(question: Question, stakes: Sequence[Stake]) -> Iterator[tuple[Stake, Disruption]]:
    """Rule 2, over all pools of the cluster."""
    others = [one for one in question.ledger.active if one.operation != question.operation]
    for entry in (*others, *question.elsewhere):
        for stake in stakes:
            if stake.service in entry.services:
                yield stake, entry


def is_approved(question: Question) -> bool:
    """Whether a person has agreed to this remedy for this incident, when the operation began or until now."""
    about = [question.incident] if question.incident else []
    at: datetime = question.begun_at or question.now
    said = in_force(question.overrides, OverrideKind.APPROVE, about, at)
    return any(one.remedy == question.remedy.value for one in said)


def _is_for_a_person(question: Question, stake: Stake) -> bool:
    """Rule 6."""
    if stake.package.person is Person.ALWAYS:
        return True
    if stake.package.person is Person.NEVER or _is_lost(question):
        return False
    keeps = question.remedy not in LOSES_LOCAL_VOLUMES and stake.package.keeps.stays_when_restarted
    return not keeps


def _is_lost(question: Question) -> bool:
    """Whether what the node held is gone with its machine. A disk of its own outlives a machine that was only
    deallocated."""
    if question.finding.condition is not Condition.GONE:
        return False
    held = holdings_of(question.finding.node) or ()
    return question.finding.node.instance is None or not any(one.on_own_disk for one in held)


def _too_many(question: Question, stakes: Sequence[Stake]) -> Answer | None:
    """Rule 8."""
    if _is_lost(question):
        return None
    against = (_is_one_too_many(question, stake, together=False) for stake in stakes)
    return next((answer for answer in against if answer is not None), None)


def _is_one_too_many(question: Question, stake: Stake, together: bool) -> Answer | None:
    living, loses = question.finding.is_connected, question.remedy in LOSES_LOCAL_VOLUMES
    numbers: dict[str, Number] = {"service": stake.service, APPROVE: question.remedy.value}
    if not loses and sum(stake.up.values()) > 1:
        numbers["members"] = sum(stake.up.values())
        return refuse(GUARD, "stateful_two_members", None, numbers)
    for sort, here in stake.here.items():
        one_by_one = living and stake.moves_one_by_one and not together
        taken, total = 1 if one_by_one else here, stake.total.get(sort, here)
        down, most = stake.down.get(sort, 0), stake.package.may_be_down(sort, total)
        if down + taken > most:
            numbers |= {"sort": sort, "down": down, "taken": taken, "members": total, "may_be_down": most}
            return refuse(GUARD, "stateful_quorum", None, numbers)
    return None
