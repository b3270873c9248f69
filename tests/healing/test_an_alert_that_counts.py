"""An alert of which the policy says that it counts for repair, from its first word to its end."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from shared.errors import Conflict
from shared.model.nodes import Condition
from shared.model.signals import Signal, SignalKind, Source
from shared.ports.queues import Queue
from tests.scene import Scene
from tests.watched import Call


async def said(scene: Scene, kind: SignalKind, story: str = "a1") -> None:
    """Alertmanager says it of the first machine."""
    now = scene.clock.now()
    signal = Signal(
        kind,
        Source.ALERTMANAGER,
        "prod",
        f"{story}|{kind}",
        now,
        now,
        "private",
        scene.name(1),
        what="NodeDiskGone",
        thread=story,
        impairs=True,
    )
    await scene.queues.send(Queue.SIGNALS, msgspec.json.encode(signal), timedelta(0))
    await scene.deliver()


async def test_it_impairs_its_machine_which_is_restarted_and_well_when_the_alert_ends() -> None:
    scene = Scene(agents=6, more="repair: {ladder: [restart, replace]}")
    await said(scene, SignalKind.NODE_UNWELL)
    assert (await scene.open_incidents())[scene.name(1)].condition is Condition.IMPAIRED
    await scene.after(minutes=20)
    assert [verb for verb, _ in scene.compute.acted] == ["restart"], "what nobody took back yet is waited for"
    await said(scene, SignalKind.NODE_WELL)
    await scene.after(minutes=10)
    assert (scene.destroyed, await scene.open_incidents()) == ([], {})


async def test_it_is_over_with_its_own_end_alone() -> None:
    scene = Scene(agents=6, mode="observe")
    await said(scene, SignalKind.NODE_UNWELL)
    await said(scene, SignalKind.NODE_WELL, "a2")
    assert list(await scene.open_incidents()) == [scene.name(1)]
    await said(scene, SignalKind.NODE_WELL)
    assert await scene.open_incidents() == {}


async def test_what_somebody_else_wrote_over_is_told_again() -> None:
    """A worker beside us wrote the machine's row between our reading and our writing it."""
    scene = Scene(agents=6, mode="observe")
    await scene.sweeps()
    lost: list[str] = []

    async def around(call: Call) -> object:
        inventory = call.name in {"store.write", "store.write_all"} and call.args[0].value == "Inventory"
        if inventory and len(lost) < 2:
            lost.append(call.name)
            raise Conflict("somebody else wrote it")
        return await call.go()

    scene.app = scene.new_app(around)
    scene.forgives = (Exception,)
    await said(scene, SignalKind.NODE_UNWELL)
    assert [type(error).__name__ for error in scene.failed] == ["Retry"]
    await scene.after(minutes=2)
    assert list(await scene.open_incidents()) == [scene.name(1)]
    kept = await scene.reader.inventory.get("prod", scene.name(1))
    assert kept is not None
    assert [one.what for one in kept.value.notices] == ["NodeDiskGone"]


@pytest.mark.parametrize("hours", [4, 6])
async def test_without_a_repetition_it_counts_for_five_hours(hours: int) -> None:
    scene = Scene(agents=6, mode="observe")
    await said(scene, SignalKind.NODE_UNWELL)
    await scene.after(minutes=60 * hours)
    assert bool(await scene.open_incidents()) is (hours < 5)
