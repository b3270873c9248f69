"""The story of a wave of evictions: how it comes out, and that the verdict sees what was not kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

import pytest

from simulator.demo.course import Course
from simulator.demo.spot import POOLS, TAKEN, judge, played
from simulator.world.journal import Actor, By, Entry

course = cache(played)
CLIENT = Actor(By.CLIENT, "app")


def failed(told: Course) -> list[str]:
    return [check.name for check in judge(told) if not check.ok]


def with_journal(journal: Sequence[Entry]) -> Course:
    return replace(course(), journal=journal)


def evicted(told: Course) -> list[Entry]:
    return [one for one in told.journal if one.what == "instance_evicted"]


def last_on(told: Course, machine: str) -> Entry:
    """The last end of a task there."""
    home = told.homes[machine]
    return [one for one in told.journal if one.what == "task_ended" and one.detail["agent"] == home][-1]


def test_the_real_app_moves_the_work_in_time_and_the_pool_is_whole_again() -> None:
    assert [check.text for check in judge(course()) if not check.ok] == []
    assert (len(course().homes), len(evicted(course()))) == (TAKEN, TAKEN)
    announced = [one for one in course().moments if one.text == "Azure announces an eviction"]
    assert len(announced) == TAKEN


@pytest.mark.parametrize(("late_s", "names"), [(40, ["work was moved", "in seconds"]), (21, ["in seconds"])])
def test_a_task_that_ended_with_its_machine_or_late_is_told(late_s: int, names: list[str]) -> None:
    first = evicted(course())[0]
    end = last_on(course(), first.subject)
    late = replace(end, time=first.time + timedelta(seconds=late_s - 30))
    assert failed(with_journal([late if one is end else one for one in course().journal])) == names


def test_a_successor_that_is_missing_or_late_is_told() -> None:
    made = [one for one in course().journal if one.what == "instance_created"]
    rest = [one for one in course().journal if one.what != "instance_created"]
    late = [replace(one, time=one.time + timedelta(minutes=1)) for one in made]
    assert failed(with_journal([*rest, *made[1:]])) == ["one for each"]
    assert failed(with_journal([*rest, *late])) == ["one for each"]


def test_a_healthy_machine_that_was_touched_is_told() -> None:
    touched = Entry(evicted(course())[0].time, "instance_delete_ordered", "another", CLIENT, True)
    assert failed(with_journal([*course().journal, touched])) == ["nobody else"]


@pytest.mark.parametrize(
    ("what", "names"),
    [
        ({"machines": {"fixed": 4, "spot": 21}}, ["within bounds", "as before"]),
        ({"machines": {"fixed": 4, "spot": 3}}, ["within bounds", "as before"]),
        ({"agents": {**POOLS, "spot": 11}}, ["as before"]),
        ({"waiting": 1}, ["as before"]),
    ],
)
def test_what_is_not_as_before_is_told(what: dict[str, Any], names: list[str]) -> None:
    looks = course().looks
    assert failed(replace(course(), looks=[*looks[:-1], replace(looks[-1], **what)])) == names


def test_work_that_is_away_for_long_is_told() -> None:
    looks = [
        replace(look, waiting=max(look.waiting, index in range(8, 20)))
        for index, look in enumerate(course().looks)
    ]
    assert failed(replace(course(), looks=looks)) == ["work went on"]
