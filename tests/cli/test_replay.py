"""What is in the quarantine is put back to work once, believed only as far as it is still true, or dropped."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from shared.errors import Retry
from shared.model.signals import Signal, SignalKind, Source
from shared.news.letters import Letter
from shared.ports.queues import Queue
from shared.ports.store import Table, Write
from shared.records.quarantine import MOST, Quarantine, quarantine
from tests.cli.typed import asked, data_of, words_of
from tests.scene import Scene

BECAUSE = ("--why", "the fault is mended")


async def running(agents: int = 4) -> Scene:
    scene = Scene(agents=agents)
    await scene.after(minutes=2)
    return scene


def unwell(scene: Scene, number: int) -> Signal:
    """An alert that the policy lets count for repair."""
    now = scene.clock.now()
    return Signal(
        SignalKind.NODE_UNWELL,
        Source.ALERTMANAGER,
        "prod",
        "alert-1",
        now,
        now,
        "private",
        scene.name(number),
        what="DiskBroken",
        impairs=True,
    )


async def kept(scene: Scene, source: str, body: str) -> str:
    return await quarantine(scene.store, source, "its pass failed", body, scene.clock.now())


async def signal_kept(scene: Scene, signal: Signal) -> str:
    return await kept(scene, "signals", msgspec.json.encode(signal).decode())


async def replay(scene: Scene, row: str, *more: str) -> str:
    result = await asked(scene, "quarantine", "replay", row, *BECAUSE, *more, width=300)
    assert result.exit_code == 0, result.stderr
    return words_of(result)


async def refused(scene: Scene, row: str, *more: str) -> str:
    before = {queue: scene.queues.waiting(queue) for queue in Queue}
    result = await asked(scene, "quarantine", "replay", row, *BECAUSE, *more, width=300)
    assert result.exit_code == 1
    assert {queue: scene.queues.waiting(queue) for queue in Queue} == before
    return result.stderr


async def test_the_list_tells_age_reason_kind_and_what_it_is_about() -> None:
    scene = await running()
    row = await signal_kept(scene, unwell(scene, 2))
    scene.clock.advance(timedelta(minutes=5))
    told = words_of(await asked(scene, "quarantine", "list", width=300))
    assert f"{row} 5m00s ago, signals" in told
    assert "its pass failed" in told
    assert f"signal node_unwell of alertmanager, cluster prod, about {scene.name(2)}, alert-1" in told


async def test_a_signal_that_is_young_is_heard_as_it_was() -> None:
    scene = await running()
    row = await signal_kept(scene, unwell(scene, 2))
    scene.clock.advance(timedelta(minutes=3))
    assert "cluster prod hears it" in await replay(scene, row)
    await scene.after(seconds=5)
    assert any("alertmanager says node_unwell (DiskBroken)" in one for one in await scene.said())


async def test_an_old_signal_is_not_believed_and_its_cluster_is_looked_at_instead() -> None:
    scene = await running()
    row = await signal_kept(scene, unwell(scene, 2))
    await scene.after(minutes=30)
    assert "heard too long ago to be believed" in await replay(scene, row)
    await scene.after(minutes=30)
    assert await scene.open_incidents() == {}
    assert (scene.ordered, scene.destroyed) == ([], [])
    assert not any("says node_unwell" in one for one in await scene.said())


async def test_a_loss_that_was_repaired_long_ago_is_not_repaired_again() -> None:
    scene = await running(agents=6)
    event = scene.machine_is_deleted(1)
    row = await kept(scene, "event_grid", msgspec.json.encode(event).decode())
    await scene.hears(event)
    await scene.after(minutes=20)
    assert len(await scene.closed_incidents()) == 1
    ordered, size = list(scene.ordered), (await scene.ledger()).wanted
    await replay(scene, row)
    await scene.after(minutes=20)
    assert (scene.ordered, (await scene.ledger()).wanted) == (ordered, size)
    assert len(await scene.closed_incidents()) == 1


async def test_it_is_replayed_once_unless_it_is_asked_for_again() -> None:
    scene = await running()
    row = await kept(
        scene, "notifications", msgspec.json.encode(Letter("prod", "ONCALL_URL", text="x")).decode()
    )
    await replay(scene, row)
    assert "ann has replayed it at 2026-11-22 03:02:00 UTC" in await refused(scene, row)
    assert scene.queues.waiting(Queue.NOTIFICATIONS) == 1
    assert "replayed by ann" in words_of(await asked(scene, "quarantine", "list", width=200))
    await replay(scene, row, "--again")
    assert scene.queues.waiting(Queue.NOTIFICATIONS) == 2


async def test_of_two_who_replay_at_once_one_is_told_no(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = await running()
    row = await signal_kept(scene, unwell(scene, 2))
    room, write = Quarantine(scene.store), scene.store.write
    there = (await room.all())[row]

    async def somebody_is_faster(table: Table, partition: str, wanted: Write) -> str:
        monkeypatch.undo()
        await room.put(row, there.value, there.etag)
        return await write(table, partition, wanted)

    monkeypatch.setattr(scene.store, "write", somebody_is_faster)
    assert "Somebody else has just replayed or dropped" in await refused(scene, row)


async def test_what_could_not_be_sent_may_be_replayed_as_if_nobody_had() -> None:
    scene = await running()
    row = await signal_kept(scene, unwell(scene, 2))
    scene.queues.faults.next("send", Retry("no answer", timedelta(seconds=1)))
    result = await asked(scene, "quarantine", "replay", row, *BECAUSE)
    assert result.exit_code == 3
    assert "does not answer" in result.stderr
    await replay(scene, row)


async def test_an_operation_is_woken_and_goes_on_from_its_row() -> None:
    scene = await running()
    scene.agent_dies(2)
    await scene.after(minutes=2)
    (operation,) = await scene.running()
    body = msgspec.json.encode({"cluster": "prod", "operation": operation.id}).decode()
    row = await kept(scene, "operations", body)
    told = words_of(await asked(scene, "quarantine", "show", row, width=300))
    assert f"about {operation.id}" in told
    assert f"step {operation.step}" in told
    assert "its operation is woken" in await replay(scene, row)
    await scene.after(minutes=10)
    assert scene.destroyed == ["2"]
    assert "is done" in words_of(await asked(scene, "quarantine", "show", row, width=300))


async def test_a_letter_is_sent_from_its_first_try_and_says_of_when_it_is() -> None:
    scene = await running()
    letter = Letter("prod", "ONCALL_URL", title="t", text="look at it", tries=9)
    row = await kept(scene, "notifications", msgspec.json.encode(letter).decode())
    await scene.after(minutes=120)
    await replay(scene, row)
    (message,) = scene.queues.receive(Queue.NOTIFICATIONS)
    sent = msgspec.json.decode(message.body, type=Letter)
    assert sent.tries == 0
    assert sent.text == "(This could not be told before; it is of 2026-11-22 03:02 UTC.)\nlook at it"


@pytest.mark.parametrize(
    ("source", "body", "why"),
    [
        ("event_grid", '{"eventType": "Contoso.Invented", "id": "1"}', "it is still not understood"),
        ("event_grid", "{", "it is still not understood (this is not JSON"),
        ("alertmanager", "[]", "it is still not understood"),
        ("azure_monitor", "{}", "it is still not understood"),
        ("signals", "{}", "it is still not understood (this is no signal)"),
        ("operations", "{}", "it is still not understood (this is no wake-up)"),
        ("notifications", "{}", "it is still not understood (this is no letter)"),
        ("operations", '{"cluster": "gone", "operation": "o"}', "has no cluster 'gone'"),
        ("firehose", "{}", "which say nothing about now"),
        ("event_grid", "x" * (MOST + 1), "only the first 100000 were kept"),
    ],
)
async def test_what_would_come_back_is_not_sent(source: str, body: str, why: str) -> None:
    scene = await running()
    row = await kept(scene, source, body)
    assert why in await refused(scene, row)
    assert (await Quarantine(scene.store).all())[row].value.replayed is None


async def test_what_is_dropped_is_gone_and_the_audit_knows_who_and_why() -> None:
    scene = await running()
    row = await signal_kept(scene, unwell(scene, 2))
    result = await asked(scene, "quarantine", "drop", row[-12:], "--why", "seen, it was a test")
    assert result.exit_code == 0
    assert data_of(await asked(scene, "quarantine", "list", "--json")) == []
    (told,) = [entry.record for entry in await scene.audit() if entry.record.kind == "person"]
    assert told.text.startswith("ann drops signal node_unwell of alertmanager about")
    assert told.text.endswith(": seen, it was a test")
    assert (told.data["row"], told.data["why"]) == (row, "its pass failed")


async def test_a_replay_is_in_the_audit_with_who_and_why() -> None:
    scene = await running()
    row = await signal_kept(scene, unwell(scene, 2))
    await replay(scene, row, "--who", "ben")
    (told,) = [entry.record for entry in await scene.audit() if entry.record.kind == "person"]
    assert (
        told.text
        == f"ben replays signal node_unwell of alertmanager about {scene.name(2)}: the fault is mended"
    )


async def test_nothing_is_done_without_a_reason() -> None:
    scene = await running()
    row = await signal_kept(scene, unwell(scene, 2))
    for command in ("replay", "drop"):
        assert (await asked(scene, "quarantine", command, row, "--why", " ")).exit_code == 2
    assert row in await Quarantine(scene.store).all()


async def test_what_was_kept_for_three_months_is_dropped() -> None:
    scene = await running()
    old = await signal_kept(scene, unwell(scene, 2))
    scene.clock.advance(timedelta(days=60))
    young = await signal_kept(scene, unwell(scene, 2))
    scene.clock.advance(timedelta(days=31))
    await scene.app.housekeep()
    assert list(await Quarantine(scene.store).all()) == [young]
    assert old != young
