"""Marathon is read in every shape that it has had, and what can't be read is no empty cluster."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.model.catalog import Move
from shared.model.readings import Failure, Value
from shared.model.workloads import AppKind, Patience, WorkloadState
from shared.ports.http import HttpAnswer, HttpCall
from tests.dcos.at_work import (
    MARATHON,
    NOTHING,
    document,
    only_app,
    read,
    with_service,
)
from tests.dcos.test_health import recorded, says


async def test_the_documented_list_of_applications_is_read() -> None:
    state = await read({f"{MARATHON}/apps": recorded("marathon-app-list.json")})
    assert isinstance(state.apps, Value)
    (app,) = state.apps.value
    assert (app.id, app.wanted, app.running, app.minimum_health) == ("/myapp", 3, 0, 1.0)
    assert app.constraints == (("hostname", "UNIQUE", ""),)
    assert (app.is_deploying, app.is_resident, app.patience) == (True, False, None)


async def test_a_recorded_application_with_volumes_is_resident() -> None:
    app = await only_app(*document("marathon-groups-app-with-volumes.json")["apps"])
    assert app.is_resident
    assert (app.patience, app.minimum_health) == (Patience(3600, 604800), 0.5)
    (task,) = app.tasks
    assert (task.agent_id, task.host, task.is_up) == (
        "5c827527-43a3-48a2-bb27-0840f47d4920-S1",
        "10.0.2.93",
        True,
    )
    assert task.started_at == datetime(2017, 2, 10, 17, 2, 52, 515000, tzinfo=UTC)
    assert app.package.app is Move.WIPE_WHEN_LOST


async def test_a_recorded_pod_is_read_with_its_instances() -> None:
    pods = document("marathon-groups-pod.json")["pods"]
    state = await read({f"{MARATHON}/pods/::status": says(pods)})
    assert isinstance(state.pods, Value)
    pod = next(one for one in state.pods.value if one.id == "/podses")
    assert (pod.kind, pod.wanted, pod.running, pod.image) == (AppKind.POD, 1, 9, "redis")
    assert all(task.is_up for task in pod.tasks)
    agents = {task.agent_id.rpartition("-")[2] for task in pod.tasks}
    assert "S5" in agents


async def test_the_documented_deployments_are_read() -> None:
    state = await read({f"{MARATHON}/deployments": recorded("marathon-deployments.json")})
    assert isinstance(state.deployments, Value)
    assert [one.affects for one in state.deployments.value] == [("/foo", "/bla")]


async def test_a_marathon_from_before_pods_has_none() -> None:
    state = await read({f"{MARATHON}/pods/::status": says({"message": "no such path"}, 404)})
    assert isinstance(state.pods, Value)
    assert state.pods.value == ()


async def test_health_counts_where_it_is_checked() -> None:
    app = {"id": "/a", "instances": 2, "tasksRunning": 2, "tasksHealthy": 1}
    assert (await only_app(app)).is_whole
    checked = await only_app(app | {"healthChecks": [{"protocol": "HTTP"}]})
    assert (checked.up, checked.is_whole) == (1, False)


async def test_a_task_that_a_check_calls_dead_is_not_up() -> None:
    task = {"id": "a.1", "slaveId": "S1", "state": "TASK_RUNNING"}
    checks = [{"alive": True}, {"alive": False}]
    app = await only_app({"id": "/a", "instances": 1, "tasks": [task | {"healthCheckResults": checks}]})
    assert [(one.is_healthy, one.is_up) for one in app.tasks] == [(False, False)]


async def test_marathon_s_patience_without_end_is_no_patience_of_zero() -> None:
    app = await only_app({"id": "/a", "instances": 1, "unreachableStrategy": "disabled"})
    assert app.patience is not None
    assert app.patience.is_endless
    zero = {"inactiveAfterSeconds": 0, "expungeAfterSeconds": 0}
    app = await only_app({"id": "/a", "instances": 1, "unreachableStrategy": zero})
    assert app.patience == Patience(0, 0)
    assert not app.patience.is_endless


@pytest.mark.parametrize(
    "apps",
    [
        {"apps": [{"id": "/a"}]},
        {"apps": [{"id": "/a", "instances": "many"}]},
        {"apps": [{"id": "/a", "instances": 1, "unreachableStrategy": "sometimes"}]},
        {"apps": [{"id": "/a", "instances": 1, "tasks": [{"id": "a.1", "startedAt": "yesterday"}]}]},
        {},
        [],
    ],
)
async def test_an_answer_that_can_t_be_understood_is_a_failure_and_not_an_empty_cluster(apps: object) -> None:
    state = await read({f"{MARATHON}/apps": says(apps)})
    assert isinstance(state.apps, Failure)
    assert "malformed" in state.apps.why
    assert isinstance(state.deployments, Value)


PATHS = (*NOTHING, *with_service())
BODY: st.SearchStrategy[bytes] = st.binary(max_size=40) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["apps", "id", "instances", "tasks", "status", "pods", "name", "info", "plans"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
).map(msgspec.json.encode)


@given(st.sampled_from(PATHS), st.sampled_from([200, 202, 404, 500]), BODY)
def test_nothing_is_raised_whatever_is_answered(path: str, status: int, body: bytes) -> None:
    def route(_: HttpCall) -> HttpAnswer:
        return HttpAnswer(status, {}, body)

    state = asyncio.run(read({**with_service(), path: route}))
    assert isinstance(state, WorkloadState)
    assert msgspec.json.encode(state)
