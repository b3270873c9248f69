"""Which missing nodes are not missed any more, so that the inventory may forget them.

A node that Azure does not list is forgotten when no operation works on it and

1. the wanted size fell in this pass: somebody scaled in and these are what went; or
2. it never joined, and the set's capacity is not below the wanted size: an extra of overprovisioning came and went; or
3. its incident was handed over, and there are as many machines as wanted again whose agents have joined: a person has
   mended it. That one of those has failed since is another story, and must not wait for this one.

Everything else that is missing is still missed, and repaired.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shared.model.incidents import Incident, IncidentState
from shared.model.ledger import Ledger
from shared.model.nodes import Condition, Finding
from shared.model.readings import Failure
from shared.model.snapshot import PoolReadings


def forgettable(
    findings: Sequence[Finding],
    readings: PoolReadings,
    before: Ledger,
    wanted: int | None,
    incidents: Mapping[str, Incident],
) -> frozenset[str]:
    """Names of the nodes of one pool to forget. `findings` are those of the pool without the busy ones."""
    if isinstance(readings.scale_set, Failure) or wanted is None:
        return frozenset()
    shrunk = before.wanted is not None and wanted < before.wanted
    full = readings.scale_set.value.capacity >= wanted
    whole = sum(_stands(finding) for finding in findings) >= wanted
    forgotten: set[str] = set()
    for finding in findings:
        node = finding.node
        if finding.condition is not Condition.GONE or node.instance is not None:
            continue
        never_joined = node.memory is None or node.memory.joined_at is None
        incident = incidents.get(node.name)
        handed_over = incident is not None and incident.state is IncidentState.HANDED_OVER
        if shrunk or (never_joined and full) or (handed_over and whole):
            forgotten.add(node.name)
    return frozenset(forgotten)


def _stands(finding: Finding) -> bool:
    """Whether a machine is there that has done its part once, however it is now."""
    node = finding.node
    if node.instance is None or finding.condition is Condition.GONE:
        return False
    return finding.condition is Condition.HEALTHY or bool(node.memory and node.memory.joined_at)
