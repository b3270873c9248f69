"""Schedules and calendars as they stand in a policy file, and what is told of those that can not be meant."""

from __future__ import annotations

from datetime import date

import pytest

from shared.policy.beside import packed
from shared.policy.faults import Fault, PolicyError
from shared.policy.load import load
from shared.policy.schedules import Calendar, Schedule
from shared.policy.schema import PoolPolicy
from tests.policy.texts import with_pool
from tests.schedule.plans import HOUR, LONDON

ICS = {
    "ukdays.ics": "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20261231\r\n"
    "END:VEVENT\r\nEND:VCALENDAR\r\n",
    "empty.ics": "",
}
UK = "{country: GB, subdivision: ENG, dates: [2026-12-24], ics: ukdays.ics}"
OFFICE = "{name: office, cron: 0 7 * * MON-FRI, zone: Europe/London, for: 12h, min: 10, except: uk}"
NIGHT = "{name: night, cron: 0 19 * * *, zone: Europe/London, max: 5}"


def text_of(schedules: str, calendars: str = f"{{uk: {UK}}}", price: str = "") -> str:
    """The good policy with schedules on its line 12; they may stay within 3 to 40 nodes."""
    return f"calendars: {calendars}\n" + with_pool(f"schedules: {schedules}\n{price}")


def read(text: str) -> PoolPolicy:
    (cluster,) = load(packed(text.encode(), ICS), "policy.yaml").clusters
    return cluster.pools[0]


def faults(text: str) -> tuple[Fault, ...]:
    with pytest.raises(PolicyError) as raised:
        load(packed(text.encode(), ICS), "policy.yaml")
    return raised.value.faults


def test_schedules_are_read_in_the_order_of_the_file() -> None:
    pool = read(text_of(f"[{OFFICE}, {NIGHT}]", price="price: 0.19"))
    uk = Calendar(
        name="uk",
        country="GB",
        subdivision="ENG",
        dates=frozenset({date(2026, 12, 24)}),
        ics="ukdays.ics",
        from_ics=frozenset({date(2026, 12, 31)}),
    )
    office = Schedule(name="office", cron="0 7 * * MON-FRI", zone=LONDON, lasts=12 * HOUR, min=10, besides=uk)
    assert pool.schedules == (office, Schedule(name="night", cron="0 19 * * *", zone=LONDON, max=5))
    assert pool.price == 0.19


def test_a_file_without_schedules_has_none() -> None:
    assert read(with_pool("mode: observe")).schedules == ()


ZONED = "name: x, zone: UTC"


@pytest.mark.parametrize(
    ("written", "path", "found"),
    [
        ("[]", "", "a list of 0"),
        ("none", "", "'none'"),
        ("[office]", "[0]", "'office'"),
        ("[{name: x, cron: 0 7 * * *, min: 4}]", "[0].zone", "no such key"),
        (f"[{{{ZONED}, cron: 0 7 30 2 *, min: 4}}]", "[0].cron", "'0 7 30 2 *'"),
        (f"[{{{ZONED}, cron: 99 7 * * *, min: 4}}]", "[0].cron", "'99 7 * * *'"),
        (f"[{{{ZONED}, cron: '*/5 * * * *', min: 4}}]", "[0].cron", "'*/5 * * * *'"),
        (f"[{{{ZONED}, cron: 0 7 1 * 1#2, min: 4}}]", "[0].cron", "'0 7 1 * 1#2'"),
        ("[{name: x, zone: Mars/Olympus, cron: 0 7 * * *, min: 4}]", "[0].zone", "'Mars/Olympus'"),
        (f"[{{{ZONED}, cron: 0 7 * * *, for: 1m, min: 4}}]", "[0].for", "'1m'"),
        (f"[{{{ZONED}, cron: 0 7 * * *, for: 12, min: 4}}]", "[0].for", "'12'"),
        (f"[{{{ZONED}, cron: 0 7 * * *}}]", "[0]", "a schedule that says no size"),
        (f"[{{{ZONED}, cron: 0 7 * * *, min: 9, max: 8}}]", "[0].min", "9"),
        (f"[{{{ZONED}, cron: 0 7 * * *, min: 2}}]", "[0].min", "2"),
        (f"[{{{ZONED}, cron: 0 7 * * *, max: 41}}]", "[0].max", "41"),
        (f"[{{{ZONED}, cron: 0 7 * * *, target: 0}}]", "[0].target", "0"),
        (f"[{{{ZONED}, cron: 0 7 * * *, target: 5, max: 9}}]", "[0].target", "a target beside min or max"),
        (f"[{{{ZONED}, cron: 0 7 * * *, min: many}}]", "[0].min", "'many'"),
        (f"[{{{ZONED}, cron: 0 7 * * *, min: 4, except: ku}}]", "[0].except", "'ku'"),
        (f"[{{{ZONED}, cron: 0 7 * * *, min: 4, only: [uk]}}]", "[0].only", "a list of 1"),
        (f"[{{{ZONED}, cron: 0 7 * * *, min: 4, mox: 5}}]", "[0].mox", "the key 'mox'"),
        (
            f"[{NIGHT}, {NIGHT}]",
            "[1].name",
            "'night', which is the name of the schedule on line 12 already",
        ),
    ],
)
def test_what_can_not_be_meant_is_told_at_its_place(written: str, path: str, found: str) -> None:
    (fault,) = faults(text_of(written))
    assert (fault.path, fault.found) == (f"clusters.prod.pools.private.schedules{path}", found)
    assert fault.line == 12


