"""`quarantine replay` and `quarantine drop`: whose row it is, by its ending, and what came of it."""

from __future__ import annotations

from cli.answer import Answer
from shared.desk import again
from shared.desk.archive import Archive
from shared.desk.quarantine import quarantined_row
from shared.desk.speaker import Speaker
from shared.model.mark import Mark
from shared.news.words import COMMAND
from shared.operate.clerk import Clerk
from shared.replay.again import Replays
from shared.settings import Settings

INCIDENTS = f"{COMMAND} incidents"


async def replay_it(
    archive: Archive, clerk: Clerk, settings: Settings, wanted: tuple[str, bool], speaker: Speaker
) -> Answer:
    """`wanted` is the row, and whether also one that was replayed before."""
    row = await quarantined_row(archive.store, wanted[0])
    done = await again.replay(_replays(archive, clerk, settings), row, wanted[1], speaker)
    return Answer(done, INCIDENTS, "tells how far it is")


async def drop_it(
    archive: Archive, clerk: Clerk, settings: Settings, wanted: str, speaker: Speaker
) -> Answer:
    row = await quarantined_row(archive.store, wanted)
    return Answer(await again.drop(_replays(archive, clerk, settings), row, speaker))


def _replays(archive: Archive, clerk: Clerk, settings: Settings) -> Replays:
    mark = Mark(settings.installation)
    return Replays(
        archive.store, clerk.queues, clerk.audit, archive.policy, settings.own_ids, mark, archive.now
    )
