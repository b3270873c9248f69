"""What people have said, as it is shown: in a list, beside what it is about, and what they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from shlex import quote

from rich.text import Text

from cli.speech import grid, rows, say, styled
from shared.desk.overrides import Said, shown, until_when
from shared.desk.words import clock_time
from shared.model.incidents import Incident, IncidentState
from shared.model.overrides import Override, OverrideKind, in_force
from shared.news.words import COMMAND


def show_overrides(found: Sequence[Said], now: datetime) -> None:
    if not found:
        return say("Nobody has said anything: no pause, no approval, no rejection, no size.")
    table = grid("what", "subject", "until", "who", "why")
    for one in found:
        said = one.override
        until = clock_time(said.until) if said.until else "taken back"
        end = styled((until, "")) if one.holds else styled((f"ran out {until}", "dim"))
        rows(table, [(said.what, shown(one.cluster, said.subject), end, said.who, said.why)])
    return say(table)


def pauses_of(overrides: Sequence[Override], names: Sequence[str], now: datetime) -> Iterator[Text]:
    """A line for each pause that holds for one of these subjects."""
    for one in in_force(overrides, OverrideKind.PAUSE, names, now):
        yield styled(("paused", "bold yellow"), f" {until_when(one, now)} by {one.who}: {one.why}")


def sizes_of(overrides: Sequence[Override], pool: str, now: datetime) -> Iterator[Text]:
    """A line for what somebody said about the pool's size."""
    for one in in_force(overrides, OverrideKind.SIZE, [pool], now):
        yield styled((one.what, "bold yellow"), f" {until_when(one, now)} by {one.who}: {one.why}")


def words_about(incident: Incident, overrides: Sequence[Override], now: datetime) -> Iterator[str]:
    """What people have said of this incident, and what they are asked for."""
    for said in in_force(overrides, OverrideKind.REJECT, [incident.id], now):
        yield f"rejected by {said.who} {until_when(said, now) if said.until else 'while it lasts'}: {said.why}"
    for said in in_force(overrides, OverrideKind.APPROVE, [incident.id], now):
        yield f"{said.remedy} approved by {said.who} {until_when(said, now)}: {said.why}"
    remedy = incident.proposed
    if remedy and incident.state is IncidentState.OPEN:
        about = quote(incident.id)  # that of a pool's size has parentheses in it
        yield (
            f'{remedy} waits for approval, type: {COMMAND} approve {about} {remedy} --why "..."'
            f' (or: reject {about} --why "...")'
        )
