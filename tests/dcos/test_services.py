"""SDK services and frameworks: settled only when nothing is missing, and one that is broken hides itself alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.memory.http import Route
from shared.model.catalog import Kind, Move
from shared.model.mesos import Agent, Amounts, Framework, Generation, Reservation, SchedulerState, Volume
from shared.model.readings import Failure, Value
from shared.model.workloads import Plan
from tests.dcos.at_work import (
    COMPLETE,
    MARATHON,
    NOTHING,
    SCHEDULER,
    SDK,
    at_work,
    document,
    instance,
    only_service,
    pod_info,
    read,
    with_service,
)
from tests.dcos.test_health import CLOCK, fails, says


async def test_a_settled_service_is_settled() -> None:
    kafka = await only_service(with_service())
    assert kafka.is_settled
    assert [(pod.name, pod.sort, pod.agent_id) for pod in kafka.pods] == [("kafka-0", "kafka", "S1")]
    assert (kafka.package.name, kafka.package.kind) == ("kafka", Kind.SDK)


@pytest.mark.parametrize("status", [200, 202, 417])
async def test_a_plan_is_read_from_its_body_whatever_its_code(status: int) -> None:
    plan = document("sdk-plan-in-progress.json")
    kafka = await only_service(with_service(plans__deploy=says(plan, status)))
    deploy = next(one for one in kafka.plans if one.name == "deploy")
    assert deploy == Plan(
        "deploy",
        "IN_PROGRESS",
        (),
        (
            "node-deploy/node-1:[server]: PREPARED",
            "node-deploy/node-2:[server]: PENDING",
        ),
    )
    assert not kafka.is_settled


@pytest.mark.parametrize(
    "answers",
    [
        {"plans__recovery": says(COMPLETE | {"status": "IN_PROGRESS"}, 202)},
        {"plans__deploy": says(COMPLETE | {"errors": ["no port"]}, 417)},
        {"plans": says(["deploy"])},
        {"plans": says(["backup", "deploy", "recovery"]), "plans__backup": says({"status": "STARTED"}, 202)},
        {"pod__status": says({"pods": []})},
        *(
            {"pod__status": says({"pods": [{"name": "kafka", "instances": [instance("kafka-0", state)]}]})}
            for state in ("LOST", "PAUSED", "STARTING", "FAILED", "UNREACHABLE", None)
        ),
    ],
)
async def test_a_service_is_not_settled_while_anything_is_missing(answers: dict[str, Route]) -> None:
    assert not (await only_service(with_service(**answers))).is_settled


async def test_a_plan_that_waits_for_somebody_to_start_it_is_no_work() -> None:
    waiting = {
        "plans": says(["backup", "deploy", "recovery"]),
        "plans__backup": says({"status": "WAITING"}, 202),
    }
    assert (await only_service(with_service(**waiting))).is_settled


async def test_a_task_that_ran_once_does_not_say_where_the_pod_is() -> None:
    infos = [pod_info("S0", "TASK_FINISHED"), pod_info("S7"), {"info": {"name": "never"}, "status": None}]
    kafka = await only_service(with_service(pod__kafka_0__info=says(infos)))
    assert [pod.agent_id for pod in kafka.pods] == ["S7"]


async def test_a_pod_on_two_agents_by_its_own_words_is_not_believed() -> None:
    infos = [pod_info("S0"), pod_info("S7")]
    state = await read(with_service(pod__kafka_0__info=says(infos)))
    assert isinstance(state.services["dev/kafka"], Failure)


async def test_the_status_of_pods_is_read_in_the_shape_of_older_services_too() -> None:
    tasks = [
        {"name": "kafka-0-broker", "id": "1", "state": "TASK_RUNNING"},
        {"name": "kafka-0-init", "id": "", "state": "No state defined"},
    ]
    kafka = await only_service(with_service(pod__status=says({"kafka-0": tasks})))
    assert [task.state for task in kafka.pods[0].tasks] == ["RUNNING", None]
    assert kafka.is_settled


@pytest.mark.parametrize("path", ["plans", "plans__recovery", "pod__status", "pod__kafka_0__info"])
@pytest.mark.parametrize("route", [says("", 500), says(b"<html>"), fails(TimeoutError("late"))])
async def test_half_a_service_is_none(path: str, route: Route) -> None:
    state = await read(with_service(**{path: route}))
    assert isinstance(state.services["dev/kafka"], Failure)
    assert len(state.failures) == 1


@pytest.mark.parametrize("name", ["../../mesos", "a/../b", "a//b", "a b", "a?b", ".", "a%2fb", ""])
async def test_a_name_that_would_leave_its_path_is_never_asked(name: str) -> None:
    scheduler = SCHEDULER | {"id": f"/{name}", "labels": SDK | {"DCOS_SERVICE_NAME": name}}
    workloads, http = at_work({**NOTHING, f"{MARATHON}/apps": says({"apps": [scheduler]})})
    state = await workloads.read()
    assert all(isinstance(one, Failure) for one in state.services.values())
    assert not [call for call in http.calls if ":80/" in call.url]


def mesos(*frameworks: Framework, held: str = "") -> SchedulerState:
    amounts = Amounts(1.0, 1024.0, 1024.0)
    volumes = (Volume("v", held, held, "data", 1024.0),) if held else ()
    reservations = (Reservation(held, held, amounts),) if held else ()
    agent = Agent(
        "S1", "10.32.0.4", "10.32.0.4", 5051, True, None, volumes=volumes, reservations=reservations
    )
    registered = {one.id: one for one in frameworks}
    return SchedulerState(
        "m:5050", "1.11.0", Generation.DRAIN, CLOCK.now(), timedelta(minutes=10), (agent,), (), registered
    )


async def test_frameworks_are_what_their_applications_are() -> None:
    labels = {"DCOS_PACKAGE_NAME": "riak", "DCOS_PACKAGE_FRAMEWORK_NAME": "ours"}
    apps = says({"apps": [{"id": "/ours", "instances": 1, "labels": labels}]})
    state = await read(
        {f"{MARATHON}/apps": apps}, mesos(Framework("F1", "ours"), Framework("F2", "marathon"))
    )
    assert {id: package.name for id, package in state.frameworks.items()} == {"F1": "riak", "F2": "marathon"}


async def test_a_framework_that_holds_something_is_treated_with_caution() -> None:
    both = (Framework("F1", "ours", roles=("ours",)), Framework("F2", "batch", roles=("*",)))
    state = await read({}, mesos(*both, held="ours"))
    assert [state.frameworks[id].framework for id in ("F1", "F2")] == [Move.NEVER, Move.RESCHEDULE]


async def test_a_service_that_only_mesos_knows_of_is_asked_by_its_framework_s_page() -> None:
    page = "http://api.devkafka.marathon.l4lb.thisdcos.directory:80"
    routes = with_service() | {f"{MARATHON}/apps": says({"apps": []})}
    state = await read(routes, mesos(Framework("F1", "/dev/kafka", webui_url=page)))
    assert isinstance(state.services["dev/kafka"], Value)
    assert state.frameworks["F1"].framework is Move.REPLACE_POD


async def test_a_database_without_pods_to_ask_is_never_moved() -> None:
    state = await read({}, mesos(Framework("F1", "cassandra", roles=("cassandra-role",))))
    assert (state.frameworks["F1"].name, state.frameworks["F1"].framework) == ("cassandra", Move.NEVER)
