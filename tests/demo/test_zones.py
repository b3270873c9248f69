"""The story of a lopsided pool: how it comes out, and that the verdict sees what was not kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache

import pytest

from simulator.demo.course import Course
from simulator.demo.zones import AGENTS, BACK, BEGIN, judge, played
from simulator.world.journal import MESOS, Actor, By, Entry

course = cache(played)
CLIENT = Actor(By.CLIENT, "app")
LATER = BEGIN + BACK + timedelta(minutes=20)


def failed(told: Course) -> list[str]:
    return [check.name for check in judge(told) if not check.ok]


def with_look(index: int, *zones: int, waiting: int = 0) -> Course:
    looks = list(course().looks)
    machines = {f"zone {number}": count for number, count in enumerate(zones, 1)}
    looks[index] = replace(looks[index], machines=machines, agents=machines, waiting=waiting)
    return replace(course(), looks=looks)


def test_the_real_app_evens_it_out_one_after_the_other() -> None:
    assert [check.text for check in judge(course()) if not check.ok] == []
    lopsided = next(look for look in course().looks if look.at == BEGIN + BACK)
    assert (sorted(lopsided.machines.values()), set(course().looks[-1].machines.values())) == ([1, 5, 6], {4})
    told = [one.text for one in course().moments]
    assert "zone 1 has most and zone 3 fewest, 3 out of place" in told
    assert "one goes from zone 2" in told


@pytest.mark.parametrize(
    ("index", "zones", "names"),
    [
        (-1, (5, 4, 3), ["even again"]),
        (-20, (8, 4, 1), ["never worse"]),
        (-20, (5, 5, 4), ["one at a time"]),
        (-20, (4, 4, 3), ["one at a time"]),
        (-1, (5, 4, 4), ["as before"]),
    ],
)
def test_what_was_not_kept_is_told(index: int, zones: tuple[int, ...], names: list[str]) -> None:
    assert failed(with_look(index, *zones)) == names


def test_one_that_went_for_nothing_is_told() -> None:
    gone = Entry(LATER, "instance_delete_ordered", "another", CLIENT, True)
    assert failed(replace(course(), journal=[*course().journal, gone])) == ["not one too many"]


def test_work_that_was_lost_with_its_machine_is_told() -> None:
    gone = next(
        one for one in course().journal if one.what == "instance_delete_ordered" and one.by.by is By.CLIENT
    )
    facts = {"app": "web", "agent": course().homes[gone.subject], "state": "TASK_LOST"}
    lost = Entry(gone.time + timedelta(seconds=1), "task_ended", "web.1", MESOS, None, facts)
    assert failed(replace(course(), journal=[*course().journal, lost])) == ["no work lost"]
    assert failed(with_look(-20, 4, 4, 4, waiting=3)) == ["no work lost"]


def test_work_that_does_not_run_at_the_end_is_told() -> None:
    assert failed(with_look(-1, 4, 4, AGENTS - 8, waiting=1)) == ["as before"]
