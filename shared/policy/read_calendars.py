"""The `calendars` of a policy file: names, each with a country, days of one's own, or an iCalendar file.

Countries and days are tried when the file is read, because a holiday that nobody knows is one on which a pool is sized
as on any other day. The iCalendar files are given as texts (`beside.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from shared.calendar.days import countries, days_of_ics
from shared.policy.beside import MOST_ICS_BYTES
from shared.policy.faults import shown
from shared.policy.reading import Opened, Reading
from shared.policy.schedules import Calendar
from shared.policy.tree import Listing, Node, Scalar
from shared.policy.values import described, nearest

MOST_DATES = 400
DATES = f"a list of 1 to {MOST_DATES} days, each written as 2026-12-24"


def read_calendars(reading: Reading, top: Opened, ics: Mapping[str, str]) -> dict[str, Calendar]:
    """The calendars by name. `ics` has the texts of iCalendar files by their names. One with a fault is there all the
    same, so that those who name it are not told that it does not exist."""
    opened = reading.named("calendars", "calendar", top)
    return {one.key.text: _calendar(reading, one, ics) for one in opened}


def _calendar(reading: Reading, opened: Opened, ics: Mapping[str, str]) -> Calendar:
    values: dict[str, Any] = reading.values(opened, Calendar, ("country", "subdivision", "ics"))
    if not opened.entries.keys() & {"country", "dates", "ics"}:
        reading.fault(
            opened.key, opened.path, "a calendar without a day", "country, dates or ics, or several of them"
        )
    _known(reading, opened, values)
    values["dates"] = _dates(reading, opened)
    if "ics" in values:
        values["from_ics"] = _from_ics(reading, opened, values["ics"], ics)
    return Calendar(name=opened.key.text, **values)


def _known(reading: Reading, opened: Opened, values: dict[str, Any]) -> None:
    """Take out a country, or a part of it, that nobody knows."""
    country = values.get("country", "")
    if country and country not in countries():
        found, place = shown(values.pop("country")), opened.entries["country"][1]
        allowed = f"one of the {len(countries())} countries and markets whose holidays are known, like GB"
        reading.fault(place, f"{opened.path}.country", found, allowed)
    if "subdivision" not in values:
        return
    path, place = f"{opened.path}.subdivision", opened.entries["subdivision"][1]
    if "country" not in opened.entries:
        reading.fault(
            place, path, shown(values.pop("subdivision")), "a part of a country, which must be there"
        )
        return
    parts = countries().get(country)
    if parts is None:
        values.pop("subdivision")
    elif values["subdivision"] not in parts:
        allowed = f"a part of {country}: {', '.join(parts)}" if parts else f"no part, as {country} has none"
        near = nearest(values["subdivision"], list(parts))
        found = shown(values.pop("subdivision"))
        reading.fault(place, path, found, allowed, f"did you mean '{near}'?" if near else "")


def _dates(reading: Reading, opened: Opened) -> frozenset[date]:
    if "dates" not in opened.entries:
        return frozenset()
    path, node = f"{opened.path}.dates", opened.entries["dates"][1]
    if not isinstance(node, Listing) or not 1 <= len(node.items) <= MOST_DATES:
        reading.fault(node, path, described(node), DATES)
        return frozenset()
    days: set[date] = set()
    for index, item in enumerate(node.items):
        day = _date(item)
        if day is None:
            reading.fault(item, f"{path}[{index}]", described(item), "a day, written as 2026-12-24")
        else:
            days.add(day)
    return frozenset(days)


def _date(node: Node) -> date | None:
    if not isinstance(node, Scalar) or len(node.text) != len("2026-12-24"):
        return None
    try:
        day = date.fromisoformat(node.text)
    except ValueError:
        return None
    return day if day.isoformat() == node.text else None


def _from_ics(reading: Reading, opened: Opened, name: str, ics: Mapping[str, str]) -> frozenset[date]:
    path, node = f"{opened.path}.ics", opened.entries["ics"][1]
    if name not in ics:
        allowed = f"an iCalendar file beside the policy, of at most {MOST_ICS_BYTES // 1024} KiB"
        reading.fault(node, path, f"{shown(name)}, which was not found", allowed)
        return frozenset()
    try:
        return days_of_ics(ics[name])
    except ValueError as error:
        reading.fault(node, path, f"{shown(name)}: {error}", "an iCalendar file with events (RFC 5545)")
        return frozenset()
