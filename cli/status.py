"""`status` and `incidents`: what the app remembers of every pool, and what it is doing about it.

It is what was last remembered, not a new look: a condition is as old as the last pass. So it begins with when that was,
and whatever should have been looked at long ago is called overdue: that is how a dead app shows.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rich.padding import Padding
from rich.text import Text

from cli.masters import masters_line
from cli.overrides import pauses_of, sizes_of, words_about
from cli.pool_status import show_pool
from cli.speech import CONDITION_STYLE, VERDICT_STYLE, indented, say, styled
from shared.desk.archive import Archive, without_token
from shared.desk.clusters import ClusterStatus
from shared.desk.next import sentence_of
from shared.desk.words import ago, clock_time, counted, span
from shared.errors import brief
from shared.model.incidents import Incident, IncidentState
from shared.model.overrides import THE_CLUSTER, OverrideKind

MOST = 20  # incidents of one cluster that `status` shows


def as_data(archive: Archive, clusters: list[ClusterStatus]) -> dict[str, Any]:
    rejected = archive.rejected
    return {
        "at": archive.now,
        "policy": {
            "version": archive.good.version,
            "since": archive.good.at,
            "rejected": {"at": rejected.at, "faults": rejected.faults} if rejected else None,
        },
        "clusters": [
            {
                "cluster": one.cluster,
                "last_sweep": one.swept.at if one.swept else None,
                "pools": one.pools,
                "masters": one.masters,
                "incidents": one.incidents,
                "operations": [without_token(operation) for operation in one.operations],
                "overrides": one.overrides,
            }
            for one in clusters
        ],
    }


def show_status(archive: Archive, clusters: list[ClusterStatus]) -> None:
    good, rejected, now = archive.good, archive.rejected, archive.now
    say(styled("policy ", (good.version, "bold"), f" of {good.source}, in force since {clock_time(good.at)}"))
    if rejected is not None:
        faults = counted(len(rejected.faults), "fault")
        first = rejected.faults[0] if rejected.faults else None
        say(
            styled(
                (f"{rejected.source} as it is now is not obeyed", "bold red"),
                f": {faults}, since {ago(rejected.at, now)}",
            ),
            styled(f"  line {first.line}: {first}" if first else ""),
        )
    for status in clusters:
        say("", _sign_of_life(status, now), *pauses_of(status.overrides, [THE_CLUSTER], now))
        for pool in status.pools:
            say("")
            show_pool(status.cluster, pool, now)
            said = (
                *pauses_of(status.overrides, [pool.pool], now),
                *sizes_of(status.overrides, pool.pool, now),
            )
            say(*(indented(line, 2) for line in said))
        if status.masters is not None:
            say("", masters_line(status.cluster, status.masters))
        held = [one.subject for one in status.overrides if one.kind is OverrideKind.PAUSE]
        for node in held:
            if node not in {THE_CLUSTER, *(pool.pool for pool in status.pools)}:
                say(*(Text(f"{node} ").append(line) for line in pauses_of(status.overrides, [node], now)))
        if status.incidents:
            say("", styled((f"{counted(len(status.incidents), 'incident')} in {status.cluster}", "bold")))
            show_incidents(status, archive, MOST)
        else:
            say("", styled(f"no incident is open in {status.cluster}"))


def _sign_of_life(status: ClusterStatus, now: datetime) -> Text:
    if status.swept is None:
        return styled((status.cluster, "bold"), "  ", ("never swept yet: is the app running?", "bold red"))
    told = f"last sweep {ago(status.swept.at, now)}"
    if not status.swept.is_late(now):
        return styled((status.cluster, "bold"), f"  {told}")
    why = f"one is due every {span(status.swept.every)}: is the app running? All below is as old"
    return styled((status.cluster, "bold"), "  ", (told, "bold red"), f", {why}")


def show_opened(archive: Archive, clusters: list[ClusterStatus]) -> None:
    """The open incidents of all these clusters."""
    if not any(status.incidents for status in clusters):
        say("No incident is open.")
    for status in clusters:
        show_incidents(status, archive)


def show_incidents(status: ClusterStatus, archive: Archive, most: int | None = None) -> None:
    """Each with what was decided, why, and what happens next; of many the `most` oldest. How exactly an answer got
    lost is left to `explain`."""
    running = {operation.id: operation for operation in status.operations}
    lines: list[Text | Padding] = []
    for incident in status.incidents[:most]:
        operation = running.get(incident.operation or "")
        because = incident.decision.because if incident.decision else incident.because
        lines.append(_headline(incident, archive.now))
        lines.append(indented(brief(because), 4))
        lines.append(indented(brief(sentence_of(incident, operation, archive.now)), 4))
        lines += [indented(word, 4) for word in words_about(incident, status.overrides, archive.now)]
    more = len(status.incidents) - len(status.incidents[:most])
    if more:
        lines.append(styled(f"  and {more} younger ones, see `incidents`"))
    say(*lines)


def _headline(incident: Incident, now: datetime) -> Text:
    condition = incident.condition.value
    verdict = incident.decision.verdict.value if incident.decision else "undecided"
    if incident.state is IncidentState.HANDED_OVER:
        verdict = "hand_over"
    return styled(
        ("  ● ", CONDITION_STYLE.get(condition, "")),
        (incident.node, "bold"),
        "  ",
        (condition, CONDITION_STYLE.get(condition, "")),
        f" for {span(now - incident.since)}  ",
        (verdict.replace("_", " "), VERDICT_STYLE.get(verdict, "")),
    )


def show_closed(closed: list[Incident]) -> None:
    if not closed:
        say("No incident was closed in that time.")
    for incident in closed:
        at = incident.closed_at or incident.opened_at
        how = incident.state.value.replace("_", " ")
        say(
            styled(
                (clock_time(at), "dim"),
                "  ",
                (incident.id, "bold"),
                f"  {incident.condition.value}, {how} after {span(at - incident.opened_at)}",
            ),
            indented(incident.outcome or incident.because, 4),
        )
