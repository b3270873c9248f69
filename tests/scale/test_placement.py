"""Simulated placement: what fits where, and what is short where it does not."""

from __future__ import annotations

import pytest

from shared.model.mesos import Amounts
from shared.scale.placement import grow, place
from shared.scale.work import PUBLIC, Why, Work

from .placing import blank, host, hosts, on, refused, work


def test_the_largest_task_is_placed_first() -> None:
    placement = place([work("/small", 1, count=4), work("/large", 3)], [host(1), host(2, cpus=3)])
    assert on(placement, "/large") == {"a1": 1}
    assert on(placement, "/small") == {"a1": 1, "a2": 3}


def test_what_few_ask_for_counts_as_large() -> None:
    works = [work("/cores", 2, count=5), Work(app="/disk", needs=Amounts(0.1, disk_mb=10))]
    placement = place(works, [host(1, cpus=2, disk=10), host(2, cpus=8)])
    assert (on(placement, "/disk"), on(placement, "/cores")) == ({"a1": 1}, {"a2": 4})
    assert [spot.app for spot in placement.spots] == [
        "/cores",
        "/disk",
    ]  # told in the order in which it was given


def test_tasks_of_one_size_are_placed_by_the_names_of_their_applications() -> None:
    placement = place([work("/b"), work("/a")], [host(1, cpus=1), host(2, cpus=1)])
    assert (on(placement, "/a"), on(placement, "/b")) == ({"a1": 1}, {"a2": 1})


def test_tenths_of_cores_add_up_exactly() -> None:
    placement = place([work("/a", 0.1, count=10)], [host(1, cpus=1.0)])
    assert placement.placed == 10


def test_a_task_needs_everything_on_one_agent() -> None:
    placement = place([work("/a", 2, 6000)], [host(1, cpus=4, mem=2000), host(2, cpus=1, mem=8000)])
    assert refused(placement) == {"/a": "1 of /a: cpus"}
    assert placement.refused[0].short == {Why.CPUS: 1, Why.MEMORY: 1}


def test_the_resource_is_named_that_most_agents_are_short_of() -> None:
    short = [host(1, cpus=4, mem=100), host(2, cpus=4, mem=100), host(3, cpus=0.5)]
    refusal = place([work("/a", 1, 1000)], short).refused[0]
    assert (refusal.why, refusal.short) == (Why.MEMORY, {Why.MEMORY: 2, Why.CPUS: 1})


@pytest.mark.parametrize(
    ("task", "why"),
    [
        (Work(app="/a", needs=Amounts(disk_mb=10)), Why.DISK),
        (Work(app="/a", needs=Amounts(gpus=1)), Why.GPUS),
        (Work(app="/a", needs=Amounts(cpus=1), ports=3), Why.PORTS),
        (Work(app="/a", needs=Amounts(cpus=1), roles=("kafka",)), Why.ROLE),
    ],
)
def test_what_is_short_has_a_name(task: Work, why: Why) -> None:
    assert place([task], [host(1, ports=2)]).refused[0].why is why


def test_ports_are_used_up_like_everything_else() -> None:
    placement = place([work("/a", 0.1, count=5, ports=2)], [host(1, ports=5)])
    assert (placement.placed, placement.refused[0].why) == (2, Why.PORTS)


def test_an_agent_that_is_not_open_takes_nothing() -> None:
    assert on(place([work("/a")], [host(1, is_open=False), host(2)])) == {"a2": 1}
    assert place([work("/a")], [host(1, is_open=False)]).refused[0].why is Why.CLOSED


def test_without_agents_nothing_fits() -> None:
    assert place([work("/a")], []).refused[0].why is Why.CLOSED
    assert place([], []).spots == ()


def test_what_is_reserved_for_public_agents_is_for_those_who_accept_it() -> None:
    public = host(1, free={PUBLIC: Amounts(4, 8000)})
    assert place([work("/private")], [public]).refused[0].why is Why.ROLE
    assert on(place([work("/lb", roles=(PUBLIC,))], [public, host(2)])) == {"a1": 1}


