"""Several workers over the same storage while a pool grows and shrinks: nothing is counted or ordered twice."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.operate.test_workers_side_by_side import side_by_side
from tests.scaling.stage import Office
from tests.scaling.test_whatever_happens import what_is_wrong
from tests.scene import SET
from tests.watched import Call, Interleaved

SEEDS = pytest.mark.parametrize("seed", range(4))


class Watchman:
    """Looks at every destruction, at the moment it is ordered."""

    def __init__(self, office: Office, least: int, seed: int) -> None:
        self._office, self._least, self._go = office, least, Interleaved(seed)
        self.complaints: list[str] = []

    async def __call__(self, call: Call) -> Any:
        if call.name == "compute.destroy":
            book = await self._office.ledger()
            leaving = {entry.node for entry in book.active if entry.leaving}
            taken = {f"{SET}_{id}" for id in call.args[1]}
            if not taken <= leaving:
                self.complaints.append(f"{taken} is destroyed and was not counted out")
            if book.wanted is None or book.wanted < self._least:
                self.complaints.append(f"{book.wanted} are wanted")
        return await self._go(call)


def crowded(office: Office, least: int, seed: int) -> Watchman:
    watchman = Watchman(office, least, seed)
    side_by_side(office, watchman)
    return watchman


@SEEDS
async def test_two_workers_order_what_is_missing_once(seed: int) -> None:
    office = Office(3, "target: 5", "target: 3", boot_s=8)
    await office.after(minutes=14)
    watchman = crowded(office, 3, seed)
    await office.after(minutes=8)
    assert (watchman.complaints, await what_is_wrong(office, 5)) == ([], [])
    assert sum(office.ordered) == 2


@SEEDS
async def test_two_workers_count_each_that_goes_out_once(seed: int) -> None:
    office = Office(6, "target: 3", "target: 6", boot_s=8)
    await office.after(minutes=29)
    watchman = crowded(office, 3, seed)
    await office.after(minutes=16)
    assert (watchman.complaints, await what_is_wrong(office, 3)) == ([], [])
    assert len(Counter(office.destroyed)) == 3
