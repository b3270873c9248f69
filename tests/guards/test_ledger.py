"""The guard `ledger`: is there room for one more disruption in this pool?"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from shared.guards import ledger
from shared.guards.place import frameworks_of
from shared.model.decisions import Answer
from shared.model.ledger import Disruption
from shared.model.mesos import Framework
from shared.policy.schema import Disruption as Limits
from shared.policy.share import Share
from tests.builders import NOW, Cluster, address, disruption, instance, pool_policy

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def pool(nodes: int, **limits: Any) -> Cluster:
    """A pool whose ledger has these limits, and otherwise wide ones."""
    wide = Limits(at_once=Share(100, True), per_hour=1000, per_day=10000, per_fault_domain=None)
    return Cluster(nodes, pool_policy(disruption=replace(wide, **limits)))


def asked(cluster: Cluster, number: int = 1, operation: str | None = None) -> Answer:
    return ledger.ask(cluster.question(number, operation))


def with_active(cluster: Cluster, *numbers: int) -> Cluster:
    cluster.ledger = replace(cluster.ledger, active=tuple(disruption(number) for number in numbers))
    return cluster


def with_started(cluster: Cluster, *ago: timedelta) -> Cluster:
    started: tuple[datetime, ...] = tuple(NOW - one for one in ago)
    cluster.ledger = replace(cluster.ledger, started=started)
    return cluster


def test_condition_1_a_node_that_another_operation_disrupts_is_left_to_it() -> None:
    answer = asked(with_active(pool(9), 1))
    assert (answer.allowed, answer.reason, answer.until) == (False, "ledger_node_busy", None)
    assert answer.numbers == {"operation": "o-1"}


def test_condition_1_an_operation_does_not_stand_in_its_own_way() -> None:
    answer = asked(with_active(pool(9), 1, 2), operation="o-1")
    assert (answer.allowed, answer.numbers) == (True, {"active": 1, "at_once": 9})


@pytest.mark.parametrize(
    ("nodes", "share", "most"),
    [
        (9, Share(10, True), 1),
        (19, Share(10, True), 1),
        (20, Share(10, True), 2),
        (3, Share(1, True), 1),
        (9, Share(3, False), 3),
    ],
)
def test_condition_3_as_many_disruptions_as_are_allowed_at_once_refuse(
    nodes: int, share: Share, most: int
) -> None:
    cluster = pool(nodes, at_once=share)
    assert asked(with_active(cluster, *range(2, most + 1))).allowed
    answer = asked(with_active(cluster, *range(2, most + 2)))
    assert (answer.allowed, answer.reason, answer.until) == (False, "ledger_at_once", None)
    assert answer.numbers == {"active": most, "at_once": most}


def test_condition_3_the_share_is_one_of_the_wanted_size_where_that_is_larger() -> None:
    cluster = pool(9, at_once=Share(10, True))
    cluster.ledger = replace(cluster.ledger, wanted=20)
    assert asked(cluster).numbers == {"active": 0, "at_once": 2}


def test_condition_3_is_asked_of_a_running_operation_too() -> None:
    """Its own place does not count, so only a limit that was lowered meanwhile stops it."""
    cluster = with_active(pool(9, at_once=Share(1, False)), 1)
    assert asked(cluster, operation="o-1").allowed
    assert asked(with_active(cluster, 1, 2), operation="o-1").reason == "ledger_at_once"


def test_condition_5_a_fault_domain_takes_no_more_than_is_allowed() -> None:
    cluster = with_active(pool(12, per_fault_domain=1), 6)
    answer = asked(cluster, 1)
    assert (answer.allowed, answer.reason, answer.until) == (False, "ledger_fault_domain", None)
    assert answer.numbers == {"fault_domain": 1, "active": 1, "per_fault_domain": 1}
    assert asked(cluster, 2).allowed, "another fault domain"


def test_condition_5_a_machine_that_is_gone_counts_where_it_was() -> None:
    cluster = with_active(pool(12, per_fault_domain=1), 6)
    cluster.is_deleted(1)
    assert asked(cluster, 1).reason == "ledger_fault_domain"


def test_condition_5_does_not_hold_where_azure_names_no_fault_domain() -> None:
    cluster = pool(12, per_fault_domain=1)
    cluster.becomes(1, fault_domain=None)
    cluster.ledger = replace(cluster.ledger, active=(disruption(2, fault_domain=None),))
    assert asked(cluster, 1).allowed


@pytest.mark.parametrize(
    ("limit", "reason", "span"),
    [("per_hour", "ledger_per_hour", HOUR), ("per_day", "ledger_per_day", 24 * HOUR)],
)
def test_conditions_7_and_8_a_full_hour_or_day_refuses_until_the_oldest_has_passed(
    limit: str, reason: str, span: timedelta
) -> None:
    cluster = pool(9, **{limit: 2})
    answer = asked(with_started(cluster, span - MINUTE, timedelta(0)))
    assert (answer.allowed, answer.reason) == (False, reason)
    assert answer.until == NOW + MINUTE
    assert answer.numbers == {"started": 2, "limit": 2, "span_s": span.total_seconds()}
    assert asked(with_started(cluster, span, timedelta(0))).allowed, "the oldest has just passed"


def test_condition_7_more_than_the_limit_waits_until_there_is_room_for_one() -> None:
    """As after a policy that allows less than before."""
    cluster = pool(9, per_hour=2)
    answer = asked(with_started(cluster, 50 * MINUTE, 40 * MINUTE, 30 * MINUTE, 20 * MINUTE))
    assert answer.until == NOW + 30 * MINUTE, "when those of 50, 40 and 30 minutes ago have passed"
    assert answer.numbers == {"started": 4, "limit": 2, "span_s": 3600}


def test_condition_7_a_clock_that_ran_ahead_does_not_make_room_too_early() -> None:
    cluster = pool(9, per_hour=2)
    answer = asked(with_started(cluster, 10 * MINUTE, -5 * MINUTE, 20 * MINUTE))
    assert answer.until == NOW + 50 * MINUTE


def test_conditions_7_and_8_were_met_when_a_running_operation_began() -> None:
    cluster = with_started(with_active(pool(9, per_hour=1), 1), timedelta(0))
    assert asked(cluster, operation="o-1").allowed


def urgent(number: int) -> Disruption:
    return disruption(number, urgent=True)


def test_condition_2_an_end_that_is_near_has_a_reserve_of_its_own() -> None:
    """The pool's places are taken and the hour is full; two of ten may be emptied ahead of their end."""
    cluster = with_active(pool(10, at_once=Share(1, False), per_hour=1), 9)
    cluster = with_started(cluster, MINUTE)
    cluster.is_announced(1, timedelta(seconds=30))
    answer = asked(cluster)
    assert (answer.allowed, answer.numbers) == (True, {"active": 0, "deadline_reserve": 2})
    cluster.ledger = replace(cluster.ledger, active=(disruption(9), urgent(2), urgent(3)))
    answer = asked(cluster)
    assert (answer.allowed, answer.reason) == (False, "ledger_reserve")
    assert answer.numbers == {"active": 2, "deadline_reserve": 2}


