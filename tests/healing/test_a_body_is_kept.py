"""Where the policy says so, a failed machine is kept for somebody to look at, instead of being destroyed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from shared.errors import Refused
from shared.model.azure import Power
from tests.cli.typed import asked, words_of
from tests.scene import POOL, Scene
from tests.watched import Crash, Tripwire

KEEP = "repair: {keep_body: 2h}"


async def with_a_body(more: str = KEEP) -> Scene:
    scene = Scene(agents=6, more=more)
    await scene.after(minutes=2)
    scene.agent_dies(2)
    await scene.after(minutes=8)
    return scene


def instances(scene: Scene) -> dict[str, Power]:
    return {id: one.power for id, one in scene.compute._pools[POOL].instances.items()}


async def test_it_is_powered_off_and_protected_and_the_pool_is_whole_without_it() -> None:
    scene = await with_a_body()
    assert scene.destroyed == []
    assert instances(scene)["2"] is Power.STOPPED
    assert scene.compute._pools[POOL].instances["2"].is_protected_from_set_actions
    assert list(instances(scene).values()).count(Power.RUNNING) == 6
    assert await scene.open_incidents() == {}
    ledger = await scene.ledger()
    assert (ledger.wanted, len(ledger.bodies), ledger.active) == (6, 1, ())
    (operation,) = await scene.closed_operations()
    assert operation.state.value == "done"


async def test_nothing_more_is_done_while_it_is_kept() -> None:
    scene = await with_a_body()
    await scene.after(minutes=60)
    assert (scene.ordered, scene.destroyed) == ([1], [])
    assert await scene.open_incidents() == {}
    assert (await scene.ledger()).wanted == 6


async def test_when_its_time_is_over_it_is_destroyed_and_forgotten() -> None:
    scene = await with_a_body()
    await scene.after(minutes=110)
    await scene.app.housekeep()
    assert scene.destroyed == []
    await scene.after(minutes=10)
    await scene.app.housekeep()
    assert scene.destroyed == ["2"]
    await scene.after(minutes=10)
    await scene.app.housekeep()
    ledger = await scene.ledger()
    assert (ledger.wanted, ledger.bodies, scene.ordered) == (6, (), [1])
    assert len(instances(scene)) == 6


async def test_while_it_is_being_destroyed_no_other_machine_seems_to_be_missing() -> None:
    scene = await with_a_body()
    await scene.after(minutes=125)
    usual, scene.compute.takes = scene.compute.takes, timedelta(minutes=10)
    await scene.app.housekeep()
    scene.compute.takes = usual
    await scene.after(minutes=2)
    assert await scene.open_incidents() == {}
    scene.agent_dies(4)
    await scene.after(minutes=3)
    assert scene.destroyed == ["2", "4"]
    assert (await scene.ledger()).wanted == 6


async def test_one_that_somebody_has_started_is_left_and_told_once() -> None:
    scene = await with_a_body()
    there = scene.compute._pools[POOL].instances
    there["2"] = replace(there["2"], power=Power.RUNNING)
    await scene.after(minutes=125)
    for _ in range(3):
        await scene.app.housekeep()
    assert scene.destroyed == []
    left = [text for text in await scene.said() if "is left: it is running" in text]
    assert len(left) == 1
    assert "somebody may be looking at it" in words_of(await asked(scene, "bodies"))


async def test_a_pause_keeps_it_for_longer() -> None:
    scene = await with_a_body()
    await asked(scene, "pause", "private", "--why", "we are still looking")
    await scene.after(minutes=125)
    await scene.app.housekeep()
    assert scene.destroyed == []
    assert any("is left: refused by pause (paused_pool)" in text for text in await scene.said())
    await asked(scene, "resume", "private")
    await scene.app.housekeep()
    assert scene.destroyed == ["2"]


async def test_another_machine_under_its_number_is_never_touched() -> None:
    scene = await with_a_body()
    there = scene.compute._pools[POOL].instances
    there["2"] = replace(there["2"], vm_id="another")
    await scene.after(minutes=125)
    await scene.app.housekeep()
    assert scene.destroyed == []
    assert (await scene.ledger()).bodies == ()


async def test_no_more_than_the_policy_says_are_kept() -> None:
    scene = await with_a_body()
    scene.agent_dies(3)
    await scene.after(minutes=8)
    assert scene.destroyed == ["3"]
    assert [body.instance_id for body in (await scene.ledger()).bodies] == ["2"]


async def test_a_node_that_fails_while_a_body_is_kept_is_replaced_as_always() -> None:
    scene = await with_a_body()
    await scene.hears(scene.machine_is_deleted(4))
    await scene.after(minutes=8)
    assert list(instances(scene).values()).count(Power.RUNNING) == 6
    assert (await scene.ledger()).wanted == 6


async def test_one_that_cannot_be_powered_off_is_destroyed_after_all() -> None:
    scene = Scene(agents=6, more=KEEP)
    await scene.after(minutes=2)
    scene.compute.faults.always("power_off", Refused("azure", "no", {}))
    scene.agent_dies(2)
    await scene.after(minutes=8)
    assert scene.destroyed == ["2"]
    assert (await scene.ledger()).bodies == ()


async def test_one_that_cannot_be_protected_is_kept_all_the_same() -> None:
    scene = Scene(agents=6, more=KEEP)
    await scene.after(minutes=2)
    scene.compute.faults.always("protect", Refused("azure", "no", {}))
    scene.agent_dies(2)
    await scene.after(minutes=8)
    assert (scene.destroyed, len((await scene.ledger()).bodies)) == ([], 1)
    assert any("it could not be protected" in text for text in await scene.said())


@pytest.mark.parametrize("policy", ["repair: {keep_body: none}", ""])
async def test_without_a_word_in_the_policy_nothing_is_kept(policy: str) -> None:
    scene = await with_a_body(policy)
    assert scene.destroyed == ["2"]


async def test_it_is_listed_with_the_reason_and_the_end() -> None:
    scene = await with_a_body()
    told = words_of(await asked(scene, "bodies", width=200))
    assert f"{scene.name(2)} in prod/private, instance 2" in told
    assert "kept until 2026-11-22 05:03:45Z" in told
    assert "unreachable" in told or "disconnected" in told
    scene = await with_a_body("")
    assert "No failed machine is kept" in (await asked(scene, "bodies")).stdout


async def test_a_crash_after_any_call_keeps_it_all_the_same() -> None:
    at, reached, wrong = 1, True, list[str]()
    while reached:
        scene = Scene(agents=6, more=KEEP, boot_s=60, takes_s=5)
        await scene.sweeps()
        scene.agent_dies(2)
        await scene.after(seconds=100)
        wire = Tripwire(at)
        scene.app, scene.forgives = scene.new_app(wire), (Crash,)
        await scene.after(seconds=30)
        scene.restarts()
        await scene.after(minutes=8)
        running = list(instances(scene).values()).count(Power.RUNNING)
        bodies = [body.is_off_duty for body in (await scene.ledger()).bodies]
        found = (scene.destroyed, running, bodies, list(await scene.open_incidents()), scene.wronged)
        if found != ([], 6, [True], [], []):
            wrong.append(f"after call {at} ({wire.calls[-1:]}): {found}")
        at, reached = at + 3, wire.reached
    assert wrong == []
    assert at > 40
