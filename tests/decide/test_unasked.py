"""What a Marathon runs that nobody asks for its applications: the rules of `shared/decide/unasked.py`."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from shared.dcos.catalog.beside import MARATHON
from shared.model.mesos import Amounts, Framework
from shared.model.workloads import WorkloadState
from shared.policy.scaling import Thin
from tests.builders import read
from tests.decide.sizing import Sizing, scaled

OWN, USER = Framework("f-1", "marathon"), Framework("f-2", "marathon-user", ("user",))


def to_lose_one(*frameworks: Framework, marathons: tuple[str, ...] = (), **runs: Any) -> Sizing:
    """Of three machines; on the first two the last of these frameworks has a task, on the third DC/OS's own Marathon
    has the only task of an application."""
    pool = Sizing(3)
    pool.policy = replace(pool.policy, marathons=marathons)
    pool.frameworks = {one.id: one for one in frameworks}
    for number in (1, 2):
        agent = pool.agents[f"agent-S{number}"]
        ids = {frameworks[-1].id: ("job.1",)}
        pool.agents[agent.agent_id] = replace(agent, task_ids=ids, used=Amounts(0.5, 100))
    pool.runs("/web", 3, **runs)
    pool.says(target=2)
    return pool


def test_what_a_framework_runs_that_is_no_marathon_may_move() -> None:
    assert to_lose_one(USER).gone() == [1]


def test_rule_1_what_a_marathon_runs_that_the_policy_names_stays() -> None:
    pool = to_lose_one(USER, marathons=("marathon-user",))
    assert pool.gone() == [3]
    assert pool.why_not(1).startswith("victim_unread")


def test_rule_2_what_another_marathon_runs_that_is_called_as_that_of_dcos_stays() -> None:
    pool = to_lose_one(OWN, replace(OWN, id="f-2"))
    nothing = read(())
    packages = {"f-1": MARATHON.package}
    pool.workloads = read(WorkloadState(read(tuple(pool.apps)), nothing, nothing, {}, packages))
    assert pool.gone() == [3]


@pytest.mark.parametrize(
    "told",
    [
        {"labels": {"DCOS_PACKAGE_NAME": "marathon"}},
        {"labels": {"DCOS_PACKAGE_NAME": "marathon", "DCOS_SERVICE_NAME": "/marathon-user"}},
        {"image": "registry.example/mesosphere/marathon:v1.4.3"},
    ],
)
def test_rule_3_what_a_marathon_runs_that_marathon_runs_stays(told: dict[str, Any]) -> None:
    pool = to_lose_one(USER)
    pool.runs("/marathon-user", 3, **told)
    assert pool.gone() == [3]


def test_such_a_machine_is_none_that_is_emptied_for_being_thin() -> None:
    pool = to_lose_one(USER, marathons=("marathon-user",))
    pool.overrides.clear()
    pool.policy = replace(pool.policy, pools=(scaled(Thin(below=0.5)),))
    pool.is_idle()
    assert pool.sized().demands[0].value.nodes == 3  # type: ignore[union-attr]
    pool.policy = replace(pool.policy, marathons=())
    assert pool.sized().demands[0].value.nodes == 1  # type: ignore[union-attr]
