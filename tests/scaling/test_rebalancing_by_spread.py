"""A lopsided pool is evened out: one machine comes, and when it has joined, one goes from where most are."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest

from shared.model.nodes import Condition
from shared.model.operations import OperationState
from shared.model.overrides import OverrideKind
from shared.model.sizes import size_of
from tests.cli.typed import asked, words_of
from tests.prod import POOL
from tests.scaling.test_people_and_sizes import said, taken_back
from tests.scaling.zones import EVEN, Zones

SIZE = size_of("private")
LATER = 'windows: [{cron: "0 4 * * *", zone: UTC, for: 1h}]'


async def what_is_left(zones: Zones) -> tuple[int, int, int]:
    """Machines, what is wanted, and tasks that do not run; after nothing is left open."""
    assert (await zones.open_incidents(), await zones.running(), (await zones.ledger()).active) == (
        {},
        [],
        (),
    )
    wanted = (await zones.ledger()).wanted or 0
    return zones.connected, wanted, zones.tasks - zones.running_tasks


async def lopsided(places: str = "11112", **other: Any) -> Zones:
    """Machines that have been there for half an hour, so that they may go."""
    zones = Zones(places, **other)
    await zones.after(minutes=30)
    return zones


async def much_later(zones: Zones, hours: float) -> None:
    """Nobody looks meanwhile."""
    zones.clock.advance(timedelta(hours=hours))
    zones._next_sweep = zones.clock.now() + timedelta(seconds=1)
    await zones.after(minutes=5)


async def test_one_step_after_the_other_until_it_is_even() -> None:
    zones = await lopsided("1111123")
    await zones.after(minutes=60)
    assert zones.counts == {"1": 3, "2": 2, "3": 2}
    assert (zones.ordered, len(zones.destroyed)) == ([1, 1], 2)
    assert (await what_is_left(zones), zones.worst) == ((7, 7, 0), 4)


async def test_the_audit_has_the_gaps_before_on_the_way_and_after() -> None:
    zones = await lopsided()
    await zones.after(minutes=30)
    told = "\n".join(await zones.said())
    assert "zone 1 has most and zone 2 fewest: 1 out of place before, 0 after" in told
    assert "zones differ by 3 and fault domains by 0 now, and at worst zones differ by 4" in told
    assert (
        "zones differ by 2 and fault domains by 0 before, zones differ by 1 and fault domains by 0 after"
        in told
    )


async def test_where_azure_makes_it_at_the_fullest_place_it_is_as_before_and_rests_for_a_day() -> None:
    zones = await lopsided()
    zones.comes_to = "1"
    await zones.after(minutes=30)
    assert (zones.counts, zones.worst) == ({"1": 4, "2": 1}, 4)
    await much_later(zones, 23)
    assert (zones.ordered, len(zones.destroyed)) == ([1], 1)
    zones.comes_to = ""
    await zones.after(minutes=80)
    assert zones.counts == {"1": 3, "2": 2}
    assert await what_is_left(zones) == (5, 5, 0)


async def test_by_default_nothing_is_evened_out() -> None:
    zones = await lopsided(more="price: 1")
    await zones.after(minutes=60)
    assert (zones.ordered, zones.destroyed) == ([], [])


async def test_what_is_even_or_full_is_let_be() -> None:
    even, full = await lopsided("1122333"), Zones("11112")
    full.policy = full.policy.replace("max: 40", "max: 5")
    await even.after(minutes=30)
    await full.after(minutes=60)
    assert (even.ordered, full.ordered) == ([], [])


async def test_a_target_of_the_clock_makes_room_for_one_more_and_a_person_s_does_not() -> None:
    zones = await lopsided(day="target: 5", night="target: 5")
    await said(zones, OverrideKind.SIZE, "private", minutes=45, target=5)
    await zones.after(minutes=44)
    assert zones.ordered == []
    await zones.after(minutes=20)
    assert (zones.counts, await what_is_left(zones)) == ({"1": 3, "2": 2}, (5, 5, 0))


async def test_it_waits_for_the_window() -> None:
    zones = await lopsided(more=f"{EVEN}\n        {LATER}")
    await zones.after(minutes=29)
    assert zones.ordered == []
    await zones.after(minutes=25)
    assert zones.counts == {"1": 3, "2": 2}


async def test_a_window_that_closes_between_keeps_the_extra_machine_until_the_next() -> None:
    zones = await lopsided(more=f"{EVEN}\n        {LATER}", boot_s=700)
    await zones.after(minutes=31)
    zones.policy = zones.policy.replace("for: 1h", "for: 5m")
    await zones.after(minutes=60)
    assert (zones.ordered, zones.destroyed, zones.connected) == ([1], [], 6)
    await much_later(zones, 22.5)
    await zones.after(minutes=30)
    assert zones.counts == {"1": 3, "2": 2}


async def test_where_the_mode_is_observe_it_is_only_told() -> None:
    zones = await lopsided(mode="observe")
    await zones.after(minutes=30)
    assert (zones.ordered, (await zones.ledger()).wanted) == ([], 5)
    assert any("Two operations: one more comes" in line for line in await zones.said())


async def test_where_the_mode_is_propose_each_of_the_two_is_asked_for() -> None:
    zones = await lopsided(mode="propose")
    await zones.after(minutes=5)
    first = (await zones.open_incidents())[SIZE]
    assert (first.proposed, zones.ordered) == ("grow", [])
    assert "Two operations" in first.because
    await said(zones, OverrideKind.APPROVE, first.id, remedy="grow")
    await zones.after(minutes=10)
    assert (zones.connected, zones.destroyed) == (6, [])
    (second,) = (await zones.open_incidents()).values()
    assert second.proposed == "shrink"
    await said(zones, OverrideKind.APPROVE, second.id, remedy="shrink")
    await zones.after(minutes=10)
    assert zones.counts == {"1": 3, "2": 2}


async def test_a_pause_between_the_two_is_kept_and_then_one_goes() -> None:
    zones = await lopsided(boot_s=200)
    await zones.after(minutes=3)
    await said(zones, OverrideKind.PAUSE, "private")
    await zones.after(minutes=60)
    assert (zones.connected, zones.destroyed) == (6, [])
    await taken_back(zones, OverrideKind.PAUSE, "private")
    await zones.after(minutes=15)
    assert (zones.counts, await what_is_left(zones)) == ({"1": 3, "2": 2}, (5, 5, 0))


async def test_a_demand_for_more_in_between_keeps_the_machine() -> None:
    zones = await lopsided(boot_s=200)
    await zones.after(minutes=3)
    await said(zones, OverrideKind.SIZE, "private", min=6)
    await zones.after(minutes=40)
    assert (zones.ordered, zones.destroyed) == ([1], [])
    assert await what_is_left(zones) == (6, 6, 0)
    assert not (await zones.ledger()).has_one_more
    assert [one.size for one in [(await zones.ledger()).one_more] if one is not None] == [0]


async def test_a_node_that_falls_ill_in_between_is_repaired_first() -> None:
    zones = await lopsided(boot_s=200)
    await zones.after(minutes=3)
    zones.agent_dies(0)
    await zones.after(minutes=60)
    assert zones.wronged == [] or len(zones.wronged) == 1
    assert (zones.gap <= 1, await what_is_left(zones)) == (True, (5, 5, 0))


async def test_no_room_in_azure_takes_the_order_back() -> None:
    zones = await lopsided()
    zones.compute.fail_operation("AllocationFailed", "no room")
    await zones.after(minutes=60)
    assert zones.destroyed == []
    assert (await zones.ledger()).wanted == 5


async def test_a_policy_that_does_not_even_out_any_more_ends_what_was_begun() -> None:
    zones = await lopsided(boot_s=200)
    await zones.after(minutes=3)
    zones.policy = zones.policy.replace(EVEN, "")
    await zones.after(minutes=30)
    assert (zones.counts, await what_is_left(zones)) == ({"1": 3, "2": 2}, (5, 5, 0))


async def test_a_machine_that_never_joins_has_nobody_go() -> None:
    zones = await lopsided()
    zones.booting = False
    await zones.after(minutes=90)
    assert (zones.connected, zones.wronged) == (5, [])
    found = {one.condition for one in (await zones.open_incidents()).values()}
    assert found == {Condition.SHORT, Condition.STUCK}


async def test_both_operations_are_kept_with_what_they_did() -> None:
    zones = await lopsided()
    await zones.after(minutes=30)
    done = await zones.closed_operations()
    assert [(one.remedy.value, one.state) for one in done] == [
        ("grow", OperationState.DONE),
        ("shrink", OperationState.DONE),
    ]


async def test_half_of_what_may_begin_within_an_hour_is_left_for_repair() -> None:
    zones = await lopsided("1" * 12 + "2", more=f"{EVEN}\n        disruption: {{at_once: 2, per_hour: 4}}")
    await zones.after(minutes=50)
    assert (zones.counts, len(zones.destroyed)) == ({"1": 10, "2": 3}, 2)
    await zones.after(minutes=60)
    assert len(zones.destroyed) == 4


@pytest.mark.parametrize("seed", range(3))
async def test_wherever_azure_makes_them_it_is_never_worse_by_more_than_one(seed: int) -> None:
    chance = random.Random(seed)
    zones = await lopsided("11112223", pick=lambda: chance.choice("123"))
    before = zones.gap
    await zones.after(minutes=120)
    assert zones.worst <= before + 1
    assert zones.gap <= before
    assert await what_is_left(zones) == (8, 8, 0)


async def test_the_status_says_that_one_more_has_come_and_that_it_has_gone() -> None:
    zones = await lopsided(boot_s=200)
    await zones.after(minutes=3)
    assert "spread one more was added" in words_of(await asked(zones, "status"))
    assert "one goes for it; 1 out of place before that" in words_of(await asked(zones, "status"))
    await zones.after(minutes=15)
    assert "one goes for it" not in words_of(await asked(zones, "status"))


async def test_a_zone_without_a_machine_counts_where_the_set_has_it() -> None:
    zones = await lopsided("111222")
    zones.compute._pools[POOL].zones = ("1", "2", "3")
    zones.comes_to = "3"
    await zones.after(minutes=60)
    assert zones.counts == {"1": 2, "2": 2, "3": 2}
    assert await what_is_left(zones) == (6, 6, 0)
