"""What people say and do while a pool changes its size: overrides, approvals, pauses, another policy."""

from __future__ import annotations

from datetime import timedelta

from shared.model.incidents import IncidentState
from shared.model.mesos import Framework, Generation, workload_key
from shared.model.operations import OperationState
from shared.model.overrides import Override, OverrideKind
from shared.model.sizes import size_of
from shared.records import override_row
from tests.cli.typed import asked, words_of
from tests.scaling.stage import NIGHT, Office, schedules

SIZE = size_of("private")


async def said(office: Office, kind: OverrideKind, subject: str, minutes: int = 600, **sizes: object) -> None:
    now = office.clock.now()
    word = Override(kind, subject, "ann", "a launch", now, now + timedelta(minutes=minutes), **sizes)  # type: ignore[arg-type]
    await office.reader.overrides.put("prod", override_row(word), word, "*")


async def taken_back(office: Office, kind: OverrideKind, subject: str) -> None:
    row = override_row(Override(kind, subject, "", "", office.clock.now()))
    await office.reader.overrides.put(
        "prod", row, Override(kind, subject, "ann", "", office.clock.now(), office.clock.now()), "*"
    )


async def test_a_person_s_size_beats_the_clock_until_it_runs_out() -> None:
    office = Office(4, day="target: 4")
    await said(office, OverrideKind.SIZE, "private", minutes=20, target=7)
    await office.after(minutes=19)
    assert (office.connected, office.capacity) == (7, 7)
    await office.after(minutes=21)
    assert (office.connected, office.capacity, office.running_tasks) == (4, 4, 8)


async def test_a_person_s_size_is_kept_within_the_hard_bounds() -> None:
    office = Office(4, day="")
    await said(office, OverrideKind.SIZE, "private", target=99)
    await office.after(minutes=20)
    assert office.capacity == 40


async def test_a_pool_without_schedules_or_words_is_left_as_it_is() -> None:
    office = Office(4, day="")
    await office.after(minutes=120)
    assert (office.ordered, office.destroyed, await office.reader.courses("prod")) == ([], [], {})


async def test_where_the_mode_is_propose_a_person_is_asked_first() -> None:
    office = Office(mode="propose")
    await office.after(minutes=40)
    incident = (await office.open_incidents())[SIZE]
    assert (incident.proposed, office.ordered) == ("grow", [])
    told = words_of(await asked(office, "approve", incident.id, "--why", "a launch"))
    assert "grow" in told
    await office.after(minutes=10)
    assert office.connected == 6
    await office.after(minutes=45)
    going = sorted((await office.open_incidents()).values(), key=lambda one: one.node)
    assert [one.proposed for one in going] == ["shrink", "shrink"]
    assert office.destroyed == []
    await said(office, OverrideKind.APPROVE, going[0].id, remedy="shrink")
    await office.after(minutes=8)
    assert office.destroyed == [going[0].node.rpartition("_")[2]]
    assert office.running_tasks == 8


async def test_where_the_mode_is_observe_it_is_only_told() -> None:
    office = Office(mode="observe")
    await office.after(minutes=40)
    assert (office.ordered, (await office.ledger()).wanted) == ([], 4)
    assert any("6 nodes and not 4 are wanted" in line for line in await office.said())


async def test_a_pause_in_the_middle_of_growing_is_kept_and_then_it_goes_on() -> None:
    office = Office(boot_s=600)
    await office.after(minutes=15, seconds=1)
    await said(office, OverrideKind.PAUSE, "private", minutes=120)
    await office.after(minutes=30)
    await taken_back(office, OverrideKind.PAUSE, "private")
    await office.after(minutes=12)
    assert (office.connected, await office.running()) == (6, [])


async def test_a_pause_in_the_middle_of_shrinking_destroys_nothing() -> None:
    office = Office(6)
    await office.after(minutes=88)
    await said(office, OverrideKind.PAUSE, "private", minutes=20)
    await office.after(minutes=15)
    assert (office.destroyed, office.connected) == ([], 6)
    await office.after(minutes=20)
    assert (office.connected, office.running_tasks) == (4, 12)


async def test_a_policy_that_wants_it_back_in_the_middle_gives_the_machine_back_and_kills_no_task() -> None:
    """What Chronos runs only Chronos moves, so that emptying takes as long as that."""
    office = Office(6, generation=Generation.MARK_GONE)
    office.scheduler.frameworks["chronos"] = Framework("chronos", "chronos", ("*",))
    for id in list(office.scheduler.agents):
        office.scheduler.run(id, workload_key("chronos", "job"), 1)
    await office.after(minutes=90, seconds=30)
    agents = dict(office.scheduler.agents)
    assert {one.step for one in await office.running()} == {"move_tasks"}
    assert [id for id in agents if not office.scheduler.takes_tasks(id)] != []
    office.policy = office.policy.replace("target: 4", "target: 6")
    await office.after(minutes=10)
    assert (office.destroyed, office.connected) == ([], 6)
    assert set(office.scheduler.agents) == set(agents)
    assert all(office.scheduler.takes_tasks(id) for id in office.scheduler.agents)
    states = {one.state for one in await office.closed_operations() if one.subject.node != SIZE}
    assert states == {OperationState.WITHDRAWN}


async def test_schedules_that_are_taken_out_leave_the_pool_as_it_is() -> None:
    office = Office()
    await office.after(minutes=40)
    office.policy = office.policy.replace(schedules(NIGHT), "").replace(office.plan, "")
    await office.after(minutes=80)
    assert (office.connected, office.destroyed) == (6, [])


async def test_somebody_who_shrinks_the_set_by_hand_is_made_up_for_by_the_clock() -> None:
    office = Office()
    await office.after(minutes=40)
    await office.hears(office.pool_is_resized(5))
    await office.after(minutes=15)
    assert (office.connected, office.capacity) == (6, 6)


async def test_a_schedule_that_was_missed_for_hours_is_caught_up() -> None:
    office = Office()
    await office.after(minutes=5)
    office.clock.advance(timedelta(minutes=50))
    office._next_sweep = office.clock.now() + timedelta(seconds=1)
    await office.after(minutes=6)
    assert office.connected == 6


async def test_a_growth_that_no_machine_follows_is_handed_over_once() -> None:
    office = Office()
    office.booting = False
    await office.after(minutes=60)
    incident = (await office.open_incidents())[SIZE]
    assert incident.state is IncidentState.HANDED_OVER
    (operation,) = [one for one in await office.closed_operations() if one.subject.node == SIZE]
    assert operation.state is OperationState.HANDED_OVER
