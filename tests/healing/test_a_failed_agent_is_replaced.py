"""The main story: an agent fails, and the pool gets it back."""

from __future__ import annotations

import pytest

from shared.audit import verify
from shared.model.incidents import IncidentState
from shared.model.mesos import Generation
from shared.model.nodes import Condition
from shared.model.operations import OperationState
from tests.scene import POOL, Scene


async def test_a_deleted_instance_is_replaced_after_its_event() -> None:
    scene = Scene(agents=4)
    await scene.sweeps()
    lost = scene.agent_of(2)
    await scene.hears(scene.machine_is_deleted(2))
    assert scene.capacity == 4, "the growth is ordered within the same turn"
    assert scene.scheduler.gone == {lost}
    await scene.after(minutes=5)
    assert scene.connected == 4
    assert scene.running_tasks == 8
    assert scene.destroyed == []
    assert await scene.open_incidents() == {}
    (incident,) = await scene.closed_incidents()
    assert incident.state is IncidentState.RESOLVED
    assert incident.condition is Condition.GONE
    assert incident.signals[0].node == scene.name(2)


@pytest.mark.parametrize("generation", list(Generation))
async def test_an_evicted_instance_is_replaced_before_the_masters_have_missed_its_agent(
    generation: Generation,
) -> None:
    scene = Scene(agents=4, generation=generation)
    await scene.after(minutes=2)
    lost = scene.agent_of(2)
    scene.compute.lose(POOL, "2")
    assert scene.scheduler.agents[lost].active, "no connection was closed, the masters count on it"
    await scene.hears(scene.event(2, "Delete", "delete"))
    assert scene.capacity == 4, "the growth is ordered within the same turn"
    assert lost not in scene.scheduler.agents
    await scene.after(minutes=5)
    assert scene.connected == 4
    assert scene.running_tasks == 8
    assert await scene.open_incidents() == {}


async def test_what_azure_lists_no_more_and_has_not_told_of_is_left_while_its_agent_is_connected() -> None:
    scene = Scene(agents=4)
    await scene.sweeps()
    scene.compute.lose(POOL, "2")
    await scene.after(minutes=10)
    assert scene.ordered == []
    assert scene.connected == 4


async def test_a_deallocated_instance_is_destroyed_and_replaced_by_the_sweep_alone() -> None:
    scene = Scene(agents=4)
    await scene.sweeps()
    scene.machine_is_deallocated(1)
    await scene.after(minutes=6)
    assert scene.destroyed == ["1"]
    assert scene.connected == 4
    assert "1" not in scene.listed
    assert await scene.open_incidents() == {}


async def test_an_unreachable_agent_is_replaced_after_it_is_confirmed() -> None:
    scene = Scene(agents=4)
    await scene.sweeps()
    scene.agent_dies(3)
    await scene.sweeps()
    await scene.after(seconds=40)
    assert scene.destroyed == [], "45 s have to pass before anything is done"
    await scene.after(minutes=7)
    assert scene.destroyed == ["3"]
    assert scene.connected == 4
    assert scene.running_tasks == 8
    assert [one.outcome for one in await scene.closed_operations()] == ["all 2 tasks that it had run again"]


async def test_older_masters_get_machine_down_and_up_again() -> None:
    scene = Scene(agents=4, generation=Generation.MAINTENANCE)
    await scene.sweeps()
    lost = scene.agent_of(0)
    await scene.hears(scene.machine_is_deleted(0))
    assert lost not in scene.scheduler.agents
    assert scene.scheduler.down == set()
    await scene.after(minutes=5)
    assert scene.connected == 4


async def test_our_own_echoes_and_late_duplicates_open_nothing() -> None:
    scene = Scene(agents=4)
    await scene.sweeps()
    event = scene.machine_is_deleted(2)
    await scene.hears(event)
    await scene.hears(scene.event(None, "Write", "write", by="00000000-0000-0000-0000-00000000A9B1"))
    await scene.hears(event)
    await scene.after(minutes=5)
    await scene.hears(event)
    await scene.hears(scene.event(2, "Delete", "delete", by="somebody"))
    await scene.after(minutes=5)
    assert len(await scene.closed_incidents()) == 1
    assert len(await scene.closed_operations()) == 1
    assert await scene.open_incidents() == {}


async def test_the_audit_tells_the_story_in_order_and_its_chain_holds() -> None:
    scene = Scene(agents=4)
    await scene.sweeps()
    await scene.hears(scene.machine_is_deleted(2))
    await scene.after(minutes=5)
    entries = await scene.audit()
    assert verify(entries, "") == ()
    told = [entry.record.text.split(":")[0] for entry in entries if entry.record.subject == scene.name(2)]
    steps = [
        one
        for one in told
        if one in {"prove_dead", "destroy", "prove_gone", "tell_scheduler", "grow", "await_join", "verify"}
    ]
    assert steps == ["prove_dead", "destroy", "prove_gone", "tell_scheduler", "grow", "await_join", "verify"]
    assert told[0] == "event_grid says vm_deleted"
    assert told[-1] == "operation done"


@pytest.mark.parametrize("apart_s", [20, 90, 200])
async def test_a_second_agent_that_is_lost_meanwhile_does_not_keep_the_first_repair_open(
    apart_s: float,
) -> None:
    """Its tasks do not run until it is repaired, and it is not repaired before the first one's place is free."""
    scene = Scene(agents=10)
    await scene.sweeps()
    await scene.hears(scene.machine_is_deleted(1))
    await scene.after(seconds=apart_s)
    await scene.hears(scene.machine_is_deleted(2))
    await scene.after(minutes=15)
    assert {one.state for one in await scene.closed_operations()} == {OperationState.DONE}
    assert (scene.connected, scene.running_tasks, await scene.open_incidents()) == (10, 20, {})
