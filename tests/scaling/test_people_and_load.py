"""What people say and do while load is evened out: modes, approvals, pauses, windows, another policy."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from shared.model.operations import OperationState
from shared.model.overrides import Override, OverrideKind
from shared.records import override_row
from tests.cli.typed import asked, words_of
from tests.scaling.crowded import LOAD, Crowded
from tests.watched import Call


def shop(more: str = LOAD, **other: Any) -> Crowded:
    crowded = Crowded(more, **other)
    crowded.runs("/shop", 1.2, 4, 4, 4, 2)
    return crowded


async def paused(crowded: Crowded, minutes: int) -> None:
    now = crowded.clock.now()
    word = Override(OverrideKind.PAUSE, "private", "ann", "a look", now, now + timedelta(minutes=minutes))
    await crowded.reader.overrides.put("prod", override_row(word), word, "*")


async def test_in_observe_it_is_told_and_nothing_moves() -> None:
    crowded = shop(mode="observe")
    await crowded.after(minutes=5)
    (incident,) = (await crowded.open_incidents()).values()
    assert (incident.node, incident.condition.value, incident.operation) == (crowded.name(3), "hot", None)
    assert "with shop.old-0 of /shop elsewhere it is 65% at most; refused by mode" in incident.because
    assert (crowded.ended, await crowded.last_move()) == ([], None)


async def test_in_propose_a_person_is_asked_first_and_for_each_task() -> None:
    crowded = Crowded("rebalance: {load: true, hot: 60%}", mode="propose")
    crowded.runs("/shop", 0.5, 4, 4, 4, 4, 4, 4, 4)
    await crowded.after(minutes=5)
    (incident,) = (await crowded.open_incidents()).values()
    assert (incident.proposed, crowded.ended) == ("relieve", [])
    assert "relieve waits for approval" in words_of(await asked(crowded, "status"))
    told = words_of(await asked(crowded, "approve", incident.id, "--why", "it is slow"))
    assert "relieve" in told
    await crowded.after(minutes=3)
    assert crowded.ended == ["shop.old-0"]
    await crowded.after(minutes=15)
    (following,) = (await crowded.open_incidents()).values()
    assert (following.proposed, len(crowded.ended)) == ("relieve", 1)
    assert following.id != incident.id


async def test_a_paused_pool_stays_as_it_is() -> None:
    crowded = shop()
    await paused(crowded, minutes=30)
    await crowded.after(minutes=29)
    assert crowded.ended == []
    await crowded.after(minutes=3)
    assert crowded.ended == ["shop.old-0"]


async def paused_in_between(minutes: int) -> Crowded:
    """Paused for so long at the moment at which the operation is begun."""
    crowded, said = shop(), list[str]()

    async def around(call: Call) -> Any:
        answer = await call.go()
        if call.name.startswith("store.") and await crowded.running() and not said:
            said.append(call.name)
            await paused(crowded, minutes)
        return answer

    crowded.app = crowded.new_app(around)
    await crowded.after(minutes=minutes - 1)
    assert (len(await crowded.running()), crowded.ended) == (1, [])
    return crowded


async def test_a_pause_between_the_decision_and_the_deed_is_kept() -> None:
    crowded = await paused_in_between(minutes=20)
    await crowded.after(minutes=5)
    assert [one.state for one in await crowded.closed_operations()] == [OperationState.DONE]
    assert crowded.ended == ["shop.old-0"]


async def test_where_the_policy_stops_it_meanwhile_nothing_is_ended() -> None:
    crowded = await paused_in_between(minutes=10)
    crowded.policy = crowded.policy.replace("load: true", "load: false")
    await crowded.after(minutes=10)
    assert [one.state for one in await crowded.closed_operations()] == [OperationState.WITHDRAWN]
    assert (crowded.ended, await crowded.open_incidents()) == ([], {})
    assert ((await crowded.ledger()).active, (await crowded.ledger()).started) == ((), ())


async def test_a_closed_window_is_waited_for() -> None:
    """The story begins at 03:00."""
    crowded = shop(f'{LOAD}\n        windows: [{{cron: "30 3 * * *", zone: UTC, for: 1h}}]')
    await crowded.after(minutes=29)
    assert crowded.ended == []
    await crowded.after(minutes=3)
    assert crowded.ended == ["shop.old-0"]


async def test_repair_has_the_other_half_of_what_may_begin() -> None:
    crowded = Crowded("rebalance: {load: true, hot: 30%}\n        disruption: {per_hour: 2}")
    crowded.runs("/shop", 0.5, 4, 4, 4, 4, 4, 4, 4)
    await crowded.after(minutes=50)
    assert len(crowded.ended) == 1
    crowded.agent_dies(0)
    await crowded.after(minutes=8)
    assert crowded.destroyed == ["0"]


async def test_status_and_explain_say_what_moved_and_that_the_pool_rests() -> None:
    crowded = Crowded()
    crowded.runs("/shop", 1.2, 1, 2)
    crowded.runs("/mill", 2.4, 1, 2)
    await crowded.after(minutes=3)
    status = words_of(await asked(crowded, "status"))
    assert "nothing moves until 2026-11-23 03:01:01Z" in status
    assert "shop.old-0 of /shop: 95% before, 95% after: it came back to the same agent" in status
    told = words_of(await asked(crowded, "explain", crowded.name(0)))
    assert "95% before, 95% after" in told
