"""Windows: how they are read from the file, and when they are open, also in the nights in which clocks are changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.policy.load import load
from shared.policy.windows import Window, is_open, opens_at
from tests.policy.texts import GOOD, fault_of, with_pool

HOUR = timedelta(hours=1)
NIGHT = "[{cron: 0 22 * * MON-FRI, zone: Europe/London, for: 8h}]"
WEEKEND = "[{cron: '0 0 * * SAT', zone: UTC, for: 2d}]"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def windows_of(text: str) -> tuple[Window, ...]:
    return load(text, "policy.yaml").clusters[0].pools[0].windows


def test_a_window_is_a_cron_line_a_zone_and_a_time() -> None:
    assert windows_of(with_pool(f"windows: {NIGHT}")) == (
        Window("0 22 * * MON-FRI", "Europe/London", timedelta(hours=8)),
    )


def test_nothing_written_is_always() -> None:
    assert windows_of(GOOD) == ()


def test_the_closest_list_counts_as_a_whole() -> None:
    text = GOOD.replace("clusters:", f"defaults: {{windows: {NIGHT}}}\nclusters:", 1)
    assert len(windows_of(text)) == 1
    closer = with_pool(f"windows: {WEEKEND}").replace(
        "clusters:", f"defaults: {{windows: {NIGHT}}}\nclusters:", 1
    )
    assert [one.cron for one in windows_of(closer)] == ["0 0 * * SAT"]
    lifted = with_pool("windows: always").replace(
        "clusters:", f"defaults: {{windows: {NIGHT}}}\nclusters:", 1
    )
    assert windows_of(lifted) == ()


@pytest.mark.parametrize(
    ("written", "path", "found"),
    [
        ("[]", "windows", "a list of 0"),
        ("never", "windows", "'never'"),
        ("{}", "windows", "a mapping of 0 keys"),
        ("[{cron: 0 22 * * *, zone: UTC}]", "windows[0].for", "no such key"),
        ("[{cron: 0 22 * * *, zone: UTC, for: 8d}]", "windows[0].for", "'8d'"),
        ("[{cron: 0 22 * *, zone: UTC, for: 8h}]", "windows[0].cron", "'0 22 * *'"),
        ("[{cron: 0 0 30 2 *, zone: UTC, for: 8h}]", "windows[0].cron", "'0 0 30 2 *'"),
        ("[{cron: 61 0 * * *, zone: UTC, for: 8h}]", "windows[0].cron", "'61 0 * * *'"),
        ("[{cron: 0 0 * * *, zone: Mars/Olympus, for: 8h}]", "windows[0].zone", "'Mars/Olympus'"),
        ("[{cron: 0 0 * * *, zone: Europe, for: 8h}]", "windows[0].zone", "'Europe'"),
        ("[{cron: 0 0 * * *, zone: ../passwd, for: 8h}]", "windows[0].zone", "'../passwd'"),
    ],
)
def test_what_is_no_window_is_told_at_its_place(written: str, path: str, found: str) -> None:
    fault = fault_of(with_pool(f"windows: {written}"))
    assert fault.path.endswith(f".{path}")
    assert fault.found == found


NIGHTLY = Window("30 1 * * *", "Europe/London", 4 * HOUR)


def test_where_clocks_go_forward_a_time_that_is_left_out_counts_an_hour_later() -> None:
    """In London 01:00 became 02:00 on 29 March 2026, at 01:00 UTC; 01:30 was not there, and counts as 02:30."""
    assert opens_at([NIGHTLY], at("2026-03-28 12:00")) == at("2026-03-29 01:30")
    assert not is_open([NIGHTLY], at("2026-03-29 01:29"))
    assert is_open([NIGHTLY], at("2026-03-29 05:29"))
    assert not is_open([NIGHTLY], at("2026-03-29 05:30")), "four hours, and not three"


def test_where_clocks_go_back_a_time_that_comes_twice_counts_once() -> None:
    """In London 02:00 became 01:00 on 25 October 2026, at 01:00 UTC; 01:30 came at 00:30 and at 01:30 UTC."""
    assert opens_at([NIGHTLY], at("2026-10-24 12:00")) == at("2026-10-25 00:30")
    assert opens_at([NIGHTLY], at("2026-10-25 00:30")) == at("2026-10-26 01:30")
    assert is_open([NIGHTLY], at("2026-10-25 01:10")), "by the clocks it is ten past one again"
    assert not is_open([NIGHTLY], at("2026-10-25 04:30")), "four hours, and not five"


def test_a_window_over_the_change_lasts_as_long_as_it_says() -> None:
    eve = Window("0 22 * * *", "America/New_York", 8 * HOUR)
    began = opens_at([eve], at("2026-10-31 20:00"))  # 31 October, 22:00 in New York; clocks go back at 02:00
    assert began == at("2026-11-01 02:00")
    assert is_open([eve], began + 8 * HOUR - timedelta(seconds=1))
    assert not is_open([eve], began + 8 * HOUR)


def test_days_of_the_month_and_of_the_week_mean_either() -> None:
    either = Window("0 0 13 * FRI", "UTC", HOUR)
    assert is_open([either], at("2026-11-13 00:30"))  # a Friday and the 13th
    assert is_open([either], at("2026-11-20 00:30"))  # a Friday
    assert is_open([either], at("2026-12-13 00:30"))  # a Sunday


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),  # noqa: DTZ001  # of UTC
    st.sampled_from(["Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]),
    st.sampled_from(["30 1 * * *", "0 2 * * SUN", "15 23 1 * *", "*/20 * * * *"]),
)
def test_whatever_the_time_it_is_open_from_each_opening_for_as_long_as_it_says(
    moment: datetime, zone: str, cron: str
) -> None:
    window, now = Window(cron, zone, 10 * timedelta(minutes=1)), moment.replace(tzinfo=UTC)
    opens = opens_at([window], now)
    assert opens > now
    assert is_open([window], opens)
    assert is_open([window], opens + window.lasts - timedelta(seconds=1))
    if not is_open([window], now):
        assert not is_open([window], opens - timedelta(seconds=1))
