"""Marathon's placement constraints, one after the other, as its documentation and its own code have them."""

from __future__ import annotations

import pytest

from shared.scale.placement import place
from shared.scale.work import Host, Why

from .placing import host, hosts, on, refused, work


def racks(*names: str, cpus: float = 4) -> list[Host]:
    """One agent in each; an empty name is an agent that has no such attribute."""
    return [
        host(number, cpus, attributes={"rack": name} if name else {}) for number, name in enumerate(names, 1)
    ]


def test_unique_hostname_puts_one_task_on_an_agent() -> None:
    placement = place([work("/a", 1, 0, 3, ("hostname", "UNIQUE"))], hosts(2))
    assert on(placement) == {"a1": 1, "a2": 1}
    assert refused(placement) == {"/a": "1 of /a: constraint (hostname UNIQUE)"}


def test_unique_counts_the_tasks_that_run_already() -> None:
    unique = work("/a", 1, 0, 1, ("hostname", "UNIQUE"), runs_on={"a1": 1})
    assert on(place([unique], hosts(2))) == {"a2": 1}


def test_tasks_on_an_agent_that_is_closed_count_as_well() -> None:
    closed = host(1, attributes={"rack": "x"}, is_open=False)
    unique = work("/a", 1, 0, 1, ("rack", "UNIQUE"), runs_on={"a1": 1})
    assert place([unique], [closed, host(2, attributes={"rack": "x"})]).placed == 0


def test_another_application_is_no_concern_of_a_constraint() -> None:
    unique = ("hostname", "UNIQUE")
    assert place([work("/a", 1, 0, 1, unique), work("/b", 1, 0, 1, unique)], hosts(1)).placed == 2


def test_unique_holds_between_two_sizes_of_one_application() -> None:
    unique = ("hostname", "UNIQUE")
    assert place([work("/a", 1, 0, 1, unique), work("/a", 2, 0, 1, unique)], hosts(1)).placed == 1


def test_unique_attribute_puts_one_task_in_each_rack() -> None:
    placement = place([work("/a", 1, 0, 5, ("rack", "UNIQUE"))], racks("x", "x", "y"))
    assert on(placement) == {"a1": 1, "a3": 1}


def test_max_per_limits_each_group() -> None:
    placement = place([work("/a", 1, 0, 9, ("rack", "MAX_PER", "2"))], racks("x", "x", "y"))
    assert on(placement) == {"a1": 2, "a3": 2}


def test_cluster_with_a_value_asks_for_that_value() -> None:
    assert on(place([work("/a", 1, 0, 2, ("rack", "CLUSTER", "y"))], racks("x", "y"))) == {"a2": 2}


def test_cluster_without_a_value_stays_where_the_first_task_is() -> None:
    assert on(place([work("/a", 3, 0, 2, ("rack", "CLUSTER"))], racks("x", "y", "x"))) == {"a1": 1, "a3": 1}
    running = work("/a", 1, 0, 1, ("rack", "CLUSTER"), runs_on={"a2": 1})
    assert on(place([running], racks("x", "y"))) == {"a2": 1}


def test_group_by_spreads_evenly_over_so_many_racks() -> None:
    placement = place([work("/a", 1, 0, 5, ("rack", "GROUP_BY", "3"))], racks("x", "y", "z"))
    assert on(placement) == {"a1": 2, "a2": 2, "a3": 1}


def test_group_by_without_a_number_knows_only_of_racks_that_have_tasks() -> None:
    """Marathon's documentation warns of it."""
    even = ("rack", "GROUP_BY")
    assert on(place([work("/a", 1, 0, 3, even)], racks("x", "y"))) == {"a1": 3}
    assert on(place([work("/a", 1, 0, 3, even, runs_on={"a2": 1})], racks("x", "y"))) == {"a1": 2, "a2": 1}


def test_group_by_waits_for_racks_that_are_not_there() -> None:
    placement = place([work("/a", 1, 0, 3, ("rack", "GROUP_BY", "3"))], racks("x", "y"))
    assert (on(placement), placement.refused[0].detail) == ({"a1": 1, "a2": 1}, "rack GROUP_BY 3")


