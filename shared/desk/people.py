"""A person has a word: whom a pause is for, what an approval is of, what a rejection stops, and what came of it.

Every name is looked up first, in the policy, among the machines that are remembered, and among the open incidents.
What is meant for something else is refused and nothing is written, because a pause of a pool that does not exist is
trusted all the same by whoever said it. `sizes.py` has what is said about sizes, `replacing.py` about one machine.

`etag` is that of what somebody has read and speaks about; empty: whatever is there now.
"""

from __future__ import annotations

from msgspec import Struct

from shared.model.incidents import Incident, IncidentState
from shared.model.nodes import Condition
from shared.model.overrides import THE_CLUSTER, Override, OverrideKind
from shared.model.remedies import Remedy
from shared.model.sizes import is_size
from shared.operate.clerk import Clerk
from shared.policy.schema import ClusterPolicy, Mode
from shared.records import Kept, override_row

from .archive import Archive
from .orders import Done, nodes_of
from .overrides import all_overrides, shown, until_when
from .speaker import Speaker
from .told import NOT_THEIR_NUMBER, No, Told

OF_A_POOL = {
    Condition.SHORT: [Remedy.GROW.value],
    Condition.SURPLUS: [Remedy.SHRINK.value],
    Condition.HOT: [Remedy.RELIEVE.value],
}
"""What can be approved about the size of a pool, a machine that is one too many, and an agent that is too full."""


class Subject(Struct, frozen=True):
    """A cluster, and what is meant in it: `THE_CLUSTER`, a pool or a node."""

    here: ClusterPolicy
    about: str = THE_CLUSTER

    @property
    def name(self) -> str:
        return shown(self.here.name, self.about)


async def pause(archive: Archive, clerk: Clerk, subject: Subject, speaker: Speaker, etag: str = "") -> Done:
    said = _override(OverrideKind.PAUSE, subject.about, speaker, archive)
    await _unchanged(archive, subject, said, etag)
    woken = await clerk.keep(subject.here.name, said, etag or "*")
    until = until_when(said, archive.now)
    return Done(
        touches=subject.name,
        nodes=nodes_of(await _names(archive, subject)),
        says=(
            f"{subject.name} is paused {until}: nothing is begun there, and what is at work stops before its next "
            "step that changes something.",
            "What Azure was asked for already goes on.",
        ),
        final="What Azure was asked for already goes on.",
        undo="resume",
        follow=f"clusters/{subject.here.name}/overrides",
        woken=woken,
    )


async def resume(
    archive: Archive, clerk: Clerk, subject: Subject, speaker: Speaker, nodes: int | None, etag: str = ""
) -> Done:
    """`nodes` is how many wait under it by what was said."""
    here, name = subject.here, subject.name
    wanted = Override(OverrideKind.PAUSE, subject.about, "", "", archive.now)
    kept = await _unchanged(archive, subject, wanted, etag)
    if kept is None:
        all_of_it = await all_overrides(archive, here.name)
        held = [one.override for one in all_of_it if one.override.kind is OverrideKind.PAUSE and one.holds]
        paused = ", ".join(shown(here.name, one.subject) for one in held) or "nothing"
        raise Told(
            No.NOT_NOW, "not_paused", f"{name} is not paused, so nothing was written: paused is {paused}."
        )
    waiting = await _counted(archive, subject, nodes)
    woken = await clerk.take_back(here.name, kept, speaker.who, speaker.why)
    return Done(
        touches=name,
        nodes=nodes_of(waiting),
        says=(f"{name} is not paused any more, which {kept.value.who} had done: {kept.value.why}",),
        final="What is repaired from now on cannot be taken back.",
        undo="pause",
        follow=f"clusters/{here.name}/incidents",
        woken=woken,
    )


async def _names(archive: Archive, subject: Subject) -> list[str]:
    """The machines that are meant, of those that are remembered."""
    here, about = subject.here, subject.about
    if about != THE_CLUSTER and here.pool(about) is None:
        return [about]
    inventory = await archive.records.inventory.between(here.name, "", "")
    return [name for name, kept in inventory.items() if about in {THE_CLUSTER, kept.value.pool}]


async def _counted(archive: Archive, subject: Subject, typed: int | None) -> list[str]:
    """Those that wait under a pause. `Told` unless their number was said, where they are several. Published: a
    command that was meant for a few servers rebooted all of a data centre (Joyent, 27 May 2014)."""
    here, about = subject.here, subject.about
    waiting = [
        kept.value.node
        for kept in (await archive.records.open_incidents(here.name)).values()
        if kept.value.state is IncidentState.OPEN and here.pool(kept.value.pool) is not None
        if about in {THE_CLUSTER, kept.value.pool, kept.value.node}
    ]
    if len(waiting) > 1 and typed != len(waiting):
        given = "" if typed is None else f", not {typed}"
        sentence = (
            f"{len(waiting)} nodes wait there to be helped{given}, so nothing was written: their repair may begin as"
            " soon as the pause is over."
        )
        raise Told(No.NOT_NOW, NOT_THEIR_NUMBER, sentence, {"nodes": len(waiting)})
    return [name for name in waiting if not is_size(name)]


