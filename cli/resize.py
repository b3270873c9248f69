"""What a person types about the size of a pool: until when, and what came of it. `shared/desk/sizes.py` looks at it and
writes it down.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from cli.answer import Answer
from cli.trouble import USAGE, Trouble
from shared.desk import sizes
from shared.desk.archive import Archive
from shared.desk.sizes import Sizes, Wanted, pool_named
from shared.desk.speaker import LONGEST, Speaker
from shared.news.words import COMMAND
from shared.operate.clerk import Clerk

DAY = timedelta(days=1)


def until_then(speaker: Speaker, until: str, zone: str, now: datetime) -> Speaker:
    """Who speaks, until the time that was typed. A time without a day is the next one."""
    if speaker.span is not None:
        raise Trouble("Nothing was written: give --for or --until, not both.", USAGE)
    try:
        there = ZoneInfo(zone)
    except (KeyError, OSError, ValueError):  # not there, a folder, or a path that leads out
        raise Trouble(
            f"There is no time zone {zone!r}, so nothing was written: give one like Europe/London.", USAGE
        ) from None
    is_time, today = len(until) <= len("18:00"), now.astimezone(there).date()
    try:
        at = datetime.fromisoformat(f"{today}T{until}" if is_time else until)
        end = (at if at.tzinfo else at.replace(tzinfo=there)).astimezone(UTC)
        if is_time and end <= now:
            end = datetime.fromisoformat(f"{today + DAY}T{until}").replace(tzinfo=there).astimezone(UTC)
    except (ValueError, OverflowError):
        allowed = "--until takes a time, such as 18:00 or 2026-11-23T18:00"
        raise Trouble(f"Nothing was written: {allowed}.", USAGE) from None
    if not now < end <= now + LONGEST:
        raise Trouble(f"Nothing was written: {until} in {zone} is over, or more than 30d away.", USAGE)
    return replace(speaker, span=end - now)


async def set_size(
    archive: Archive, clerk: Clerk, wanted: tuple[str, str | None], asked: Sizes, speaker: Speaker
) -> Answer:
    """`wanted` is the pool and the cluster that were typed."""
    here, pool = pool_named(archive, *wanted)
    done = await sizes.set_size(archive, clerk, (here, pool), Wanted(asked), speaker)
    return Answer(done, f"{COMMAND} size clear {pool.name} --cluster {here.name}", "takes it back")


async def clear_size(
    archive: Archive, clerk: Clerk, wanted: tuple[str, str | None], speaker: Speaker
) -> Answer:
    return Answer(await sizes.clear_size(archive, clerk, pool_named(archive, *wanted), speaker))