def test_condition_2_the_reserve_takes_nothing_from_the_others() -> None:
    cluster = pool(10, at_once=Share(1, False))
    cluster.ledger = replace(cluster.ledger, active=(urgent(2), urgent(3)))
    assert asked(cluster).allowed


@pytest.mark.parametrize(
    ("ahead", "what"),
    [(timedelta(minutes=16), "Preempt"), (timedelta(minutes=5), "Reboot"), (None, "Redeploy")],
)
def test_condition_2_is_for_ends_within_a_quarter_of_an_hour_alone(
    ahead: timedelta | None, what: str
) -> None:
    cluster = with_active(pool(10, at_once=Share(1, False)), 9)
    cluster.is_announced(1, ahead, what)
    assert asked(cluster).reason == "ledger_at_once"


def test_condition_2_stays_so_when_the_end_has_come() -> None:
    """The operation that emptied it goes on when the machine is gone."""
    cluster = with_active(pool(10, at_once=Share(1, False)), 9)
    cluster.ledger = replace(cluster.ledger, active=(disruption(9), urgent(1)))
    cluster.is_deallocated(1)
    assert asked(cluster, operation="o-1").allowed
    assert asked(cluster, operation="another").reason == "ledger_node_busy"


def elsewhere(cluster: Cluster, *entries: Disruption, operation: str | None = None) -> Answer:
    return ledger.ask(replace(cluster.question(1, operation), elsewhere=entries))


