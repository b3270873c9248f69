"""Every number that the app tells about itself. docs/telemetry.md is made of this list.

Names are those of OpenTelemetry: dots, lower case; units by the Unified Code for Units of Measure.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Kind(StrEnum):
    COUNT = "count"
    """So many more since the last time."""
    SPREAD = "distribution"
    """One value of many, of which shares are asked for."""
    LEVEL = "level"
    """How much there is now."""


class Measure(Struct, frozen=True):
    """`facts` are what it is told apart by."""

    name: str
    kind: Kind
    unit: str
    meaning: str
    facts: tuple[str, ...] = ("cluster",)


POOL = ("cluster", "pool")

REPAIR_TIME = Measure(
    "poolkeeper.repair.time",
    Kind.SPREAD,
    "s",
    "From the first sign of a problem until the incident was closed with the work running again.",
    (*POOL, "remedy"),
)
REPAIR_PART = Measure(
    "poolkeeper.repair.part",
    Kind.SPREAD,
    "s",
    "The same in its seven parts: heard, decided, drained, ordered, booted, joined, back.",
    (*POOL, "remedy", "part"),
)
SIGNALS = Measure(
    "poolkeeper.signals",
    Kind.COUNT,
    "{signal}",
    "What was heard from outside.",
    ("cluster", "source", "kind"),
)
INCIDENTS_OPENED = Measure(
    "poolkeeper.incidents.opened",
    Kind.COUNT,
    "{incident}",
    "New problems of nodes, pools and clusters.",
    ("cluster", "condition"),
)
INCIDENTS_CLOSED = Measure(
    "poolkeeper.incidents.closed",
    Kind.COUNT,
    "{incident}",
    "Problems that ended without an operation: it came back by itself, or somebody mended it.",
)
INCIDENTS_OPEN = Measure(
    "poolkeeper.incidents.open",
    Kind.LEVEL,
    "{incident}",
    "Open ones, by state: open, or handed over to a person.",
    ("cluster", "state"),
)
OPERATIONS_CLOSED = Measure(
    "poolkeeper.operations.closed",
    Kind.COUNT,
    "{operation}",
    "Remedies that ended, by how: done, withdrawn, failed, handed over.",
    (*POOL, "remedy", "state"),
)
REFUSALS = Measure(
    "poolkeeper.refusals",
    Kind.COUNT,
    "{refusal}",
    "Answers of guards that forbade something, each counted when it is new.",
    ("cluster", "guard", "reason"),
)
NODES = Measure(
    "poolkeeper.nodes", Kind.LEVEL, "{node}", "Nodes of a pool by condition.", (*POOL, "condition")
)
WANTED = Measure("poolkeeper.pool.wanted", Kind.LEVEL, "{node}", "How large a pool is to be.", POOL)
HAD = Measure("poolkeeper.pool.had", Kind.LEVEL, "{node}", "How many machines Azure lists of it.", POOL)
LEDGER_USED = Measure(
    "poolkeeper.ledger.used",
    Kind.LEVEL,
    "{disruption}",
    "Disruptions of a pool: at work now, begun within the hour, within the day.",
    (*POOL, "over"),
)
LEDGER_LIMIT = Measure(
    "poolkeeper.ledger.limit", Kind.LEVEL, "{disruption}", "The policy's limit of each.", (*POOL, "over")
)
PASSES = Measure(
    "poolkeeper.passes",
    Kind.COUNT,
    "{pass}",
    "Looks at a cluster that came to their end, with what woke them. None for ten minutes: the app is dead.",
    ("cluster", "woken_by"),
)
FIREHOSE = Measure(
    "poolkeeper.firehose",
    Kind.COUNT,
    "{sample}",
    "Samples of metrics that were heard, and what became of them.",
    ("what",),
)
ARM_LEFT = Measure(
    "poolkeeper.arm.left",
    Kind.LEVEL,
    "{request}",
    "Requests that Azure Resource Manager still allows, as its last answer said.",
    ("bucket",),
)

MEASURES = (
    REPAIR_TIME,
    REPAIR_PART,
    SIGNALS,
    INCIDENTS_OPENED,
    INCIDENTS_CLOSED,
    INCIDENTS_OPEN,
    OPERATIONS_CLOSED,
    REFUSALS,
    NODES,
    WANTED,
    HAD,
    LEDGER_USED,
    LEDGER_LIMIT,
    PASSES,
    FIREHOSE,
    ARM_LEFT,
)
BY_NAME = {measure.name: measure for measure in MEASURES}
