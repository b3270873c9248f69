"""While an app is exchanged for a newer or an older one, messages and policies of both are about."""

from __future__ import annotations

from datetime import timedelta

from msgspec import json

from shared.errors import Refused
from shared.model.signals import Signal, SignalKind, Source
from shared.policy.in_force import LAST_GOOD, PARTITION
from shared.ports.queues import Queue
from shared.ports.store import Table, Write
from tests.incidents.stage import Stage
from tests.scene import Scene


def a_signal(scene: Scene, **more: object) -> bytes:
    now = scene.clock.now()
    signal = Signal(SignalKind.SWEEP, Source.TIMER, "prod", "an-id", now, now)
    return json.encode({**json.decode(json.encode(signal)), **more})


async def send(scene: Scene, message: bytes) -> None:
    await scene.queues.send(Queue.SIGNALS, message, timedelta(0))
    await scene.deliver()


async def test_a_message_with_more_in_it_than_this_version_knows_is_obeyed() -> None:
    stage = Stage(agents=6)
    await stage.after(minutes=2)
    before = stage.calls["compute.instances"]
    await send(stage, a_signal(stage, phase_of_the_moon="full"))
    assert stage.calls["compute.instances"] == before + 1
    assert quarantined(stage) == 0


def quarantined(scene: Scene) -> int:
    rows = scene.store.everything()
    return sum(len(there) for (table, _), there in rows.items() if table == Table.QUARANTINE)


async def test_a_message_of_a_kind_that_this_version_does_not_know_is_kept_for_a_person() -> None:
    scene = Scene(agents=6)
    await scene.after(minutes=2)
    await send(scene, a_signal(scene, kind="moon_is_full"))
    assert quarantined(scene) == 1
    scene.agent_dies(2)
    await scene.after(minutes=20)
    assert (scene.destroyed, scene.connected) == (["2"], 6)


async def test_with_a_policy_of_a_newer_version_nothing_is_done_until_one_that_is_understood_comes() -> None:
    scene = Scene(agents=6)
    await scene.after(minutes=2)
    understood, scene.forgives = scene.policy, (Refused,)
    scene.policy = f"{understood.rstrip()}\n        moon: full\n"
    stored = await scene.store.get(Table.POLICY, PARTITION, LAST_GOOD)
    assert stored is not None
    newer = json.encode(json.decode(stored.body) | {"text": scene.policy})
    await scene.store.write(Table.POLICY, PARTITION, Write(LAST_GOOD, newer, stored.etag))
    scene.restarts()
    scene.agent_dies(2)
    await scene.after(minutes=20)
    assert (scene.destroyed, scene.ordered) == ([], [])
    assert any("no_valid_policy" in str(error) for error in scene.failed)
    scene.policy = understood
    await scene.after(minutes=20)
    assert (scene.destroyed, scene.connected) == (["2"], 6)
