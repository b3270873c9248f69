"""One task after the other leaves an agent that is much fuller than the rest of its pool, and what it was good for is
measured."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from shared.model.audit import AuditKind
from shared.model.incidents import IncidentState
from shared.model.mesos import Amounts
from shared.model.nodes import Condition
from shared.model.operations import OperationState, Plan
from tests.scaling.crowded import LOAD, Crowded
from tests.watched import Call

DEEP = "rebalance: {load: true, hot: 60%}"


def shop(more: str = LOAD, **other: Any) -> Crowded:
    """The fourth agent is 95 % full, the second has one more task of the same application."""
    crowded = Crowded(more, **other)
    crowded.runs("/shop", 1.2, 4, 4, 4, 2)
    return crowded


async def states(crowded: Crowded) -> list[OperationState]:
    return [one.state for one in await crowded.closed_operations() if one.plan is Plan.RELIEVE]


async def nothing_is_left(crowded: Crowded) -> None:
    """No operation, no place in the ledger, no open incident; every application is whole."""
    assert (await crowded.running(), (await crowded.ledger()).active) == ([], ())
    assert await crowded.open_incidents() == {}
    assert all(len(app.tasks) == app.wanted for app in crowded.works.apps.values())
    assert (crowded.destroyed, crowded.ordered, crowded.poisoned) == ([], [], [])


async def test_a_task_leaves_the_fullest_agent_and_it_is_measured_what_that_was_good_for() -> None:
    crowded = shop()
    await crowded.after(minutes=3)
    assert (crowded.ended, crowded.tasks_on(4), crowded.tasks_on(1)) == (["shop.old-0"], 2, 1)
    measured = next(one.record for one in await crowded.audit() if "paid" in one.record.data)
    assert measured.text == "measured: 95% before, 65% after: it is on agent-S1"
    assert (measured.data["load"]["before"], measured.data["after"], measured.data["paid"]) == (
        0.95,
        0.65,
        True,
    )
    (incident,) = await crowded.closed_incidents()
    assert (incident.condition, incident.state) == (Condition.HOT, IncidentState.RESOLVED)
    assert "95% full, the mean of the pool is 35%" in incident.because
    await nothing_is_left(crowded)


async def test_the_numbers_of_the_decision_are_in_the_audit() -> None:
    crowded = shop()
    await crowded.after(minutes=3)
    (opened,) = [one.record for one in await crowded.audit() if one.record.kind is AuditKind.OPENED]
    assert opened.data["load"] == {
        "fullest": 0.95,
        "mean": pytest.approx(0.35),
        "task": "shop.old-0",
        "app": "/shop",
        "before": 0.95,
        "after": 0.65,
        "may_come_to": 3,
    }


async def test_the_next_one_moves_when_the_first_has_settled_and_no_more_than_pay() -> None:
    crowded = Crowded(DEEP)
    crowded.runs("/shop", 0.5, 4, 4, 4, 4, 4, 4, 4)
    for minutes, moved in ((5, 1), (4, 1), (5, 2), (11, 3), (60, 3)):
        await crowded.after(minutes=minutes)
        assert len(crowded.ended) == moved
    assert (crowded.tasks_on(4), await states(crowded)) == (4, [OperationState.DONE] * 3)
    await nothing_is_left(crowded)


async def test_what_comes_back_to_the_same_agent_is_told_and_nothing_moves_for_a_day() -> None:
    crowded = Crowded()
    crowded.runs("/shop", 1.2, 1, 2)
    crowded.runs("/mill", 2.4, 1, 2)
    await crowded.after(minutes=3)
    failed = (
        "95% before, 95% after: it came back to the same agent; that did not pay, and nothing moves in pool"
    )
    assert f"{crowded.name(0)}: operation failed: {failed} private until 23 03:01 UTC" in await crowded.said()
    assert await states(crowded) == [OperationState.FAILED]
    await nothing_is_left(crowded)
    crowded.restarts()
    await crowded.after(minutes=60)
    assert len(crowded.ended) == 1
    last = await crowded.last_move()
    assert last is not None
    assert last.rests_until is not None
    await crowded.reader.keep_last_move("prod", "private", replace(last, rests_until=crowded.clock.now()))
    await crowded.after(minutes=3)
    assert len(crowded.ended) == 2, "the next day"


async def test_a_move_that_gains_too_little_rests_the_pool_too() -> None:
    """While it moves somebody starts another task on the same agent."""
    crowded = shop()

    async def around(call: Call) -> Any:
        answer = await call.go()
        if call.name == "workloads.kill":
            crowded.runs("/batch", 1.0, 4)
        return answer

    crowded.app = crowded.new_app(around)
    await crowded.after(minutes=30)
    assert (crowded.ended, await states(crowded)) == (["shop.old-0"], [OperationState.FAILED])
    last = await crowded.last_move()
    assert last is not None
    assert (last.before, last.after) == (0.95, 0.9)
    await nothing_is_left(crowded)


async def test_a_pool_that_does_not_ask_for_it_is_never_asked_what_runs_there() -> None:
    asked: list[str] = []

    async def around(call: Call) -> Any:
        asked.append(call.name)
        return await call.go()

    crowded = shop("rebalance: {load: false}")
    crowded.app = crowded.new_app(around)
    await crowded.after(minutes=5)
    assert (crowded.ended, [name for name in asked if name.startswith("workloads")]) == ([], [])


async def test_an_application_that_does_not_become_whole_calls_a_person_and_holds_up_nobody() -> None:
    crowded = shop()
    crowded.works.largest = Amounts(1.0, 10.0)
    await crowded.after(minutes=15)
    incident = (await crowded.open_incidents())[crowded.name(3)]
    assert (incident.condition, incident.state) == (Condition.HOT, IncidentState.HANDED_OVER)
    assert "await_whole took longer than 600 s: 3 of 4 tasks of /shop are up" in incident.outcome
    assert ((await crowded.ledger()).active, crowded.ended) == ((), ["shop.old-0"])
    crowded.agent_dies(3)
    await crowded.after(minutes=15)
    assert crowded.destroyed == ["3"], "it is repaired as every other one"


async def test_who_is_ill_meanwhile_is_repaired_at_once() -> None:
    crowded = shop()
    crowded.works.largest = Amounts(1.0, 10.0)
    await crowded.after(minutes=3)
    crowded.agent_dies(3)
    await crowded.after(minutes=4)
    assert (crowded.destroyed, await states(crowded)) == (["3"], [OperationState.WITHDRAWN])


async def test_who_fails_elsewhere_meanwhile_does_not_wait_for_the_application() -> None:
    crowded = shop()
    crowded.works.largest = Amounts(1.0, 10.0)
    await crowded.after(minutes=3)
    crowded.agent_dies(1)
    await crowded.after(minutes=4)
    assert (crowded.destroyed, await states(crowded)) == (["1"], [OperationState.WITHDRAWN])
    last = await crowded.last_move()
    assert last is not None
    assert last.rests_until is not None


@pytest.mark.parametrize(
    "other",
    [
        {"is_resident": True},
        {"minimum_health": 1.0, "wanted": 5},
        {"constraints": (("hostname", "LIKE", "agent-S4"),)},
        {"service": "shop"},
        {"needs": None},
    ],
    ids=["keeps data", "is not whole", "may run nowhere else", "is a scheduler", "says not what it needs"],
)
async def test_what_may_not_move_stays(other: dict[str, Any]) -> None:
    crowded = shop()
    crowded.works.apps["/shop"] = replace(crowded.works.apps["/shop"], **other)
    if "wanted" in other:
        crowded.works.largest = Amounts(1.0, 10.0)
    await crowded.after(minutes=5)
    assert (crowded.ended, await crowded.open_incidents()) == ([], {})


async def test_what_a_deployment_touches_stays_until_it_is_over() -> None:
    crowded = shop()
    crowded.works.deployments["d-1"] = ("/shop",)
    await crowded.after(minutes=5)
    assert crowded.ended == []
    crowded.works.deployments.clear()
    await crowded.after(minutes=6)
    assert crowded.ended == ["shop.old-0"]


async def test_what_could_not_be_read_does_not_move() -> None:
    crowded = shop()
    crowded.works.blind.add("apps")
    await crowded.after(minutes=5)
    assert crowded.ended == []


async def test_nothing_moves_while_a_machine_is_missing() -> None:
    crowded = Crowded(boot_s=600)
    await crowded.after(minutes=2)
    crowded.runs("/shop", 1.2, 4, 4, 4, 3)
    await crowded.hears(crowded.machine_is_deleted(1))
    await crowded.after(minutes=8)
    assert (crowded.ended, crowded.connected) == ([], 3)
    await crowded.after(minutes=20)
    assert (crowded.ended, crowded.connected) == (["shop.old-0"], 4)


async def test_where_nothing_is_found_to_move_it_is_not_read_again_each_minute() -> None:
    reads: list[str] = []

    async def around(call: Call) -> Any:
        reads.extend([call.name] if call.name == "workloads.read" else [])
        return await call.go()

    crowded = shop()
    crowded.works.apps["/shop"] = replace(crowded.works.apps["/shop"], is_resident=True)
    crowded.app = crowded.new_app(around)
    await crowded.after(minutes=20)
    assert (len(reads), crowded.ended) == (4, [])
