"""Scaling by load as it stands in a policy file: what is followed, how fast, and who goes."""

from __future__ import annotations

import textwrap
from datetime import timedelta

import pytest

from shared.policy.faults import Fault, PolicyError
from shared.policy.load import load
from shared.policy.scaling import (
    Age,
    Aim,
    Allocated,
    Constant,
    Foresight,
    Metric,
    Pace,
    Resource,
    Scaling,
    Thin,
    Waiting,
)
from shared.policy.share import Share
from tests.policy.texts import with_pool

SIGNALS = (
    "{of: cpu, setpoint: 60%, margin: 5%}, {of: waiting}, {of: thin, below: 30%},"
    " {metric: queue.depth, per_node: 12.5}, {nodes: 4}"
)


def scaling_of(text: str) -> Scaling | None:
    (cluster,) = load(text, "policy.yaml").clusters
    return cluster.pools[0].scaling


def fault_of(written: str) -> Fault:
    with pytest.raises(PolicyError) as raised:
        load(with_pool(f"scaling: {written}"), "policy.yaml")
    (fault,) = raised.value.faults
    return fault


def test_a_pool_follows_several_signals_at_a_time() -> None:
    scaling = scaling_of(with_pool(f"scaling: {{signals: [{SIGNALS}]}}"))
    assert scaling == Scaling(
        signals=(
            Allocated(Resource.CPU, Aim(0.6, 0.05)),
            Waiting(),
            Thin(0.3),
            Metric("queue.depth", 12.5, 0.1),
            Constant(4),
        )
    )


def test_how_fast_and_who_goes_can_be_said() -> None:
    written = (
        "{window: 30m, grow_after: 1m, grow_pause: 2m, shrink_pause: 10m, jump: none, drop: 50%,"
        " step_up: 10, step_down: 20%, goes_first: oldest, protect_new: 1h, serving: 2}"
    )
    assert scaling_of(with_pool(f"scaling: {written}")) == Scaling(
        pace=Pace(
            window=timedelta(minutes=30),
            grow_after=timedelta(minutes=1),
            grow_pause=timedelta(minutes=2),
            shrink_pause=timedelta(minutes=10),
            jump=None,
            drop=Share(50, True),
            step_up=Share(10, False),
            step_down=Share(20, True),
        ),
        age=Age.OLDEST,
        protect_new=timedelta(hours=1),
        serving=2,
    )


def test_what_is_written_nowhere_is_not_followed() -> None:
    assert scaling_of(with_pool("mode: observe")) is None


LAYERED = textwrap.dedent("""\
    defaults:
      scaling: {signals: [{of: cpu}], window: 40m, serving: 3}
    """)


def test_a_pool_takes_what_it_does_not_say_itself_from_the_defaults() -> None:
    scaling = scaling_of(LAYERED + with_pool("scaling: {window: 30m}"))
    assert scaling == Scaling(
        signals=(Allocated(Resource.CPU),), pace=Pace(window=timedelta(minutes=30)), serving=3
    )


def test_a_pool_can_say_that_it_follows_nothing() -> None:
    scaling = scaling_of(LAYERED + with_pool("scaling: {signals: none}"))
    assert scaling is not None
    assert scaling.signals == ()


def test_a_forecast_is_written_with_what_differs_from_its_defaults() -> None:
    scaling = scaling_of(
        with_pool("scaling: {signals: [{of: cpu}], forecast: {weeks: 2, zone: Europe/London, trusted: 10%}}")
    )
    assert scaling is not None
    assert scaling.forecast == Foresight(weeks=2, zone="Europe/London", trusted=0.1)


def test_the_closest_forecast_counts_as_a_whole_and_can_be_taken_away() -> None:
    outer = LAYERED.replace("serving: 3", "forecast: {weeks: 5}")
    for written, expected in (
        ("{forecast: {}}", Foresight()),
        ("{forecast: none}", None),
        ("{}", Foresight(weeks=5)),
    ):
        scaling = scaling_of(outer + with_pool(f"scaling: {written}"))
        assert scaling is not None
        assert scaling.forecast == expected


