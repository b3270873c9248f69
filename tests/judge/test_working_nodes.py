"""Rules 11 to 14 of shared/judge/conditions.py: machines whose agent is connected."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from shared.model.mesos import Drain
from shared.model.nodes import Condition, Fate, Notice
from tests.builders import NOW, Cluster, agent, name
from tests.judge.health import unit_fails

MINUTE = timedelta(minutes=1)


def judged(cluster: Cluster) -> tuple[int, Condition, bool]:
    finding = cluster.finding(1)
    return finding.rule, finding.condition, finding.blind


def announced(what: str, **other: Any) -> Cluster:
    cluster = Cluster(nodes=1)
    plain = Notice("e1", what, "event_grid", NOW, NOW, NOW, NOW + 10 * MINUTE)
    cluster.remembers(1, notices=(replace(plain, **other),))
    return cluster


@pytest.mark.parametrize(("what", "fate"), [("Preempt", Fate.ENDS), ("Redeploy", Fate.MOVES)])
def test_rule_11_a_machine_that_is_to_be_taken_away_is_doomed_while_it_works(what: str, fate: Fate) -> None:
    cluster = announced(what)
    assert judged(cluster) == (11, Condition.DOOMED, False)
    finding = cluster.finding(1)
    assert (finding.fate, finding.deadline) == (fate, NOW + 10 * MINUTE)
    assert finding.because == f"{what} is announced for 2026-11-22 03:10:00 UTC (event_grid)"


def test_rule_11_a_doomed_machine_whose_agent_is_lost_is_what_it_is_without_that() -> None:
    cluster = announced("Redeploy")
    cluster.loses_agent(1)
    assert judged(cluster) == (20, Condition.UNREACHABLE, False)


def test_rule_11_comes_before_what_speaks_against_its_work() -> None:
    cluster = announced("Preempt")
    unit_fails(cluster, 1)
    assert judged(cluster) == (11, Condition.DOOMED, False)


def test_rule_12_a_machine_that_does_not_do_its_work_is_impaired() -> None:
    """What counts for that is in test_ill.py."""
    cluster = announced("Reboot")
    unit_fails(cluster, 1)
    assert judged(cluster) == (12, Condition.IMPAIRED, False)


def test_rule_12_with_two_agents_at_its_address_nobody_can_tell() -> None:
    cluster = Cluster(nodes=1)
    unit_fails(cluster, 1)
    del cluster.memory[name(1)]
    cluster.agents = {id: agent(1, agent_id=id) for id in ("agent-S7", "agent-S8")}
    assert judged(cluster) == (10, Condition.UNKNOWN, False)


@pytest.mark.parametrize("what", ["Reboot", "Terminate", "SomethingNew"])
def test_rule_13_what_is_left_to_happen_is_told_as_a_doom(what: str) -> None:
    cluster = announced(what)
    assert judged(cluster) == (13, Condition.DOOMED, False)
    assert cluster.finding(1).fate is Fate.LEFT


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({}, ""),
        ({"deactivated": True}, ", but it is deactivated: it gets no new tasks"),
        ({"deactivated": True, "drain": Drain.DRAINED}, ", but it is deactivated: it gets no new tasks"),
        ({"deactivated": True, "drain": Drain.DRAINING}, ", but it is being drained: it gets no new tasks"),
    ],
)
def test_rule_14_an_agent_that_gets_no_new_tasks_is_healthy_and_that_is_said(
    other: dict[str, Any], words: str
) -> None:
    cluster = Cluster(nodes=1)
    cluster.agents["agent-S1"] = agent(1, **other)
    assert judged(cluster) == (14, Condition.HEALTHY, False)
    assert cluster.finding(1).because == f"its agent is connected{words}"
