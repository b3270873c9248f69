"""Marathon's queue is read with what each instance needs, and numbers that can't be true are no queue at all."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.dcos.marathon_queue import MOST_ENTRIES
from shared.memory.http import Route
from shared.model.load import Queue, Queued
from shared.model.mesos import Amounts
from shared.model.readings import Failure, Reading, Value
from shared.model.workloads import AppKind, Needs
from shared.ports.http import HttpAnswer, HttpCall
from tests.dcos.at_work import MARATHON, at_work, document, only_app
from tests.dcos.test_health import MASTER, recorded, says

QUEUE = f"{MARATHON}/queue"
APP = {"id": "/web", "instances": 9, "cpus": 0.5, "mem": 256, "disk": 0}
ENTRY = {"app": APP, "count": 2, "delay": {"timeLeftSeconds": 0, "overdue": True}}


async def read(route: Route) -> Reading[Queue]:
    return await at_work({QUEUE: route})[0].queue()


async def entries(*raw: object) -> tuple[Queued, ...]:
    reading = await read(says({"queue": raw}))
    assert isinstance(reading, Value), reading
    return reading.value.entries


async def test_the_documented_queue_is_read_with_needs_and_reasons() -> None:
    reading = await read(recorded("marathon-queue.json"))
    assert isinstance(reading, Value)
    foo, datadog = reading.value.entries
    assert (datadog.app, datadog.count, datadog.refused) == ("/tools/datadog-agent", 1, {})
    assert datadog.needs == Needs(Amounts(1.0, 512.0, 0, 0), ports=1)
    assert datadog.constraints == (("hostname", "UNIQUE"),)
    assert datadog.since == datetime(2016, 2, 28, 16, 41, 41, 90000, tzinfo=UTC)
    assert foo.refused == {"InsufficientCpus": 75, "InsufficientMemory": 15, "InsufficientDisk": 10}


async def test_a_marathon_without_reasons_gives_none() -> None:
    (entry,) = await entries(ENTRY)
    assert (entry.refused, entry.since, entry.is_held_back) == (None, None, False)


async def test_what_failed_before_is_held_back_until_its_delay_is_over() -> None:
    held = ENTRY | {"delay": {"timeLeftSeconds": 60, "overdue": False}}
    never = ENTRY | {"delay": {"timeLeftSeconds": 0, "overdue": False}}
    unsaid = {key: value for key, value in ENTRY.items() if key != "delay"}
    found = await entries(held, ENTRY, never, unsaid)
    assert [one.is_held_back for one in found] == [True, False, False, False]


async def test_a_pod_needs_what_its_containers_and_its_executor_do() -> None:
    spec = document("marathon-groups-pod.json")["pods"][0]["spec"]
    (pod,) = await entries({"pod": spec, "count": 1})
    assert (pod.app, pod.kind) == ("/podses", AppKind.POD)
    assert pod.needs.amounts.cpus == pytest.approx(0.102)
    assert pod.needs.amounts.mem_mb == pytest.approx(32.002)
    assert (pod.needs.amounts.disk_mb, pod.needs.ports, pod.needs.roles) == (10, 1, ("*",))


async def test_a_volume_on_the_agents_own_disk_is_part_of_the_disk() -> None:
    app = document("marathon-groups-app-with-volumes.json")["apps"][0]
    (entry,) = await entries({"app": app, "count": 1})
    assert (entry.is_resident, entry.needs.amounts.disk_mb) == (True, 6)
    volumes = [{"persistent": {"size": 500, "type": "mount"}}]
    (entry,) = await entries(ENTRY | {"app": APP | {"container": {"volumes": volumes}}})
    assert (entry.is_resident, entry.needs.amounts.disk_mb) == (True, 0)


MAPPED = [{"containerPort": 80, "hostPort": 0}, {"containerPort": 81}]


@pytest.mark.parametrize(
    ("more", "ports", "own"),
    [
        ({"ports": [10_000, 0]}, 2, ()),
        ({"ports": [10_000, 0], "requirePorts": True}, 2, (10_000,)),
        ({"ports": [10_000], "portDefinitions": [{"port": 10_000}, {"port": 0}]}, 2, ()),
        ({"portDefinitions": [{"port": 8080}], "requirePorts": True}, 1, (8080,)),
        ({"ports": [1], "container": {"docker": {"network": "BRIDGE", "portMappings": MAPPED}}}, 2, ()),
        ({"networks": [{"mode": "container/bridge"}], "container": {"portMappings": MAPPED}}, 2, ()),
        ({"networks": [{"mode": "container"}], "container": {"portMappings": MAPPED}}, 1, ()),
        ({"ports": [1, 2], "ipAddress": {}}, 0, ()),
        (
            {"networks": [{"mode": "container/bridge"}], "container": {"portMappings": [{"hostPort": 80}]}},
            1,
            (80,),
        ),
        ({}, 0, ()),
    ],
)
async def test_host_ports_are_counted_as_the_network_has_them(
    more: dict[str, Any], ports: int, own: tuple[int, ...]
) -> None:
    (entry,) = await entries(ENTRY | {"app": APP | more})
    assert (entry.needs.ports, entry.needs.own_ports) == (ports, own)


async def test_roles_are_those_of_anybody_where_none_are_said() -> None:
    roles = [None, [], ["slave_public"], ["*", "slave_public"]]
    found = await entries(*(ENTRY | {"app": APP | {"acceptedResourceRoles": each}} for each in roles))
    assert [one.needs.roles for one in found] == [("*",), ("*",), ("slave_public",), ("*", "slave_public")]


@pytest.mark.parametrize(
    "more",
    [
        {"cpus": -1},
        {"cpus": None},
        {"cpus": "2"},
        {"cpus": True},
        {"mem": 1e300},
        {"gpus": -1},
        {"acceptedResourceRoles": "slave_public"},
    ],
)
async def test_needs_that_can_t_be_are_no_needs_of_nothing(more: dict[str, Any]) -> None:
    assert isinstance(await read(says({"queue": [ENTRY, ENTRY | {"app": APP | more}]})), Failure)
    running = await only_app(APP | more)
    assert (running.needs, running.wanted) == (None, 9)


@pytest.mark.parametrize(
    "raw",
    [
        {"queue": [ENTRY | {"count": -3}]},
        {"queue": [ENTRY | {"count": 10**9}]},
        {"queue": [ENTRY | {"count": 1.5}]},
        {"queue": [{"app": APP}]},
        {"queue": [{"count": 1}]},
        {"queue": [ENTRY | {"since": "yesterday"}]},
        {"queue": "long"},
        [],
    ],
)
async def test_a_queue_that_can_t_be_is_a_failure_and_not_empty(raw: object) -> None:
    reading = await read(says(raw))
    assert isinstance(reading, Failure)
    assert "malformed" in reading.why


async def test_nan_is_no_answer() -> None:
    body = msgspec.json.encode({"queue": [ENTRY]}).replace(b"0.5", b"NaN")
    assert isinstance(await read(says(body)), Failure)


async def test_a_queue_without_end_is_cut_and_says_so() -> None:
    many = [
        ENTRY | {"app": APP | {"id": f"/app-{n}"}, "since": f"2026-11-22T{n % 24:02}:00:00Z"}
        for n in range(MOST_ENTRIES + 10)
    ]
    reading = await read(says({"queue": many}))
    assert isinstance(reading, Value)
    assert (len(reading.value.entries), reading.value.left_out) == (MOST_ENTRIES, 20)
    assert reading.value.entries[0].since == datetime(2026, 11, 22, tzinfo=UTC)
    assert reading.value.entries[-1].since == datetime(2026, 11, 22, 23, tzinfo=UTC)


BODY: st.SearchStrategy[bytes] = st.binary(max_size=40) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "queue",
                    "app",
                    "pod",
                    "id",
                    "count",
                    "instances",
                    "cpus",
                    "mem",
                    "containers",
                    "resources",
                    "container",
                    "portMappings",
                    "ports",
                    "constraints",
                    "volumes",
                    "delay",
                    "since",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=14,
).map(msgspec.json.encode)


@given(st.sampled_from([200, 404, 500]), BODY)
def test_nothing_is_raised_whatever_is_answered(status: int, body: bytes) -> None:
    def route(_: HttpCall) -> HttpAnswer:
        return HttpAnswer(status, {}, body)

    assert msgspec.json.encode(asyncio.run(read(route)))


async def test_further_marathons_are_asked_through_admin_router_by_names_that_can_be_one() -> None:
    workloads, http = at_work(
        {f"GET http://{MASTER}:80/service/marathon-user/v2/queue": says({"queue": [ENTRY]})}
    )
    found = await workloads.other_queues(["marathon-user", "gone", "../evil", "10.0.0.9:8080/x?"])
    assert sorted(found) == ["gone", "marathon-user"]
    assert isinstance(found["gone"], Failure)
    assert isinstance(found["marathon-user"], Value)
    assert found["marathon-user"].value.entries[0].count == 2
    assert {call.url.split("/")[2] for call in http.calls} == {f"{MASTER}:80"}
