"""Whatever is to be placed wherever: compared with the same simulation written as plainly as can be."""

from __future__ import annotations

from collections import Counter
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from shared.model.mesos import Amounts
from shared.scale.placement import Placement, grow, place
from shared.scale.room import MOST_STEPS
from shared.scale.work import Blank, Host, Work

from .placing import host, work
from .plain_placement import placed_plainly

CONSTRAINTS = st.sampled_from(
    [
        ("hostname", "UNIQUE"),
        ("hostname", "MAX_PER", "2"),
        ("hostname", "GROUP_BY"),
        ("@zone", "UNIQUE"),
        ("@zone", "GROUP_BY"),
        ("@zone", "GROUP_BY", "3"),
        ("@zone", "MAX_PER", "2"),
        ("@zone", "CLUSTER"),
        ("rack", "GROUP_BY"),
        ("rack", "LIKE", "[xy]"),
        ("rack", "UNLIKE", "x"),
        ("rack", "CLUSTER", "x"),
    ]
)
SIZES = st.builds(
    Amounts, cpus=st.sampled_from([0.1, 0.5, 1.0, 2.5]), mem_mb=st.sampled_from([0.0, 64.0, 500.0])
)
ROOMS = st.builds(
    Amounts, cpus=st.sampled_from([0.0, 0.3, 1.0, 4.0]), mem_mb=st.sampled_from([0.0, 100.0, 1000.0])
)
HOST = st.builds(
    lambda free, zone, rack, is_open: Host(
        name="", hostname="", free={"*": free}, zone=zone, attributes=rack, is_open=is_open
    ),
    ROOMS,
    st.sampled_from(["1", "2", "3", None]),
    st.sampled_from([{"rack": "x"}, {"rack": "y"}, {"rack": "z"}, {}]),
    st.sampled_from([True, True, True, False]),
)
HOSTS = st.lists(HOST, max_size=7).map(
    lambda found: [replace(one, name=f"a{i}", hostname=f"10.0.0.{i}") for i, one in enumerate(found)]
)
RUNNING = st.dictionaries(st.sampled_from(["a0", "a1", "a2"]), st.integers(1, 2), max_size=2)
WORKS = st.lists(
    st.tuples(SIZES, st.integers(1, 5), st.lists(CONSTRAINTS, max_size=2), RUNNING), max_size=5
).map(
    lambda found: [
        Work(app=f"/{i}", needs=needs, count=count, constraints=tuple(constraints), runs_on=running)
        for i, (needs, count, constraints, running) in enumerate(found)
    ]
)
BLANK = st.builds(
    lambda free, zones: Blank(free={"*": free}, zones=zones, attributes={"rack": "x"}),
    ROOMS,
    st.sampled_from([(), ("1",), ("1", "2", "3")]),
)


@settings(max_examples=80)
@given(WORKS, HOSTS)
def test_it_is_what_the_plain_simulation_says(works: list[Work], there: list[Host]) -> None:
    assert _spots(place(works, there)) == placed_plainly(works, there)


def test_it_is_so_with_more_sizes_than_the_scales_have_steps() -> None:
    random = Random(7)
    there = [host(number, random.uniform(0, 8), random.uniform(0, 9000)) for number in range(40)]
    works = [
        work(f"/{number}", random.uniform(0.1, 3), random.uniform(1, 3000))
        for number in range(3 * MOST_STEPS)
    ]
    placement = place(works, there)
    assert _spots(placement) == placed_plainly(works, there)
    assert 0 < len(placement.refused) < len(works)


@settings(max_examples=50)
@given(WORKS, HOSTS, BLANK)
def test_new_agents_are_as_if_they_had_been_there(works: list[Work], there: list[Host], one: Blank) -> None:
    placement = grow(works, there, one, most=20)
    new = [one.host(number) for number in range(placement.new)]
    assert _spots(placement) == placed_plainly(works, [*there, *new])
    assert not new or new[-1].name in {spot.host for spot in placement.spots}


@settings(max_examples=30)
@given(WORKS, HOSTS)
def test_no_agent_is_given_more_than_it_has(works: list[Work], there: list[Host]) -> None:
    needs = {work.app: work.needs for work in works}
    spots = _spots(place(works, there))
    for one in there:
        here = [(needs[app], count) for (app, host), count in spots.items() if host == one.name]
        assert one.is_open or not here
        assert sum(amounts.cpus * count for amounts, count in here) <= one.free["*"].cpus + 1e-9
        assert sum(amounts.mem_mb * count for amounts, count in here) <= one.free["*"].mem_mb


@settings(max_examples=30)
@given(WORKS, HOSTS)
def test_every_task_is_placed_or_refused(works: list[Work], there: list[Host]) -> None:
    placement = place(works, there)
    refused = Counter({one.app: one.count for one in placement.refused})
    for (app, _), count in _spots(placement).items():
        refused[app] += count
    assert refused == Counter({work.app: work.count for work in works})


@settings(max_examples=50)
@given(WORKS, HOSTS, HOST)
def test_one_more_agent_never_makes_fewer_tasks_fit(works: list[Work], there: list[Host], more: Host) -> None:
    """But for GROUP_BY, as it is written in `placement.py`."""
    plain = [work for work in works if not any("GROUP_BY" in one for one in work.constraints)]
    with_it = place(plain, [*there, replace(more, name="more", hostname="more")])
    assert with_it.placed >= place(plain, there).placed


@settings(max_examples=30)
@given(st.data(), WORKS, HOSTS)
def test_the_order_in_which_work_is_told_of_changes_nothing(
    data: st.DataObject, works: list[Work], there: list[Host]
) -> None:
    mixed = data.draw(st.permutations(works))
    assert _spots(place(mixed, there)) == _spots(place(works, there))


def _spots(placement: Placement) -> dict[tuple[str, str], int]:
    return {(spot.app, spot.host): spot.count for spot in placement.spots}
