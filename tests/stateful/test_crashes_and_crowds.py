"""Whatever call is the last of a process, and however many workers there are: members go and come one by one."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from shared.model.ledger import Ledger
from shared.model.mesos import Generation
from shared.ports.store import Table
from tests.operate.test_workers_side_by_side import Crowd
from tests.scene import Scene
from tests.stateful.test_a_working_node_is_emptied import announce, ring
from tests.stateful.test_one_member_at_a_time import RING, numbers
from tests.stateful.test_one_member_at_a_time import ring as calm_ring
from tests.watched import Call, Crash, Interleaved, Tripwire

ORDERS = {
    "workloads.kill",
    "workloads.replace_pod",
    "scheduler.deactivate",
    "scheduler.schedule_maintenance",
    "scheduler.drain",
    "scheduler.mark_gone",
    "compute.destroy",
}


def most_down(scene: Scene) -> int:
    return sum(not scene.works.is_up("cassandra", pod) for pod in RING)


@pytest.mark.parametrize("generation", [Generation.MARK_GONE, Generation.DRAIN])
async def test_a_crash_after_any_order_to_move_something_takes_no_second_member(
    generation: Generation,
) -> None:
    wrong, calls = await _with_crash(ring(generation), Tripwire(10_000))
    orders = [at for at, call in enumerate(calls, 1) if call in ORDERS]
    for at in orders:
        found, _ = await _with_crash(ring(generation), Tripwire(at))
        wrong += [f"after call {at} ({calls[at - 1]}): {one}" for one in found]
    assert wrong == []
    assert len(orders) > 3


async def _with_crash(scene: Scene, wire: Tripwire) -> tuple[list[str], list[str]]:
    """What is wrong at the end, and the calls of the first process."""
    scene.forgives = (Crash,)
    scene.app = scene.new_app(wire)
    await announce(scene)
    most = 0
    for _ in range(60):
        await scene.after(seconds=30)
        if wire.reached:
            scene.restarts()
        most = max(most, most_down(scene))
    wrong = [f"{most} members were down at once"] if most > 1 else []
    wrong += [] if scene.destroyed == ["1"] else [f"destroyed {scene.destroyed}"]
    wrong += [f"{node} is open" for node in await scene.open_incidents()]
    wrong += [] if most_down(scene) == 0 else ["a member is missing"]
    return wrong, wire.calls


class Bookkeeper:
    """Looks at every write of the ledger: how many entries have the service at once."""

    def __init__(self, seed: int) -> None:
        self._go = Interleaved(seed)
        self.most = 0

    async def __call__(self, call: Call) -> Any:
        answer = await self._go(call)
        if call.name in {"store.write", "store.write_all"} and call.args[0] is Table.LEDGER:
            writes = [call.args[2]] if call.name == "store.write" else call.args[2]
            for write in writes:
                book = msgspec.json.decode(write.body or b'{"pool": ""}', type=Ledger)
                self.most = max(self.most, sum("cassandra" in entry.services for entry in book.active))
        return answer


@pytest.mark.parametrize("seed", range(3))
async def test_of_workers_side_by_side_one_alone_takes_a_member(seed: int) -> None:
    scene = calm_ring(Generation.MARK_GONE)
    await scene.sweeps()
    first, second, third = numbers(scene)
    keeper = Bookkeeper(seed)
    scene.app = Crowd([scene.new_app(keeper) for _ in range(3)])
    for number in (first, second, third):
        await scene.hears(scene.machine_is_deleted(number))
    for _ in range(40):
        await scene.after(seconds=30)
    assert (keeper.most, most_down(scene), scene.connected) == (1, 0, 5)
    assert await scene.open_incidents() == {}
