"""What a service has yet to place is counted with what it needs, or the service is not known: never is it nothing."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import Any

import pytest

from shared.memory.http import Route
from shared.model.load import Pending
from shared.model.mesos import Amounts, Framework, Generation, SchedulerState
from shared.model.readings import Failure, Reading, Value
from shared.model.workloads import Needs
from tests.dcos.at_work import COMPLETE, at_work
from tests.dcos.test_health import CLOCK, MASTER, recorded, says

SERVICE = f"GET http://{MASTER}:80/service/cassandra/v1"
PAGE = "http://api.cassandra.marathon.l4lb.thisdcos.directory:80/"
SPEC: dict[str, Any] = {
    "name": "cassandra",
    "pod-specs": [
        {
            "type": "node",
            "count": 3,
            "task-specs": [
                {
                    "name": "server",
                    "goal": "RUNNING",
                    "resource-set": {
                        "id": "server-resources",
                        "resource-specifications": [
                            {"name": "cpus", "value": {"type": "SCALAR", "scalar": {"value": 0.5}}},
                            {"name": "mem", "value": {"type": "SCALAR", "scalar": {"value": 4096.0}}},
                            {"name": "ports", "value": {"ranges": {"range": [{"begin": 9042, "end": 9042}]}}},
                        ],
                        "volume-specifications": [
                            {"type": "ROOT", "name": "disk", "value": {"scalar": {"value": 10240.0}}}
                        ],
                    },
                }
            ],
            "placement-rule": {
                "@type": "AndRule",
                "rules": [{"@type": "IsLocalRegionRule"}, {"@type": "MaxPerHostnameRule", "max": 1}],
            },
            "volumes": [],
            "pre-reserved-role": "*",
        }
    ],
}
NEEDS = Needs(Amounts(0.6, 4128, 10496), 1, (9042,))
"""With what Mesos's executor gets."""


def info(agent: str, **labels: str) -> Route:
    told = [{"key": key.replace("_", "-"), "value": value} for key, value in labels.items()]
    task = {"name": "t", "slaveId": {"value": agent}, "labels": {"labels": told}}
    return says([{"info": task, "status": {"state": "TASK_RUNNING"}}])


ROUTES: dict[str, Route] = {
    "plans": recorded("sdk-plans.json"),
    "plans/deploy": recorded("sdk-plan-in-progress.json"),
    "plans/update": says(COMPLETE),
    "plans/recovery": says(COMPLETE),
    "pod": says(["node-0"]),
    "pod/node-0/info": info("S0"),
    "pod/node-1/info": says("Pod node-1 not found", 404),
    "pod/node-2/info": says("Pod node-2 not found", 404),
    "configurations/target": says(SPEC),
}


def masters_of(*frameworks: Framework) -> SchedulerState:
    known = {one.id: one for one in frameworks}
    window = timedelta(minutes=10)
    return SchedulerState("m", "1.11.0", Generation.DRAIN, CLOCK.now(), window, (), frameworks=known)


async def read(**other: Route) -> Reading[tuple[Pending, ...]]:
    """`other` answers by the last part of the path."""
    routes = {**ROUTES, **other}
    workloads, _ = at_work({f"{SERVICE}/{path}": route for path, route in routes.items()})
    return (await workloads.pending(masters_of(Framework("f", "cassandra", webui_url=PAGE))))["cassandra"]


async def waits(**other: Route) -> tuple[Pending, ...]:
    reading = await read(**other)
    assert isinstance(reading, Value), reading
    return reading.value


def plan(step: str, status: str) -> Route:
    steps = [{"name": step, "status": status}]
    return says({"status": "IN_PROGRESS", "phases": [{"name": "p", "steps": steps}], "errors": []}, 202)


def changed(*path: Any, to: Any) -> Route:
    """The specification with another value at that place of its pod."""
    spec = copy.deepcopy(SPEC)
    place: Any = spec["pod-specs"][0]
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = to
    return says(spec)


async def test_pods_that_were_never_placed_wait_with_what_their_specification_says() -> None:
    (one,) = await waits()
    assert one == Pending(
        service="cassandra",
        sort="node",
        count=2,
        needs=NEEDS,
        constraints=(("hostname", "MAX_PER", "1"),),
        runs_on={"S0": 1},
    )


