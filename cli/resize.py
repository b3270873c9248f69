"""Until when a size holds, as somebody types it: a time of day, or of a day, in a zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cli.trouble import USAGE, Trouble
from shared.desk.speaker import LONGEST
from shared.policy.values import duration_text

DAY = timedelta(days=1)


def until_then(until: str, zone: str, now: datetime) -> str:
    """For how long that is from now on, such as `2h5m`. A time without a day is the next one."""
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
    return duration_text(timedelta(seconds=max(1, round((end - now).total_seconds()))))
