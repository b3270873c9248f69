"""The guard `stateful`: which answer to which state of services, one test for each of its conditions."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from shared.guards import AFTER_THE_LOSS, AT_THE_BOOKS, ORDER, TO_GROW, stateful
from shared.model.catalog import UNKNOWN_FRAMEWORK, UNKNOWN_RESIDENT, Package
from shared.model.mesos import Framework
from shared.model.remedies import Remedy
from shared.model.workloads import App, Deployment
from tests.builders import DAY, NOW, disruption, memory, name
from tests.stateful.grounds import CASSANDRA, CATALOG, KAFKA, LOSING, RIAK, Ground, refused, ring

STORE = App(id="/store", wanted=3, running=0, healthy=0, is_resident=True, package=UNKNOWN_RESIDENT)
WEB = App(id="/web", wanted=3, running=0, healthy=0)


def test_a_service_at_rest_gives_one_member_and_is_named_with_the_answer() -> None:
    answer = ring().answer(1)
    assert (answer.allowed, answer.numbers["services"]) == (True, "cassandra")


def test_a_node_on_which_nothing_is_kept_is_no_matter_of_its() -> None:
    ground = ring()
    ground.run(WEB, 4, 5)
    assert (refused(ground, 4), ground.answer(4).numbers) == ("", {})


def test_condition_1_a_unit_may_be_restarted_whatever_runs() -> None:
    ground = ring()
    ground.unread.add("everything")
    assert refused(ground, 1, Remedy.RESTART_UNIT) == ""


@pytest.mark.parametrize("package", [CASSANDRA, KAFKA, RIAK])
def test_condition_1_an_end_that_is_near_is_not_held_while_the_node_works(package: Package) -> None:
    ground = Ground()
    ground.serve("it", package, {"node-0": 1, "node-1": 1, "node-2": 2})
    ground.cluster.is_announced(1, timedelta(minutes=5))
    assert refused(ground, 1) == ""
    assert stateful.left_alone(ground.question(1), together=True) == {"it"}, "both members at once"
    ground.approve()
    assert stateful.left_alone(ground.question(1), together=True) == frozenset()


@pytest.mark.parametrize(
    ("package", "alone"),
    [(CASSANDRA, frozenset[str]()), (KAFKA, frozenset({"it"})), (RIAK, frozenset({"it"}))],
)
def test_condition_1_only_what_would_be_refused_is_left_alone(
    package: Package, alone: frozenset[str]
) -> None:
    ground = Ground()
    ground.serve("it", package, {"node-0": 1, "node-1": 2, "node-2": 3})
    ground.cluster.is_announced(1, timedelta(minutes=5))
    assert stateful.left_alone(ground.question(1), together=True) == alone
    elsewhere = (disruption(9, services=("it",)),)
    assert stateful.left_alone(ground.question(1, elsewhere=elsewhere), together=True) == {"it"}
    ground.change_pod("it", ground.pod("node-1", 2, "STARTING"), "permanent/node-1: STARTING")
    assert stateful.left_alone(ground.question(1), together=False) == {"it"}


@pytest.mark.parametrize("remedy", [*LOSING, Remedy.RESTART])
def test_condition_2_the_second_member_waits_for_the_first(remedy: Remedy) -> None:
    ground = ring()
    ground.cluster.ledger = replace(ground.cluster.ledger, active=(disruption(2, services=("cassandra",)),))
    assert refused(ground, 1, remedy) == "stateful_member_busy"
    ground.cluster.is_unreachable(1)
    assert refused(ground, 1, remedy) == "stateful_member_busy"


def test_condition_2_members_in_other_pools_are_members_too() -> None:
    other = disruption(9, services=("cassandra",))
    assert ring().answer(1, elsewhere=(other,)).reason == "stateful_member_busy"


def test_condition_2_an_operation_does_not_stand_in_its_own_way() -> None:
    ground = ring()
    ground.cluster.ledger = replace(ground.cluster.ledger, active=(disruption(1, services=("cassandra",)),))
    assert ground.answer(1, operation="o-1").allowed


def test_condition_3_a_dead_node_may_be_restarted_even_while_nothing_can_be_read() -> None:
    ground = ring()
    ground.cluster.is_unreachable(1)
    ground.cluster.is_unreachable(2)
    ground.unread.add("everything")
    assert refused(ground, 1, Remedy.RESTART) == ""


@pytest.mark.parametrize("part", ["everything", "apps", "cassandra"])
def test_condition_4_what_may_hold_data_is_not_touched_while_nobody_can_tell(part: str) -> None:
    ground = ring()
    ground.cluster.is_unreachable(1)
    ground.unread.add(part)
    if part == "apps":
        ground.services.clear()
    assert refused(ground, 1) == "stateful_unread"


@pytest.mark.parametrize("part", ["everything", "apps", "cassandra"])
def test_condition_4_a_dead_node_that_surely_held_nothing_does_not_wait_for_marathon(part: str) -> None:
    ground = ring()
    ground.cluster.is_unreachable(4)
    ground.unread.add(part)
    assert refused(ground, 4) == ""


def test_condition_4_a_working_node_with_tasks_waits_for_marathon() -> None:
    ground = Ground()
    ground.run(WEB, 1)
    ground.unread.add("apps")
    assert (refused(ground, 1), refused(ground, 2)) == ("stateful_unread", "")


def test_a_node_of_which_nobody_saw_what_it_held_needs_a_person() -> None:
    ground = Ground()
    ground.cluster.memory[name(1)] = memory(1, held=None)
    ground.cluster.is_unreachable(1)
    assert refused(ground, 1) == "stateful_person"
    ground.unread.add("everything")
    assert refused(ground, 1) == "stateful_unread"


def test_condition_5_an_application_that_is_being_deployed_is_left_to_it() -> None:
    ground = Ground()
    ground.run(WEB, 1, 2)
    ground.deployments.append(Deployment("d", ("/web",)))
    assert (refused(ground, 1), refused(ground, 3)) == ("stateful_deployment", "")
    ground.cluster.is_unreachable(1)
    assert refused(ground, 1) == ""


@pytest.mark.parametrize("remedy", LOSING)
def test_condition_6_a_copy_that_may_be_the_only_one_is_given_up_by_a_person(remedy: Remedy) -> None:
    ground = Ground()
    ground.serve("kafka", KAFKA, {"kafka-0": 1, "kafka-1": 2, "kafka-2": 3})
    answer = ground.answer(1, remedy)
    assert (answer.reason, answer.awaits) == ("stateful_person", remedy.value)
    ground.approve(remedy)
    assert refused(ground, 1, remedy) == ""


def test_condition_6_an_approval_of_another_remedy_is_none() -> None:
    ground = Ground()
    ground.serve("kafka", KAFKA, {"kafka-0": 1, "kafka-1": 2, "kafka-2": 3})
    ground.approve(Remedy.REDEPLOY)
    assert refused(ground, 1) == "stateful_person"


def test_condition_6_a_broker_whose_machine_is_gone_has_nothing_left_to_give_up() -> None:
    ground = Ground()
    ground.serve("kafka", KAFKA, {"kafka-0": 1, "kafka-1": 2, "kafka-2": 3})
    ground.cluster.is_deleted(1)
    assert refused(ground, 1) == ""


def test_condition_6_a_disk_of_its_own_outlives_a_machine_that_is_deallocated() -> None:
    ground = Ground()
    ground.serve("kafka", KAFKA, {"kafka-0": 1, "kafka-1": 2, "kafka-2": 3})
    ground.holds(1, "kafka-role", "MOUNT")
    ground.cluster.is_deallocated(1)
    assert refused(ground, 1) == "stateful_person"


@pytest.mark.parametrize("framework", ["riak", "quobyte", "arangodb3", "crate", "mr-redis"])
def test_condition_6_some_packages_are_never_touched_without_a_person(framework: str) -> None:
    ground = Ground()
    ground.runs_framework(framework, 1, CATALOG[framework])
    assert (refused(ground, 1), refused(ground, 1, Remedy.RESTART)) == ("stateful_person", "stateful_person")
    ground.approve()
    assert refused(ground, 1) == ""


def test_condition_6_nor_is_a_framework_that_nobody_knows_and_that_keeps_volumes() -> None:
    ground = Ground()
    ground.packages["minio"] = UNKNOWN_FRAMEWORK
    ground.frameworks["minio"] = Framework("minio", "minio", ("minio",))
    ground.holds(1, "minio")
    assert refused(ground, 1) == "stateful_person"
    ground.cluster.is_unreachable(1)
    assert refused(ground, 1) == "stateful_person"


def test_condition_6_nor_what_was_kept_for_a_role_of_which_nobody_knows_whose_it_is() -> None:
    ground = Ground()
    ground.holds(1, "somebody")
    ground.cluster.is_unreachable(1)
    assert refused(ground, 1) == "stateful_person"


def test_condition_6_a_reservation_that_a_member_left_behind_is_nothing_to_ask_about() -> None:
    ground = Ground()
    ground.serve("kafka", KAFKA, {"kafka-0": 1, "kafka-1": 2, "kafka-2": 3})
    ground.holds(4, "kafka-role")
    ground.holds(4, "marathon")
    ground.cluster.is_unreachable(4)
    assert (refused(ground, 4), ground.answer(4).numbers) == ("", {})


def test_condition_6_what_keeps_its_data_in_its_sandbox_loses_it_by_any_move() -> None:
    ground = Ground()
    notebooks = App(id="/zeppelin", wanted=1, running=1, healthy=0, package=CATALOG["zeppelin"])
    ground.run(notebooks, 1)
    assert (refused(ground, 1), refused(ground, 1, Remedy.RESTART)) == ("stateful_person", "stateful_person")
    ground.cluster.is_deleted(1)
    assert refused(ground, 1) == ""


def test_condition_6_a_restart_keeps_what_is_on_the_disk() -> None:
    ground = Ground()
    ground.run(STORE, 1, 2, 3)
    assert (refused(ground, 1), refused(ground, 1, Remedy.RESTART)) == ("stateful_person", "")


def test_what_moves_does_not_stand_in_its_own_way() -> None:
    ground = ring()
    ground.change_pod("cassandra", ground.pod("node-0", None, "STARTING"), "permanent/node-0: STARTING")
    assert not ground.answer(2).allowed
    assert ground.answer(2, moving=True).allowed


def test_an_approval_that_held_when_the_operation_began_holds_to_its_end() -> None:
    ground = Ground()
    ground.runs_framework("riak", 1, RIAK)
    ground.approve()
    ground.cluster.overrides[0] = replace(ground.cluster.overrides[0], since=NOW - DAY, until=NOW)
    assert not ground.answer(1).allowed
    assert ground.answer(1, begun_at=NOW - DAY / 2).allowed


def test_it_is_asked_before_members_are_touched_and_at_the_books_and_not_when_they_are_lost() -> None:
    assert all(stateful.ask in guards for guards in (ORDER, AT_THE_BOOKS))
    assert not any(stateful.ask in guards for guards in (AFTER_THE_LOSS, TO_GROW))


def test_condition_9_one_task_may_leave_a_node_with_members_of_services() -> None:
    ground = Ground()
    ground.serve("it", RIAK, {"node-0": 1, "node-1": 1})
    ground.services["it"] = replace(ground.services["it"], plans=())
    ground.unread.add("it")
    assert refused(ground, 1, Remedy.RELIEVE) == ""
    assert refused(ground, 1) != ""


def test_condition_9_where_nobody_knows_what_runs_or_something_is_deployed_no_task_leaves() -> None:
    ground = Ground()
    ground.run(WEB, 1, 2)
    ground.unread.add("everything")
    assert refused(ground, 1, Remedy.RELIEVE) == "stateful_unread"
    ground.unread.clear()
    ground.deployments.append(Deployment("d", ("/web",)))
    assert refused(ground, 1, Remedy.RELIEVE) == "stateful_deployment"
