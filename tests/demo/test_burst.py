"""The story of a burst: how it comes out, and that the verdict sees what was not kept."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import pytest

from simulator.demo.burst import AGENTS, BEGIN, BURST, MOST, NEEDED, STORY, TASKS, judge, needed, played
from simulator.demo.course import Course, tell
from simulator.world.journal import MESOS, Entry
from simulator.world.tasks import App

LATER = datetime(2026, 3, 2, 9, 30, tzinfo=BEGIN.tzinfo)
course = cache(played)


def failed(told: Course) -> list[str]:
    return [check.name for check in judge(told) if not check.ok]


def with_last(told: Course, **what: Any) -> Course:
    return replace(told, looks=[*told.looks[:-1], replace(told.looks[-1], **what)])


def test_the_real_app_orders_what_is_needed_and_gives_it_back() -> None:
    assert [check.text for check in judge(course()) if not check.ok] == []
    assert max(look.machines["private"] for look in course().looks) == AGENTS + NEEDED
    assert [one.text for one in course().moments if one.by_world] == ["40 tasks arrive", "their work is done"]
    assert any(one.text.startswith("26 nodes are needed: what waits fills 20") for one in course().moments)


def test_machines_are_counted_by_both_cores_and_memory() -> None:
    assert (NEEDED, needed([])) == (20, 0)
    assert needed([App("cores", 3, cpus=1.5, mem=10), App("memory", 3, cpus=0.1, mem=4000)]) == 3
    assert needed([App("large", 3, cpus=0.1, mem=4000)]) == 3


def test_a_task_that_was_ended_for_it_is_told() -> None:
    facts = {"app": BURST[0].name, "agent": "S1", "state": "TASK_KILLED"}
    killed = Entry(LATER, "task_ended", "render.1", MESOS, None, facts)
    assert failed(replace(course(), journal=[*course().journal, killed])) == ["no task killed"]


@pytest.mark.parametrize(("change", "names"), [(1, ["as many as needed"]), (-1, ["as many as needed"])])
def test_one_machine_more_or_less_is_told(change: int, names: list[str]) -> None:
    made = [one for one in course().journal if one.what == "instance_created"]
    rest = [one for one in course().journal if one.what != "instance_created"]
    assert (
        failed(
            replace(course(), journal=[*rest, *made[: len(made) + min(change, 0)], *made[: max(change, 0)]])
        )
        == names
    )


def test_waiting_too_long_or_for_ever_is_told() -> None:
    waits = course().waits_s
    assert failed(replace(course(), waits_s=(*waits[:-1], 601.0))) == ["soon"]
    assert failed(replace(course(), waits_s=waits[:-1])) == ["all of it ran"]
    assert len(waits) == TASKS


@pytest.mark.parametrize(
    ("what", "names"),
    [
        ({"machines": {"private": MOST + 1}}, ["within bounds", "as before"]),
        ({"machines": {"private": AGENTS - 1}}, ["within bounds", "as before"]),
        ({"waiting": 1}, ["as before"]),
    ],
)
def test_what_is_not_as_before_is_told(what: dict[str, Any], names: list[str]) -> None:
    assert failed(with_last(course(), **what)) == names


def test_it_is_told_to_people_and_as_a_document(capsys: pytest.CaptureFixture[str]) -> None:
    story = replace(STORY, play=lambda: replace(course()))
    assert tell(story, as_json=False) == 0
    said = capsys.readouterr().out
    assert "40 tasks arrive" in said
    assert "26 " + "█" * 26 in said
    assert "✓ as many as needed: 20 machines were ordered" in said


def test_a_broken_promise_is_the_exit_code(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    broken = with_last(course(), waiting=1)
    broken.moments = [*broken.moments[:1], replace(broken.moments[0], at=LATER + timedelta(minutes=1))]
    assert tell(replace(STORY, play=lambda: broken), as_json=True) == 1
    document = json.loads(capfdbinary.readouterr().out)
    assert (document["scenario"], document["verdict"]["ok"]) == ("burst", False)
    assert document["looks"][-1]["waiting"] == 1