def test_who_accepts_several_roles_may_use_them_together() -> None:
    mixed = host(1, free={PUBLIC: Amounts(1, 1000), "*": Amounts(1, 1000)})
    both = work("/both", 1.5, 10, roles=("*", PUBLIC))
    assert on(place([both], [mixed])) == {"a1": 1}
    assert on(place([both, work("/any", 0.5, 10)], [mixed])) == {"a1": 2}  # the reserved part is used first
    assert place([both, work("/any", 0.6, 10)], [mixed]).refused[0].why is Why.CPUS


def test_gpus_are_kept_for_those_who_need_them() -> None:
    with_gpus = [host(1, gpus=2), host(2, gpus=0)]
    needs_one = Work(app="/train", needs=Amounts(1, gpus=1))
    placement = place([work("/web", 4, count=2), needs_one], with_gpus)
    assert (on(placement, "/web"), on(placement, "/train")) == ({"a2": 1}, {"a1": 1})
    assert place([work("/web")], with_gpus[:1]).refused[0].why is Why.GPUS_KEPT
    assert on(place([work("/web")], with_gpus[:1], gpus_are_kept=False)) == {"a1": 1}


def test_as_many_new_agents_as_the_rest_needs() -> None:
    placement = grow([work("/a", 2, count=7)], hosts(1), blank(cpus=4))
    assert (placement.new, placement.refused) == (3, ())
    assert on(placement) == {"a1": 2, "new-1": 2, "new-2": 2, "new-3": 1}


def test_no_agent_is_asked_for_what_fits_on_those_that_are_there() -> None:
    assert grow([work("/a", 2, count=2)], hosts(1), blank()).new == 0


def test_no_agent_is_asked_for_what_would_not_fit_an_empty_one() -> None:
    placement = grow([work("/huge", 64), work("/a", 3, count=2)], [], blank(cpus=4))
    assert placement.new == 2
    assert refused(placement) == {"/huge": "1 of /huge: cpus"}


def test_agents_are_not_asked_for_beyond_the_most_there_may_be() -> None:
    placement = grow([work("/a", 4, count=5)], [], blank(cpus=4), most=2)
    assert (placement.new, refused(placement)) == (2, {"/a": "3 of /a: most"})
    nothing = grow([work("/a", 4)], [], blank(cpus=4), most=0)
    assert (nothing.new, nothing.refused[0].why) == (0, Why.MOST)


def test_blank_agents_among_the_hosts_are_not_asked_for_again() -> None:
    booting = [blank().host(number, f"ordered-{number}") for number in range(2)]
    assert grow([work("/a", 4, count=3)], booting, blank()).new == 1


def test_every_zone_is_opened_for_a_task_that_wants_one_of_them() -> None:
    in_three = blank(zones=("1", "2", "3"))
    placement = grow([work("/a", 1, 0, 1, ("@zone", "IS", "3"))], [], in_three)
    assert (placement.new, on(placement)) == (3, {"new-3": 1})
    elsewhere = grow([work("/a", 1, 0, 1, ("@zone", "IS", "4"))], [], in_three)
    assert (elsewhere.new, refused(elsewhere)) == (0, {"/a": "1 of /a: constraint (@zone IS 4)"})


def test_more_agents_do_not_help_where_every_zone_has_its_task() -> None:
    unique = work("/a", 1, 0, 4, ("@zone", "UNIQUE"))
    placement = grow([unique], [], blank(zones=("1", "2")))
    assert (placement.new, placement.placed) == (2, 2)
    assert refused(placement) == {"/a": "2 of /a: constraint (@zone UNIQUE)"}


def test_a_smaller_task_that_frees_the_way_lets_the_larger_in() -> None:
    even, running = ("rack", "GROUP_BY"), {"a1": 1, "a2": 1}
    racks = [host(1, cpus=8, attributes={"rack": "1"}), host(2, cpus=1, attributes={"rack": "2"})]
    large, small = work("/a", 2, 0, 2, even, runs_on=running), work("/a", 1, 0, 1, even, runs_on=running)
    assert place([large], racks).placed == 1
    assert on(place([large, small], racks)) == {"a1": 2, "a2": 1}
