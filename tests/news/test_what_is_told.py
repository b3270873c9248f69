"""What people are told: hand-overs, approvals, storms, each once, with what they need to go on."""

from __future__ import annotations

from shared.model.news import NewsKind
from shared.model.signals import Severity
from tests.news.readers import ALL, Readers, with_a_hand_over
from tests.scene import SET, Scene


async def test_a_hand_over_says_what_was_seen_tried_not_done_and_what_to_do() -> None:
    readers = await with_a_hand_over()
    (told,) = readers.notifier.told
    assert told.title == f"prod: {SET}_1 needs a person"
    assert told.severity is Severity.CRITICAL
    parts = told.text.split("What ")
    seen, tried, undone, todo = parts[1:]
    assert "gone since 2026-11-22 03:02:00 UTC" in seen
    assert "await_join took longer than 300 s: no new agent has joined yet" in tried
    assert "    prove_gone: Azure does not know it any more" in tried
    assert "the steps await_join, " in undone
    assert f"python -m cli explain {SET}_1@" in todo
    assert "why its DC/OS agent does not register" in todo


async def test_a_hand_over_is_told_once_however_often_the_audit_is_read() -> None:
    readers = await with_a_hand_over()
    await readers.after(minutes=30)
    assert len(readers.notifier.told) == 1


async def test_an_incident_without_a_rung_left_is_handed_over_with_everything_that_was_tried() -> None:
    scene = Scene(agents=6, more="repair: {ladder: [restart]}")
    scene.cured_by = frozenset()
    readers = Readers(scene)
    await readers.after(minutes=2)
    scene.agent_dies(2)
    await readers.after(minutes=15)
    (told,) = readers.notifier.told
    assert "restart (failed): await_recovery took longer than 300 s" in told.text
    assert "no rung of the ladder is left" in told.text


async def test_an_approval_is_asked_for_with_the_command_to_type() -> None:
    scene = Scene(agents=6, mode="propose")
    readers = Readers(scene)
    await readers.after(minutes=2)
    scene.agent_dies(2)
    await readers.after(minutes=10)
    (told,) = readers.notifier.told
    assert told.title.endswith("waits for your approval")
    (incident,) = (await scene.open_incidents()).values()
    assert f"python -m cli approve {incident.id} replace" in told.text


async def test_a_storm_is_told_when_it_begins_and_when_it_is_over() -> None:
    scene = Scene(agents=6)
    readers = Readers(scene)
    await readers.after(minutes=2)
    for number in (1, 2, 3):
        scene.agent_dies(number)
    await readers.after(minutes=2)
    assert readers.titles == ["prod: private has a storm: nothing is touched"]
    for number in (1, 2, 3):
        scene.agent_comes_back(number)
    await readers.after(minutes=20)
    assert readers.titles[1:] == ["prod: private has no storm any more"]


async def test_who_wants_everything_hears_of_a_repair_from_beginning_to_end() -> None:
    scene = Scene(agents=6)
    readers = Readers(scene, f"notify: [{{to: ONCALL_URL, about: {ALL}, per_hour: 100}}]")
    await readers.after(minutes=2)
    await scene.hears(scene.machine_is_deleted(1))
    await readers.after(minutes=6)
    short = [title.removeprefix(f"prod: {SET}_1 ") for title in readers.titles]
    assert short[:2] == ["is not well", "is being helped"]
    assert short[-2:] == ["was helped", "is over"]
    assert short.count("one step further") == len((await scene.closed_operations())[0].steps)


async def test_what_is_below_the_least_or_not_asked_for_is_not_told() -> None:
    scene = Scene(agents=6, mode="propose")
    readers = Readers(scene, "notify: [{to: ONCALL_URL, least: critical}]")
    await readers.after(minutes=2)
    scene.agent_dies(2)
    await readers.after(minutes=3)
    assert readers.notifier.told == []
    assert len(readers.published(NewsKind.APPROVAL_ASKED)) == 1


async def test_the_pool_s_own_list_counts_and_not_the_file_s() -> None:
    scene = Scene(agents=6, mode="propose", more="notify: [{to: TEAM_URL}]")
    readers = Readers(scene)
    readers.notifier._settings = frozenset({"TEAM_URL", "ONCALL_URL"})
    await readers.after(minutes=2)
    scene.agent_dies(2)
    await readers.after(minutes=3)
    assert [one.to for one in readers.notifier.told] == ["TEAM_URL"]


async def test_a_policy_that_is_not_obeyed_is_told_with_its_first_faults() -> None:
    scene = Scene()
    readers = Readers(scene)
    await readers.after(minutes=2)
    good, scene.policy = scene.policy, scene.policy.replace("enforce", "enforced")
    await scene.after(minutes=1)
    scene.policy = good
    await readers.look()
    assert readers.titles == ["poolkeeper: policy file as it is now is not obeyed"]
    assert "found 'enforced'" in readers.last.text


async def test_programs_get_everything_as_events_with_ids_that_stay() -> None:
    readers = await with_a_hand_over()
    kinds = {one.kind for one in readers.events.published}
    assert {NewsKind.INCIDENT_OPENED, NewsKind.OPERATION_BEGUN, NewsKind.INCIDENT_HANDED_OVER} <= kinds
    ids = [one.id for one in readers.events.published]
    assert len(ids) == len(set(ids))
    (over,) = readers.published(NewsKind.INCIDENT_HANDED_OVER)
    assert (over.pool, over.data["remedy"], over.data["condition"]) == ("private", "replace", "gone")
