"""An operator looks at what the schedules of a policy will do, before the app is given them."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from tests.cli.typed import data_of, typed
from tests.policy.texts import GOOD, with_pool

NIGHT = "{name: night, cron: 0 19 * * *, zone: Europe/London, max: 5}"
OFFICE = "{name: office, cron: 0 7 * * MON-FRI, zone: Europe/London, for: 10h, min: 10, except: uk}"
WEEK = ("--from", "2026-12-21", "--zone", "Europe/London")
HOLIDAY = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20261224\r\n"
    "END:VEVENT\r\nEND:VCALENDAR\r\n"
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "ukdays.ics").write_text(HOLIDAY)
    return written(tmp_path, f"[{OFFICE}]")


def written(folder: Path, schedules: str) -> Path:
    path = folder / "policy.yaml"
    calendars = "calendars: {uk: {country: GB, ics: ukdays.ics}}\n"
    path.write_text(calendars + with_pool(f"schedules: {schedules}\nprice: 0.5"))
    return path


def test_a_week_is_told_with_who_says_what_and_what_it_costs(file: Path) -> None:
    result = typed("schedule", "preview", str(file), *WEEK, width=200)
    assert result.exit_code == 0
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert "Mon 2026-12-21 07:00 Mon 2026-12-21 17:00 10h00m 10 to 40 office" in lines
    assert not [line for line in lines if line.endswith("office") and "2026-12-24 07:00" in line], (
        "a day of the file"
    )
    assert "node-hours: 714 to 6,720; cost: 357.00 to 3,360.00" in lines


def test_the_app_takes_the_same_file(file: Path) -> None:
    assert typed("policy", "check", str(file)).exit_code == 0


def test_a_contradiction_is_told_and_is_a_no(tmp_path: Path) -> None:
    (tmp_path / "ukdays.ics").write_text(HOLIDAY)
    file = written(tmp_path, f"[{OFFICE}, {NIGHT}]")
    result = typed("schedule", "preview", str(file), *WEEK, width=200)
    assert result.exit_code == 1
    assert "office says at least 10, night at most 5: 10 counts (3 times, first at Mon 2026" in result.stdout


def test_programs_get_the_same_as_json(file: Path) -> None:
    (pool,) = data_of(typed("schedule", "preview", str(file), *WEEK, "--json"))
    assert (pool["cluster"], pool["pool"], pool["cost"]) == ("prod", "private", [357.0, 3360.0])
    assert pool["rows"][1]["begin"] == "2026-12-21T07:00:00Z"
    assert pool["rows"][1]["by"] == ["office"]


def test_it_is_drawn(file: Path, tmp_path: Path) -> None:
    picture = tmp_path / "week.png"
    assert typed("schedule", "preview", str(file), *WEEK, "--png", str(picture)).exit_code == 0
    head = picture.read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    assert min(struct.unpack(">II", head[16:24])) > 200


def test_faults_are_told_with_their_line(tmp_path: Path) -> None:
    file = written(tmp_path, "[{name: x, cron: 0 7 * * *, zone: UTC, min: 90}]")
    result = typed("schedule", "preview", str(file), width=200)
    assert result.exit_code == 1
    assert f"{file}:12:" in result.stdout
    assert "clusters.prod.pools.private.schedules[0].min" in result.stdout
    assert "'ukdays.ics', which was not found" in result.stdout
    assert len(data_of(typed("schedule", "preview", str(file), "--json"))["faults"]) == 2


@pytest.mark.parametrize(
    ("words", "told"),
    [(("--zone", "Mars/Olympus"), "no time zone"), (("--pool", "public"), "has no pool public")],
)
def test_what_is_not_there_is_said(file: Path, words: tuple[str, ...], told: str) -> None:
    result = typed("schedule", "preview", str(file), *words)
    assert result.exit_code == 2
    assert told in " ".join(result.stderr.split())


def test_a_policy_without_schedules_has_nothing_to_show(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(GOOD)
    assert typed("schedule", "preview", str(file)).exit_code == 2
    assert typed("schedule", "preview", str(tmp_path / "gone.yaml")).exit_code == 2
