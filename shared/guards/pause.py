"""Pause: has a person said that nothing is to be touched?

1. The cluster is paused: refuse.
2. The pool is paused: refuse.
3. The node is held: refuse.
4. Somebody has protected its machine in Azure from actions on the scale set, and it is no body that we keep: refuse.

The first three until the time that was given, or for as long as nobody takes them back. It is asked when deciding and
again before each step that changes something, also after the loss: a person who says stop wants everything to stop.
Published: a switch that did not outlive a deployment cost a fleet (Reddit, 11 August 2016).
"""

from __future__ import annotations

from shared.model.decisions import Answer
from shared.model.overrides import THE_CLUSTER, OverrideKind, in_force

from .question import Question, allow, refuse

GUARD = "pause"


def ask(question: Question) -> Answer:
    node, pool = question.finding.node.name, question.pool.name
    for subject, reason in ((THE_CLUSTER, "paused_cluster"), (pool, "paused_pool"), (node, "held_node")):
        for override in in_force(question.overrides, OverrideKind.PAUSE, (subject,), question.now):
            said = {"who": override.who, "why": override.why, "since": override.since.isoformat()}
            return refuse(GUARD, reason, override.until, said)
    machine = question.finding.node.instance
    ours = {body.vm_id for body in question.ledger.bodies}
    if machine is not None and machine.is_protected_from_set_actions and machine.vm_id not in ours:
        return refuse(GUARD, "protected_node", None, {"instance": machine.instance_id})
    return allow(GUARD, {})
