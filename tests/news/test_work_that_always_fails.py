"""An operation whose turns always fail is kept with its reason, and a person is told once."""

from __future__ import annotations

from typing import Any

from shared.model.signals import Severity
from shared.ports.queues import Queue
from shared.ports.store import Table
from shared.records.quarantine import PARTITION
from tests.cli.typed import asked, words_of
from tests.news.readers import Readers
from tests.scene import Scene
from tests.watched import Call


class Bug(Exception):
    """Something that nobody foresaw."""


async def failing() -> Readers:
    """A scene in which each turn of an operation ends in an error, and the host hands over what it gives up."""
    scene = Scene(agents=6)
    readers = Readers(scene)
    await readers.after(minutes=2)
    scene.agent_dies(2)

    async def around(call: Call) -> Any:
        if call.name == "compute.destroy":
            raise Bug("list index out of range")
        return await call.go()

    scene.app, scene.forgives = scene.new_app(around), (Bug,)
    await scene.after(minutes=6)
    assert len(scene.poisoned) >= 2
    for body in scene.poisoned:
        await scene.app.give_up(Queue.OPERATIONS, body.decode())
    await readers.look()
    return readers


async def test_one_example_is_kept_with_what_it_failed_with() -> None:
    readers = await failing()
    kept = [one for one in await readers.scene.quarantined() if one["source"] == "operations"]
    assert [one["why"] for one in kept] == [
        "it failed as often as the host tries, the last time with Bug: list index out of range"
    ]


async def test_a_person_is_told_once_with_what_to_type() -> None:
    readers = await failing()
    (told,) = [one for one in readers.notifier.told if "cannot be worked on" in one.title]
    assert told.severity is Severity.CRITICAL
    assert "Bug: list index out of range; it is in the quarantine as 2026" in told.text
    assert "python -m cli quarantine list" in told.text


async def test_explain_and_the_quarantine_tell_of_each_other() -> None:
    readers = await failing()
    scene = readers.scene
    assert "was given up" in words_of(await asked(scene, "explain", "_2", width=300))
    (row,) = [
        one for one in await scene.store.query(Table.QUARANTINE, PARTITION, "", "") if b"Bug" in one.body
    ]
    told = words_of(await asked(scene, "quarantine", "show", row.row, width=300))
    assert "step destroy" in told


async def test_once_the_fault_is_mended_it_goes_on_by_itself() -> None:
    readers = await failing()
    scene = readers.scene
    scene.restarts()
    await scene.after(minutes=8)
    assert scene.destroyed == ["2"]
    assert await scene.open_incidents() == {}
