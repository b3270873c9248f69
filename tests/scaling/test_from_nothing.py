"""A pool that may be empty: what waits in the morning brings as many machines as it needs, and they go again."""

from __future__ import annotations

from datetime import timedelta

from shared.errors import Retry
from shared.model.sizes import size_of
from shared.ports.store import Table
from tests.prod import POOL
from tests.scaling.stage import Office
from tests.scaling.waits import AGENT, Waits
from tests.watched import Crash, Tripwire
from tests.works import WEB

FIRST, EACH = 5, 23  # a part of the calls
CALM = "signals: [{of: waiting}], window: 20m, shrink_pause: 5m, protect_new: 10m"


def quiet(agents: int, more: str = "") -> Waits:
    """Nothing runs in the pool but what the story brings."""
    waits = Waits(CALM, agents, more)
    waits.policy = waits.policy.replace("{min: 1, max: 40}", "{min: 0, max: 40}")
    waits.tasks = 0
    for id in waits.scheduler.agents:
        waits.scheduler.run(id, WEB, 0)
    waits.turns()
    return waits


async def night(waits: Waits) -> Waits:
    """All of the pool goes."""
    waits.burst = 0
    await waits.after(minutes=120)
    assert (waits.capacity, waits.connected) == (0, 0)
    waits.ordered.clear()
    return waits


async def test_after_a_night_without_machines_as_many_come_as_what_waits_needs() -> None:
    waits = await night(quiet(2))
    waits.burst = 3
    await waits.after(minutes=5)
    assert sum(waits.ordered) == 3  # the first, and at most as many again each minute
    await waits.after(minutes=5)
    assert (waits.waiting, waits.connected, sum(waits.ordered)) == (0, 3, 3)
    await night(waits)
    assert await waits.open_incidents() == {}


async def test_a_restart_of_the_app_forgets_nothing_of_what_machines_hold() -> None:
    waits = await night(quiet(2))
    waits.restarts()
    waits.burst = 3
    await waits.after(minutes=5)
    assert sum(waits.ordered) == 3  # the first, and at most as many again each minute
    await waits.after(minutes=5)
    assert (waits.waiting, waits.connected, sum(waits.ordered)) == (0, 3, 3)


async def test_of_a_pool_that_never_had_a_machine_one_comes_on_trial_and_then_the_rest() -> None:
    waits = quiet(0)
    await waits.after(minutes=2)
    waits.burst = 3
    await waits.after(minutes=3)
    assert waits.ordered == [1]
    assert any("one machine on trial" in line for line in await waits.said())
    decision = (await waits.open_incidents())[size_of("private")].decision
    assert decision is not None
    assert "one machine on trial" in decision.because  # which is what `status` shows
    await waits.after(minutes=9)
    assert (waits.waiting, waits.connected, sum(waits.ordered)) == (0, 3, 3)
    await night(waits)
    assert await waits.open_incidents() == {}


async def test_what_the_policy_says_of_machines_spares_the_trial() -> None:
    waits = quiet(0, "offers: {cpus: 4, mem: 8000, disk: 50000}")
    waits.burst = 3
    await waits.after(minutes=5)
    assert sum(waits.ordered) == 3
    await waits.after(minutes=5)
    assert waits.waiting == 0


async def test_a_trial_that_holds_nothing_of_what_waits_is_the_last() -> None:
    waits = quiet(0)
    waits.huge = 5
    await waits.after(minutes=120)
    assert (waits.ordered, waits.capacity, waits.connected) == ([1], 0, 0)


async def test_machines_of_another_size_than_before_are_tried_first() -> None:
    waits = await night(quiet(2))
    waits.compute.makes(POOL, "Standard_D8s_v3")
    waits.burst = 3
    await waits.after(minutes=3)
    assert waits.ordered == [1]
    await waits.after(minutes=9)
    assert (waits.waiting, sum(waits.ordered)) == (0, 3)
    (kept,) = (await waits.reader.offers("prod")).values()
    assert (kept.size, kept.free) == ("Standard_D8s_v3", {"*": AGENT})


async def test_nobody_is_tried_while_azure_does_not_say_which_machines_it_makes() -> None:
    waits = await night(quiet(2))
    waits.compute.faults.always("scale_set", Retry("Azure answered 503", timedelta(minutes=1)))
    waits.burst = 3
    await waits.after(minutes=5)
    assert waits.ordered == []


async def test_what_agents_offer_is_written_when_it_changes_and_not_at_each_look() -> None:
    waits = quiet(2)
    await waits.after(minutes=3)
    before = await waits.store.get(Table.LEDGER, "prod|offers", "private")
    await waits.after(minutes=10)
    after = await waits.store.get(Table.LEDGER, "prod|offers", "private")
    assert before is not None
    assert before == after


async def test_whatever_call_was_the_last_another_process_goes_on_with_the_trial() -> None:
    at, reached, wrong = FIRST, True, list[str]()
    while reached:
        waits, wire = quiet(0), Tripwire(at)
        waits.burst = 2
        waits.app, waits.forgives = waits.new_app(wire), (Crash,)
        await waits.after(minutes=4)
        waits.restarts()
        await waits.after(minutes=21)
        found = (waits.waiting, waits.connected, sum(waits.ordered), await waits.open_incidents())
        if found != (0, 2, 2, {}):
            wrong.append(f"crash after call {at} ({wire.calls[-1]}): {found}")
        at, reached = at + EACH, wire.reached
    assert wrong == []
    assert at > FIRST + 4 * EACH, "a story has many calls"


async def test_by_the_clock_a_pool_is_empty_at_night_and_there_in_the_morning() -> None:
    office = Office(4, "target: 3", "target: 0")
    office.policy = office.policy.replace("{min: 1, max: 40}", "{min: 0, max: 40}")
    office.tasks = 0
    for id in office.scheduler.agents:
        office.scheduler.run(id, WEB, 0)
    await office.after(minutes=60)
    assert (office.capacity, office.connected) == (3, 3)
    await office.after(minutes=180)
    assert (office.capacity, office.connected) == (0, 0)
    await office.after(minutes=20 * 60 + 40)
    assert (office.capacity, office.connected) == (3, 3)
    assert await office.open_incidents() == {}


async def test_of_a_pool_that_is_to_be_empty_no_reading_is_missed() -> None:
    waits = quiet(2)
    waits.policy = waits.policy.replace("signals: [", "signals: [{of: cpu}, {of: memory}, ")
    await night(waits)
    told = len(await waits.said())
    await waits.after(minutes=240)
    assert await waits.open_incidents() == {}
    assert (await waits.said())[told:] == []
    waits.burst = 3
    await waits.after(minutes=10)
    assert (waits.waiting, waits.connected) == (0, 3)


async def test_a_pool_that_follows_what_is_in_use_alone_stays_empty_and_calls_nobody() -> None:
    waits = quiet(2)
    waits.policy = waits.policy.replace("{of: waiting}", "{of: cpu}")
    await night(waits)
    await waits.after(minutes=240)
    assert (waits.capacity, await waits.open_incidents()) == (0, {})
