"""What was handed over goes on by itself when what stopped it is gone, and that is told; nothing else takes up what a
person was called for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.errors import Refused
from shared.model.incidents import IncidentState
from tests.incidents.stage import Stage
from tests.masters.hall import VMS, Hall, machine
from tests.news.readers import Readers
from tests.scene import SET, Scene

LOCKED = Refused("azure", "locked", {})


async def taken_up(scene: Scene) -> list[str]:
    return [line for line in await scene.said() if "taken up again" in line]


async def with_a_lock(stage: Stage, verb: str = "destroy") -> None:
    """A dead agent whose machine may not be touched; somebody was called."""
    await stage.sweeps()
    stage.compute.faults.always(verb, LOCKED)
    stage.agent_dies(2)
    await stage.after(minutes=35)
    (incident,) = (await stage.open_incidents()).values()
    assert incident.state is IncidentState.HANDED_OVER


@pytest.mark.parametrize("reason", ["locked", "not_authorized", "disallowed_by_policy"])
async def test_a_repair_that_azure_refused_is_tried_again_when_the_reason_is_gone(reason: str) -> None:
    stage = Stage(agents=6)
    await stage.sweeps()
    stage.compute.faults.always("destroy", Refused("azure", reason, {}))
    stage.agent_dies(2)
    await stage.after(minutes=35)
    assert stage.connected == 5
    stage.compute.faults.clear()
    await stage.after(minutes=20)
    assert (stage.connected, await stage.open_incidents()) == (6, {})
    assert len(await taken_up(stage)) == 1


async def test_a_refusal_that_stays_is_tried_less_and_less_often_and_paged_once() -> None:
    scene = Scene(agents=6)
    readers = Readers(scene)
    await readers.after(minutes=2)
    scene.compute.faults.always("destroy", LOCKED)
    scene.agent_dies(2)
    for _ in range(10):
        await scene.after(minutes=30)
        await readers.look()
    assert 2 <= len(await taken_up(scene)) <= 3
    assert [told.title for told in readers.notifier.told] == [f"prod: {SET}_2 needs a person"]
    assert "then it is tried again" in readers.notifier.told[0].text
    assert (scene.destroyed, scene.wronged) == ([], [])


async def test_what_azure_refuses_for_good_is_not_tried_again() -> None:
    stage = Stage(agents=6)
    await stage.sweeps()
    stage.compute.faults.always("destroy", Refused("azure", "request_rejected", {}))
    stage.agent_dies(2)
    await stage.after(minutes=90)
    assert await taken_up(stage) == []


async def test_a_machine_that_a_person_gives_up_by_hand_is_a_new_case_and_is_replaced() -> None:
    """What docs/runbooks.md says to do about a machine that was handed over and is still there."""
    stage = Stage(agents=6)
    await stage.sweeps()
    stage.compute.faults.always("destroy", Refused("azure", "request_rejected", {}))
    stage.agent_dies(2)
    await stage.after(minutes=35)
    (incident,) = (await stage.open_incidents()).values()
    assert incident.state is IncidentState.HANDED_OVER
    await stage.hears(stage.machine_is_deleted(2))
    await stage.after(minutes=20)
    assert (stage.connected, stage.destroyed, await stage.open_incidents()) == (6, [], {})
    assert (await stage.ledger()).active == ()


async def test_a_rung_that_was_refused_is_tried_again_and_one_that_did_not_help_is_not() -> None:
    stage = Stage(agents=6, more="repair: {ladder: [restart, redeploy]}")
    stage.cured_by = frozenset({"redeploy"})
    await with_a_lock(stage, "redeploy")
    stage.compute.faults.clear()
    await stage.after(minutes=30)
    assert (stage.connected, await stage.open_incidents()) == (6, {})
    assert (len(stage.ordered_to("restart")), stage.destroyed) == (1, [])


async def test_a_handed_over_node_is_helped_when_the_policy_gains_a_rung_that_could_help() -> None:
    stage = Stage(agents=6, more="repair: {ladder: [restart]}")
    stage.cured_by = frozenset()
    await stage.sweeps()
    stage.agent_dies(2)
    await stage.after(minutes=60)
    (incident,) = (await stage.open_incidents()).values()
    assert incident.state is IncidentState.HANDED_OVER
    stage.policy = stage.policy.replace("ladder: [restart]", "ladder: [restart, replace]")
    await stage.after(minutes=15)
    assert (stage.connected, stage.destroyed, await stage.open_incidents()) == (6, ["2"], {})
    assert len(stage.ordered_to("restart")) == 1


async def test_a_policy_that_gains_a_rung_that_cannot_help_changes_nothing() -> None:
    stage = Stage(agents=6, more="repair: {ladder: [restart]}")
    await stage.sweeps()
    stage.machine_is_deallocated(2)
    await stage.after(minutes=20)
    stage.policy = stage.policy.replace("ladder: [restart]", "ladder: [restart, redeploy]")
    await stage.after(minutes=60)
    assert (await taken_up(stage), stage.orders) == ([], [])


async def test_a_machine_that_a_person_looks_after_is_left_alone() -> None:
    """The last rung did not help. Whatever changes with time alone is no reason to start anew under their hands."""
    stage = Stage(agents=6, more="repair: {ladder: [restart]}")
    stage.cured_by = frozenset()
    await stage.sweeps()
    stage.agent_dies(2)
    await stage.after(minutes=60)
    stage.sleeps(minutes=26 * 60)
    await stage.after(minutes=30)
    assert (len(stage.ordered_to("restart")), await taken_up(stage)) == (1, [])


async def test_a_deletion_that_hung_and_ended_later_by_itself_is_made_up_for() -> None:
    stage = Stage(agents=6, takes_s=5 * 3600)
    await stage.sweeps()
    stage.agent_dies(2)
    await stage.after(minutes=120)
    (incident,) = (await stage.open_incidents()).values()
    assert incident.state is IncidentState.HANDED_OVER
    stage.compute.takes = timedelta(seconds=20)
    await stage.after(minutes=4 * 60)
    assert (stage.destroyed, stage.capacity, stage.connected) == (["2"], 6, 6)
    assert await stage.open_incidents() == {}


async def test_a_master_that_azure_did_not_allow_to_be_restarted_is_helped_later() -> None:
    hall = Hall(policy=f"{{vms: {VMS}, repair: {{ladder: [restart]}}}}")
    await hall.sweeps()
    hall.machines.faults.always("restart", LOCKED)
    hall.hangs(1)
    await hall.after(minutes=10)
    assert hall.done == []
    hall.machines.faults.clear()
    await hall.after(minutes=20)
    assert (hall.done, hall.lost) == ([("restart", machine(1))], [])
    assert await hall.open_incidents() == {}
