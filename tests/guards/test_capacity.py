"""The guard `capacity`: do Azure's numbers make sense before one is acted on?"""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from shared.guards import capacity
from shared.model.azure import Provisioning
from shared.model.remedies import Remedy
from shared.policy.autoscale import AzureAutoscale
from shared.policy.schema import Capacity
from tests.builders import Cluster, disruption


def wanting(cluster: Cluster, wanted: int | None) -> Cluster:
    cluster.ledger = replace(cluster.ledger, wanted=wanted)
    return cluster


@pytest.mark.parametrize("said", [0, -1])
@pytest.mark.parametrize("wanted", [None, 3])
def test_condition_1_a_capacity_of_zero_or_less_freezes_the_pool(said: int, wanted: int | None) -> None:
    cluster = wanting(Cluster(nodes=3), wanted)
    cluster.capacity = said
    answer = capacity.ask(cluster.question(1))
    assert (answer.allowed, answer.reason, answer.until) == (False, "capacity_zero", None)
    assert answer.numbers == {"capacity": said, "listed": 3, "wanted": wanted, "in_flight": 0, "missing": 0}


def test_condition_1_an_empty_list_of_instances_freezes_the_pool() -> None:
    cluster = Cluster(nodes=3)
    cluster.instances.clear()
    answer = capacity.ask(cluster.question(1))
    assert (answer.allowed, answer.reason) == (False, "capacity_zero")
    assert answer.numbers == {"capacity": 3, "listed": 0, "wanted": 3, "in_flight": 0, "missing": 3}


def test_condition_1_holds_also_for_a_pool_that_is_to_be_empty() -> None:
    cluster = Cluster(nodes=1)
    cluster.is_deleted(1)
    assert capacity.ask(wanting(cluster, 0).question(1)).reason == "capacity_zero"


@pytest.mark.parametrize(
    ("wanted", "least", "allowed"), [(0, 0, True), (0, 1, False), (1, 0, False), (None, 0, False)]
)
def test_condition_1_a_pool_that_was_to_be_empty_may_grow(
    wanted: int | None, least: int, allowed: bool
) -> None:
    cluster = wanting(Cluster(nodes=1), wanted)
    question = replace(cluster.question(1), remedy=Remedy.GROW)
    cluster.instances.clear()
    cluster.capacity = 0
    pool = replace(question.pool, capacity=Capacity(min=least, max=5))
    empty = replace(question, snapshot=cluster.snapshot(), pool=pool)
    assert capacity.ask(empty).allowed is allowed
    assert not capacity.ask(replace(empty, tally=replace(empty.tally, missing=1))).allowed
    assert not capacity.ask(replace(empty, remedy=Remedy.REPLACE)).allowed


@pytest.mark.parametrize("said", [2, 4])
def test_condition_2_a_capacity_that_differs_from_the_list_refuses(said: int) -> None:
    cluster = Cluster(nodes=3)
    cluster.capacity = said
    answer = capacity.ask(cluster.question(1))
    assert (answer.allowed, answer.reason, answer.until) == (False, "capacity_disagrees", None)
    assert answer.numbers == {"capacity": said, "listed": 3, "wanted": 3, "in_flight": 0, "missing": 0}


def test_condition_2_the_difference_may_be_what_is_being_disrupted() -> None:
    cluster = Cluster(nodes=3)
    cluster.capacity = 4
    cluster.ledger = replace(cluster.ledger, active=(disruption(9),))
    answer = capacity.ask(cluster.question(1))
    assert (answer.allowed, answer.numbers["in_flight"]) == (True, 1)


@pytest.mark.parametrize("provisioning", [Provisioning.CREATING, Provisioning.DELETING])
def test_condition_2_the_difference_may_be_what_azure_is_creating_or_deleting(
    provisioning: Provisioning,
) -> None:
    cluster = Cluster(nodes=3)
    cluster.capacity = 2
    cluster.becomes(3, provisioning=provisioning)
    answer = capacity.ask(cluster.question(1))
    assert (answer.allowed, answer.numbers["in_flight"]) == (True, 1)


def test_condition_3_a_capacity_that_fell_further_than_the_missing_explain_refuses() -> None:
    cluster = Cluster(nodes=5)
    cluster.is_deleted(1)
    answer = capacity.ask(wanting(cluster, 6).question(2))
    assert (answer.allowed, answer.reason, answer.until) == (False, "capacity_fell", None)
    assert answer.numbers == {"capacity": 4, "listed": 4, "wanted": 6, "in_flight": 0, "missing": 1}
    assert capacity.ask(wanting(cluster, 5).question(2)).allowed, "one is missing, one is wanted more"


def test_condition_3_what_is_in_flight_explains_a_fall_too() -> None:
    cluster = wanting(Cluster(nodes=5), 6)
    cluster.ledger = replace(cluster.ledger, active=(disruption(9),))
    assert capacity.ask(cluster.question(2)).allowed


@pytest.mark.parametrize("source", ["scale_set", "instances"])
def test_numbers_that_could_not_be_read_never_take_part(source: str) -> None:
    cluster = Cluster(nodes=3)
    cluster.unreadable = {source}
    answer = capacity.ask(cluster.question(1))
    assert (answer.allowed, answer.reason, answer.numbers) == (False, "capacity_unread", {})


def test_a_size_that_was_never_read_stands_in_nobodys_way() -> None:
    assert capacity.ask(wanting(Cluster(nodes=3), None).question(1)).allowed


def test_condition_4_what_azure_may_have_scaled_in_waits_while_an_operation_of_ours_is_at_work() -> None:
    cluster = wanting(Cluster(nodes=5), 5)
    cluster.is_deleted(1)
    assert capacity.ask(cluster.question(1)).allowed
    question = replace(
        cluster.question(1), ledger=replace(cluster.ledger, active=(disruption(2),)), operation=None
    )
    by_azure = replace(question, pool=replace(question.pool, azure_autoscale=AzureAutoscale(min=3, max=10)))
    assert capacity.ask(question).allowed
    assert capacity.ask(by_azure).reason == "capacity_autoscaled"
    of_another = replace(by_azure, finding=cluster.question(3).finding)
    assert capacity.ask(of_another).allowed, "it is listed"
    beyond = replace(by_azure, pool=replace(question.pool, azure_autoscale=AzureAutoscale(min=5, max=10)))
    assert capacity.ask(beyond).allowed, "autoscale does not go that far"
