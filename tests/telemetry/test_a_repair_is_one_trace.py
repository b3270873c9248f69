"""A repair, from its first signal to its last step, as whoever watches the app sees it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.errors import Retry
from shared.ports.telemetry import Span
from shared.telemetry.measures import BY_NAME, Kind
from shared.telemetry.traces import trace_id
from tests.scene import Scene

STEPS = ("prove_dead", "destroy", "prove_gone", "tell_scheduler", "grow", "await_join", "verify")


async def repaired(scene: Scene) -> None:
    """Somebody deletes a machine, and the pool gets it back."""
    await scene.sweeps()
    await scene.hears(scene.machine_is_deleted(2))
    await scene.after(minutes=10)
    assert await scene.open_incidents() == {}


def spans_of(scene: Scene) -> dict[str, Span]:
    return {span.name: span for span in scene.telemetry.told_spans}


async def test_everything_from_the_signal_to_the_last_step_is_in_one_trace() -> None:
    scene = Scene(agents=4)
    await repaired(scene)
    (incident,) = await scene.closed_incidents()
    spans = spans_of(scene)
    assert {span.trace for span in spans.values()} == {trace_id("prod", incident.id)}
    assert set(STEPS) <= spans.keys()
    assert {"incident", "heard", "decided", "replace", "event_grid vm_deleted"} <= spans.keys()


async def test_each_span_lies_within_its_parent() -> None:
    scene = Scene(agents=4)
    await repaired(scene)
    told = scene.telemetry.told_spans
    by_id = {span.id: span for span in told}
    assert [span.name for span in told if span.parent is None] == ["incident"]
    for span in told:
        if span.parent is not None:
            parent = by_id[span.parent]
            assert parent.begins <= span.begins <= span.ends <= parent.ends, (span.name, parent.name)


async def test_the_steps_are_told_as_they_are_done_and_the_whole_when_it_is_over() -> None:
    scene = Scene(agents=4)
    await scene.sweeps()
    await scene.hears(scene.machine_is_deleted(2))
    spans = spans_of(scene)
    assert "tell_scheduler" in spans
    assert "incident" not in spans
    await scene.after(minutes=10)
    assert "incident" in spans_of(scene)


async def test_a_restart_of_the_app_goes_on_with_the_same_trace() -> None:
    scene = Scene(agents=4)
    await scene.sweeps()
    await scene.hears(scene.machine_is_deleted(2))
    scene.restarts()
    await scene.after(minutes=10)
    assert len({span.trace for span in scene.telemetry.told_spans}) == 1
    ids = [span.id for span in scene.telemetry.told_spans]
    assert len(ids) == len(set(ids))


async def test_the_seven_parts_add_up_to_the_time_of_the_repair() -> None:
    scene = Scene(agents=4)
    await repaired(scene)
    whole = scene.telemetry.last("poolkeeper.repair.time", pool="private", remedy="replace")
    parts = {
        str(point.facts["part"]): point.value
        for point in scene.telemetry.told_points
        if point.of == "poolkeeper.repair.part"
    }
    assert list(parts) == ["heard", "decided", "drained", "ordered", "booted", "joined", "back"]
    assert sum(parts.values()) == pytest.approx(whole)
    root = spans_of(scene)["incident"]
    assert root.ends - root.begins == pytest.approx(timedelta(seconds=whole), abs=timedelta(seconds=1))
    assert parts["booted"] >= 20, "Azure takes twenty seconds for an order"
    assert parts["joined"] >= 90, "the machine boots for two minutes"


async def test_what_a_pool_has_and_what_the_ledger_holds_is_told_with_each_pass() -> None:
    scene = Scene(agents=4)
    await scene.sweeps()
    telemetry = scene.telemetry
    assert telemetry.last("poolkeeper.nodes", pool="private", condition="healthy") == 4
    assert telemetry.last("poolkeeper.pool.wanted", pool="private") == 4
    assert telemetry.last("poolkeeper.ledger.used", over="now") == 0
    await scene.hears(scene.machine_is_deleted(2))
    await scene.after(seconds=70)
    assert telemetry.last("poolkeeper.ledger.used", over="hour") == 1
    assert telemetry.last("poolkeeper.ledger.limit", over="hour") == 6


async def test_what_could_not_be_read_is_not_told_as_zero() -> None:
    scene = Scene(agents=4)
    scene.compute.faults.always("instances", Retry("Azure is busy", timedelta(seconds=1)))
    await scene.sweeps()
    with pytest.raises(LookupError):
        scene.telemetry.last("poolkeeper.pool.had")
    assert scene.telemetry.sum("poolkeeper.passes", woken_by="sweep") == 1


async def test_signals_incidents_and_refusals_are_counted_once_each() -> None:
    scene = Scene(agents=4, more="disruption: {at_once: 1}")
    await scene.sweeps()
    await scene.hears(scene.machine_is_deleted(1))
    await scene.hears(scene.machine_is_deleted(2))
    await scene.after(minutes=2)
    telemetry = scene.telemetry
    assert telemetry.sum("poolkeeper.signals", source="event_grid", kind="vm_deleted") == 2
    assert telemetry.sum("poolkeeper.incidents.opened", condition="gone") == 2
    assert telemetry.sum("poolkeeper.refusals", guard="storm") == 2, "for each of the two"


async def test_every_number_is_in_the_list_with_the_facts_that_it_says() -> None:
    scene = Scene(agents=4)
    await repaired(scene)
    for point in scene.telemetry.told_points:
        measure = BY_NAME[point.of]
        assert set(point.facts) == set(measure.facts), point
        assert measure.kind is not Kind.COUNT or point.value >= 0