async def test_complete_plans_cost_a_request_each_and_nothing_more() -> None:
    workloads, http = at_work(
        {f"{SERVICE}/{path}": says(COMPLETE) for path in ("plans/deploy", "plans/update", "plans/recovery")}
        | {f"{SERVICE}/plans": ROUTES["plans"]}
    )
    found = (await workloads.pending(masters_of(Framework("f", "cassandra", webui_url=PAGE))))["cassandra"]
    assert isinstance(found, Value)
    assert (found.value, len(http.calls)) == ((), 4)


async def test_a_pod_that_has_a_place_waits_for_its_own_agent() -> None:
    there = {"pod/node-1/info": info("S1"), "pod/node-2/info": info("S2")}
    assert await waits(**there) == ()


async def test_a_pod_that_was_given_up_waits_for_any_agent() -> None:
    (one,) = await waits(
        **{
            "plans/deploy": says(COMPLETE),
            "plans/recovery": plan("node-0:[server]", "PREPARED"),
            "pod/node-0/info": info("S0", permanently_failed="true"),
        }
    )
    assert (one.count, one.runs_on) == (1, {})


@pytest.mark.parametrize("status", ["WAITING", "ERROR", "DELAYED", "STARTING", "COMPLETE"])
async def test_a_step_that_waits_for_no_room_is_not_counted(status: str) -> None:
    assert await waits(**{"plans/deploy": plan("node-2:[server]", status)}) == ()


MOUNT = ("task-specs", 0, "resource-set", "volume-specifications", 0, "type")
RESOURCE = ("task-specs", 0, "resource-set", "resource-specifications", 0, "name")
CORES = ("task-specs", 0, "resource-set", "resource-specifications", 0, "value")


@pytest.mark.parametrize(
    ("route", "why"),
    [
        ({"configurations/target": changed(*MOUNT, to="MOUNT")}, "a volume of the type MOUNT"),
        ({"configurations/target": changed(*RESOURCE, to="fpgas")}, "the resource fpgas is not counted"),
        ({"configurations/target": changed(*CORES, to={"scalar": {"value": -1.0}})}, "-1.0 of cpus"),
        ({"configurations/target": changed(*CORES, to={})}, "-1.0 of cpus"),
        ({"configurations/target": changed("placement-rule", to={"@type": "ZoneRule"})}, "ZoneRule"),
        (
            {"configurations/target": changed("placement-rule", to={"@type": "AndRule", "rules": []})},
            "AndRule",
        ),
        ({"configurations/target": changed("type", to="other")}, "not in the service's specification"),
        (
            {"configurations/target": changed("task-specs", 0, "name", to="other")},
            "what server needs is not told",
        ),
        ({"configurations/target": says("", 404)}, "404"),
        ({"configurations/target": says({})}, "malformed"),
        ({"plans/deploy": plan("do-something", "PENDING")}, "which pod the step do-something"),
        ({"plans/deploy": says("", 500)}, "500"),
        ({"pod/node-1/info": says("", 500)}, "500"),
        ({"pod": says("", 503)}, "503"),
        ({"plans": says("", 503)}, "503"),
    ],
)
async def test_what_can_not_be_counted_is_no_demand_of_zero(route: dict[str, Route], why: str) -> None:
    reading = await read(**route)
    assert isinstance(reading, Failure)
    assert why in reading.why
    assert reading.source == "service cassandra"


async def test_ports_of_tasks_that_have_a_network_of_their_own_are_no_ports_of_the_agent() -> None:
    ports = ("task-specs", 0, "resource-set", "resource-specifications", 2, "network-names")
    (one,) = await waits(**{"configurations/target": changed(*ports, to=["dcos"])})
    assert (one.needs.ports, one.needs.own_ports) == (0, ())


@pytest.mark.parametrize("rule", [None, {"@type": "PassthroughRule"}])
async def test_a_pod_without_a_rule_may_go_anywhere(rule: dict[str, Any] | None) -> None:
    (one,) = await waits(**{"configurations/target": changed("placement-rule", to=rule)})
    assert one.constraints == ()


async def test_who_is_no_service_is_not_asked() -> None:
    workloads, http = at_work({})
    spark = Framework("s", "spark", webui_url="http://10.0.0.9:4040")
    found = await workloads.pending(masters_of(spark, Framework("x", "../../evil", webui_url=PAGE)))
    assert all(isinstance(one, Failure) for one in found.values())
    assert http.calls == []
