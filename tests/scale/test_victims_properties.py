"""Whatever runs wherever: what shrinking never does."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from shared.model.mesos import Amounts
from shared.scale.candidates import Asked, Candidate, Holds
from shared.scale.placement import place
from shared.scale.spread import Place, Spread
from shared.scale.victims import choose
from shared.scale.work import Work

from .placing import host
from .shrinking import NOW

TASKS = st.lists(
    st.tuples(
        st.sampled_from(["/a", "/b", "/c"]),
        st.sampled_from([0.5, 1.0, 2.0]),
        st.integers(1, 2),
        st.sampled_from([(), (("hostname", "UNIQUE"),), (("@zone", "MAX_PER", "2"),)]),
    ),
    max_size=2,
)


@st.composite
def pools(draw: st.DrawFn) -> Asked:
    candidates, there = [], []
    for number in range(draw(st.integers(0, 7))):
        zone, free = draw(st.sampled_from(["1", "2", None])), draw(st.sampled_from([0.0, 1.0, 4.0]))
        tasks = [
            Work(
                app=app,
                needs=Amounts(cpus),
                count=count,
                constraints=constraints,
                runs_on={f"a{number}": count},
            )
            for app, cpus, count, constraints in draw(TASKS)
        ]
        joined = bool(tasks) or draw(st.booleans())
        held = [one for one in Holds if one is not Holds.NOTHING] if tasks else [Holds.NOTHING, Holds.UNREAD]
        candidate = Candidate(
            node=f"n{number}",
            came_at=NOW - timedelta(minutes=draw(st.sampled_from([5, 60, 600]))),
            holds=draw(st.sampled_from(held)),
            host=f"a{number}" if joined else None,
            is_deactivated=draw(st.booleans()),
            tasks=tuple(tasks),
            services=draw(st.sampled_from([frozenset[str](), frozenset({"kafka"})])),
            place=Place(zone, draw(st.sampled_from([0, 1, None]))),
            kept=draw(st.sampled_from(["", "", "", "held"])),
        )
        candidates.append(candidate)
        if joined:
            there.append(host(number, cpus=free, zone=zone, is_open=not candidate.is_deactivated))
    return Asked(
        count=draw(st.integers(0, 5)),
        candidates=candidates,
        hosts=there,
        now=NOW,
        zones=draw(st.sampled_from([(), ("1", "2")])),
        serving=draw(st.integers(0, 2)),
    )


@settings(max_examples=40)
@given(pools())
def test_who_goes_may_go_and_everyone_has_a_reason(asked: Asked) -> None:
    choice = choose(asked)
    by_name = {one.node: one for one in asked.candidates}
    going = [by_name[node] for node in choice.nodes]
    assert len(going) <= asked.count
    assert sorted(one.node for one in choice.verdicts) == sorted(by_name)
    assert [one.node for one in choice.verdicts if one.is_taken] == list(choice.nodes)
    assert all(one.because and 1 <= one.rule <= 10 for one in choice.verdicts)
    for one in going:
        assert not one.kept
        assert one.holds not in {Holds.RESIDENT, Holds.UNREAD}
        assert one.came_at <= NOW - asked.protected
    assert sum("kafka" in one.services for one in going) <= 1
    served = sum(one.serves for one in asked.candidates)
    assert served - sum(one.serves for one in going) >= min(served, asked.serving)


@settings(max_examples=40)
@given(pools())
def test_all_tasks_of_who_goes_fit_on_what_is_left(asked: Asked) -> None:
    gone = {f"a{node[1:]}" for node in choose(asked).nodes}
    tasks = [work for one in asked.candidates if one.host in gone for work in one.tasks]
    left = [replace(one, is_open=one.is_open and one.name not in gone) for one in asked.hosts]
    assert place([replace(work, runs_on={}) for work in tasks], left).refused == ()


@settings(max_examples=40)
@given(pools())
def test_the_spread_is_never_worse_on_the_way(asked: Asked) -> None:
    spread = Spread.of((one.place for one in asked.candidates), asked.zones)
    places = {one.node: one.place for one in asked.candidates}
    for node in choose(asked).nodes:
        after = spread.without_one(places[node])
        assert all(now <= max(1, before) for now, before in zip(after.gaps, spread.gaps, strict=True))
        spread = after


@settings(max_examples=25)
@given(st.data(), pools())
def test_the_order_in_which_machines_are_told_of_changes_nothing(data: st.DataObject, asked: Asked) -> None:
    mixed = replace(asked, candidates=data.draw(st.permutations(list(asked.candidates))))
    assert choose(mixed) == choose(asked)
