"""`status` and `incidents`: what the app remembers of every pool, and what it is doing about it.

It is what was last remembered, not a new look: a condition is as old as the last pass. So it begins with when that was,
and whatever should have been looked at long ago is called overdue: that is how a dead app shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from msgspec import to_builtins
from rich.padding import Padding
from rich.text import Text

from cli.masters import masters_line
from cli.overrides import pauses_of, sizes_of, words_about
from cli.pool_status import show_pool
from cli.seen import Seen
from cli.speech import CONDITION_STYLE, VERDICT_STYLE, indented, say, styled
from shared.desk.clusters import ClusterView
from shared.desk.incidents import IncidentView
from shared.desk.policies import PolicyView
from shared.desk.words import ago, clock_time, counted, span
from shared.errors import brief
from shared.model.incidents import Incident, IncidentState
from shared.model.overrides import THE_CLUSTER, Override, OverrideKind

MOST = 20  # incidents of one cluster that `status` shows


def as_data(policy: PolicyView, clusters: Sequence[Seen], now: datetime) -> dict[str, Any]:
    """As built-in types."""
    good, rejected = policy.good, policy.rejected
    data: dict[str, Any] = to_builtins(
        {
            "at": now,
            "policy": {
                "version": good.version if good else None,
                "since": good.at if good else None,
                "rejected": {"at": rejected.at, "faults": rejected.faults} if rejected else None,
            },
            "clusters": [
                {
                    "cluster": one.view.name,
                    "last_sweep": one.view.swept_at,
                    "pools": one.pools,
                    "masters": one.view.masters,
                    "incidents": [each.incident for each in one.incidents],
                    "operations": one.operations,
                    "overrides": one.overrides,
                }
                for one in clusters
            ],
        },
        enc_hook=str,
    )
    return data


def show_status(policy: PolicyView, clusters: Sequence[Seen], now: datetime) -> None:
    good, rejected = policy.good, policy.rejected
    if good is not None:
        say(
            styled(
                "policy ", (good.version, "bold"), f" of {good.source}, in force since {clock_time(good.at)}"
            )
        )
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
        say("", _sign_of_life(status.view, now), *pauses_of(status.overrides, [THE_CLUSTER], now))
        for pool in status.pools:
            say("")
            show_pool(status.view.name, pool, now)
            said = (
                *pauses_of(status.overrides, [pool.pool], now),
                *sizes_of(status.overrides, pool.pool, now),
            )
            say(*(indented(line, 2) for line in said))
        say("", masters_line(status.view.name, status.view.masters))
        held = [one.subject for one in status.overrides if one.kind is OverrideKind.PAUSE]
        for node in held:
            if node not in {THE_CLUSTER, *(pool.pool for pool in status.pools)}:
                say(*(Text(f"{node} ").append(line) for line in pauses_of(status.overrides, [node], now)))
        if status.incidents:
            say("", styled((f"{counted(len(status.incidents), 'incident')} in {status.view.name}", "bold")))
            show_incidents(status, now, MOST)
        else:
            say("", styled(f"no incident is open in {status.view.name}"))


def _sign_of_life(view: ClusterView, now: datetime) -> Text:
    name = (view.name, "bold")
    if view.swept_at is None or view.sweep_every is None:
        return styled(name, "  ", ("never swept yet: is the app running?", "bold red"))
    told = f"last sweep {ago(view.swept_at, now)}"
    if not view.is_late:
        return styled(name, f"  {told}")
    why = f"one is due every {span(view.sweep_every)}: is the app running? All below is as old"
    return styled(name, "  ", (told, "bold red"), f", {why}")


def show_opened(clusters: Sequence[Seen], now: datetime) -> None:
    """The open incidents of all these clusters."""
    if not any(status.incidents for status in clusters):
        say("No incident is open.")
    for status in clusters:
        show_incidents(status, now)


def show_incidents(status: Seen, now: datetime, most: int | None = None) -> None:
    """Each with what was decided, why, and what happens next; of many the `most` oldest. How exactly an answer got
    lost is left to `explain`."""
    lines: list[Text | Padding] = []
    for one in status.incidents[:most]:
        lines += _incident(one, status.overrides, now)
    more = len(status.incidents) - len(status.incidents[:most])
    if more:
        lines.append(styled(f"  and {more} younger ones, see `incidents`"))
    say(*lines)


def _incident(one: IncidentView, overrides: Sequence[Override], now: datetime) -> Iterator[Text | Padding]:
    incident = one.incident
    yield _headline(incident, now)
    yield indented(brief(incident.decision.because if incident.decision else incident.because), 4)
    yield indented(brief(one.next), 4)
    yield from (indented(word, 4) for word in words_about(incident, overrides, now))


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


def show_closed(closed: Sequence[Incident]) -> None:
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
