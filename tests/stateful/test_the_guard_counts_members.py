"""The guard `stateful`, conditions 7 and 8: what goes on elsewhere in a service, and how many of it may be down."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from shared.model.catalog import UNKNOWN_SDK
from shared.model.remedies import Remedy
from shared.model.workloads import Plan
from tests.stateful.grounds import CASSANDRA, CATALOG, ELASTIC, LOSING, Ground, refused, ring


@pytest.mark.parametrize("status", ["STARTING", "PENDING"])
def test_condition_7_the_next_member_waits_until_the_one_before_has_recovered(status: str) -> None:
    ground = ring()
    ground.change_pod("cassandra", ground.pod("node-1", 4), f"permanent/node-1:[server]: {status}")
    assert refused(ground, 1) == "stateful_unsettled"
    ground.cluster.is_deleted(1)
    assert refused(ground, 1) == "stateful_unsettled"


@pytest.mark.parametrize(
    "plan",
    [
        Plan("deploy", "PENDING"),
        Plan("deploy", "COMPLETE", ("broken",)),
        Plan("recovery", "IN_PROGRESS", ("broken",), ("restart/node-0: ERROR",)),
        Plan("update", "IN_PROGRESS"),
    ],
    ids=["not deployed", "broken", "recovery broken", "updated"],
)
def test_condition_7_a_service_that_is_at_something_is_left_to_it(plan: Plan) -> None:
    ground = ring()
    old = ground.services["cassandra"]
    others = tuple(one for one in old.plans if one.name != plan.name)
    ground.services["cassandra"] = replace(old, plans=(*others, plan))
    ground.cluster.is_deleted(1)
    assert refused(ground, 1) == "stateful_unsettled"


def test_condition_7_a_service_without_the_plans_that_every_one_has_is_not_trusted() -> None:
    ground = ring()
    ground.services["cassandra"] = replace(ground.services["cassandra"], plans=(Plan("deploy", "COMPLETE"),))
    assert refused(ground, 1) == "stateful_unsettled"


def test_condition_7_a_member_that_starts_is_waited_for_before_any_plan_tells_of_it() -> None:
    ground = ring()
    ground.change_pod("cassandra", ground.pod("node-1", 2, "STAGING"))
    assert refused(ground, 1) == "stateful_unsettled"


def test_condition_7_a_member_on_a_working_node_that_has_just_recovered_is_waited_for_too() -> None:
    ground = ring()
    ground.change_pod("cassandra", ground.pod("node-0", 1), "restart/node-0:[server]: STARTED")
    assert refused(ground, 1) == "stateful_unsettled"


def test_condition_7_a_member_that_waits_for_a_lost_agent_is_not_waited_for() -> None:
    ground = ring()
    ground.cluster.is_deleted(1)
    ground.cluster.is_deleted(2)
    for pod, number in (("node-0", 1), ("node-1", 2)):
        ground.change_pod("cassandra", ground.pod(pod, number, "LOST"), "restart/node-0: x, node-1: PENDING")
    assert refused(ground, 1) == ""


@pytest.mark.parametrize("other", ["node-10", "data-node-1"])
def test_condition_7_a_step_about_a_pod_of_a_like_name_is_about_another_one(other: str) -> None:
    ground = ring()
    ground.cluster.is_deleted(2)
    ground.change_pod("cassandra", ground.pod("node-1", 2, "LOST"), f"permanent/{other}:[server]: STARTING")
    assert refused(ground, 2) == "stateful_unsettled"


@pytest.mark.parametrize("remedy", [*LOSING, Remedy.RESTART])
def test_condition_8_a_second_member_is_not_taken_down_while_one_is(remedy: Remedy) -> None:
    ground = ring()
    ground.cluster.is_deleted(2)
    ground.change_pod("cassandra", ground.pod("node-1", 2, "LOST"), "restart/node-1:[server]: PENDING")
    answer = ground.answer(1, remedy)
    assert (answer.reason, answer.numbers["down"], answer.numbers["may_be_down"]) == ("stateful_quorum", 1, 1)
    ground.approve(remedy)
    assert refused(ground, 1, remedy) == ""


def test_condition_8_what_may_come_back_is_not_given_up_when_too_many_are_down() -> None:
    ground = ring()
    for number in (1, 2):
        ground.cluster.is_unreachable(number)
    assert refused(ground, 1) == "stateful_quorum"
    ground.cluster.is_deleted(1, told=False)
    assert refused(ground, 1) == ""


def test_condition_8_two_members_on_a_node_are_not_restarted_at_once_and_leave_one_by_one() -> None:
    ground = Ground()
    homes = {"master-0": 1, "data-0": 1, "master-1": 2, "data-1": 2, "master-2": 3}
    ground.serve("elastic", ELASTIC, homes)
    assert (refused(ground, 1, Remedy.RESTART), refused(ground, 1)) == ("stateful_two_members", "")


def test_condition_8_three_members_of_five_leave_a_working_node_and_are_not_given_up_with_a_dead_one() -> (
    None
):
    ground = Ground()
    ground.serve("etcd", CATALOG["etcd"], {"a-0": 1, "a-1": 1, "a-2": 1, "a-3": 2, "a-4": 3})
    assert refused(ground, 1) == ""
    ground.cluster.is_unreachable(1)
    assert refused(ground, 1) == "stateful_quorum"


def test_condition_8_sorts_count_each_for_itself() -> None:
    ground = Ground()
    ground.serve("elastic", ELASTIC, {"master-0": 1, "data-0": 2, "master-1": 3, "data-1": 4, "master-2": 5})
    ground.cluster.is_deleted(1)
    ground.change_pod("elastic", ground.pod("master-0", 1, "LOST"), "restart/master-0:[node]: PENDING")
    assert (refused(ground, 2), refused(ground, 3)) == ("", "stateful_quorum")


def test_condition_8_the_only_member_is_not_given_up_for_another_machine() -> None:
    ground = Ground()
    ground.serve("one", UNKNOWN_SDK, {"node-0": 1})
    ground.approve()
    assert refused(ground, 1) == ""
    ground.cluster.overrides.clear()
    ground.services["one"] = replace(ground.services["one"], package=CASSANDRA)
    assert refused(ground, 1) == "stateful_quorum"
