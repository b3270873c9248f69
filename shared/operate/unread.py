"""Rows of what is remembered that this version cannot read: written by another version, or by somebody's hand.

One of them must not stop everything. It is kept as it is, and what rests on it is not done:

1. Inventory: the node is unknown, whatever is read of it now.
2. Incidents: nothing is decided about the node.
3. Operations: the node is being worked on, as far as anybody knows, and its place in the ledger stays taken. Of a
   master as well: no other master is touched.
4. Ledger: nothing is begun in the pool. What runs there counts for other pools by its operations.
5. Overrides: a pause and a rejection hold, an approval does not count.

For each table there is an incident of its own, which is handed over at once: told once, and over when every row can be
read. The cluster's own account in the ledger is none of these: nothing is decided by it, and it is written anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from msgspec import Struct, field

from shared.model.decisions import Decision, Verdict
from shared.model.ledger import Disruption, Ledger
from shared.model.nodes import Condition, Finding, Node
from shared.model.operations import Operation
from shared.model.overrides import Override, OverrideKind

from .homes import set_among

FORBIDS = frozenset({OverrideKind.PAUSE, OverrideKind.REJECT})
ENDING = " unread)"
MOST_SHOWN = 5


def _none() -> dict[str, str]:
    return {}


class Unread(Struct, frozen=True):
    """Why each cannot be read: `inventory` and `incidents` by node, `operations` by id, `ledgers` by pool, `overrides`
    by row."""

    inventory: Mapping[str, str] = field(default_factory=_none)
    incidents: Mapping[str, str] = field(default_factory=_none)
    operations: Mapping[str, str] = field(default_factory=_none)
    ledgers: Mapping[str, str] = field(default_factory=_none)
    overrides: Mapping[str, str] = field(default_factory=_none)

    @property
    def at_work(self) -> dict[str, str]:
        """What may be at work on which node, by node: an operation is named after the node of its incident."""
        return {name.partition("@")[0]: name for name in self.operations} | {
            node: f"incident of {node}" for node in self.incidents
        }

    @property
    def tables(self) -> dict[str, Mapping[str, str]]:
        return {
            "Inventory": self.inventory,
            "Incidents": self.incidents,
            "Operations": self.operations,
            "Ledger": self.ledgers,
            "Overrides": self.overrides,
        }


def with_unknown(
    findings: Iterable[Finding], unread: Unread, pools: Mapping[str, str]
) -> tuple[Finding, ...]:
    """Rule 1. `pools` are the policy's, by scale set in lower case."""
    if not unread.inventory:
        return tuple(findings)
    known = {finding.node.name: finding for finding in findings}
    for name in sorted(unread.inventory):
        pool = pools.get(set_among(name, pools) or "")
        if name not in known and pool is None:
            continue  # a master's, or of a set that no pool has: judged without memory, or not at all
        node = known[name].node if name in known else Node(name, pool or "", None, None, None, None)
        why = "what is remembered of it cannot be read"
        known[name] = Finding(node, Condition.UNKNOWN, 0, why, blind=True)
    return tuple(known.values())


def stands_in(pool: str, operations: Iterable[Operation]) -> Ledger:
    """Rule 4: the ledger of a pool, as far as it can be told without its row."""
    own = [one for one in operations if one.pool == pool]
    active = [
        Disruption(
            one.id,
            one.subject.node,
            one.created_at,
            one.subject.fault_domain,
            services=one.subject.services,
        )
        for one in own
    ]
    return Ledger(pool, active=tuple(active), is_unread=True)


def with_forbidding(said: Sequence[Override], unread: Unread, now: datetime) -> tuple[Override, ...]:
    """Rule 5."""
    words = list(said)
    for row in unread.overrides:
        kind, _, subject = row.partition("|")
        if kind in FORBIDS:
            words.append(Override(OverrideKind(kind), subject, "somebody", "the row cannot be read", now))
    return tuple(words)


def unread_rows(unread: Unread) -> Iterator[Decision]:
    """One for each table that has such rows."""
    for table, rows in unread.tables.items():
        if not rows:
            continue
        shown = "; ".join(f"row {row} ({why})" for row, why in sorted(rows.items())[:MOST_SHOWN])
        more = f" and {len(rows) - MOST_SHOWN} others" if len(rows) > MOST_SHOWN else ""
        because = f"table {table} has what this version cannot read: {shown}{more}; kept, and not acted on"
        yield Decision(f"({table}{ENDING}", "", Condition.UNKNOWN, Verdict.HAND_OVER, because)
