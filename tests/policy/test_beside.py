"""The iCalendar files of a policy: they lie beside it, and are part of what is in force."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from shared.policy.beside import MOST_ICS_BYTES, named, packed, read_policy_file, unpacked
from shared.policy.faults import PolicyError
from shared.policy.load import load
from tests.policy.texts import GOOD, with_pool

DAY = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20261224\r\n"
    "SUMMARY:Long\r\n  er\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
SCHEDULE = "schedules: [{name: a, cron: 0 7 * * *, zone: UTC, min: 5, except: x}]\n"
TEXT = "calendars: {x: {ics: days.ics}}\n" + with_pool(SCHEDULE)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "policy.yaml"
    path.write_text(TEXT)
    return path


def days_of(text: bytes | str) -> frozenset[date]:
    (cluster,) = load(text, "policy.yaml").clusters
    calendar = cluster.pools[0].schedules[0].besides
    assert calendar is not None
    return calendar.from_ics


def test_a_file_that_the_policy_names_is_read_from_beside_it(file: Path) -> None:
    file.with_name("days.ics").write_bytes(DAY.encode())
    assert days_of(read_policy_file(file)) == {date(2026, 12, 24)}


def test_the_text_that_was_kept_needs_no_file(file: Path) -> None:
    file.with_name("days.ics").write_bytes(DAY.encode())
    kept = read_policy_file(file).decode()
    file.with_name("days.ics").unlink()
    assert days_of(kept) == {date(2026, 12, 24)}


def test_another_day_in_the_file_is_another_text(file: Path) -> None:
    beside = file.with_name("days.ics")
    beside.write_bytes(DAY.encode())
    before = read_policy_file(file)
    beside.write_bytes(DAY.replace("1224", "1231").encode())
    after = read_policy_file(file)
    assert after != before
    assert days_of(after) == {date(2026, 12, 31)}


@pytest.mark.parametrize("content", [None, b"BEGIN:VCALENDAR\n" + b"X" * MOST_ICS_BYTES])
def test_a_file_that_is_not_there_or_too_long_is_told_where_it_is_named(
    file: Path, content: bytes | None
) -> None:
    if content is not None:
        file.with_name("days.ics").write_bytes(content)
    with pytest.raises(PolicyError) as raised:
        load(read_policy_file(file), "policy.yaml")
    (fault,) = raised.value.faults
    assert (fault.line, fault.path) == (1, "calendars.x.ics")
    assert fault.allowed == "an iCalendar file beside the policy, of at most 100 KiB"


def test_a_policy_that_names_no_file_is_read_as_it_is(file: Path) -> None:
    file.write_text(GOOD)
    file.with_name("days.ics").write_bytes(DAY.encode())
    assert read_policy_file(file) == GOOD.encode()


@pytest.mark.parametrize(
    "content", ["", "one line", "\n\nx\n", "a\u2028b\x0bc\r\nd\x85e", "#:ics b.ics\n#|x"]
)
def test_whatever_stands_in_a_file_stays_in_it(content: str) -> None:
    text, files = unpacked(packed(GOOD.encode(), {"a.ics": content, "b.ics": DAY}).decode())
    assert text.rstrip() == GOOD.rstrip()
    assert files == {"a.ics": "\n".join(content.splitlines()), "b.ics": "\n".join(DAY.splitlines())}


def test_names_lead_nowhere_else() -> None:
    assert named(b"ics: ../../etc/passwd\nx: {ics: a.ics, y: 1}\nics: 'b.ics'\nics: /c.ics") == (
        "a.ics",
        "b.ics",
    )
