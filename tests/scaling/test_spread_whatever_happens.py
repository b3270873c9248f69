"""The process ends at any call of a port while a pool is evened out, and two of them do it side by side."""

from __future__ import annotations

from typing import Any

import pytest

from shared.ports.store import Table
from tests.operate.test_workers_side_by_side import side_by_side
from tests.scaling.test_rebalancing_by_spread import lopsided
from tests.scaling.test_whatever_happens import what_is_wrong
from tests.watched import Call, Crash, Interleaved, Tripwire

FIRST, EACH = 3, 23  # a part of the calls; every one of them takes minutes


async def told(wire: Tripwire) -> list[str]:
    zones = await lopsided(boot_s=8)
    zones.app, zones.forgives = zones.new_app(wire), (Crash,)
    for _ in range(40):
        await zones.after(seconds=20)
        if wire.reached or (zones.gap <= 1 and zones.connected == 5 and not await zones.running()):
            break
    zones.restarts()
    await zones.after(minutes=14)
    wrong = await what_is_wrong(zones, 5)
    if zones.gap > 1 or zones.worst > 4 or zones.ordered != [1] or len(zones.destroyed) != 1:
        wrong.append(f"{zones.counts}, {zones.worst}, {zones.ordered}, {zones.destroyed}")
    return wrong


async def test_whatever_call_was_the_last_another_process_goes_on() -> None:
    at, reached, wrong = FIRST, True, list[str]()
    while reached:
        wire = Tripwire(at)
        found = await told(wire)
        if found:
            wrong.append(f"crash after call {at} ({wire.calls[-1]}): {'; '.join(found)}")
        at, reached = at + EACH, wire.reached
    assert wrong == []
    assert at > 80, "a story has many calls"


@pytest.mark.parametrize("seed", range(3))
async def test_two_workers_add_one_and_take_one(seed: int) -> None:
    zones = await lopsided(boot_s=8)
    go = Interleaved(seed)
    side_by_side(zones, go)
    await zones.after(minutes=20)
    assert (zones.counts, zones.ordered, len(zones.destroyed)) == ({"1": 3, "2": 2}, [1], 1)
    assert await what_is_wrong(zones, 5) == []


def begins(call: Call) -> bool:
    """Whether this is the first write of an operation about the pool's size."""
    return call.name == "store.write" and call.args[0] is Table.OPERATIONS and call.args[2].etag is None


async def test_a_worker_that_finds_it_begun_by_another_one_adds_nothing_to_it() -> None:
    zones = await lopsided(boot_s=8)
    seen: list[str] = []

    async def around(call: Call) -> Any:
        if begins(call) and not seen:
            seen.append("first")
            await zones.store.write(*call.args)  # the other one writes the same row a moment before
        return await call.go()

    zones.app = zones.new_app(around)
    await zones.after(minutes=20)
    assert seen == ["first"]
    assert (zones.counts, zones.ordered, await what_is_wrong(zones, 5)) == ({"1": 3, "2": 2}, [1], [])


async def test_a_node_that_is_lost_just_before_one_more_comes_has_it_wait() -> None:
    zones, lost = await lopsided(), list[str]()

    async def around(call: Call) -> Any:
        if begins(call) and not lost:
            lost.append("0")
            zones.agent_dies(0)
        return await call.go()

    zones.app = zones.new_app(around)
    await zones.after(minutes=2)
    assert lost == ["0"]
    assert (zones.ordered, (await zones.ledger()).one_more) == ([], None)