def test_a_calendar_that_was_misspelt_is_guessed() -> None:
    (fault,) = faults(text_of("[{name: x, zone: UTC, cron: 0 7 * * *, min: 4, except: ukk}]"))
    assert (fault.allowed, fault.hint) == ("a calendar of this file: uk", "did you mean 'uk'?")


@pytest.mark.parametrize(
    ("written", "path", "found"),
    [
        ("{uk: {}}", "uk", "a calendar without a day"),
        ("{uk: {country: uk}}", "uk.country", "'uk'"),
        ("{uk: {country: QQ}}", "uk.country", "'QQ'"),
        ("{uk: {country: GB, subdivision: BY}}", "uk.subdivision", "'BY'"),
        ("{uk: {dates: [2026-12-24], subdivision: ENG}}", "uk.subdivision", "'ENG'"),
        ("{uk: {dates: 2026-12-24}}", "uk.dates", "'2026-12-24'"),
        ("{uk: {dates: [2026-02-30]}}", "uk.dates[0]", "'2026-02-30'"),
        ("{uk: {dates: [20261224]}}", "uk.dates[0]", "'20261224'"),
        ("{uk: {ics: gone.ics}}", "uk.ics", "'gone.ics', which was not found"),
        ("{uk: {ics: ../ukdays.ics}}", "uk.ics", "'../ukdays.ics'"),
        ("{uk: {ics: empty.ics}}", "uk.ics", "'empty.ics': it has no event"),
        ("{UK!: {country: GB}, uk: {country: GB}}", "", "'UK!'"),
        ("[uk]", "", "a list of 1"),
    ],
)
def test_a_calendar_that_nobody_knows_is_told(written: str, path: str, found: str) -> None:
    first = faults(text_of(f"[{OFFICE}]", calendars=written))[0]
    assert (first.path, first.found) == (f"calendars.{path}".removesuffix("."), found)


@pytest.mark.parametrize("written", ["price: free", "price: -1", "price: [1]", "price: 1e3"])
def test_a_price_is_a_number(written: str) -> None:
    (fault,) = faults(text_of(f"[{NIGHT}]", price=written))
    assert fault.path == "clusters.prod.pools.private.price"


def test_without_capacity_there_is_nothing_to_move_within() -> None:
    text = text_of(f"[{NIGHT}]")
    (fault,) = faults(text.replace("capacity: {min: 3, max: 40}", "mode: observe"))
    assert fault.path == "clusters.prod.pools.private.capacity"
    (fault,) = faults(text.replace("{min: 3, max: 40}", "{min: 50, max: 40}"))
    assert fault.path == "clusters.prod.pools.private.capacity.min"
