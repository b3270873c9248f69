"""What changes between the decision and the irreversible step is seen, and obeyed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from shared.errors import PoolkeeperError, Retry, Unknown
from shared.model.operations import OperationState
from shared.model.overrides import Override, OverrideKind
from shared.operate.steps.destroy import DESTROYING
from shared.ports.store import Table
from shared.records import override_row
from tests.scene import Scene
from tests.watched import Call, Crash

THROTTLED = Retry("Azure is throttling", timedelta(seconds=20))


async def about_to_destroy(agents: int = 6) -> Scene:
    """Agent 1 was proved dead, and Azure throttled just before its machine was to be destroyed."""
    scene = Scene(agents=agents)
    await scene.sweeps()
    scene.agent_dies(1)
    await scene.sweeps()
    scene.compute.faults.next("instance", THROTTLED)
    await scene.after(seconds=50)
    (operation,) = await scene.running()
    assert (operation.step, scene.destroyed) == ("destroy", [])
    return scene


async def test_a_node_that_recovers_before_the_decision_is_carried_out_is_left_alone() -> None:
    scene = Scene(agents=4)
    await scene.sweeps()
    scene.agent_dies(1)
    await scene.sweeps()

    async def recovers_when_the_operation_begins(call: Call) -> Any:
        answer = await call.go()
        if call.name == "store.write" and call.args[0] is Table.OPERATIONS and scene.dead:
            scene.agent_comes_back(1)
        return answer

    scene.app = scene.new_app(recovers_when_the_operation_begins)
    await scene.after(minutes=3)
    assert scene.destroyed == []
    (operation,) = await scene.closed_operations()
    assert operation.state is OperationState.WITHDRAWN
    (incident,) = await scene.closed_incidents()
    assert incident.outcome == "it came back by itself"


async def test_what_was_withdrawn_before_anything_was_done_uses_up_nothing_of_the_day() -> None:
    """Who cannot see well begins again and again; until evening the ledger would refuse what has to be done."""
    scene = await about_to_destroy()
    assert len((await scene.ledger()).started) == 1
    scene.agent_comes_back(1)
    await scene.after(minutes=3)
    assert [one.state for one in await scene.closed_operations()] == [OperationState.WITHDRAWN]
    assert (await scene.ledger()).started == ()
    scene.agent_dies(2)
    await scene.after(minutes=10)
    assert (scene.destroyed, len((await scene.ledger()).started)) == (["2"], 1)


async def test_a_node_that_recovers_just_before_it_would_be_destroyed_is_left_alone() -> None:
    scene = await about_to_destroy()
    tasks = scene.running_tasks
    scene.agent_comes_back(1)
    await scene.after(minutes=3)
    assert scene.destroyed == []
    assert scene.running_tasks >= tasks
    (operation,) = await scene.closed_operations()
    assert operation.state is OperationState.WITHDRAWN
    assert operation.outcome.startswith("it is healthy now")
    (incident,) = await scene.closed_incidents()
    assert incident.outcome == "it came back by itself"
    assert (await scene.ledger()).active == ()


async def test_a_node_that_was_back_as_another_agent_and_died_again_is_decided_about_anew() -> None:
    """What was decided is about an agent that is no more, and about what that one held."""
    scene = await about_to_destroy()
    first = scene.agent_of(1)
    scene.agent_joins(scene.scheduler.agents[first].address)
    second = scene.agent_of(1)
    await scene.sweeps()
    scene.agent_dies(1)
    await scene.after(minutes=15)
    assert (scene.destroyed, scene.scheduler.gone - {first}) == (["1"], {second})
    last = max(await scene.closed_operations(), key=lambda one: one.created_at)
    assert (last.subject.agent_id, scene.connected) == (second, 6)


@pytest.mark.parametrize("where", ["store.write", "compute.instance"])
async def test_a_worker_that_slept_between_asking_and_ordering_looks_again(where: str) -> None:
    """Its lease is still good, but what it has seen is more than a minute old, and the agent is back."""
    scene = await about_to_destroy()
    slept: list[str] = []

    async def sleeps_before_the_order(call: Call) -> Any:
        is_noted = call.name == "store.write" and DESTROYING.encode() in (call.args[2].body or b"")
        if (is_noted or call.name == "compute.instance") and call.name == where and not slept:
            slept.append(call.name)
            scene.clock.advance(timedelta(seconds=70))
            scene.agent_comes_back(1)
        return await call.go()

    scene.app = scene.new_app(sleeps_before_the_order)
    await scene.after(minutes=5)
    assert (slept, scene.destroyed) == ([where], [])
    assert await scene.open_incidents() == {}


async def test_a_storm_that_begins_before_the_destruction_stops_it() -> None:
    scene = await about_to_destroy()
    scene.agent_dies(2)
    scene.agent_dies(3)
    await scene.after(minutes=5)
    assert scene.destroyed == []
    (operation,) = await scene.closed_operations()
    assert operation.outcome == "refused by storm (storm_now)"
    assert set(await scene.open_incidents()) == {scene.name(1), scene.name(2), scene.name(3)}
    assert (await scene.ledger()).active == ()


@pytest.mark.parametrize("silence", [Scene.masters_fall_silent, Scene.azure_falls_silent])
async def test_a_reading_that_fails_before_the_destruction_stops_it(silence: Any) -> None:
    scene = await about_to_destroy()
    silence(scene)
    await scene.after(minutes=5)
    assert scene.destroyed == []
    assert (await scene.closed_operations())[0].state is OperationState.WITHDRAWN
    scene.all_answer_again()
    await scene.after(minutes=6)
    assert (scene.destroyed, scene.connected) == (["1"], 6)
    assert await scene.open_incidents() == {}


async def test_a_policy_that_is_changed_to_observe_stops_the_destruction() -> None:
    scene = await about_to_destroy()
    scene.policy = scene.policy.replace("mode: enforce", "mode: observe")
    await scene.after(minutes=5)
    assert scene.destroyed == []
    (operation,) = await scene.closed_operations()
    assert operation.outcome == "refused by mode (mode_observe)"
    refusals = [line for line in await scene.said() if "mode_observe" in line]
    assert refusals


async def test_mesos_is_told_only_when_the_masters_can_be_read() -> None:
    scene = Scene(agents=4)
    await scene.sweeps()
    lost = scene.agent_of(1)

    async def masters_fail_after_the_destruction(call: Call) -> Any:
        answer = await call.go()
        if call.name == "compute.destroy":
            scene.masters_fall_silent()
        return answer

    scene.app = scene.new_app(masters_fail_after_the_destruction)
    scene.machine_is_deallocated(1)
    await scene.after(minutes=5)
    assert (scene.destroyed, scene.scheduler.gone, scene.ordered) == (["1"], set(), [])
    (operation,) = await scene.running()
    assert operation.step == "tell_scheduler"
    scene.all_answer_again()
    await scene.after(minutes=5)
    assert (scene.scheduler.gone, scene.ordered, scene.connected) == ({lost}, [1], 4)
    assert scene.destroyed == ["1"]


@pytest.mark.parametrize(("mode", "reason"), [("observe", "mode_observe"), ("propose", "approval_awaited")])
async def test_a_policy_that_is_changed_before_the_pool_grows_stops_the_growth(
    mode: str, reason: str
) -> None:
    scene = Scene(agents=6)
    await scene.sweeps()
    scene.compute.faults.next("set_capacity", THROTTLED)
    await scene.hears(scene.machine_is_deleted(1))
    (operation,) = await scene.running()
    assert operation.step == "grow"
    enforced = scene.policy
    scene.policy = enforced.replace("mode: enforce", f"mode: {mode}")
    await scene.after(minutes=10)
    assert (scene.ordered, scene.capacity) == ([], 5)
    assert any(reason in line for line in await scene.said())
    scene.policy = enforced
    await scene.after(minutes=5)
    assert (scene.ordered, scene.connected, await scene.open_incidents()) == ([1], 6, {})


async def test_a_pause_while_a_growth_is_under_way_stops_the_pool_from_being_grown_once_more() -> None:
    """Azure says that the growth is over and lists one machine fewer than it has, so that it is to be ordered again."""
    scene = Scene(agents=6)
    await scene.sweeps()
    orders: list[str] = []

    async def one_is_left_out(call: Call) -> Any:
        answer = await call.go()
        if call.name == "compute.set_capacity":
            orders.append(f"{call.args[1]}")
            await scene.reader.overrides.put("prod", override_row(pause), pause, "*")
        return answer[1:] if call.name == "compute.instances" and orders else answer

    pause = Override(OverrideKind.PAUSE, "", "somebody", "to have a look", scene.clock.now(), None)
    scene.app = scene.new_app(one_is_left_out)
    await scene.hears(scene.machine_is_deleted(1))
    await scene.after(minutes=10)
    assert orders == ["6"]
    assert any("paused_cluster" in line for line in await scene.said())


async def test_a_pause_that_is_said_after_the_guards_were_asked_stops_the_order() -> None:
    """Between the asking and the order the operation is written down, which may take a while."""
    scene = Scene(agents=6)
    await scene.sweeps()
    said = False

    async def paused_just_before(call: Call) -> Any:
        nonlocal said
        is_row = call.name == "store.write" and call.args[0] is Table.OPERATIONS and not said
        if is_row and b'"step":"grow"' in (call.args[2].body or b""):
            said = True
            await scene.reader.overrides.put("prod", override_row(pause), pause, None)
        return await call.go()

    pause = Override(OverrideKind.PAUSE, "", "somebody", "to have a look", scene.clock.now(), None)
    scene.app = scene.new_app(paused_just_before)
    await scene.hears(scene.machine_is_deleted(1))
    await scene.after(minutes=10)
    assert (said, scene.ordered) == (True, [])
    assert any("somebody has said pause meanwhile" in line for line in await scene.said())
    await scene.reader.overrides.put(
        "prod", override_row(pause), replace(pause, until=scene.clock.now()), "*"
    )
    await scene.after(minutes=10)
    assert (scene.ordered, scene.connected, await scene.open_incidents()) == ([1], 6, {})


async def test_a_place_is_kept_while_nobody_knows_whether_the_machine_was_destroyed() -> None:
    """The process dies with the order given and its answer not written down, and the masters fall silent. Without the
    place one more node would be taken away beside it."""
    scene = Scene(agents=6)
    await scene.sweeps()

    async def dies_with_the_answer(call: Call) -> Any:
        answer = await call.go()
        if call.name == "compute.destroy":
            scene.masters_fall_silent()
            raise Crash("it is gone")
        return answer

    scene.forgives = (Crash,)
    scene.app = scene.new_app(dies_with_the_answer)
    scene.agent_dies(1)
    await scene.after(minutes=3)
    assert scene.destroyed == ["1"]
    scene.restarts()
    await scene.after(minutes=10)
    assert [one.step for one in await scene.running()] == ["destroy"]
    assert len((await scene.ledger()).active) == 1
    scene.all_answer_again()
    await scene.after(minutes=15)
    assert (scene.destroyed, scene.connected, await scene.open_incidents()) == (["1"], 6, {})


async def test_nothing_is_destroyed_without_a_place_in_the_ledger() -> None:
    """It was being withdrawn, and the answer to giving its place back got lost. Then all is quiet again."""
    scene = await about_to_destroy()
    scene.forgives = (PoolkeeperError,)
    lost: list[str] = []
    placed: list[bool] = []

    async def loses_one_answer(call: Call) -> Any:
        if call.name == "compute.destroy":
            placed.append(bool((await scene.ledger()).active))
        answer = await call.go()
        if call.name == "store.write" and call.args[0] is Table.LEDGER and not lost:
            lost.append(call.name)
            scene.all_answer_again()
            raise Unknown("the connection was closed")
        return answer

    scene.app = scene.new_app(loses_one_answer)
    scene.masters_fall_silent()
    await scene.after(minutes=10)
    assert (lost, placed, scene.destroyed, scene.connected) == (["store.write"], [True], ["1"], 6)
    assert (await scene.ledger()).active == ()
