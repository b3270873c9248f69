"""Orders to Marathon and to services: given once, and every answer means one thing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

import msgspec
import pytest

from shared.dcos.workloads import DcosWorkloads
from shared.errors import PoolkeeperError, Refused, Retry, Unknown
from shared.memory.http import MemoryHttp, Route
from tests.dcos.at_work import pod_info
from tests.dcos.test_health import CLOCK, fails, says

MASTERS = ("172.16.0.5", "172.16.0.6", "172.16.0.7")
TASK, INSTANCE = (
    "web.01234567-89ab-cdef-0123-456789abcdef",
    "dev_cell.instance-01234567-89ab-cdef-0123-456789abcdef",
)
KILL, CELL = "POST http://{}:8080/v2/tasks/delete", "DELETE http://{}:8080/v2/pods/dev/cell::instances"
INFO = "GET http://{}:80/service/kafka/v1/pod/kafka-0/info"
REPLACE, RESTART = (
    f"POST http://{{}}:80/service/kafka/v1/pod/kafka-0/{verb}" for verb in ("replace", "restart")
)

type Act = Callable[[DcosWorkloads], Awaitable[None]]


def kill(workloads: DcosWorkloads) -> Awaitable[None]:
    return workloads.kill([TASK], wipe=False)


def restart(workloads: DcosWorkloads) -> Awaitable[None]:
    return workloads.restart_pod("kafka", "kafka-0")


def replace(workloads: DcosWorkloads) -> Awaitable[None]:
    return workloads.replace_pod("kafka", "kafka-0", "S1")


def everywhere(routes: Mapping[str, Route]) -> MemoryHttp:
    return MemoryHttp({what.format(host): route for what, route in routes.items() for host in MASTERS})


def at(http: MemoryHttp) -> DcosWorkloads:
    return DcosWorkloads(http, CLOCK, MASTERS)


def orders(http: MemoryHttp) -> list[str]:
    return [f"{call.method} {call.url}" for call in http.calls if call.method != "GET"]


ACTS: list[tuple[Act, str]] = [(kill, KILL), (restart, RESTART), (replace, REPLACE)]


@pytest.mark.parametrize(("act", "path"), ACTS)
@pytest.mark.parametrize(
    ("route", "error"),
    [
        (says("", 401), Refused),
        (says("", 403), Refused),
        (says("", 400), Refused),
        (says("", 429), Retry),
        (says("", 503), Retry),
        (says("", 500), Unknown),
        (says("", 502), Unknown),
        (says("", 504), Unknown),
        (fails(TimeoutError("no answer")), Unknown),
        (fails(ConnectionResetError("cut off")), Unknown),
    ],
)
async def test_every_answer_to_an_order_means_one_thing_and_no_other_master_is_asked(
    act: Act, path: str, route: Route, error: type[PoolkeeperError]
) -> None:
    http = everywhere({path: route, INFO: says([pod_info("S1")])})
    with pytest.raises(error):
        await act(at(http))
    assert len(orders(http)) == 1


@pytest.mark.parametrize(("act", "path"), ACTS)
async def test_a_master_that_can_t_be_reached_was_told_nothing_so_the_next_is(act: Act, path: str) -> None:
    http = everywhere({path: says({}), INFO: says([pod_info("S1")])})
    http.routes[path.format(MASTERS[0])] = fails(ConnectionRefusedError("nobody listens"))
    await act(at(http))
    assert [order.partition("?")[0] for order in orders(http)] == [path.format(host) for host in MASTERS[:2]]


@pytest.mark.parametrize(("act", "path"), ACTS)
async def test_masters_that_can_t_be_reached_are_asked_again_later(act: Act, path: str) -> None:
    refuses = fails(ConnectionRefusedError("nobody listens"))
    with pytest.raises(Retry):
        await act(at(everywhere({path: refuses, INFO: says([pod_info("S1")])})))


@pytest.mark.parametrize("wipe", [True, False])
async def test_tasks_are_ended_without_scaling_and_without_force(wipe: bool) -> None:
    http = everywhere({KILL: says({"tasks": []})})
    await at(http).kill([TASK, TASK], wipe=wipe)
    (call,) = http.calls
    assert call.url.partition("?")[2] == f"scale=false&wipe={str(wipe).lower()}"
    assert msgspec.json.decode(call.body or b"") == {"ids": [TASK]}
    assert call.headers["content-type"] == "application/json"


async def test_instances_of_a_pod_are_ended_through_their_pod() -> None:
    http = everywhere({KILL: says({}), CELL: says([])})
    await at(http).kill([INSTANCE, TASK], wipe=True)
    assert [call.url.partition("/v2/")[2] for call in http.calls] == [
        "tasks/delete?scale=false&wipe=true",
        "pods/dev/cell::instances?wipe=true",
    ]
    assert msgspec.json.decode(http.calls[1].body or b"") == [INSTANCE]


@pytest.mark.parametrize(("status", "error"), [(409, Retry), (404, Unknown)])
async def test_a_locked_application_is_tried_later_and_one_that_is_gone_is_looked_at(
    status: int, error: type[PoolkeeperError]
) -> None:
    with pytest.raises(error):
        await kill(at(everywhere({KILL: says({"message": "no"}, status)})))


@pytest.mark.parametrize("status", [409, 503, 400, 401])
async def test_a_refusal_after_the_first_part_was_carried_out_is_an_unknown_outcome(status: int) -> None:
    http = everywhere({KILL: says({}), CELL: says({}, status)})
    with pytest.raises(Unknown, match="a part of the tasks was ended"):
        await at(http).kill([TASK, INSTANCE], wipe=False)


@pytest.mark.parametrize(("status", "reason"), [(404, "pod_not_known"), (409, "service_says_no")])
async def test_a_service_s_refusal_has_its_reason(status: int, reason: str) -> None:
    http = everywhere({INFO: says([pod_info("S1")]), REPLACE: says("", status)})
    with pytest.raises(Refused) as refused:
        await replace(at(http))
    assert (refused.value.guard, refused.value.reason) == ("sdk", reason)


@pytest.mark.parametrize("infos", [[pod_info("S2")], [{"info": {"name": "t"}}]])
async def test_a_pod_that_is_not_on_that_agent_is_not_replaced(infos: object) -> None:
    http = everywhere({INFO: says(infos), REPLACE: says({})})
    await replace(at(http))
    assert orders(http) == []


async def test_a_pod_that_can_t_be_looked_at_is_not_replaced() -> None:
    http = everywhere({INFO: says("", 500), REPLACE: says({})})
    with pytest.raises(Retry):
        await replace(at(http))
    assert orders(http) == []


@pytest.mark.parametrize("name", ["../mesos", "a/../b", "", "kafka?x=1"])
async def test_a_name_that_would_leave_its_path_is_refused_before_anything_is_sent(name: str) -> None:
    http = everywhere({})
    with pytest.raises(Refused) as refused:
        await at(http).restart_pod(name, "kafka-0")
    assert refused.value.reason == "not_a_service"
    assert http.calls == []
