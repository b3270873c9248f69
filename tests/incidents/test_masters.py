"""Control planes that their own caretakers brought down: one master at a time, and none when it is not known that the
others can bear it."""

from __future__ import annotations

import pytest

from shared.model.azure import Power
from tests.masters.hall import Hall, machine
from tests.watched import Crash, Tripwire

SIZES = pytest.mark.parametrize("masters", [3, 5])


@SIZES
async def test_while_somebody_resizes_the_masters_none_is_touched(masters: int) -> None:
    """To resize the masters of a DC/OS cluster restarted the whole availability set at once (Azure/acs-engine#1028).
    Here somebody else does that, and most of them are away: one more restart of ours would not help."""
    hall = Hall(masters=masters)
    await hall.after(minutes=3)
    for number in range(1, masters):
        hall.is_restarted_by_somebody(number)
    await hall.after(minutes=1)
    for number in range(1, masters):
        hall.hangs(number)
    before = len(hall.done)
    await hall.after(minutes=30)
    assert hall.done[before:] == []


@SIZES
async def test_of_two_ill_masters_the_second_waits_for_the_first(masters: int) -> None:
    """A rolling restart that was to go one by one had all servers down at the same moment (soabase/exhibitor#159,
    #166)."""
    hall = Hall(masters=masters)
    await hall.after(minutes=3)
    hall.hangs(1)
    if masters == 5:
        hall.hangs(2)
    at_once = 0
    for _ in range(80):
        await hall.after(seconds=20)
        running = [one for one in hall.machines._acts.operations.values() if not one.finished]
        at_once = max(at_once, len(running))
    assert at_once == 1
    assert hall.lost == []
    assert [what for _, what in hall.done] == [machine(1), machine(2)][: 2 if masters == 5 else 1]


async def test_a_third_member_that_never_came_is_not_made_up_for_by_a_second_one() -> None:
    """The third member of a control plane had never joined, and the remediation took one of the two that worked
    (kubernetes-sigs/cluster-api#4472, #8465)."""
    hall = Hall(masters=3)
    await hall.after(minutes=3)
    hall.is_stopped(2, Power.DEALLOCATED)
    await hall.after(minutes=5)
    hall.process_dies(1)
    await hall.after(minutes=30)
    assert hall.done == []
    assert hall.lost == []


@pytest.mark.parametrize("at", [40, 60, 80, 100])
async def test_after_a_crash_the_same_master_is_gone_on_with(at: int) -> None:
    """Between removing a member and replacing it the controller crashed, and afterwards removed another one
    (kubernetes-sigs/cluster-api#4365). Which master is worked on is written down before it is touched."""
    hall = Hall(masters=3)
    await hall.after(minutes=3)
    wire = Tripwire(at)
    hall.app, hall.forgives = hall.new_app(wire), (Crash,)
    hall.hangs(1)
    for _ in range(12):
        await hall.after(seconds=20)
    hall.restarts()
    await hall.after(minutes=30)
    assert {what for _, what in hall.done} == {machine(1)}
    assert (hall.lost, hall.wronged) == ([], [])


async def test_a_cluster_with_one_master_is_left_to_a_person() -> None:
    """No majority is left without it, so that each restart is an outage."""
    hall = Hall(masters=1)
    await hall.after(minutes=3)
    hall.hangs(0)
    await hall.after(minutes=60)
    assert hall.done == []
