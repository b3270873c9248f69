"""The race of autoscalers: what is drawn, what is counted, and that the model keeps to its own numbers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from benchmarks.peers.clusterman import Clusterman
from benchmarks.scale.least import least_flips
from benchmarks.scale.ours import BEGUN, Past, spared
from benchmarks.scale.pool import Machine, Pool
from benchmarks.scale.race import ASKED, OURS, RULES, SETPOINT, WAITING, Run, run, together
from benchmarks.scale.traces import CURVES, Minute, Trace, trace
from benchmarks.scale.verdict import at_waste, verdicts
from shared.model.readings import Value
from shared.scale.load import Demand

QUIET = Minute((), ())


def steady(*sizes: int, minutes: int = 60) -> Trace:
    """So many tasks of so many half cores, all at the first minute, and nothing else."""
    first = Minute(tuple(enumerate(sizes, 1)), ())
    return Trace("steady", (first, *[QUIET] * (minutes - 1)), (sum(sizes) / 2,) * minutes)


def pool(size: int, *sizes: int) -> Pool:
    found = Pool(steady(*sizes), size)
    found.live(0, found.trace.minutes[0])
    return found


def after(rule: Clusterman, over: Pool, minutes: int) -> int:
    """The machines that are there so much later."""
    for minute in range(1, minutes + 1):
        over.live(minute, QUIET)
        rule.look()
    return len(over.machines)


@pytest.mark.parametrize("name", [name for name in CURVES if name != "month end"])
def test_tasks_amount_to_the_curve_at_every_minute(name: str) -> None:
    drawn, alive = trace(name), dict[int, int]()
    for minute, cores in zip(drawn.minutes, drawn.cores, strict=True):
        for number in minute.end:
            del alive[number]
        alive.update(minute.begin)
        assert 0 <= sum(alive.values()) / 2 - cores < 4
    assert trace(name) == drawn
    assert trace(name, 2) != drawn


def test_what_has_no_room_waits_and_is_counted_until_machines_have_booted() -> None:
    over = pool(1, *[4] * 6)
    over.count(1)
    assert sum(over.waiting.values()) == 8
    over.order(1)
    for minute in range(1, 7):
        over.live(minute, QUIET)
        over.count(2)
    assert over.account.unmet_core_h == pytest.approx(5 * 4 / 60)
    assert over.account.machine_h == pytest.approx((1 + 2 * 6) / 60)
    assert over.account.joined == [1, 1, 1, 1, 1, 2, 2]


def test_tasks_of_a_machine_that_ends_move_or_are_without_a_home() -> None:
    over = pool(3, *[8] * 4)
    full = max(over.machines, key=lambda one: one.used)
    over.remove([full])
    assert (over.account.stopped, over.account.homeless) == (len(full.tasks), 0)
    over.remove([over.machines[0]])
    assert over.account.homeless == 2


def test_ours_takes_no_machine_whose_tasks_have_no_room() -> None:
    over = pool(3, 8, 8, 8)
    roomy = spared(over, 2)
    over.remove(roomy)
    assert (len(roomy), over.account.homeless) == (1, 0)
    assert spared(over, 1) == []


def test_ours_gives_up_machines_that_boot_first() -> None:
    over = pool(2, 8)
    over.order(1)
    assert spared(over, 1) == [over.machines[-1]]


def test_clusterman_goes_to_the_setpoint_once_in_ten_minutes() -> None:
    over = pool(10, *[8] * 18)
    rule = Clusterman(over, 0.7, knows_waiting=False)
    assert after(rule, over, 4) == 10
    assert after(rule, over, 5) == 13  # 72 cores of 80 are used: 9 / 0.7 = 12.9


def test_clusterman_leaves_a_target_alone_that_is_less_than_a_tenth_off() -> None:
    over = pool(10, *[8] * 15)  # 7.5 / 0.7 = 10.7
    assert after(Clusterman(over, 0.7, knows_waiting=False), over, 30) == 10


def test_clusterman_shrinks_at_once_and_kills_what_runs_there() -> None:
    over = pool(10, *[4] * 10)
    assert after(Clusterman(over, 0.7, knows_waiting=False), over, 5) == 4  # 2.5 / 0.7 = 3.6


def test_clusterman_sees_what_waits_only_if_it_is_told() -> None:
    sizes = [8] * 40  # 160 cores, of which ten machines hold 80
    unaware, told = pool(10, *sizes), pool(10, *sizes)
    assert after(Clusterman(unaware, 0.7, knows_waiting=False), unaware, 5) == 15
    assert after(Clusterman(told, 0.7, knows_waiting=True), told, 5) == 29


def test_a_steady_load_is_followed_by_all_without_anything_waiting() -> None:
    load = steady(*[4] * 40, minutes=120)
    for rule in RULES:
        found = run(rule, load)
        assert (found.unmet, found.flips) == (0, 0)


def ran(rule: str, waste: float, unmet: float, setpoint: float = SETPOINT, flips: float = 4) -> Run:
    return Run(rule, "noise", setpoint, unmet, waste, 9, flips, 0, 0, 1)


def test_the_means_of_draws_are_told() -> None:
    found = together([ran(OURS, 10, 4), ran(OURS, 20, 8), ran(OURS, 1, 1, 0.8)])
    assert [(one.setpoint, one.waste, one.unmet) for one in found] == [(SETPOINT, 15, 6), (0.8, 1, 1)]


def test_who_wins_is_told_at_the_waste_of_ours() -> None:
    theirs = [ran(WAITING, 10, 20, 0.9, 9), ran(WAITING, 20, 10, flips=9), ran(WAITING, 40, 0, 0.5, 9)]
    assert [at_waste(theirs, waste) for waste in (10, 15, 30, 41)] == [20, 15, 5, None]
    (won,) = verdicts([ran(OURS, 30, 5.4), ran(OURS, 15, 14, 0.8), ran(OURS, 99, 9, 0.5), *theirs])
    assert (won.theirs, won.compared, won.lost, won.is_met, won.is_calm) == (5, 2, 0, True, True)
    (beaten,) = verdicts([ran(OURS, 30, 5.6, flips=5), *theirs])
    assert (beaten.lost, beaten.is_met, beaten.is_calm) == (1, False, False)


def test_two_peaks_are_followed_with_three_turns_or_with_waste() -> None:
    cores = ([8.0] * 60 + [80.0] * 60) * 2
    assert least_flips(cores, 72) == 0  # up, and there it stays: nine machines too many for an hour
    assert least_flips(cores, 71) == 2
    assert least_flips(cores, 0) == 2
    assert least_flips([*cores, *[8.0] * 60], 0) == 3


def test_who_keeps_room_free_needs_waste_for_it() -> None:
    cores = [8.0] * 60 + [80.0] * 60 + [8.0] * 60
    assert least_flips(cores, 47, most_used=0.8) == 1
    assert least_flips(cores, 20, most_used=0.8) is None


def test_flips_are_told_at_the_waste_of_ours_and_beside_the_least() -> None:
    ours = replace(ran(OURS, 15, 1, flips=6), least_flips=2.0, least_kept=5.0)
    (found,) = verdicts([ours, ran(WAITING, 10, 20, 0.9, 12), ran(WAITING, 20, 10, flips=8)])
    assert (found.flips_at_waste, found.least_flips, found.least_kept) == (10, 2, 5)
    assert (found.is_calm, found.is_possible) == (False, False)


def test_a_forecast_knows_the_weeks_before_a_trace() -> None:
    drawn = trace("diurnal")
    assert len(drawn.before) == 3 * len(drawn.cores)
    unmoved = Value(Demand("cpu", 18, 17, 21, ""), "mesos", BEGUN)
    over = Past(drawn, 0.7).foreseen([unmoved], BEGUN + timedelta(minutes=15))
    assert [one.value.of for one in over if isinstance(one, Value)] == ["forecast"]


def test_every_rule_is_asked_at_the_setpoint_at_which_they_are_shown() -> None:
    assert all(SETPOINT in ASKED[rule] for rule in RULES)


def test_machines_are_told_apart_even_if_they_hold_the_same() -> None:
    assert Machine(0) != Machine(0)