def test_group_by_is_held_back_by_a_rack_that_is_full() -> None:
    uneven = [host(1, cpus=9, attributes={"rack": "x"}), host(2, cpus=1, attributes={"rack": "y"})]
    assert on(place([work("/a", 1, 0, 8, ("rack", "GROUP_BY", "2"))], uneven)) == {"a1": 2, "a2": 1}


def test_a_third_rack_lets_large_tasks_go_on_that_take_the_room_of_many_small_ones() -> None:
    """So with GROUP_BY one agent more can make fewer tasks fit."""
    even = ("rack", "GROUP_BY", "3")
    works = [work("/large", 3, 0, 6, even), work("/small", 0.5, 0, 12)]
    two = racks("x", "y", cpus=6)
    three = [*two, host(3, cpus=3, attributes={"rack": "z"})]
    assert (place(works, two).placed, place(works, three).placed) == (2 + 12, 5)


@pytest.mark.parametrize(
    ("constraint", "where"),
    [
        (("rack", "LIKE", "rack-[1-2]"), {"a1", "a2"}),
        (("rack", "LIKE", "rack"), set()),  # the whole value, not a part of it
        (("rack", "LIKE", ".*"), {"a1", "a2", "a3"}),
        (("rack", "UNLIKE", "rack-[1-2]"), {"a3", "a4"}),  # what has no rack is not like any
        (("rack", "IS", "rack-2"), {"a2"}),
        (("rack", "IN", "rack-1, rack-3"), {"a1", "a3"}),
        (("hostname", "LIKE", r"10\.0\.0\.[34]"), {"a3", "a4"}),
        (("@hostname", "IS", "10.0.0.2"), {"a2"}),
        (("hostname", "CLUSTER", "10.0.0.3"), {"a3"}),
        (("rack", "unlike", "rack-1"), {"a2", "a3", "a4"}),
        (("@zone", "IS", "2"), {"a2"}),
        (("@region", "UNLIKE", "westeurope"), {"a3", "a4"}),
    ],
)
def test_where_a_constraint_allows_a_task(constraint: tuple[str, ...], where: set[str]) -> None:
    there = [
        host(1, attributes={"rack": "rack-1"}, zone="1", region="westeurope"),
        host(2, attributes={"rack": "rack-2"}, zone="2", region="westeurope"),
        host(3, attributes={"rack": "rack-3"}),
        host(4),
    ]
    alone = {one.name for one in there if place([work("/a", 1, 0, 1, constraint)], [one]).placed}
    assert alone == where


@pytest.mark.parametrize("operator", ["UNIQUE", "MAX_PER", "CLUSTER", "GROUP_BY", "LIKE", "IS", "IN"])
def test_an_agent_without_the_attribute_is_refused(operator: str) -> None:
    value = {"MAX_PER": ("5",), "LIKE": (".*",), "IS": ("x",), "IN": ("x",)}.get(operator, ())
    assert place([work("/a", 1, 0, 1, ("rack", operator, *value))], racks("")).placed == 0


@pytest.mark.parametrize(
    "constraint",
    [
        ("rack", "NEAR", "x"),
        ("rack", "LIKE", "("),
        ("rack", "UNLIKE", "("),
        ("rack", "LIKE", "(" * 5000 + ")" * 5000),
        ("rack", "LIKE", "x{99999999999}"),
        ("rack", "MAX_PER", "many"),
        ("rack",),
    ],
)
def test_what_is_not_understood_allows_nothing(constraint: tuple[str, ...]) -> None:
    refusal = place([work("/a", 1, 0, 1, constraint)], racks("x")).refused[0]
    assert (refusal.why, refusal.detail) == (Why.CONSTRAINT, " ".join(constraint))


@pytest.mark.parametrize("expression", ["([a-z0-9-]+)+!", "(a|aa)+!", "((a*)b?)*!", "(a+){9}!"])
def test_an_expression_that_could_take_for_ever_allows_nothing(expression: str) -> None:
    refused = place([work("/a", 1, 0, 1, ("rack", "LIKE", expression))], racks("a" * 60)).refused
    assert [one.why for one in refused] == [Why.CONSTRAINT]


def test_several_constraints_hold_together() -> None:
    both = work("/a", 1, 0, 9, ("hostname", "MAX_PER", "1"), ("rack", "UNLIKE", "x"))
    assert on(place([both], racks("x", "y", "y"))) == {"a2": 1, "a3": 1}