@pytest.mark.parametrize(
    ("written", "path", "found"),
    [
        ("{forecast: yes}", ".forecast", "'yes'"),
        ("{forecast: {weeks: 1}}", ".forecast.weeks", "'1'"),
        ("{forecast: {weeks: 6}}", ".forecast.weeks", "'6'"),
        ("{forecast: {zone: Europe/Londn}}", ".forecast.zone", "'Europe/Londn'"),
        ("{forecast: {trusted: 0%}}", ".forecast.trusted", "'0%'"),
        ("{forecast: {week: 2}}", ".forecast.week", "the key 'week'"),
        ("{signals: []}", ".signals", "a list of 0"),
        ("{signals: cpu}", ".signals", "'cpu'"),
        ("{signals: [cpu]}", ".signals[0]", "'cpu'"),
        ("{signals: [{setpoint: 70%}]}", ".signals[0]", "a signal of nothing"),
        ("{signals: [{of: cpu, nodes: 3}]}", ".signals[0]", "of and nodes"),
        ("{signals: [{of: cpus}]}", ".signals[0].of", "'cpus'"),
        ("{signals: [{of: cpu, setpoint: 0.7}]}", ".signals[0].setpoint", "'0.7'"),
        ("{signals: [{of: cpu, setpoint: 0%}]}", ".signals[0].setpoint", "'0%'"),
        ("{signals: [{of: cpu, setpoint: 96%}]}", ".signals[0].setpoint", "a margin of 10% around 96%"),
        ("{signals: [{of: cpu, margin: 70%}]}", ".signals[0].margin", "a margin of 70% around 70%"),
        ("{signals: [{of: waiting, margin: 5%}]}", ".signals[0].margin", "margin beside of"),
        ("{signals: [{of: thin, setpoint: 5%}]}", ".signals[0].setpoint", "setpoint beside of"),
        ("{signals: [{of: cpu, below: 5%}]}", ".signals[0].below", "below beside of"),
        ("{signals: [{of: thin, below: 91%}]}", ".signals[0].below", "'91%'"),
        (
            "{signals: [{of: thin}, {of: thin, below: 9%}]}",
            ".signals[1]",
            "thin, which is on line 11 already",
        ),
        ("{signals: [{metric: a}]}", ".signals[0].per_node", "no such key"),
        ("{signals: [{metric: a, per_node: 0}]}", ".signals[0].per_node", "'0'"),
        ("{signals: [{metric: a, per_node: 1, margin: 100%}]}", ".signals[0].margin", "'100%'"),
        (
            "{signals: [{metric: a, per_node: 1, setpoint: 5%}]}",
            ".signals[0].setpoint",
            "setpoint beside metric",
        ),
        ("{signals: [{metric: '', per_node: 1}]}", ".signals[0].metric", "''"),
        ("{signals: [{nodes: 0}]}", ".signals[0].nodes", "'0'"),
        ("{signals: [{of: cpu}, {of: cpu}]}", ".signals[1]", "cpu, which is on line 11 already"),
        ("{window: 20}", ".window", "'20'"),
        ("{step_up: 0}", ".step_up", "'0'"),
        ("{goes_first: newest}", ".goes_first", "'newest'"),
        ("{serving: 1001}", ".serving", "'1001'"),
        ("{windows: 20m}", ".windows", "the key 'windows'"),
        ("none", "", "'none'"),
    ],
)
def test_what_can_not_be_meant_is_told_at_its_place(written: str, path: str, found: str) -> None:
    fault = fault_of(written)
    assert (fault.path, fault.found) == (f"clusters.prod.pools.private.scaling{path}", found)
    assert fault.line == 11


def test_a_fraction_is_told_as_the_part_that_was_meant() -> None:
    fault = fault_of("{signals: [{of: cpu, setpoint: 0.7}]}")
    assert (fault.allowed, fault.hint) == ("a part from 1% to 100%", "did you mean 70%?")
