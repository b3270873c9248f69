"""Who goes when a pool shrinks: a test for each numbered rule of `shared/scale/victims.py`."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from shared.policy.scaling import Age
from shared.scale.candidates import Candidate, Holds
from shared.scale.spread import Place

from .placing import host, hosts, work
from .shrinking import DAY, NOW, machine, pool, shrink, why


def test_1_what_somebody_keeps_stays() -> None:
    choice = shrink([machine(1, kept="held by ann"), machine(2)], 2)
    assert choice.nodes == ("n2",)
    assert why(choice, 1) == (1, "victim_kept")
    assert choice.verdicts[-1].because == "held by ann"


def test_2_what_could_not_be_read_is_not_taken_for_empty() -> None:
    choice = shrink([machine(1, Holds.UNREAD)])
    assert (choice.nodes, why(choice, 1)) == ((), (2, "victim_unread"))


def test_3_what_came_just_now_stays() -> None:
    new = machine(1, came_at=NOW - timedelta(minutes=29))
    assert why(shrink([new]), 1) == (3, "victim_new")
    assert shrink([new], protected=timedelta(minutes=29)).nodes == ("n1",)
    assert why(shrink([replace(new, host=None)]), 1) == (3, "victim_new")


def test_4_data_that_nobody_has_elsewhere_stays() -> None:
    choice = shrink([machine(1, Holds.RESIDENT, work("/db"))], 1, hosts=hosts(9))
    assert (choice.nodes, why(choice, 1)) == ((), (4, "victim_resident"))


def test_5_who_holds_least_goes_first() -> None:
    one_by_one = [
        machine(1, Holds.STATEFUL, work("/kafka")),
        machine(2, Holds.SINGLE, work("/only")),
        machine(3, Holds.MOVABLE, work("/web"), work("/api")),
        machine(4, Holds.MOVABLE, work("/web")),
        machine(5),
        machine(6, Holds.MOVABLE, work("/web"), is_deactivated=True),
        machine(7, host=None),
    ]
    choice = shrink(one_by_one, 7, hosts=hosts(20))
    assert choice.nodes == ("n7", "n6", "n5", "n4", "n3", "n2", "n1")
    assert why(choice, 7) == (5, "victim_taken")


def test_5_a_deactivated_machine_with_a_stateful_member_is_no_easy_victim() -> None:
    stateful = machine(1, Holds.STATEFUL, work("/kafka"), is_deactivated=True)
    assert shrink([stateful, machine(2, Holds.SINGLE, work("/only"))]).nodes == ("n2",)


def test_5_of_equals_one_of_the_crowded_place_goes() -> None:
    zones = ["1", "2", "2", "2", "1", "3"]
    candidates = [machine(number, place=Place(zone)) for number, zone in enumerate(zones, 1)]
    assert shrink(candidates, 3).nodes == ("n2", "n1", "n3")
    racks = [Place(None, 0), Place(None, 0), *[Place(None, 1)] * 3, Place(None, 2)]
    assert shrink([machine(number, place=one) for number, one in enumerate(racks, 1)]).nodes == ("n3",)


@pytest.mark.parametrize(("age", "first"), [(Age.YOUNGEST, "n2"), (Age.OLDEST, "n3")])
def test_5_then_the_youngest_or_the_oldest_goes(age: Age, first: str) -> None:
    days = {1: 2, 2: 1, 3: 3}
    candidates = [machine(number, came_at=NOW - DAY * old) for number, old in days.items()]
    assert shrink(candidates, age=age).nodes == (first,)


def test_6_as_many_serve_as_the_load_balancer_needs() -> None:
    choice = shrink([*pool(3), machine(4, host=None), machine(5, is_deactivated=True)], 5, serving=2)
    assert choice.nodes == ("n4", "n5", "n1")
    assert why(choice, 2) == (6, "victim_serving")


def test_7_the_spread_does_not_become_worse() -> None:
    places = [Place("1")] * 3 + [Place("2")]
    crowded = [
        machine(number, Holds.MOVABLE, work("/web"), place=place)
        for number, place in enumerate(places[:3], 1)
    ]
    sparse = machine(4, place=places[3])
    assert shrink([*crowded, sparse]).nodes == ("n1",)
    assert why(shrink([*crowded, sparse]), 4) == (7, "victim_spread")


def test_7_who_may_not_go_for_the_spread_is_asked_again_when_another_has_gone() -> None:
    places = [Place("1")] * 3 + [Place("2")]
    candidates = [
        machine(number, Holds.MOVABLE, work("/web"), place=one) for number, one in enumerate(places, 1)
    ]
    candidates[3] = machine(4, place=Place("2"))
    assert shrink(candidates, 3, hosts=hosts(9)).nodes == ("n1", "n2", "n4")


def test_7_a_zone_without_machines_is_one_of_the_pool() -> None:
    """With it the pool is uneven already, and one of the second zone makes it no worse."""
    first = [machine(number, place=Place("1"), kept="held") for number in (1, 2, 3)]
    second = [machine(number, place=Place("2")) for number in (4, 5)]
    assert shrink([*first, *second]).nodes == ()
    assert shrink([*first, *second], zones=("1", "2", "3")).nodes == ("n4",)


def test_8_a_service_loses_one_member_at_a_time() -> None:
    members = [
        machine(number, Holds.STATEFUL, work(f"/pod-{number}"), services=frozenset({"kafka"}))
        for number in (1, 2)
    ]
    choice = shrink(members, 2, hosts=hosts(9))
    assert (choice.nodes, why(choice, 2)) == (("n1",), (8, "victim_service"))


def test_9_what_can_not_run_elsewhere_is_not_emptied() -> None:
    full = [machine(1, None, work("/large", 3)), machine(2, None, work("/small", 1, count=2))]
    there = [host(1, cpus=1), host(2, cpus=2)]
    choice = shrink(full, 2, hosts=there)
    assert (choice.nodes, why(choice, 1)) == ((), (9, "victim_no_room"))
    assert choice.verdicts[0].because == "1 of /large: cpus"
    assert shrink(full, 2, hosts=[host(1, cpus=2), host(2, cpus=2)]).nodes == ("n2",)


def test_9_the_tasks_of_all_that_go_need_room_together() -> None:
    three = [machine(number, None, work(f"/{number}", 2)) for number in (1, 2, 3)]
    assert shrink(three, 3, hosts=hosts(3, cpus=3)).nodes == ("n1",)
    assert shrink(three, 3, hosts=hosts(3, cpus=4)).nodes == ("n1", "n2")


def test_9_a_constraint_can_keep_a_machine() -> None:
    unique = ("hostname", "UNIQUE")
    both = {"a1": 1, "a2": 1}
    web = [machine(number, None, work("/web", 1, 0, 1, unique, runs_on=both)) for number in (1, 2)]
    choice = shrink(web)
    assert (choice.nodes, choice.verdicts[0].because) == ((), "1 of /web: constraint (hostname UNIQUE)")
    assert shrink([*web, machine(3)]).nodes == ("n3",)
    assert shrink([*web, machine(3, kept="held")]).nodes == ("n1",)


def test_9_tasks_that_go_stand_in_the_way_of_no_constraint() -> None:
    """The application may have one in each rack, and both racks go on with what is left of them."""
    there = [host(number, attributes={"rack": rack}) for number, rack in enumerate("xyxy", 1)]
    unique, running = ("rack", "UNIQUE"), {"a1": 1, "a2": 1}
    web = [machine(number, None, work("/web", 1, 0, 1, unique, runs_on=running)) for number in (1, 2)]
    rest = [machine(3, kept="held"), machine(4, kept="held")]
    assert shrink([*web, *rest], 2, hosts=there).nodes == ("n1", "n2")


def test_9_where_nothing_fits_it_is_not_tried_without_end() -> None:
    full = [machine(number, None, work(f"/{number}")) for number in range(1, 41)]
    choice = shrink(full, hosts=[host(number, cpus=0) for number in range(1, 41)])
    assert choice.nodes == ()
    assert sum(one.because.startswith("not tried") for one in choice.verdicts) == 10


def test_10_no_more_go_than_were_asked_for() -> None:
    choice = shrink(pool(3), 2)
    assert (choice.nodes, why(choice, 3)) == (("n1", "n2"), (10, "victim_enough"))


@pytest.mark.parametrize("count", [0, -3])
def test_10_nobody_goes_when_none_is_to_go(count: int) -> None:
    choice = shrink(pool(2), count)
    assert (choice.nodes, [one.reason for one in choice.verdicts]) == ((), ["victim_enough"] * 2)


def test_a_pool_without_machines_has_nobody_to_take() -> None:
    nobody: list[Candidate] = []
    assert shrink(nobody, 3).verdicts == ()
