"""One worker at a time: who holds an operation, how another takes over, and what a worker can do that was too slow."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from shared.errors import Conflict, PoolkeeperError, Retry
from shared.operate.hand import LEASE
from shared.ports.store import Table
from tests.healing.stories import STORIES, Loss, quick_scene, what_is_wrong
from tests.scene import Scene
from tests.watched import Call, Crash, Tripwire


async def held_by_a_dead_worker() -> Scene:
    """An operation whose worker died just after it took the lease."""
    scene = quick_scene()
    await scene.sweeps()

    async def dies_with_the_lease(call: Call) -> Any:
        answer = await call.go()
        if call.name == "store.write" and "owner" in str(call.args):
            raise Crash("with the lease in hand")
        return answer

    scene.app, scene.forgives = scene.new_app(dies_with_the_lease), (Crash,)
    scene.machine_is_deallocated(1)
    await scene.sweeps()
    scene.restarts()
    (operation,) = await scene.running()
    assert operation.lease is not None
    assert operation.lease.owner == "worker-2/1"
    return scene


async def test_an_operation_that_is_held_is_left_alone_until_its_lease_ends() -> None:
    scene = await held_by_a_dead_worker()
    (before,) = await scene.running()
    await scene.after(seconds=LEASE.total_seconds() - 5)
    assert await scene.running() == [before]
    assert scene.destroyed == []


async def test_a_lease_that_ran_out_is_taken_over_with_a_larger_number_and_told() -> None:
    scene = await held_by_a_dead_worker()
    (before,) = await scene.running()
    await scene.after(seconds=LEASE.total_seconds() + 61)
    assert scene.destroyed == ["1"]
    operations = [*await scene.running(), *await scene.closed_operations()]
    assert operations[0].fence > before.fence
    takeovers = [entry.record for entry in await scene.audit() if "was taken over" in entry.record.text]
    assert [one.text for one in takeovers] == ["the lease of worker-2/1 ran out and was taken over"]
    assert takeovers[0].data["fence"] == before.fence + 1


async def test_fences_only_grow() -> None:
    scene = quick_scene()
    await scene.sweeps()
    scene.machine_is_deallocated(1)
    fences: list[int] = []
    for _ in range(30):
        await scene.after(seconds=3)
        fences.extend(one.fence for one in await scene.running())
    assert fences == sorted(fences)
    assert fences[-1] > fences[0]


async def test_a_worker_whose_row_was_written_by_another_cannot_write_it() -> None:
    scene = await held_by_a_dead_worker()
    kept = (await scene.reader.running_operations("prod")).popitem()[1]
    await scene.after(minutes=3)
    with pytest.raises(Conflict):
        await scene.reader.keep_operation(kept.value, kept.etag)


async def test_a_worker_that_lost_its_lease_does_not_give_back_the_place_of_the_one_who_took_over() -> None:
    """It cannot read the masters, and falls asleep when it withdraws, with its row written and the place still taken.
    When it wakes up another one has destroyed the machine."""
    scene = Scene(agents=6, boot_s=600)
    await scene.sweeps()
    told: list[str] = []

    async def sleeps_while_it_withdraws(call: Call) -> Any:
        held = [one for one in await scene.running() if one.step == "destroy" and one.lease is not None]
        if call.name == "scheduler.state" and held and not told:
            told.append("unread")
            raise Retry("nobody answers", timedelta(0))
        answer = await call.go()
        if call.name == "store.write" and call.args[0] is Table.OPERATIONS and told == ["unread"]:
            told.append("asleep")
            scene.restarts()
            await scene.after(seconds=200)
        return answer

    scene.compute.faults.next("instance", Retry("Azure is throttling", timedelta(seconds=20)))
    scene.app, scene.forgives = scene.new_app(sleeps_while_it_withdraws), (PoolkeeperError,)
    scene.agent_dies(1)
    await scene.after(seconds=140)
    assert (told, scene.destroyed) == (["unread", "asleep"], ["1"])
    assert [one.step for one in await scene.running()] == ["await_join"]
    assert len((await scene.ledger()).active) == 1


class _Slow:
    """A worker that hangs before its call number `at` until another one has done all its work."""

    def __init__(self, scene: Scene, at: int) -> None:
        self._scene, self._at, self._count = scene, at, 0
        self.hung = ""

    async def __call__(self, call: Call) -> Any:
        self._count += 1
        if self._count == self._at:
            self.hung = call.name
            self._scene.restarts()
            await self._scene.after(minutes=5)
        return await call.go()


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
async def test_a_worker_that_wakes_up_too_late_does_no_harm(story: Loss) -> None:
    at, hung, wrong = 1, "somewhere", list[str]()
    while hung:
        scene = quick_scene()
        await scene.sweeps()
        lost_agent = scene.agent_of(1)
        slow = _Slow(scene, at)
        scene.app, scene.forgives = scene.new_app(slow), (PoolkeeperError,)
        story(scene)
        await scene.sweeps()
        await scene.after(seconds=50)
        await scene.after(minutes=5)
        at, hung = at + 1, slow.hung
        found = await what_is_wrong(scene, lost_agent, story)
        if found:
            wrong.append(f"hung before call {at - 1} ({hung}): {'; '.join(found)}")
        if at > 90:
            break
    assert wrong == []


async def test_a_tripwire_that_is_never_reached_changes_nothing() -> None:
    scene = quick_scene()
    await scene.sweeps()
    lost_agent = scene.agent_of(1)
    wire = Tripwire(100_000)
    scene.app = scene.new_app(wire)
    scene.machine_is_deallocated(1)
    await scene.after(minutes=3)
    assert not wire.reached
    assert await what_is_wrong(scene, lost_agent, STORIES[1]) == []
