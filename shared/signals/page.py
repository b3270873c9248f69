"""The page `docs/signals.md`: everything that is heard, what it means and what it leads to.

What is said of Event Grid comes from the tables that its translators work with, what a signal leads to from `LEADS_TO`,
and both from the same words as the signals themselves. A test compares the page with this, and this with the code.
Written anew by `python -m shared.signals.page docs/signals.md`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from shared.model.signals import SignalKind, Source

from .alert_rows import ALERTMANAGER, of_azure_monitor, of_health
from .event_grid.annotations import SOURCE
from .event_grid.hearing import EARLY, STALE, rows
from .event_grid.said import Row
from .window import MOST, WINDOW

K = SignalKind
_WINDOW_S = f"{WINDOW.total_seconds():g}"
HEAD = f"""\
# Signals

Made from `shared/signals`; do not edit it here. `python -m cli hear --source SOURCE FILE` says what a payload of yours
means.

A signal is a hint. It wakes a pass over its cluster, which reads Azure and Mesos itself; incidents are opened from what
is found there and never from a signal alone. An incident keeps each event id once, however often it comes. What could
not be read is not over.

What is said again within {_WINDOW_S} seconds makes no more work: the same by the same sender, or an alert about what
another sender told of. Of more than {MOST} messages about a cluster in that time the others wait for the one look at
its end. What says that something is over is held back only as the very same, or as one of a flood of its own. What an
event says that is older than something told of the same node is noted and not acted on; that a machine was deleted or
evicted, and scheduled maintenance by other events, are never late for that.

Metrics come as `telegraf` (JSON of Telegraf by HTTP, or from an event hub), `dcos` (the metrics API), `prometheus` (its
text) and `snapshot` (`/metrics/snapshot` of Mesos, which masters and agents are also asked for each minute).

What is written here about Event Grid holds for its own schema and for CloudEvents, for ids in any casing, and for
machines of Uniform and Flexible sets. Flexible machines are known by their resource's `virtualMachineScaleSet.id`, or
by the name that Azure makes (`<set>_<8 characters>`); one whose name only begins like that asks for a look
(`vm_changed`).

Not acted on, but written into the audit: what is about no pool of the policy, what we did ourselves (known by the mark
that the ids of our requests bear, or by the object or application id of the caller), and events of Event Grid that are
older than {STALE.total_seconds() / 3600:g} hours or more than {EARLY.total_seconds() / 60:g} minutes ahead. What nobody
can understand goes to the quarantine.

Annotations of Resource Health ask for one of three: **act**, something is wrong or will be; **watch**, it boots again
by itself; **suppress**, somebody meant it or it is over in moments. Their names and texts:
{SOURCE}.
"""

LEADS_TO: Mapping[SignalKind, str] = {
    K.VM_DELETED: "a look; a node that is found gone counts as lost and is replaced without waiting for confirmation",
    K.VM_EVICTED: "the same as `vm_deleted`",
    K.VM_DEALLOCATED: "a look; a node that is found deallocated is gone",
    K.VM_STOPPED: "a look; a node that is unreachable is given `join_timeout` to come back before it counts as failed",
    K.VM_RESTARTED: "the same as `vm_stopped`",
    K.VM_CHANGED: "a look",
    K.POOL_RESIZED: "a look; a capacity below the wanted size is taken for wanted, unless instances are lost",
    K.POOL_CHANGED: "a look",
    K.NODE_UNWELL: "a look; it is kept with the node's incident, if there is one",
    K.NODE_WELL: "a look, which closes the incident when readings agree",
    K.NODE_DOOMED: "a look; it is remembered with the node until it is taken back or its time is an hour past",
    K.POOL_UNWELL: "a look at the pool",
    K.POOL_WELL: "a look at the pool",
    K.CLUSTER_UNWELL: "a look at the cluster",
    K.CLUSTER_WELL: "a look at the cluster",
    K.SWEEP: "a look at the cluster",
    K.WAKE: "a look at the cluster",
}
_METRIC = "a metric is where it should not be, or is not heard any more"

_OTHERS: Mapping[Source, tuple[Row, ...]] = {
    Source.ALERTMANAGER: ALERTMANAGER,
    Source.AZURE_MONITOR: tuple(of_azure_monitor()),
    Source.FIREHOSE: (
        Row("a rule of the policy is broken for its time; on an agent", _METRIC, (K.NODE_UNWELL,)),
        Row("on a share of a pool's agents", _METRIC, (K.POOL_UNWELL,)),
        Row("on a master", _METRIC, (K.CLUSTER_UNWELL,)),
        Row("the rule holds again; on an agent or in a pool", "it is over", (K.NODE_WELL,), (K.POOL_WELL,)),
        Row("the rule holds again; on a master", "it is over", (K.CLUSTER_WELL,)),
    ),
    Source.DIAGNOSTICS: tuple(of_health()),
    Source.TIMER: (
        Row("each minute", "nothing has to be said for a cluster to be looked at", (K.SWEEP,)),
        Row("each 20 seconds", "the leading master counts other agents than the last time", (K.SWEEP,)),
    ),
    Source.OPERATOR: (
        Row("by hand", "somebody asks for a look", (K.WAKE,)),
        Row("by hand, of a node", "somebody wants another machine in its place", (K.NODE_DOOMED,)),
        Row("by hand, of that node", "nobody wants that any more", (K.NODE_WELL,)),
    ),
}
_TITLES = {
    Source.EVENT_GRID: "Event Grid",
    Source.ALERTMANAGER: "Alertmanager",
    Source.AZURE_MONITOR: "Azure Monitor, common alert schema",
    Source.FIREHOSE: "Metrics",
    Source.DIAGNOSTICS: "DC/OS's own health",
    Source.TIMER: "Timer",
    Source.OPERATOR: "Operator",
}


def sections() -> dict[Source, tuple[Row, ...]]:
    """Every source with its rows."""
    return {Source.EVENT_GRID: tuple(rows()), **_OTHERS}


def page() -> str:
    """The whole page."""
    lines = [HEAD, *_signals()]
    for source, listed in sections().items():
        lines += [f"## {_TITLES[source]} (`{source.value}`)", ""]
        lines += ["| type | what it means | signal | what it leads to |", "|---|---|---|---|"]
        lines += [*map(_line, listed), ""]
    return "\n".join(lines).rstrip() + "\n"


def _signals() -> Iterator[str]:
    yield "## What signals lead to"
    yield ""
    yield "| signal | what it leads to |"
    yield "|---|---|"
    for kind, leads in LEADS_TO.items():
        yield f"| `{kind.value}` | {leads} |"
    yield ""


def _line(row: Row) -> str:
    signal = _named(row.kinds) if row.kinds else "none"
    if row.on_set:
        signal += f"; of a whole set {_named(row.on_set)}"
    leads = LEADS_TO[row.kinds[0]] if row.kinds else "noted in the audit"
    return f"| {row.type} | {row.means} | {signal} | {leads} |"


def _named(kinds: Iterable[SignalKind]) -> str:
    return ", ".join(f"`{kind.value}`" for kind in kinds)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
