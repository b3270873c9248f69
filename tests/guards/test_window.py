"""The guard `window`: may a node that still works be taken away at this time?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from shared.guards import window
from shared.guards.question import Question
from shared.model.nodes import Condition, Fate
from shared.model.remedies import Remedy
from shared.model.sizes import short
from shared.policy.windows import Window
from tests.builders import Cluster, pool_policy

NIGHTS = Window("0 22 * * *", "Europe/London", timedelta(hours=8))
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TEN = NOON.replace(hour=22)


def asked_at(now: datetime, *windows: Window, connected: bool = True) -> Question:
    """About an impaired node, to be replaced."""
    cluster = Cluster(9, pool_policy(windows=windows))
    if not connected:
        cluster.loses_agent(1)
    question = replace(cluster.question(1), now=now)
    condition = Condition.IMPAIRED if connected else Condition.UNREACHABLE
    return replace(question, finding=replace(question.finding, condition=condition))


def ending(question: Question, deadline: datetime) -> Question:
    doomed = replace(question.finding, condition=Condition.DOOMED, fate=Fate.MOVES, deadline=deadline)
    return replace(question, finding=doomed)


def test_condition_1_without_windows_any_time_will_do() -> None:
    assert window.ask(asked_at(NOON)).allowed


@pytest.mark.parametrize("condition", [Condition.UNREACHABLE, Condition.GONE, Condition.STUCK])
def test_condition_2_dead_nodes_are_not_held(condition: Condition) -> None:
    question = asked_at(NOON, NIGHTS, connected=False)
    dead = replace(question.finding, condition=condition)
    assert window.ask(replace(question, finding=dead)).allowed


def test_condition_2_a_pool_that_is_to_be_evened_out_is_held() -> None:
    question = replace(
        asked_at(NOON, NIGHTS), finding=short("private", "zone 1 has most"), remedy=Remedy.GROW
    )
    assert window.ask(question).reason == "window_closed"
    assert window.ask(replace(question, now=TEN + timedelta(minutes=1))).allowed


def test_condition_3_starting_a_unit_again_takes_nothing_away() -> None:
    assert window.ask(replace(asked_at(NOON, NIGHTS), remedy=Remedy.RESTART_UNIT)).allowed
    assert not window.ask(replace(asked_at(NOON, NIGHTS), remedy=Remedy.RESTART)).allowed


def test_condition_4_an_end_that_is_near_is_not_held() -> None:
    assert window.ask(ending(asked_at(NOON, NIGHTS), NOON + timedelta(seconds=30))).allowed


@pytest.mark.parametrize(
    ("now", "is_open"),
    [
        (TEN - timedelta(seconds=1), False),
        (TEN, True),
        (TEN + timedelta(hours=8) - timedelta(seconds=1), True),
        (TEN + timedelta(hours=8), False),
    ],
)
def test_condition_5_it_is_open_from_its_beginning_until_just_before_its_end(
    now: datetime, is_open: bool
) -> None:
    assert window.ask(asked_at(now, NIGHTS)).allowed is is_open


def test_condition_5_one_open_window_of_several_is_enough() -> None:
    noons = Window("30 11 * * *", "UTC", timedelta(hours=1))
    assert window.ask(asked_at(NOON, NIGHTS, noons)).allowed


def test_condition_6_an_end_before_the_next_window_is_of_use_is_not_held() -> None:
    question = asked_at(NOON, NIGHTS)
    assert window.ask(ending(question, TEN + timedelta(minutes=59))).allowed
    later = window.ask(ending(question, TEN + timedelta(minutes=60)))
    assert (later.allowed, later.until) == (False, TEN)


def test_condition_7_it_is_refused_until_the_next_window_opens() -> None:
    mornings = Window("0 5 * * *", "UTC", timedelta(hours=1))
    answer = window.ask(asked_at(NOON, mornings, NIGHTS))
    assert (answer.allowed, answer.reason, answer.until) == (False, "window_closed", TEN)
    assert answer.numbers == {"opens": TEN.isoformat()}
