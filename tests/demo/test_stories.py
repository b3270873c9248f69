"""Every story end to end, as a person starts it: `python -m simulator.demo --json --scenario NAME`.

A story is mostly waiting (for machines that boot, for pings that time out), so they run side by side, a few at once, on
the one worker that has this group. Each test takes its own result.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from simulator.demo.scenarios import SCENARIOS

ROOT = Path(__file__).resolve().parent.parent.parent
AT_ONCE = 3
QUICK = ("--speed", "0.01")
OBSERVED = ("--policy-mode", "observe", "--patience", "8")

pytestmark = pytest.mark.xdist_group("demo")


class Stories:
    """Starts every story, and gives its exit code, its document and what it said on the way."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(AT_ONCE)
        self._processes: list[subprocess.Popen[str]] = []
        self._closed = False
        self._told: dict[str, Future[tuple[int, dict[str, Any], str]]] = {
            name: self._pool.submit(self._run, name) for name in SCENARIOS
        }
        self._told["observed"] = self._pool.submit(self._run, "deleted", *OBSERVED)

    def told(self, name: str) -> tuple[int, dict[str, Any], str]:
        return self._told[name].result(timeout=240)

    def close(self) -> None:
        self._closed = True
        for process in self._processes:
            process.terminate()
        self._pool.shutdown(cancel_futures=True)

    def _run(self, name: str, *more: str) -> tuple[int, dict[str, Any], str]:
        command = [sys.executable, "-m", "simulator.demo", "--json", "--scenario", name, *QUICK, *more]
        with subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            self._processes.append(process)
            if self._closed:
                process.terminate()
            out, said = process.communicate()
        return process.returncode, json.loads(out) if out else {}, said


@pytest.fixture(scope="module")
def stories() -> Iterator[Stories]:
    every = Stories()
    yield every
    every.close()


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_the_story_ends_well_and_every_check_of_the_verdict_holds(name: str, stories: Stories) -> None:
    code, document, said = stories.told(name)

    assert code == 0, said
    assert document["scenario"] == name
    assert [check["text"] for check in document["verdict"]["checks"] if not check["ok"]] == []
    assert len(document["operations"]) == SCENARIOS[name].replaces
    assert sum(document["parts_s"].values()) == pytest.approx(document["total_s"], abs=0.01)


@pytest.mark.parametrize("name", ["deleted", "evicted", "old"])
def test_event_grid_was_heard(name: str, stories: Stories) -> None:
    _, document, _ = stories.told(name)

    assert any(line["text"].startswith("Event Grid says vm_") for line in document["timeline"])


@pytest.mark.parametrize("name", ["storm", "failover"])
def test_nothing_was_written_where_nothing_was_to_be_touched(name: str, stories: Stories) -> None:
    _, document, _ = stories.told(name)

    assert document["arm_writes"] == []
    assert document["operations"] == []
    assert {"storm": "storm_now", "failover": "leader_is_new"}[name] in document["refusals"]


def test_the_storm_was_refused_with_its_numbers(stories: Stories) -> None:
    _, document, _ = stories.told("storm")

    refused = [
        answer["numbers"]
        for line in document["timeline"]
        for answer in line["guards"]
        if answer["reason"] == "storm_now"
    ]
    assert refused[0] == {"unwell": 6, "nodes": 12, "threshold": 5}


def test_nothing_was_done_before_the_masters_could_be_read_again(stories: Stories) -> None:
    _, document, _ = stories.told("masters-down")

    back = next(line["at_s"] for line in document["timeline"] if line["text"].endswith("answers again"))
    assert "scheduler_unread" in document["refusals"]
    assert all(line["at_s"] > back for line in document["timeline"] if line["word"] == "did")


def test_an_old_master_was_told_by_taking_the_machine_down_and_up(stories: Stories) -> None:
    _, document, _ = stories.told("old")

    assert any("taken down, and up again" in line["text"] for line in document["timeline"])


def test_a_failed_unit_was_told_with_its_component_and_its_own_words_and_nothing_was_touched(
    stories: Stories,
) -> None:
    _, document, _ = stories.told("unit")

    said = [line["text"] for line in document["timeline"] if "DC/OS says" in line["text"]]
    assert "dcos-adminrouter-agent.service is not well (adminrouter: " in said[0]
    assert said[0].endswith("nginx[412]: [emerg] bind() to 0.0.0.0:61001 failed")
    assert "is well again" in said[1]
    assert (document["arm_writes"], document["operations"]) == ([], [])


def test_a_deleted_machine_costs_one_write_and_a_dead_one_two(stories: Stories) -> None:
    writes = {name: stories.told(name)[1]["arm_writes"] for name in ("deleted", "dead")}

    assert [write.split()[0] for write in writes["deleted"]] == ["PATCH"]
    assert [write.split()[0] for write in writes["dead"]] == ["POST", "PATCH"]


def test_a_policy_that_only_observes_fails_the_story_and_says_what_was_missing(stories: Stories) -> None:
    code, document, _ = stories.told("observed")

    assert code == 1
    assert not document["verdict"]["ok"]
    assert "mode_observe" in document["refusals"]
    assert (
        document["verdict"]["checks"][0]["text"] == "the time was over while waiting for 1 of 1 replacements"
    )
    assert document["arm_writes"] == []