async def approve(
    archive: Archive, clerk: Clerk, case: tuple[ClusterPolicy, Incident], remedy: str, speaker: Speaker
) -> Done:
    """`remedy` empty: the one that waits for it."""
    here, incident = case
    chosen = _remedy(here, incident, remedy)
    said = _override(OverrideKind.APPROVE, incident.id, speaker, archive, chosen.value)
    woken = await clerk.keep(here.name, said)
    return Done(
        touches=incident.node,
        nodes=nodes_of([] if is_size(incident.node) else [incident.node]),
        says=(
            f"{chosen.value} is approved for {incident.id} {until_when(said, archive.now)}.",
            "It is begun as soon as all guards agree; what was begun in that time may end after it.",
        ),
        final=FINAL.get(chosen, ""),
        undo="reject",
        follow=f"clusters/{here.name}/incidents/{incident.id}",
        woken=woken,
    )


async def reject(
    archive: Archive, clerk: Clerk, case: tuple[ClusterPolicy, Incident], speaker: Speaker
) -> Done:
    here, incident = case
    said = _override(OverrideKind.REJECT, incident.id, speaker, archive)
    woken = await clerk.keep(here.name, said)
    until = until_when(said, archive.now) if said.until else "while it lasts"
    return Done(
        touches=incident.node,
        nodes=nodes_of([] if is_size(incident.node) else [incident.node]),
        says=(f"Nothing is done about {incident.id} {until}.",),
        undo="approve",
        follow=f"clusters/{here.name}/incidents/{incident.id}",
        woken=woken,
    )


FINAL = {
    Remedy.REPLACE: "The machine is destroyed with its disks, and another one comes in its place.",
    Remedy.REIMAGE: "The machine's system disk is made anew.",
    Remedy.SHRINK: "The machine is destroyed with its disks, and none comes in its place.",
    Remedy.RESTART: "What runs on the machine is stopped.",
    Remedy.REDEPLOY: "What runs on the machine is stopped, and its temporary disk is lost.",
}
"""What cannot be undone of a remedy."""


def _remedy(here: ClusterPolicy, incident: Incident, named: str) -> Remedy:
    """`Told` when approving it would change nothing."""
    pool = here.pool(incident.pool)
    ladder = [remedy.value for remedy in pool.repair.ladder] if pool else []
    ladder = OF_A_POOL.get(incident.condition, ladder)
    if incident.state is not IncidentState.OPEN:
        raise Told(
            No.NOT_NOW,
            "handed_over",
            f"{incident.id} was handed over, so nothing was written: nothing is done about it until its condition "
            "changes, and an approval would not change that.",
        )
    if pool is not None and pool.mode is Mode.OBSERVE:
        raise Told(
            No.NOT_NOW,
            "in_observe",
            f"Pool {pool.name} is in observe, so nothing was written: nothing is done there, approved or not. "
            "Write `mode: propose` or `enforce` into the policy.",
        )
    choice = named or incident.proposed
    if choice not in ladder:
        what = f"{named} is no remedy" if named else f"Nothing waits for approval in {incident.id}"
        sentence = f"{what}, so nothing was written: name one of {', '.join(ladder) or 'none'}."
        raise Told(No.NOT_NOW, "no_remedy", sentence)
    return Remedy(choice)


async def _unchanged(archive: Archive, subject: Subject, said: Override, etag: str) -> Kept[Override] | None:
    """What was said so before. `Told` when it is not what somebody has read."""
    kept = await archive.records.overrides.get(subject.here.name, override_row(said))
    if etag and (kept is None or kept.etag != etag):
        raise changed(subject.name)
    return kept


def changed(name: str) -> Told:
    """Somebody speaks about what is not there any more."""
    sentence = (
        f"What was said of {name} has changed since it was read, so nothing was written: read it again."
    )
    return Told(No.CHANGED, "changed_meanwhile", sentence)


def _override(
    kind: OverrideKind, subject: str, speaker: Speaker, archive: Archive, remedy: str = ""
) -> Override:
    until = archive.now + speaker.span if speaker.span else None
    return Override(kind, subject, speaker.who, speaker.why, archive.now, until, remedy)
