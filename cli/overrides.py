"""What a person says by command: whom it is for, found by its name or its ending, and what came of it.

The desk (`shared/desk/people.py`) looks at it, writes it down and says what follows; `resize.py` has what is said about
sizes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from shlex import quote

from rich.text import Text

from cli.answer import Answer
from cli.speech import grid, rows, say, styled
from cli.trouble import USAGE, Trouble
from shared.desk.archive import Archive
from shared.desk.find import open_case
from shared.desk.overrides import Said, shown, until_when
from shared.desk.people import approve, meant, pause, reject, resume
from shared.desk.speaker import Speaker
from shared.desk.speaker import speaker_of as spoken_by
from shared.desk.words import clock_time
from shared.model.incidents import Incident, IncidentState
from shared.model.overrides import Override, OverrideKind, in_force
from shared.news.words import COMMAND
from shared.operate.clerk import Clerk

USERS = ("USER", "USERNAME", "LOGNAME")


def speaker_of(env: Mapping[str, str], who: str, why: str, duration: str) -> Speaker:
    """`Trouble` or `Told` when it is not clear who says it, why, or for how long."""
    name = who.strip() or next((env[key] for key in USERS if env.get(key)), "")
    if not name:
        raise Trouble(
            "It is not known who says this, so nothing was written: name yourself with --who.", USAGE
        )
    return spoken_by(name, why, duration)


async def pause_it(
    archive: Archive, clerk: Clerk, subject: str, cluster: str | None, speaker: Speaker
) -> Answer:
    there = await meant(archive, subject, cluster)
    done = await pause(archive, clerk, there, speaker)
    back = f"{COMMAND} resume {there.about} --cluster {there.here.name}".replace("  ", " ")
    return Answer(done, back, "takes it back")


async def resume_it(
    archive: Archive, clerk: Clerk, freed: tuple[str, int | None], cluster: str | None, speaker: Speaker
) -> Answer:
    """`freed` is whose pause it is, and how many nodes wait under it by what was typed."""
    there = await meant(archive, freed[0], cluster)
    return Answer(await resume(archive, clerk, there, speaker, freed[1]))


async def approve_it(
    archive: Archive, clerk: Clerk, wanted: tuple[str, str], cluster: str | None, speaker: Speaker
) -> Answer:
    case = await open_case(archive, wanted[0], cluster)
    done = await approve(archive, clerk, case, wanted[1], speaker)
    return Answer(done, f"{COMMAND} explain {case[1].node}", "tells how far it is")


async def reject_it(
    archive: Archive, clerk: Clerk, subject: str, cluster: str | None, speaker: Speaker
) -> Answer:
    case = await open_case(archive, subject, cluster)
    done = await reject(archive, clerk, case, speaker)
    return Answer(done, f"{COMMAND} approve {case[1].id} REMEDY --why ...", "takes it back")


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
