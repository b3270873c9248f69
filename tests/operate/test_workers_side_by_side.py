"""Several workers over the same storage, interleaved at every call: limits hold, nothing is done twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from shared.app import App
from shared.errors import PoolkeeperError
from shared.model.ledger import Ledger
from shared.ports.store import Table, Write
from tests.healing.stories import STORIES, Loss, quick_scene, what_is_wrong
from tests.scene import SET, Scene
from tests.watched import Around, Call, Interleaved

SEEDS = pytest.mark.parametrize("seed", range(6))


class Crowd(App):
    """Every worker gets every message, at the same time. The message is done when one of them has done it."""

    def __init__(self, workers: list[App]) -> None:
        self._workers = workers

    async def hear_event(self, raw: Mapping[str, Any]) -> list[str]:
        heard = await asyncio.gather(*(worker.hear_event(raw) for worker in self._workers))
        return [message for messages in heard for message in messages]

    async def work_signal(self, body: str) -> None:
        await self._one_of(*(worker.work_signal(body) for worker in self._workers))

    async def work_operation(self, body: str) -> None:
        await self._one_of(*(worker.work_operation(body) for worker in self._workers))

    async def sweep(self) -> None:
        await self._one_of(*(worker.sweep() for worker in self._workers))

    async def _one_of(self, *attempts: Any) -> None:
        ends = await asyncio.gather(*attempts, return_exceptions=True)
        errors = [end for end in ends if end is not None]
        for error in errors:
            if not isinstance(error, PoolkeeperError):
                raise error
        if len(errors) == len(ends):
            raise errors[0]


class Watchman:
    """Looks at every write of a ledger and at every destruction, at the moment it happens."""

    def __init__(self, scene: Scene, at_once: int, seed: int) -> None:
        self._scene, self._at_once, self._go = scene, at_once, Interleaved(seed)
        self.complaints: list[str] = []
        self.most = 0

    async def __call__(self, call: Call) -> Any:
        if call.name == "compute.destroy":
            reserved = {entry.node for entry in (await self._scene.ledger()).active}
            taken = {f"{SET}_{id}" for id in call.args[1]}
            if not taken <= reserved:
                self.complaints.append(f"{taken} is destroyed without a place in the ledger")
        answer = await self._go(call)
        if call.name in {"store.write", "store.write_all"} and call.args[0] is Table.LEDGER:
            writes = [call.args[2]] if call.name == "store.write" else call.args[2]
            for write in writes:
                self._check(write)
        return answer

    def _check(self, write: Write) -> None:
        book = msgspec.json.decode(write.body or b"", type=Ledger)
        self.most = max(self.most, len(book.active))
        if len(book.active) > self._at_once:
            self.complaints.append(f"{len(book.active)} at once")
        twice = [node for node, count in Counter(one.node for one in book.active).items() if count > 1]
        if twice:
            self.complaints.append(f"two disruptions of {twice}")


def side_by_side(scene: Scene, around: Around, workers: int = 2) -> None:
    """So many workers from now on, of which one at least does what is to be done."""
    scene.app = Crowd([scene.new_app(around) for _ in range(workers)])
    scene.forgives = (PoolkeeperError,)


def crowded(scene: Scene, at_once: int, seed: int, workers: int = 2) -> Watchman:
    watchman = Watchman(scene, at_once, seed)
    side_by_side(scene, watchman, workers)
    return watchman


@SEEDS
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
async def test_two_workers_replace_one_node_once(story: Loss, seed: int) -> None:
    scene = quick_scene()
    await scene.sweeps()
    lost_agent = scene.agent_of(1)
    watchman = crowded(scene, at_once=1, seed=seed)
    event = story(scene)
    if event is not None:
        await scene.hears(event)
    await scene.after(minutes=5)
    assert watchman.complaints == []
    assert await what_is_wrong(scene, lost_agent, story) == []
    assert scene.ordered == [1]
    assert len(scene.destroyed) <= 1


@SEEDS
async def test_three_workers_never_touch_more_than_two_at_once(seed: int) -> None:
    scene = Scene(
        agents=12, more="disruption: {at_once: 2, per_fault_domain: none, per_hour: 20}", boot_s=20, takes_s=4
    )
    await scene.sweeps()
    watchman = crowded(scene, at_once=2, seed=seed, workers=3)
    for number in range(4):
        scene.machine_is_deallocated(number)
    await scene.after(minutes=8)
    assert (watchman.complaints, watchman.most) == ([], 2)
    assert Counter(scene.destroyed) == Counter(["0", "1", "2", "3"])
    assert (sum(scene.ordered), scene.capacity, scene.connected) == (4, 12, 12)
    assert (scene.wronged, await scene.open_incidents()) == ([], {})


@SEEDS
async def test_a_burst_of_events_worked_on_by_all_at_once_begins_each_replacement_once(seed: int) -> None:
    scene = Scene(
        agents=12, more="disruption: {at_once: 3, per_fault_domain: none, per_hour: 20}", boot_s=20, takes_s=4
    )
    await scene.sweeps()
    watchman = crowded(scene, at_once=3, seed=seed)
    events = [scene.machine_is_deleted(number) for number in range(3)]
    messages = [message for event in events for message in await scene.app.hear_event(event)]
    await asyncio.gather(*(scene.app.work_signal(message) for message in messages))
    await scene.after(minutes=6)
    assert watchman.complaints == []
    assert (sum(scene.ordered), scene.capacity, scene.connected) == (3, 12, 12)
    claimed = [
        one.notes["replacement"] for one in await scene.closed_operations() if "replacement" in one.notes
    ]
    assert sorted(claimed) == [scene.name(12), scene.name(13), scene.name(14)]
