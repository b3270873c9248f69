"""How nodes and operations are shown in lists: a line each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from rich.text import Text

from cli.speech import CONDITION_STYLE, grid, rows, say, styled
from shared.desk.nodes import NodeView
from shared.desk.operations import OperationView
from shared.desk.words import clock_time, due


def show_nodes(found: Sequence[NodeView]) -> None:
    if not found:
        say("No node fits that, or none has been seen yet: `status` tells when the app last looked.")
        return
    say(rows(grid("node", "condition", "place", "address", "tasks", ""), _of_nodes(found)))
    counted = Counter(one.condition for one in found)
    say("", f"{len(found)} nodes: " + ", ".join(f"{count} {name}" for name, count in counted.most_common()))


def _of_nodes(found: Sequence[NodeView]) -> Iterator[tuple[str | Text, ...]]:
    for one in found:
        shown = styled((one.condition, CONDITION_STYLE.get(one.condition, "")))
        tasks = str(sum(one.tasks.values())) if one.agent_id else "-"
        awaits = f"{one.awaits} waits for approval" if one.awaits else one.because
        yield f"{one.cluster}/{one.name}", shown, _place(one), one.address or "-", tasks, awaits


def _place(one: NodeView) -> str:
    parts = [
        f"zone {one.zone}" if one.zone else "",
        f"fd {one.fault_domain}" if one.fault_domain is not None else "",
    ]
    return ", ".join(part for part in parts if part) or "-"


def show_operations(found: Sequence[OperationView], now: datetime) -> None:
    if not found:
        say("No operation is at work. `operations --closed` lists those that are over.")
        return
    say(rows(grid("node", "what", "state", "since", "step", ""), _of_operations(found, now)))


def _of_operations(found: Sequence[OperationView], now: datetime) -> Iterator[tuple[str | Text, ...]]:
    for one in found:
        told = one.outcome if one.closed_at else one.notes.get("waiting", "")
        ended = one.closed_at
        since = clock_time(ended) if ended else due(one.created_at, now)
        state = one.state.value.replace("_", " ")
        yield f"{one.cluster}/{one.subject.node}", one.remedy.value, state, since, one.step, told
