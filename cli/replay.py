"""`quarantine replay` and `quarantine drop`: what they answer, and why they may not."""

from __future__ import annotations

from collections.abc import Mapping

from cli.archive import Archive
from cli.overrides import Speaker
from cli.quarantine import quarantined_row
from cli.speech import say, without_secrets
from cli.trouble import NO, Trouble
from shared.errors import Conflict, Refused
from shared.model.mark import Mark
from shared.news.words import COMMAND
from shared.operate.clerk import Clerk
from shared.ports.queues import Queue
from shared.replay.again import GUARD, Back, Replays
from shared.settings import Settings

WORDS: Mapping[str, str] = {
    "replayed_before": "{who} has replayed it at {at}: see whether that helped, and add --again if not",
    "not_whole": "of its {characters} characters only the first {kept} were kept: drop it",
    "metrics_are_old": "it is metrics of {kept_at}, which say nothing about now: drop it",
    "not_understood": "it is still not understood ({why}): drop it, or replay it with a version that knows it",
    "asks_for_nothing": "it asks for nothing ({why}): drop it",
    "no_such_cluster": "the policy in force has no cluster {cluster!r}: write it into the policy, or drop it",
}
"""Why it is not replayed, and what to do; by the reasons of `shared/replay/again.py`."""


async def replay_it(
    archive: Archive, clerk: Clerk, settings: Settings, wanted: tuple[str, bool], speaker: Speaker
) -> None:
    """`wanted` is the row, and whether also one that was replayed before."""
    row, kept = await quarantined_row(archive.store, wanted[0])
    try:
        back = await _replays(archive, clerk, settings).replay(row, kept, speaker.who, speaker.why, wanted[1])
    except Refused as refused:
        if refused.guard != GUARD:
            raise
        words = WORDS[refused.reason].format(**refused.numbers)
        raise Trouble(f"Nothing was sent: {without_secrets(words)}.", NO) from None
    except Conflict:
        raise _taken(row) from None
    say(f"{row} is back at work: {_done(back)}")
    say("Should it fail again, it comes back here as a new row.")


async def drop_it(archive: Archive, clerk: Clerk, settings: Settings, wanted: str, speaker: Speaker) -> None:
    row, kept = await quarantined_row(archive.store, wanted)
    try:
        await _replays(archive, clerk, settings).drop(row, kept, speaker.who, speaker.why)
    except Conflict:
        raise _taken(row) from None
    say(f"{row} is not kept any more. The audit tells that it was.")


def _replays(archive: Archive, clerk: Clerk, settings: Settings) -> Replays:
    mark = Mark(settings.installation)
    return Replays(
        archive.store, clerk.queues, clerk.audit, archive.policy, settings.own_ids, mark, archive.now
    )


def _done(back: Back) -> str:
    if back.is_look:
        return (
            f"it was heard too long ago to be believed, so cluster {back.cluster} is looked at as it is now "
            f"(`{COMMAND} incidents --cluster {back.cluster}`)."
        )
    match back.queue:
        case Queue.OPERATIONS:
            return f"its operation is woken (`{COMMAND} incidents --cluster {back.cluster}` tells how far it is)."
        case Queue.NOTIFICATIONS:
            return "the letter is sent, as if for the first time."
        case Queue.SIGNALS:
            return f"cluster {back.cluster} hears it (`{COMMAND} incidents --cluster {back.cluster}`)."


def _taken(row: str) -> Trouble:
    return Trouble(f"Somebody else has just replayed or dropped {row}: see `quarantine list`.", NO)