def test_condition_4_the_cluster_has_one_account_for_all_pools() -> None:
    cluster = with_active(pool(9), 2)
    cluster.policy = replace(cluster.policy, at_once=Share(3, False))
    assert elsewhere(cluster, disruption(21)).allowed
    answer = elsewhere(cluster, disruption(21), disruption(22))
    assert (answer.allowed, answer.reason, answer.until) == (False, "ledger_cluster", None)
    assert answer.numbers == {"active": 3, "at_once": 3}
    assert elsewhere(cluster, disruption(21), urgent(22)).allowed, "what ends anyway does not count"


def test_condition_4_not_written_it_is_what_the_pool_may_that_may_most() -> None:
    cluster = pool(10, at_once=Share(1, False))
    more = pool_policy(name="more", disruption=Limits(at_once=Share(2, False)))
    question = cluster.question(1)
    both = replace(question.cluster, pools=(*question.cluster.pools, more))
    question = replace(question, cluster=both, elsewhere=(disruption(21),))
    assert ledger.ask(question).allowed
    full = replace(question, elsewhere=(disruption(21), disruption(22)))
    assert ledger.ask(full).reason == "ledger_cluster"


def test_condition_4_a_share_is_one_of_all_nodes() -> None:
    cluster = pool(10)
    cluster.policy = replace(cluster.policy, at_once=Share(10, True))
    question = cluster.question(1)
    tally = replace(question.tally, sizes={"private": 10, "public": 20})
    question = replace(question, tally=tally, elsewhere=(disruption(21), disruption(22)))
    assert ledger.ask(question).allowed
    full = ledger.ask(replace(question, elsewhere=(*question.elsewhere, disruption(23))))
    assert full.numbers == {"active": 3, "at_once": 3}


def test_condition_3_a_share_counts_no_node_that_is_gone_beside_its_successor() -> None:
    cluster = pool(9, at_once=Share(20, True))
    cluster.is_deleted(9, told=False)
    cluster.capacity = cluster.ledger.wanted or 0
    cluster.instances[10], cluster.addresses["10"] = instance(10), address(10)
    assert cluster.question(1).tally.nodes == 10
    assert ledger.ask(cluster.question(1)).numbers["at_once"] == 1


def with_tasks(cluster: Cluster, number: int, *frameworks: str) -> Cluster:
    cluster.remembers(number, tasks={f"{framework}:task": 1 for framework in frameworks})
    return cluster


def test_condition_6_no_more_nodes_of_one_framework_than_are_allowed() -> None:
    cluster = with_tasks(pool(9, per_framework=1), 1, "kafka", "spark")
    cluster.ledger = replace(cluster.ledger, active=(disruption(2, frameworks=("spark",)),))
    answer = asked(cluster)
    assert (answer.allowed, answer.reason, answer.until) == (False, "ledger_framework", None)
    assert answer.numbers == {"framework": "spark", "active": 1, "per_framework": 1}
    cluster.ledger = replace(cluster.ledger, active=(disruption(2, frameworks=("hdfs",)),))
    assert asked(cluster).allowed


def test_condition_6_counts_all_pools_and_what_ends_anyway() -> None:
    cluster = with_tasks(pool(9, per_framework=2), 1, "kafka")
    cluster.policy = replace(cluster.policy, at_once=Share(9, False))
    theirs = disruption(21, frameworks=("kafka",)), replace(urgent(22), frameworks=("kafka",))
    assert elsewhere(cluster, theirs[0]).allowed
    assert elsewhere(cluster, *theirs).reason == "ledger_framework"


def test_condition_6_marathons_do_not_count() -> None:
    cluster = with_tasks(pool(9, per_framework=1), 1, "m-1", "m-2")
    cluster.frameworks = {"m-1": Framework("m-1", "marathon"), "m-2": Framework("m-2", "marathon-user")}
    assert frameworks_of(cluster.question(1)) == ()
    cluster.ledger = replace(cluster.ledger, active=(disruption(2, frameworks=("m-1",)),))
    assert asked(cluster).allowed


def test_condition_6_can_be_turned_off() -> None:
    cluster = with_tasks(pool(9, per_framework=None), 1, "spark")
    cluster.ledger = replace(cluster.ledger, active=(disruption(2, frameworks=("spark",)),))
    assert asked(cluster).allowed


def test_an_empty_ledger_has_room() -> None:
    assert asked(Cluster(nodes=3)) == Answer("ledger", True, "ok", {"active": 0, "at_once": 1})
