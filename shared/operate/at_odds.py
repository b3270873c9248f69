"""Pools in which nothing is done because Azure's numbers contradict each other, for so long that a person must look.

The guard `capacity` refuses while the size of a set, its list of machines and what is wanted do not agree. That is
right for minutes. When an order can't be taken back (a lock, a role that is missing), or somebody wrote a size that
nobody was told of, no clock ends it: a dead agent stays dead, and a pool that is to grow does not. A person is called
when

1. something in the pool has waited for an hour, and that guard refuses it; what is only one too many may wait,
2. nothing is under way there that explains it: no place of the ledger is taken, nothing is made or deleted; that is not
   asked again while the call stands.

What he is told is what to type. The size that it names takes no machine away: it is never below what is listed, and
never below what is wanted.
"""

from __future__ import annotations

from datetime import timedelta

from shared.decide.repair import Situation
from shared.guards import capacity, refusals
from shared.model.azure import Provisioning
from shared.model.decisions import Verdict
from shared.model.incidents import Incident, IncidentState
from shared.model.nodes import Condition
from shared.model.readings import Failure
from shared.policy.schema import PoolPolicy

WAITED = timedelta(hours=1)
MAY_WAIT = frozenset({Condition.SURPLUS, Condition.HOT})


def subject_of(pool: str) -> str:
    return f"({pool} numbers)"


def at_odds(situation: Situation, pool: PoolPolicy) -> str:
    """What a person is to be told, and to do; empty where there is nothing."""
    readings, book = situation.snapshot.pools[pool.name], situation.ledgers[pool.name]
    waiting = [
        one for one in situation.incidents.values() if one.pool == pool.name and _waits(situation, one)
    ]
    scale_set, machines = readings.scale_set, readings.instances
    if not waiting or isinstance(scale_set, Failure) or isinstance(machines, Failure):
        return ""
    moves = situation.tallies[pool.name].moving or scale_set.value.provisioning is Provisioning.UPDATING
    if subject_of(pool.name) not in situation.incidents and (moves or book.active):
        return ""
    size, listed, wanted = scale_set.value.capacity, len(machines.value), book.wanted
    cluster, right = situation.cluster, max(listed, wanted or 0, pool.capacity.min)
    names = ", ".join(sorted(one.node for one in waiting)[:5])
    return (
        f"Azure says that {pool.scale_set} is to have {size} machines, lists {listed}, and {wanted} are wanted in pool"
        f" {pool.name}: nothing is done there while these numbers do not agree, and {len(waiting)} wait ({names})."
        " When it is sure that nobody is at work on the set, write its size; that takes no machine away:"
        f" az vmss scale --subscription {cluster.subscription} --resource-group {cluster.resource_group}"
        f" --name {pool.scale_set} --new-capacity {right}"
    )


def _waits(situation: Situation, incident: Incident) -> bool:
    """Rule 1, by the decision of the last look."""
    decision = incident.decision
    if decision is None or decision.verdict is not Verdict.HOLD or incident.state is not IncidentState.OPEN:
        return False
    reasons = {one.reason for one in refusals(decision.answers) if one.guard == capacity.GUARD}
    is_old = situation.now - incident.since >= WAITED
    return is_old and bool(reasons - capacity.BY_ITSELF) and decision.condition not in MAY_WAIT
