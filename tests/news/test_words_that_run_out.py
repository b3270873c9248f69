"""What people said has an end: it is told, and a day later it is not listed any more. And a proposal's whole life."""

from __future__ import annotations

from datetime import timedelta

from shared.model.news import NewsKind
from shared.model.overrides import Override
from tests.cli.typed import asked, data_of
from tests.news.readers import Readers
from tests.scene import Scene

BECAUSE = ("--why", "seen it")


async def with_a_proposal() -> Readers:
    scene = Scene(agents=6, mode="propose")
    readers = Readers(scene)
    await readers.after(minutes=2)
    scene.agent_dies(2)
    await readers.after(minutes=3)
    return readers


async def said(scene: Scene) -> list[Override]:
    return [kept.value for kept in (await scene.reader.overrides.between("prod", "", "")).values()]


async def settles(readers: Readers) -> None:
    await readers.scene.app.housekeep()
    await readers.look()


async def test_a_proposal_is_told_approved_by_command_and_done() -> None:
    readers = await with_a_proposal()
    (asking,) = readers.notifier.told
    command = next(line for line in asking.text.splitlines() if line.startswith("Agree:"))
    words = command.removeprefix("Agree:").replace("python -m cli", "").replace('"..."', "yes").split()
    result = await asked(readers.scene, *words)
    assert result.exit_code == 0, "what the letter says can be typed as it is"
    await readers.after(minutes=8)
    assert readers.scene.destroyed == ["2"]
    assert [one.outcome for one in await readers.scene.closed_incidents()] == [
        "all 2 tasks that it had run again"
    ]
    assert {NewsKind.OPERATION_DONE, NewsKind.INCIDENT_RESOLVED} <= {
        one.kind for one in readers.events.published
    }


async def test_a_proposal_that_is_rejected_is_left_alone_and_not_asked_for_again() -> None:
    readers = await with_a_proposal()
    (incident,) = (await readers.scene.open_incidents()).values()
    assert (await asked(readers.scene, "reject", incident.id, *BECAUSE)).exit_code == 0
    await readers.after(minutes=15)
    await settles(readers)
    assert readers.scene.destroyed == []
    assert len(readers.titles) == 1


async def test_an_approval_that_ran_out_unused_is_told_once_with_the_command() -> None:
    readers = await with_a_proposal()
    await asked(readers.scene, "pause", *BECAUSE)
    await asked(readers.scene, "approve", "_2", *BECAUSE, "--for", "10m")
    await readers.after(minutes=11)
    await asked(readers.scene, "resume")
    await readers.after(minutes=2)
    await settles(readers)
    await settles(readers)
    assert readers.scene.destroyed == []
    assert len(readers.titles) == 2
    assert "has run out and was not used: replace waits for approval again" in readers.last.text
    (incident,) = (await readers.scene.open_incidents()).values()
    assert f"approve {incident.id} replace" in readers.last.text


async def test_an_approval_that_was_used_runs_out_in_silence() -> None:
    readers = await with_a_proposal()
    await asked(readers.scene, "approve", "_2", *BECAUSE, "--for", "10m")
    await readers.after(minutes=12)
    await settles(readers)
    assert readers.scene.destroyed == ["2"]
    assert len(readers.titles) == 1


async def test_a_pause_that_ends_by_itself_is_told() -> None:
    readers = Readers(Scene(agents=6))
    await readers.after(minutes=2)
    await asked(readers.scene, "pause", "private", *BECAUSE, "--for", "5m")
    await readers.after(minutes=6)
    await settles(readers)
    assert "pause (seen it) has run out: repair goes on where it was held" in readers.last.text


async def test_a_size_that_ends_by_itself_is_told() -> None:
    readers = Readers(Scene(agents=6))
    await readers.after(minutes=2)
    await asked(readers.scene, "size", "set", "private", "--target", "6", *BECAUSE, "--for", "5m")
    await readers.after(minutes=6)
    await settles(readers)
    assert (
        "size target 6 (seen it) has run out: the size follows schedules and load again" in readers.last.text
    )
    assert readers.last.title == "prod: private has a word about it that ran out"


async def test_what_ran_out_a_day_ago_is_dropped_and_the_audit_has_it() -> None:
    readers = Readers(Scene(agents=6))
    scene = readers.scene
    await scene.after(minutes=2)
    await asked(scene, "pause", "private", *BECAUSE, "--for", "5m")
    scene.clock.advance(timedelta(hours=24))
    for _ in range(2):
        await scene.app.housekeep()
    assert [one.subject for one in await said(scene)] == ["private"]
    scene.clock.advance(timedelta(minutes=6))
    for _ in range(2):
        await scene.app.housekeep()
    assert data_of(await asked(scene, "overrides", "--json")) == []
    (line,) = [one for one in await scene.said() if "is not listed any more" in one]
    assert (
        "the word of ann: pause (seen it) is not listed any more: it ran out at 2026-11-22 03:07:00 UTC"
        in line
    )


async def test_a_pause_without_an_end_is_never_dropped() -> None:
    readers = Readers(Scene(agents=6))
    scene = readers.scene
    await scene.after(minutes=2)
    await asked(scene, "pause", *BECAUSE)
    scene.clock.advance(timedelta(days=400))
    await scene.app.housekeep()
    assert len(await said(scene)) == 1


async def test_a_rejection_is_dropped_a_day_after_its_incident_is_over() -> None:
    readers = await with_a_proposal()
    scene = readers.scene
    await asked(scene, "reject", "_2", *BECAUSE)
    scene.clock.advance(timedelta(days=2))
    await scene.app.housekeep()
    assert len(await said(scene)) == 1, "its incident is open"
    scene.agent_comes_back(2)
    scene._next_sweep = scene.clock.now() + timedelta(seconds=1)
    await scene.after(minutes=2)
    assert await scene.open_incidents() == {}
    await scene.app.housekeep()
    assert await said(scene) == []


async def test_an_approval_stays_while_what_it_began_is_at_work() -> None:
    readers = await with_a_proposal()
    scene = readers.scene
    scene.booting = False
    await asked(scene, "approve", "_2", *BECAUSE, "--for", "5m")
    await scene.after(minutes=1)
    assert len(await scene.running()) == 1
    scene.clock.advance(timedelta(days=2))
    for _ in range(2):
        await scene.app.housekeep()
    assert len(await said(scene)) == 1
