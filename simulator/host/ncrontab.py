"""NCRONTAB: the schedules of timer triggers.

Five or six fields, ``{second} minute hour day month day-of-week``, with numbers, lists, ranges, steps and
three-letter names. Unlike cron, a day must match both day fields: "13 * FRI" is Friday the 13th, not every Friday
and every 13th (Azure/azure-docs functions-bindings-timer, "NCRONTAB expressions").

croniter does the arithmetic, but it also takes words that NCrontab does not (``L``, ``?``, ``#``, 7 for Sunday,
ranges that wrap, macros such as ``@daily``), so every field passes a strict pattern of ours first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from croniter import CroniterBadDateError, croniter

from simulator.host.errors import SettingsError

_MONTHS = {
    "JAN": 1, "FEB": 2, "MAR": 3, "APR": 4, "MAY": 5, "JUN": 6,
    "JUL": 7, "AUG": 8, "SEP": 9, "OCT": 10, "NOV": 11, "DEC": 12,
}  # fmt: skip
_DAYS = {"SUN": 0, "MON": 1, "TUE": 2, "WED": 3, "THU": 4, "FRI": 5, "SAT": 6}
_PART = re.compile(r"(?P<low>\*|\w+)(?:-(?P<high>\w+))?(?:/(?P<step>\d+))?")


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    low: int
    high: int
    words: Mapping[str, int]


_FIELDS = (
    _Field("second", 0, 59, {}),
    _Field("minute", 0, 59, {}),
    _Field("hour", 0, 23, {}),
    _Field("day", 1, 31, {}),
    _Field("month", 1, 12, _MONTHS),
    _Field("day of week", 0, 6, _DAYS),
)


class Schedule:
    """A checked NCRONTAB expression. Raises ``SettingsError`` with the field, what was found and what is allowed."""

    def __init__(self, expression: str) -> None:
        fields = expression.split()
        if len(fields) == 5:
            fields.insert(0, "0")
        if len(fields) != 6:
            raise SettingsError(
                f"The schedule {expression!r} has {len(expression.split())} fields; "
                "allowed: {second} {minute} {hour} {day} {month} {day of week}, the second may be left out."
            )
        for text, field in zip(fields, _FIELDS, strict=True):
            _check(text, field, expression)
        self.expression = expression
        self._six = " ".join(fields).upper()

    def next_after(self, moment: datetime) -> datetime:
        """The first occurrence strictly after ``moment``; aware UTC in and out."""
        times = croniter(self._six, moment.astimezone(UTC), second_at_beginning=True, day_or=False)
        try:
            found: datetime = times.get_next(datetime)
        except CroniterBadDateError as problem:
            raise SettingsError(
                f"The schedule {self.expression!r} never occurs; no such date exists."
            ) from problem
        return found

    def shortest_gap(self, moment: datetime) -> timedelta:
        """The smallest distance between the next occurrences: below a minute, Azure does not monitor a timer."""
        following = [self.next_after(moment)]
        for _ in range(5):
            following.append(self.next_after(following[-1]))
        return min(later - sooner for sooner, later in pairwise(following))


def _check(text: str, field: _Field, expression: str) -> None:
    for part in text.split(","):
        found = _PART.fullmatch(part)
        if found is None or not _is_in_range(found, field):
            words = f" or {', '.join(field.words)}" if field.words else ""
            raise SettingsError(
                f"The schedule {expression!r} has {part!r} as {field.name}; allowed: *, a number from {field.low} to "
                f"{field.high}{words}, a range such as 1-5, a step such as */5, or a list of these."
            )


def _is_in_range(found: re.Match[str], field: _Field) -> bool:
    if found["step"] is not None and not 1 <= int(found["step"]) <= field.high:
        return False
    if found["low"] == "*":
        return found["high"] is None
    low = _number(found["low"], field)
    high = low if found["high"] is None else _number(found["high"], field)
    return low is not None and high is not None and field.low <= low <= high <= field.high


def _number(text: str, field: _Field) -> int | None:
    if text.isascii() and text.isdecimal():
        return int(text)
    return field.words.get(text.upper())
