"""What a person says, found out and answered: whom a pause is for, what an approval is of, and what came of it.
`resize.py` has what is said about sizes.

Every name is looked up first, in the policy, among the machines that are remembered, and among the open incidents.
What is meant for something else is refused and nothing is written, because a pause of a pool that does not exist is
trusted all the same by whoever typed it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from shlex import quote

from msgspec import Struct
from rich.text import Text

from cli.archive import Archive
from cli.find import known_node, open_case
from cli.speech import clock_time, due, grid, rows, say, styled
from cli.trouble import NO, USAGE, Trouble
from shared.model.incidents import Incident, IncidentState
from shared.model.nodes import Condition
from shared.model.overrides import THE_CLUSTER, Override, OverrideKind, in_force
from shared.model.remedies import Remedy
from shared.news.words import COMMAND
from shared.operate.clerk import Clerk
from shared.policy.schema import ClusterPolicy, Mode
from shared.policy.values import DURATION, parse_duration
from shared.records import override_row

LONGEST = timedelta(days=30)
MOST_WORDS = 500  # characters of a reason
USERS = ("USER", "USERNAME", "LOGNAME")

OF_A_POOL = {
    Condition.SHORT: [Remedy.GROW.value],
    Condition.SURPLUS: [Remedy.SHRINK.value],
    Condition.HOT: [Remedy.RELIEVE.value],
}
"""What can be approved about the size of a pool, a machine that is one too many, and an agent that is too full."""


class Speaker(Struct, frozen=True):
    """`span` None: until it is taken back."""

    who: str
    why: str
    span: timedelta | None


class Said(Struct, frozen=True):
    """`holds`: it has not run out."""

    cluster: str
    override: Override
    holds: bool


def speaker_of(env: Mapping[str, str], who: str, why: str, duration: str) -> Speaker:
    """`Trouble` when it is not clear who says it, why, or for how long."""
    name = who.strip() or next((env[key] for key in USERS if env.get(key)), "")
    if not name:
        raise Trouble(
            "It is not known who says this, so nothing was written: name yourself with --who.", USAGE
        )
    if not why.strip() or len(why) > MOST_WORDS:
        raise Trouble(f"Nothing was written: --why takes the reason, in 1 to {MOST_WORDS} characters.", USAGE)
    span = parse_duration(duration) if duration else None
    if duration and (span is None or not timedelta(0) < span <= LONGEST):
        raise Trouble(f"Nothing was written: --for takes {DURATION}, at most 30d.", USAGE)
    return Speaker(name, why.strip(), span)


async def pause_it(
    archive: Archive, clerk: Clerk, subject: str, cluster: str | None, speaker: Speaker
) -> None:
    here, about = await _meant(archive, subject, cluster)
    said = _override(OverrideKind.PAUSE, about, speaker, archive.now)
    woken = await clerk.keep(here.name, said)
    name = shown(here.name, about)
    say(
        f"{name} is paused {until_when(said, archive.now)}: nothing is begun there, and what is at work stops"
    )
    say("before its next step that changes something. What Azure was asked for already goes on.")
    say_next(f"{COMMAND} resume {about} --cluster {here.name}".replace("  ", " "), "takes it back", woken)


async def resume_it(
    archive: Archive, clerk: Clerk, freed: tuple[str, int | None], cluster: str | None, speaker: Speaker
) -> None:
    """`freed` is whose pause it is, and how many nodes wait under it by what was typed."""
    here, about = await _meant(archive, freed[0], cluster)
    wanted = Override(OverrideKind.PAUSE, about, "", "", archive.now)
    kept = await archive.records.overrides.get(here.name, override_row(wanted))
    if kept is None:
        others = [one.override.subject for one in await all_overrides(archive, here.name) if _is_pause(one)]
        paused = ", ".join(shown(here.name, other) for other in others) or "nothing"
        raise Trouble(
            f"{shown(here.name, about)} is not paused, so nothing was written: paused is {paused}.", NO
        )
    await _counted(archive, here, about, freed[1])
    woken = await clerk.take_back(here.name, kept.value, speaker.who, speaker.why)
    say(
        f"{shown(here.name, about)} is not paused any more, which {kept.value.who} had done: {kept.value.why}"
    )
    if not woken:
        say_next("", "", woken)


async def _counted(archive: Archive, here: ClusterPolicy, about: str, typed: int | None) -> None:
    """`Trouble` unless the number of nodes was typed that wait under a pause, where they are several. Published: a
    command that was meant for a few servers rebooted all of a data centre (Joyent, 27 May 2014)."""
    waiting = [
        kept.value
        for kept in (await archive.records.open_incidents(here.name)).values()
        if kept.value.state is IncidentState.OPEN and here.pool(kept.value.pool) is not None
        if about in {THE_CLUSTER, kept.value.pool, kept.value.node}
    ]
    if len(waiting) > 1 and typed != len(waiting):
        given = "" if typed is None else f", not {typed}"
        raise Trouble(
            f"{len(waiting)} nodes wait there to be helped{given}, so nothing was written: their repair may begin as"
            f" soon as the pause is over. If that is meant, add --nodes {len(waiting)}.",
            NO,
        )


async def approve_it(
    archive: Archive, clerk: Clerk, wanted: tuple[str, str], cluster: str | None, speaker: Speaker
) -> None:
    here, incident = await open_case(archive, wanted[0], cluster)
    remedy = _remedy(here, incident, wanted[1])
    said = _override(OverrideKind.APPROVE, incident.id, speaker, archive.now, remedy.value)
    woken = await clerk.keep(here.name, said)
    say(f"{remedy.value} is approved for {incident.id} {until_when(said, archive.now)}.")
    say("It is begun as soon as all guards agree; what was begun in that time may end after it.")
    say_next(f"{COMMAND} explain {incident.node}", "tells how far it is", woken)


async def reject_it(
    archive: Archive, clerk: Clerk, subject: str, cluster: str | None, speaker: Speaker
) -> None:
    here, incident = await open_case(archive, subject, cluster)
    said = _override(OverrideKind.REJECT, incident.id, speaker, archive.now)
    woken = await clerk.keep(here.name, said)
    say(
        f"Nothing is done about {incident.id} {until_when(said, archive.now) if said.until else 'while it lasts'}."
    )
    say_next(f"{COMMAND} approve {incident.id} REMEDY --why ...", "takes it back", woken)


async def all_overrides(archive: Archive, cluster: str | None) -> list[Said]:
    """In the order of clusters and rows."""
    return [
        Said(here.name, kept.value, kept.value.holds_at(archive.now))
        for here in archive.clusters(cluster)
        for kept in (await archive.records.overrides.between(here.name, "", "")).values()
    ]


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


def _remedy(here: ClusterPolicy, incident: Incident, named: str) -> Remedy:
    """`Trouble` when approving it would change nothing."""
    pool = here.pool(incident.pool)
    ladder = [remedy.value for remedy in pool.repair.ladder] if pool else []
    ladder = OF_A_POOL.get(incident.condition, ladder)
    if incident.state is not IncidentState.OPEN:
        raise Trouble(
            f"{incident.id} was handed over, so nothing was written: nothing is done about it until its condition "
            "changes, and an approval would not change that.",
            NO,
        )
    if pool is not None and pool.mode is Mode.OBSERVE:
        raise Trouble(
            f"Pool {pool.name} is in observe, so nothing was written: nothing is done there, approved or not. "
            "Write `mode: propose` or `enforce` into the policy.",
            NO,
        )
    choice = named or incident.proposed
    if choice not in ladder:
        what = f"{named} is no remedy" if named else f"Nothing waits for approval in {incident.id}"
        raise Trouble(f"{what}, so nothing was written: name one of {', '.join(ladder) or 'none'}.", NO)
    return Remedy(choice)


async def _meant(archive: Archive, subject: str, cluster: str | None) -> tuple[ClusterPolicy, str]:
    """The cluster, and the subject of the override there."""
    chosen = archive.clusters(cluster)
    if not subject or subject in {one.name for one in chosen}:
        named = [one for one in chosen if subject in {"", one.name}]
        if len(named) > 1:
            names = ", ".join(one.name for one in named)
            raise Trouble(f"There are several clusters ({names}), so nothing was written: --cluster.", NO)
        return named[0], THE_CLUSTER
    with_pool = [one for one in chosen if one.pool(subject)]
    if len(with_pool) > 1:
        names = ", ".join(one.name for one in with_pool)
        raise Trouble(f"{names} have a pool {subject!r} each, so nothing was written: --cluster.", NO)
    if with_pool:
        return with_pool[0], subject
    return await known_node(archive, subject, cluster)


def _override(
    kind: OverrideKind, subject: str, speaker: Speaker, now: datetime, remedy: str = ""
) -> Override:
    until = now + speaker.span if speaker.span else None
    return Override(kind, subject, speaker.who, speaker.why, now, until, remedy)


def _is_pause(said: Said) -> bool:
    return said.override.kind is OverrideKind.PAUSE and said.holds


def until_when(said: Override, now: datetime) -> str:
    if said.until is None:
        return "until it is taken back"
    return f"until {clock_time(said.until)} ({due(said.until, now)})"


def shown(cluster: str, subject: str) -> str:
    return subject if "@" in subject else f"{cluster}/{subject}" if subject else cluster


def say_next(command: str, what: str, woken: bool) -> None:
    if command:
        say(f"`{command}` {what}.")
    if not woken:
        say("The app could not be woken: it obeys with its next look, within a minute.")
