"""Times and numbers that pages tell are those of host.json, the triggers and the templates."""

from __future__ import annotations

import itertools
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.dcos.catalog.recognise import LISTED
from shared.model.sweeps import EVERY
from shared.operate.duties import HOUSEKEEPING_EVERY
from shared.operate.engine import WORK
from simulator.host.ncrontab import Schedule
from tests.craft.repository import text
from tests.infra.templates import variable
from tests.scene import REDELIVERED, TRIES
from tests.settings.page import host_values, schedules

HOST = json.loads(text(Path("host.json")))
NUMBERS = ("zero", "one", "two", "three", "four", "five", "six")
SETTINGS = variable("app/function.bicep", "settings")


def times_of(schedule: str, within: timedelta = timedelta(hours=1)) -> list[datetime]:
    """When a timer comes in one hour."""
    named = Schedule(re.sub(r"%(\w+)%", lambda found: SETTINGS[found[1]], schedule))
    now = begin = datetime(2026, 11, 23, tzinfo=UTC) - timedelta(microseconds=1)
    found: list[datetime] = []
    while (now := named.next_after(now)) < begin + within:
        found.append(now)
    return found


def told(page: str) -> str:
    """A page without its line ends."""
    return " ".join(text(Path(page)).split())


def a_length(value: object) -> timedelta:
    hours, minutes, seconds = map(int, str(value).split(":"))
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def test_a_beat_comes_three_times_a_minute_and_never_with_another_timer() -> None:
    beats = times_of(schedules()["beat"])
    assert {after - before for before, after in itertools.pairwise(beats)} == {timedelta(seconds=20)}
    assert "timers, each 20 s" in told("docs/architecture.md")
    assert "one timer, each 20 seconds" in told("docs/architecture.md")
    assert "Three times a minute it glances" in told("README.md")
    assert set(beats).isdisjoint(times_of(schedules()["check_health"]))


def test_health_is_asked_for_each_fifth_minute() -> None:
    asked = times_of(schedules()["check_health"])
    assert (len(asked), asked[1] - asked[0]) == (12, timedelta(minutes=5))
    assert "each fifth minute" in told("docs/architecture.md")
    assert "Each fifth minute it asks DC/OS" in told("README.md")


def test_a_sweep_comes_each_minute_and_housekeeping_each_tenth() -> None:
    assert len(times_of(SETTINGS["POOLKEEPER_SWEEP"])) == 60
    assert timedelta(minutes=1) == EVERY
    assert timedelta(minutes=10) == HOUSEKEEPING_EVERY
    assert "each minute the sweep" in told("docs/architecture.md")
    assert "each tenth minute housekeeping" in told("docs/architecture.md")


@pytest.mark.parametrize("function", ["beat", "check_health"])
def test_the_page_of_cost_counts_what_the_timers_do(function: str) -> None:
    row = re.search(rf"^\| `{function}` \| (\d+) \|", text(Path("docs/cost.md")), re.MULTILINE)
    assert row
    assert int(row[1]) == len(times_of(schedules()[function]))


def test_the_page_of_cost_polls_as_often_as_the_host() -> None:
    every = a_length(SETTINGS["AzureFunctionsJobHost__extensions__queues__maxPollingInterval"])
    assert every == timedelta(seconds=3)
    assert "up to three seconds (`maxPollingInterval`" in told("docs/cost.md")
    assert a_length(host_values()["maxPollingInterval"]) <= every


def test_whoever_says_how_often_something_fails_says_it_as_the_host_does() -> None:
    tries = host_values()["maxDequeueCount"]
    assert tries == TRIES
    assert a_length(host_values()["visibilityTimeout"]) == REDELIVERED
    word = NUMBERS[TRIES]
    for page in ("docs/architecture.md", "docs/runbooks.md", "docs/notifications.md", "docs/safety.md"):
        assert re.search(rf"fail(ed|s) {word} times", told(page)), page


def test_a_turn_ends_itself_long_before_the_host_ends_it() -> None:
    assert a_length(HOST["functionTimeout"]) >= 4 * WORK
    assert f"end themselves after {WORK.total_seconds():g} seconds" in told("docs/settings.md")


def test_at_most_so_many_messages_are_worked_on_at_once() -> None:
    queues = HOST["extensions"]["queues"]
    assert f"so {queues['batchSize'] + queues['newBatchThreshold']} at once at most" in told(
        "docs/settings.md"
    )


def test_the_readme_counts_what_there_is() -> None:
    guards = len(re.findall(r"^## ", text(Path("docs/guards.md")), re.MULTILINE))
    assert (guards, len(LISTED)) == (17, 25)
    told = text(Path("README.md"))
    assert "17 guards " in told
    assert "[seventeen guards]" in told
    assert "[25 packages]" in told
