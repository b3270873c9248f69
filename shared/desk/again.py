"""Work that failed, tried once more or dropped by a person: what is answered, and why it may not be."""

from __future__ import annotations

from collections.abc import Mapping

from shared.errors import Conflict, Refused
from shared.ports.queues import Queue
from shared.records import Kept
from shared.records.quarantine import Quarantined
from shared.replay.again import GUARD, Back, Replays

from .orders import Done
from .speaker import Speaker
from .told import No, Told
from .words import without_secrets

WORDS: Mapping[str, str] = {
    "replayed_before": "{who} has replayed it at {at}: see whether that helped, and ask for it again if not",
    "not_whole": "of its {characters} characters only the first {kept} were kept: drop it",
    "metrics_are_old": "it is metrics of {kept_at}, which say nothing about now: drop it",
    "not_understood": "it is still not understood ({why}): drop it, or replay it with a version that knows it",
    "asks_for_nothing": "it asks for nothing ({why}): drop it",
    "no_such_cluster": "the policy in force has no cluster {cluster!r}: write it into the policy, or drop it",
}
"""Why it is not replayed, and what to do; by the reasons of `shared/replay/again.py`."""


type Row = tuple[str, Kept[Quarantined]]
"""Its name, and what is in it."""


async def replay(replays: Replays, row: Row, again: bool, speaker: Speaker) -> Done:
    """`again`: also one that was replayed before."""
    try:
        back = await replays.replay(*row, speaker.who, speaker.why, again)
    except Refused as refused:
        if refused.guard != GUARD:
            raise
        words = without_secrets(WORDS[refused.reason].format(**refused.numbers))
        raise Told(No.NOT_NOW, refused.reason, f"Nothing was sent: {words}.", refused.numbers) from None
    except Conflict:
        raise _taken(row) from None
    says = (
        f"{row[0]} is back at work: {_done(back)}.",
        "Should it fail again, it comes back here as a new row.",
    )
    return Done(touches=row[0], says=says, follow=f"clusters/{back.cluster}/incidents")


async def drop(replays: Replays, row: Row, speaker: Speaker) -> Done:
    try:
        await replays.drop(*row, speaker.who, speaker.why)
    except Conflict:
        raise _taken(row) from None
    says = (f"{row[0]} is not kept any more. The audit tells that it was.",)
    return Done(touches=row[0], says=says, final="Its body is gone.", follow="quarantine")


def _done(back: Back) -> str:
    if back.is_look:
        return (
            f"it was heard too long ago to be believed, so cluster {back.cluster} is looked at as it is now"
        )
    match back.queue:
        case Queue.OPERATIONS:
            return "its operation is woken"
        case Queue.NOTIFICATIONS:
            return "the letter is sent, as if for the first time"
        case Queue.SIGNALS:
            return f"cluster {back.cluster} hears it"


def _taken(row: Row) -> Told:
    sentence = f"Somebody else has just replayed or dropped {row[0]}: look what is there now."
    return Told(No.CHANGED, "taken_meanwhile", sentence)
