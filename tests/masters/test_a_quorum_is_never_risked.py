"""What would cost the quorum, or might, is not done; and who must look is said."""

from __future__ import annotations

import pytest

from shared.errors import Retry
from shared.model.azure import Power
from shared.model.incidents import IncidentState
from tests.masters.hall import VMS, Hall, address, machine


@pytest.mark.parametrize(("masters", "ill"), [(3, 2), (5, 3)])
async def test_when_too_many_are_ill_none_is_touched(masters: int, ill: int) -> None:
    hall = Hall(masters=masters)
    await hall.sweeps()
    for number in range(1, ill + 1):
        hall.hangs(number)
    await hall.after(minutes=30)
    assert hall.done == []
    assert "quorum_lost" in " ".join([await hall.held_because(number) for number in range(1, ill + 1)])
    assert (await hall.open_incidents())["(masters quorum)"].state is IncidentState.HANDED_OVER
    await hall.after(minutes=40)
    assert "(masters held)" not in await hall.open_incidents(), "it was said once"
    for number in range(1, ill + 1):
        hall.recovers(number)
    await hall.after(minutes=2)
    assert await hall.open_incidents() == {}


async def test_a_person_is_called_when_another_master_stands_in_the_way_for_an_hour() -> None:
    hall = Hall(masters=5)
    await hall.sweeps()
    hall.hangs(3)
    hall.machines.hang_operation()
    hall.is_restarted_by_somebody(1)
    await hall.after(minutes=62)
    assert hall.done == []
    held = (await hall.open_incidents())["(masters held)"]
    assert (held.state, f"quorum_moves {address(1)}" in held.outcome) == (IncidentState.HANDED_OVER, True)


async def test_without_the_names_of_their_machines_masters_are_judged_and_never_touched() -> None:
    hall = Hall(policy="")
    hall.machines.faults.always("machines", AssertionError("nobody may read them"))
    await hall.sweeps()
    hall.hangs(1)
    await hall.after(minutes=10)
    assert hall.done == []
    incident = await hall.incident(1)
    assert incident is not None
    assert (incident.state, "masters.vms" in incident.outcome) == (IncidentState.HANDED_OVER, True)


async def test_azure_is_not_asked_about_machines_of_masters_that_are_well() -> None:
    hall = Hall()
    hall.machines.faults.always("machines", AssertionError("nobody may read them"))
    await hall.after(minutes=5)
    assert await hall.open_incidents() == {}


async def test_somebody_who_boots_them_one_after_the_other_is_left_alone() -> None:
    """Azure/acs-engine#1028: a resize of the masters' machines, which ours must not add a third to."""
    hall = Hall(masters=5, takes_s=240)
    await hall.sweeps()
    hall.hangs(3)
    for number in (1, 2):
        hall.is_restarted_by_somebody(number)
        await hall.after(minutes=3)
        assert hall.done == []
        assert "quorum_moves" in await hall.held_because(3)
    await hall.after(minutes=12)
    assert hall.done == [("restart", machine(3))]
    assert await hall.open_incidents() == {}


async def test_what_somebody_stopped_is_not_started_and_a_person_is_called() -> None:
    hall = Hall()
    await hall.sweeps()
    hall.is_stopped(1, Power.DEALLOCATED)
    await hall.hears_of(1, "deallocate")
    await hall.after(minutes=12)
    assert hall.done == []
    incident = await hall.incident(1)
    assert incident is not None
    assert incident.state is IncidentState.HANDED_OVER


async def test_when_exhibitor_hangs_nobody_is_known_to_serve() -> None:
    hall = Hall()
    await hall.sweeps()
    hall.hangs(1)
    hall.council.exhibitor_hangs = True
    await hall.after(minutes=10)
    assert hall.done == []
    hall.council.exhibitor_hangs = False
    await hall.after(minutes=6)
    assert hall.done == [("restart", machine(1))]


async def test_while_azure_cannot_be_read_nothing_is_done() -> None:
    hall = Hall()
    await hall.sweeps()
    hall.machines.faults.always("machines", Retry("Azure answers 503", hall.boot))
    hall.hangs(1)
    await hall.after(minutes=10)
    assert hall.done == []
    hall.machines.faults.clear()
    await hall.after(minutes=6)
    assert hall.done == [("restart", machine(1))]


async def test_when_nobody_answers_it_is_us() -> None:
    hall = Hall()
    await hall.sweeps()
    for number in range(3):
        hall.hangs(number)
    await hall.after(minutes=10)
    open_incidents = await hall.open_incidents()
    assert (hall.done, set(open_incidents)) == ([], {"(masters unseen)"})
    assert open_incidents["(masters unseen)"].state is IncidentState.OPEN
    await hall.after(minutes=7)
    assert (await hall.open_incidents())["(masters unseen)"].state is IncidentState.HANDED_OVER
    assert hall.done == []


async def test_a_person_is_called_when_nobody_tells_who_serves_for_a_quarter_of_an_hour() -> None:
    hall = Hall()
    await hall.sweeps()
    hall.council.exhibitor_hangs = True
    await hall.after(minutes=17)
    unseen = (await hall.open_incidents())["(masters unseen)"]
    assert (unseen.state, "ensemble" in unseen.outcome) == (IncidentState.HANDED_OVER, True)
    hall.council.exhibitor_hangs = False
    await hall.after(minutes=2)
    assert (hall.done, await hall.open_incidents()) == ([], {})


async def test_a_person_is_called_for_a_silent_cluster_of_one_master() -> None:
    hall = Hall(masters=1)
    await hall.sweeps()
    hall.hangs(0)
    hall.scheduler.faults.always("state", Retry("no master answers", hall.boot))
    await hall.after(minutes=17)
    assert hall.done == []
    assert (await hall.open_incidents())["(cluster)"].state is IncidentState.HANDED_OVER


@pytest.mark.parametrize("subject", ["", "(masters)", address(1)])
async def test_a_pause_is_obeyed_at_the_last_moment(subject: str) -> None:
    hall = Hall()
    await hall.sweeps()
    hall.hangs(1)
    await hall.after(seconds=59)
    await hall.pauses(subject)
    await hall.after(minutes=10)
    assert hall.done == []


async def test_a_mode_that_proposes_asks_before_every_remedy() -> None:
    hall = Hall(mode="propose")
    await hall.sweeps()
    hall.hangs(1)
    await hall.after(minutes=5)
    assert hall.done == []
    await hall.approves("restart")
    await hall.after(minutes=5)
    assert hall.done == [("restart", machine(1))]


async def test_another_machine_of_the_same_name_is_not_touched() -> None:
    hall = Hall()
    await hall.sweeps()
    hall.hangs(1)
    await hall.after(seconds=90)
    hall.machines.lose(machine(1))
    hall.machines.add_machine(machine(1), "172.16.0.99")
    await hall.after(minutes=3)
    assert hall.done == []
    incident = await hall.incident(1)
    assert incident is not None
    assert (incident.state, VMS in incident.outcome) == (IncidentState.HANDED_OVER, True)


async def test_masters_that_are_taken_out_of_the_policy_are_left_as_they_are() -> None:
    hall = Hall()
    await hall.sweeps()
    hall.hangs(1)
    await hall.after(minutes=2)
    hall.policy = hall.policy.replace("masters: {vms", "masters: {repair: {ladder: [restart]}} #")
    await hall.after(minutes=10)
    assert hall.done in ([], [("restart", machine(1))])
    assert all(
        one.notes.get("waiting") == "pool (masters) is not in the policy" for one in await hall.running()
    )
