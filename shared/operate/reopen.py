"""What was handed over and goes on by itself, when what stopped it is gone. Whoever asked for repair expects that.

1. Azure refused it by a lock, a policy of Azure's, or a role that is missing. Nobody tells when that is gone, so it is
   tried again: a quarter of an hour after it was handed over, then after twice as long each time, and at last each six
   hours. A rung that was refused does not count as tried. So is a machine that works and is one too many, for whatever
   reason its deletion failed, or when its tasks start on it again each time that they are ended.
2. Its machine counted as gone while Azure listed it still, in a deletion that did not come to an end, and is listed no
   more: its place in the pool is empty now.
3. No rung of the ladder was left, and the policy has got one since that could help.

It goes on as an open incident that is decided anew, with every guard asked. Nothing else takes up what a person was
called for, who may be at work on it. Nor does a machine that was another one than the one that was proved dead: what is
remembered of its number may be about the other still.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec.structs import replace

from shared.decide.ladder import choose
from shared.model.decisions import Verdict
from shared.model.incidents import Incident, IncidentState
from shared.model.nodes import Condition, Finding
from shared.model.operations import Operation, OperationState
from shared.model.remedies import Remedy
from shared.model.sizes import regarded
from shared.policy.schema import ClusterPolicy

from .hand import Hand

FIRST, LONGEST = timedelta(minutes=15), timedelta(hours=6)
REFUSED = "refused"
"""The note that says with which reason Azure refused the last time, where that may pass."""
MAY_PASS = frozenset(
    {
        "locked",
        "disallowed_by_policy",
        "not_authorized",
        "no_credential",
        "ScopeLocked",
        "RequestDisallowedByPolicy",
        "AuthorizationFailed",
        "LinkedAuthorizationFailed",
    }
)
"""Reasons of a `Refused`, and Azure's codes at the end of a long operation (Azure/azure-docs
troubleshooting-throttling-errors.md, lock-resources.md)."""


def note_refusal(hand: Hand, reason: str) -> None:
    """Kept with the next write of the operation."""
    if reason in MAY_PASS:
        hand.note(REFUSED, reason)


def as_left(incident: Incident, operation: Operation, state: OperationState, now: datetime) -> Incident:
    """The incident after this end of its operation, with when it is tried again."""
    is_left = incident.state is IncidentState.HANDED_OVER
    if state is OperationState.FAILED and REFUSED in operation.notes and not is_left:
        return replace(incident, refused=(*incident.refused, operation.remedy))
    if is_left and (REFUSED in operation.notes or incident.refused):
        return replace(incident, again_at=_next_try(incident, now))
    return incident


def without_rungs(incident: Incident, cluster: ClusterPolicy, now: datetime) -> Incident:
    """The incident that is handed over because no rung is left."""
    pool = cluster.pool(incident.pool)
    again_at = _next_try(incident, now) if incident.refused else None
    return replace(incident, ladder=pool.repair.ladder if pool else (), again_at=again_at)


def why_again(incident: Incident, finding: Finding, cluster: ClusterPolicy, now: datetime) -> str | None:
    """None: it stays with the person. A node in another condition than it was left in is another case."""
    is_same = _condition(finding, incident) is incident.condition and not finding.blind
    if incident.state is not IncidentState.HANDED_OVER or not is_same:
        return None
    if incident.again_at is not None and now >= incident.again_at:
        return "what stood in its way may be gone by now"
    if incident.is_listed and finding.condition is Condition.GONE and finding.node.instance is None:
        return "its machine is not listed any more"
    pool, last = cluster.pool(incident.pool), incident.decision
    if pool is None or last is None or last.verdict is not Verdict.HAND_OVER:
        return None
    gained = tuple(rung for rung in pool.repair.ladder if rung not in incident.ladder)
    rung = choose(gained, finding, incident, False, now).remedy
    return f"the policy has {rung.value} among its rungs now" if rung is not None else None


def reopened(incident: Incident, now: datetime) -> Incident:
    """Open, to be decided anew."""
    return replace(
        incident,
        state=IncidentState.OPEN,
        tries=incident.tries + 1,
        tried=tuple(one for one in incident.tried if one not in incident.refused),
        refused=(),
        ladder=(),
        again_at=None,
        again=incident.again + (incident.again_at is not None),
        is_listed=False,
        decision=None,
        operation=None,
        wake_at=now,
        outcome="",
    )


def _condition(finding: Finding, incident: Incident) -> Condition:
    """As what it is handed over: who is one too many is well to those who look at it alone."""
    is_surplus = incident.condition is Condition.SURPLUS
    return (regarded(finding, Remedy.SHRINK) if is_surplus else finding).condition


def _next_try(incident: Incident, now: datetime) -> datetime:
    return now + min(LONGEST, FIRST * 2.0 ** min(incident.again, 10))
