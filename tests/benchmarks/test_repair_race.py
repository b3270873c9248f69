"""The race of repairers: what is drawn, what the witness counts, and that each model keeps to its own numbers."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from benchmarks.repair import race, traces
from benchmarks.repair.results import ALL, results, times_slower
from benchmarks.repair.site import build_site, repairer
from benchmarks.repair.systems import OURS, SYSTEMS, VMSS, VMSS_LATE
from benchmarks.repair.traces import SHARES, Blow, Kind, Trace, Verb, spread, trace
from benchmarks.repair.witness import Seen, Truth, Witness
from simulator.virtual_time import VirtualClock, run_virtual
from simulator.world.durations import Durations


def played(system: str, *blows: Blow, agents: int = 12) -> Seen:
    """What the witness saw of a repairer in a trace of these blows; times as the simulator has them."""
    one = Trace(0, Kind.DEATH, agents, 10.0, Durations(), blows)
    return run_virtual(lambda clock: race._play(SYSTEMS[system], one, clock))


def run(system: str, number: int, restored_s: float | None, kind: Kind = Kind.DEATH) -> race.Run:
    return race.Run(system, number, kind, Seen(restored_s=restored_s))


def test_a_trace_is_the_same_whoever_draws_it_and_classes_have_their_shares() -> None:
    assert trace(17) == trace(17)
    assert trace(17) != trace(117)
    assert Counter(trace(number).kind for number in range(100)) == Counter(SHARES)
    assert {trace(number).kind for number in spread(20)} == set(Kind)


def test_what_strikes_nodes_is_told_from_what_strikes_zones_and_images() -> None:
    assert Verb.EVICT in traces.ON_NODES
    assert Verb.CUT_ZONE not in traces.ON_NODES


@pytest.mark.parametrize(
    ("system", "acts_after_s"),
    [
        (VMSS, 5),
        (VMSS_LATE, 600),
        ("AKS auto-repair", 40 + 300),
        ("Cluster API MHC", 40 + 300),
        ("Karpenter repair", 40 + 1800),
    ],
)
def test_each_model_acts_on_a_dead_agent_when_its_sources_say(system: str, acts_after_s: float) -> None:
    seen = played(system, Blow(0, Verb.KILL, 4))
    assert seen.first_order_s is not None
    assert acts_after_s - 10 <= seen.first_order_s <= acts_after_s + 10
    assert seen.restored_s is not None


def test_nobody_replaces_anything_in_a_stock_cluster() -> None:
    seen = played("DC/OS 1.11 alone", Blow(0, Verb.KILL, 4))
    assert (seen.first_order_s, seen.restored_s) == (None, None)
    assert seen.node_minutes_lost == pytest.approx(120, abs=1)


def test_ours_starts_a_dead_agent_again_and_kills_no_task() -> None:
    seen = played(OURS, Blow(0, Verb.KILL, 4))
    assert seen.restored_s is not None
    assert seen.restored_s < 180
    assert (seen.tasks_killed, seen.volumes_lost, sum(seen.destroyed.values())) == (0, 0, 0)
    assert seen.tasks_down_s == 0, "tasks outlive their agent"


def test_ours_starts_machines_that_hang_again_long_before_the_masters_miss_them() -> None:
    seen = played(OURS, Blow(0, Verb.FREEZE, 4), Blow(30, Verb.FREEZE, 5), agents=20)
    assert seen.restored_s is not None
    assert seen.restored_s < 270, "the masters miss the first after 300 s, and the second 1200 s later"
    assert (sum(seen.destroyed.values()), seen.volumes_lost) == (0, 0)


def test_a_machine_that_works_and_cannot_be_reached_counts_as_cut_off() -> None:
    cut = (Blow(0, Verb.CUT_ZONE, zone="1"), Blow(900, Verb.ZONE_BACK, zone="1"))
    seen = played("Cluster API MHC", *cut)
    assert (seen.destroyed[Truth.CUT_OFF], seen.destroyed[Truth.HEALTHY]) == (4, 0)
    assert seen.tasks_killed >= 8
    assert seen.volumes_lost > 0
    assert played("Karpenter repair", *cut).destroyed == dict.fromkeys(Truth, 0)


def test_a_machine_whose_agent_is_being_started_counts_as_returning() -> None:
    seen = played(VMSS, Blow(0, Verb.KILL, 4, lasts_s=30))
    assert seen.destroyed == {**dict.fromkeys(Truth, 0), Truth.RETURNING: 1}


def test_a_machine_that_works_and_is_reached_counts_as_healthy() -> None:
    async def story(clock: VirtualClock) -> Seen:
        site = build_site(clock, Trace(0, Kind.DEATH, 6, 0.0, Durations(), (Blow(0, Verb.KILL, 1),)), "1.11")
        witness = Witness(site)
        site.replace([site.instances[0]], repairer("a test"))
        return witness.seen

    assert run_virtual(story).destroyed == {**dict.fromkeys(Truth, 0), Truth.HEALTHY: 1}


def test_a_disk_that_went_bad_has_no_data_left_to_lose() -> None:
    blows = [Blow(0, Verb.SPOIL, node) for node in range(3)]  # one of each zone; the first three have volumes
    assert played("Cluster API MHC", *blows).volumes_lost == 0
    assert played("Cluster API MHC", *(replace(blow, verb=Verb.KILL) for blow in blows)).volumes_lost == 3


def test_a_trace_that_was_left_unresolved_is_longer_than_every_other() -> None:
    runs = [run("a", number, seconds) for number, seconds in enumerate((10.0, 20.0, None, None))]
    over_all = results(runs)[0]
    assert (over_all.kind, over_all.unresolved, over_all.capacity_p50) == (ALL, 2, None)


def test_how_much_slower_others_are_is_told_by_their_medians() -> None:
    runs = [run("ours", 0, 100.0), run("theirs", 0, 350.0), run("never", 0, None)]
    assert times_slower(results(runs), "ours") == {"theirs": 3.5, "never": float("inf")}
