"""A pool that can't get its machines, and another one that stands in for it until it can."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.audit import verify
from shared.model.overrides import Override, OverrideKind
from shared.model.sizes import size_of
from shared.records import override_row
from tests.scaling.pair import Pair
from tests.watched import Crash, Tripwire

GROWN = (3, 3)
"""Agents of the two pools when two of five can't be had."""


def sizes(pair: Pair) -> tuple[int, int]:
    return pair.of("private"), pair.of("standby")


async def short_of_two(mode: str = "enforce") -> Pair:
    """Private is to have five, has three, and Azure has no room for more. Work comes for which they don't do."""
    pair = Pair(3, "min: 5", mode=mode)
    pair.is_full = True
    await pair.after(minutes=15)
    assert sizes(pair) == (3, 1)
    return pair


async def what_is_wrong(pair: Pair, private: int, standby: int) -> list[str]:
    """Empty when both have their size, all work runs, none was killed, and nothing is left open or reserved."""
    books = [await pair.book_of("private"), await pair.book_of("standby")]
    checks = {
        "the sizes": (sizes(pair), (private, standby)),
        "the wanted sizes": ([book.wanted for book in books], [private, standby]),
        "every task runs": (pair.running_tasks, pair.tasks),
        "no task was killed": (pair.killed, []),
        "no incident is open": (list(await pair.open_incidents()), []),
        "no operation runs": ([one.id for one in await pair.running()], []),
        "the ledgers are empty": ([book.active for book in books], [(), ()]),
        "every agent gets tasks": (
            [id for id in pair.scheduler.agents if not pair.scheduler.takes_tasks(id)],
            [],
        ),
        "the audit's chain holds": (verify(await pair.audit(), ""), ()),
    }
    return [f"{what}: {found}" for what, (found, expected) in checks.items() if found != expected]


async def test_while_azure_has_no_room_another_pool_grows_and_goes_again_when_there_is_room() -> None:
    pair = await short_of_two()
    await pair.after(minutes=15)
    assert sizes(pair) == GROWN
    pair.tasks += 6
    await pair.after(minutes=5)
    assert any(agent.tasks for agent in pair.scheduler.agents.values() if agent.address.endswith(".6"))
    pair.is_full = False
    await pair.after(minutes=90)
    assert await what_is_wrong(pair, 5, 1) == []


async def test_an_hour_without_room_asks_the_other_pool_for_no_more_than_is_lacking() -> None:
    pair = await short_of_two()
    await pair.after(minutes=120)
    assert sizes(pair) == GROWN
    assert sum(one for one in pair.ordered if one > 0) == 2
    assert pair.destroyed == []


async def test_nothing_grows_where_a_person_has_to_agree_before_he_has() -> None:
    pair = await short_of_two("propose")
    await pair.after(minutes=30)
    assert (sizes(pair), pair.ordered) == ((3, 1), [])
    assert size_of("private") in await pair.open_incidents()


async def test_a_paused_pool_does_not_stand_in_until_the_pause_ends() -> None:
    pair = await short_of_two()
    now = pair.clock.now()
    word = Override(OverrideKind.PAUSE, "standby", "ann", "I look at it", now, now + timedelta(minutes=40))
    await pair.reader.overrides.put("prod", override_row(word), word, None)
    await pair.after(minutes=35)
    assert sizes(pair) == (3, 1)
    await pair.after(minutes=20)
    assert sizes(pair) == GROWN


# Spot machines.


SPOT = ", spot: {evictions: 3, within: 1h, rest: 30m}"


def wants(pair: Pair, nodes: int) -> None:
    """What private follows by load."""
    head, _, rest = pair.policy.partition("signals: [{nodes: ")
    pair.policy = f"{head}signals: [{{nodes: {nodes}{rest[rest.index('}') :]}"


async def after_evictions(*numbers: int) -> Pair:
    """Azure takes these of four machines within a quarter of an hour, and they are made up for."""
    pair = Pair(4, "min: 1", more=SPOT)
    wants(pair, 4)
    await pair.after(minutes=2)
    for number in numbers:
        await pair.evicts(number)
        await pair.after(minutes=4)
    assert [one.node for one in (await pair.book_of("private")).evictions] == [
        pair.name(one) for one in numbers
    ]
    return pair


async def test_in_a_wave_of_evictions_what_is_to_grow_grows_elsewhere_and_stays_until_it_rests() -> None:
    pair = await after_evictions(0, 1, 2, 3)
    wants(pair, 6)
    await pair.after(minutes=10)
    assert sizes(pair) == (4, 3), "what it has was made up for, and what it is to grow by came elsewhere"
    wants(pair, 4)
    await pair.after(minutes=15)
    assert sizes(pair) == (4, 3), "nobody goes while the wave lasts"
    await pair.after(minutes=80)
    assert await what_is_wrong(pair, 4, 1) == []


async def test_after_the_wave_the_pool_has_what_it_is_to_grow_by_and_the_others_go() -> None:
    pair = await after_evictions(0, 1, 2, 3)
    wants(pair, 6)
    await pair.after(minutes=120)
    assert await what_is_wrong(pair, 6, 1) == []


async def test_three_evictions_are_no_wave() -> None:
    pair = await after_evictions(0, 1, 2)
    wants(pair, 6)
    await pair.after(minutes=15)
    assert await what_is_wrong(pair, 6, 1) == []
    assert sum(one for one in pair.ordered if one > 0) == 3 + 2


async def told(by_evictions: bool, wire: Tripwire) -> list[str]:
    """A process that ends where the wire says, while another pool stands in; and what is wrong at the end."""
    pair = await after_evictions(0, 1, 2, 3) if by_evictions else await short_of_two()
    wants(pair, 6)
    pair.app, pair.forgives = pair.new_app(wire), (Crash,)
    for _ in range(40):
        await pair.after(minutes=1)
        if wire.reached:
            break
    pair.restarts()
    pair.is_full = False
    await pair.after(minutes=150)
    return await what_is_wrong(pair, 6, 1)


@pytest.mark.parametrize("by_evictions", [False, True], ids=["no room", "evictions"])
@pytest.mark.parametrize("at", [30, 120, 210, 333])
async def test_whatever_call_was_the_last_another_process_goes_on(by_evictions: bool, at: int) -> None:
    wire = Tripwire(at)
    assert await told(by_evictions, wire) == [], f"crash after {wire.calls[-1]}"
    assert wire.reached
