"""Pause: has a person said that nothing is to be touched?

1. The cluster is paused: refuse.
2. The pool is paused: refuse.
3. The node is held: refuse.

Each until the time that was given with it, or for as long as nobody takes it back. It is asked when deciding and again
before each step that changes something, also after the loss: a person who says stop wants everything to stop.
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
    return allow(GUARD, {})
