"""A person has a word: pauses, approvals and rejections, typed and obeyed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.errors import Retry
from shared.memory.clock import SteppedClock
from shared.memory.store import MemoryStore
from shared.ports.store import Table
from tests.cli.typed import asked, data_of, desk_over, typed, words_of
from tests.scene import START, Scene

BECAUSE = ("--why", "the rack is being moved")


async def with_a_proposal() -> Scene:
    """A pool in which a dead agent waits for somebody's approval."""
    scene = Scene(agents=6, mode="propose")
    await scene.after(minutes=2)
    scene.agent_dies(2)
    await scene.after(minutes=3)
    return scene


async def test_a_paused_pool_is_left_alone_until_it_is_resumed() -> None:
    scene = Scene(agents=6)
    await scene.after(minutes=2)
    told = words_of(await asked(scene, "pause", "private", *BECAUSE))
    assert "prod/private is paused until it is taken back" in told
    await scene.hears(scene.machine_is_deleted(1))
    await scene.after(minutes=20)
    assert scene.ordered == []
    assert "paused until it is taken back by ann: the rack is being moved" in words_of(
        await asked(scene, "status")
    )
    assert "paused_pool" in words_of(await asked(scene, "explain", "_1"))
    told = words_of(await asked(scene, "resume", "private"))
    assert "prod/private is not paused any more, which ann had done" in told
    await scene.after(seconds=10)
    assert scene.ordered == [1]


@pytest.mark.parametrize(("subject", "shown"), [((), "prod"), (("_1",), "_1"), (("prod",), "prod")])
async def test_a_cluster_and_a_node_can_be_paused_for_a_time(subject: tuple[str, ...], shown: str) -> None:
    scene = Scene(agents=6)
    await scene.after(minutes=2)
    told = words_of(await asked(scene, "pause", *subject, *BECAUSE, "--for", "2h"))
    assert f"{shown} is paused until 2026-11-22 05:02:00Z (in 2h00m)" in told
    assert "paused until 2026-11-22 05:02:00Z" in words_of(await asked(scene, "status"))
    await scene.hears(scene.machine_is_deleted(1))
    await scene.after(minutes=119)
    assert scene.ordered == []
    await scene.after(minutes=2)
    assert scene.ordered == [1]


@pytest.mark.parametrize("command", ["pause", "resume", "approve", "reject"])
async def test_an_unknown_name_is_told_and_nothing_is_written(command: str) -> None:
    scene = Scene()
    await scene.after(minutes=2)
    result = await asked(scene, command, "pubilc", *BECAUSE)
    assert result.exit_code == 1
    assert "'pubilc'" in result.stderr
    assert await scene.store.query(Table.OVERRIDES, "prod", "", "") == ()


async def test_a_pause_that_is_not_there_cannot_be_taken_back() -> None:
    scene = Scene()
    await scene.after(minutes=2)
    await asked(scene, "pause", "private", *BECAUSE)
    result = await asked(scene, "resume")
    assert result.exit_code == 1
    assert "prod is not paused, so nothing was written: paused is prod/private" in result.stderr


async def test_a_proposal_is_shown_with_the_command_and_begun_at_once_when_approved() -> None:
    scene = await with_a_proposal()
    (incident,) = (await scene.open_incidents()).values()
    for words in (("status",), ("explain", "_2")):
        told = words_of(await asked(scene, *words, width=200))
        assert f"replace waits for approval, type: python -m cli approve {incident.id} replace" in told
    told = words_of(await asked(scene, "approve", incident.id, "--why", "seen it"))
    assert "replace is approved for" in told
    await scene.after(seconds=2)
    assert scene.destroyed == ["2"]
    assert "replace approved by ann" in words_of(await asked(scene, "explain", "_2"))


async def test_an_approval_runs_out_unless_something_was_begun_in_its_time() -> None:
    scene = await with_a_proposal()
    await asked(scene, "pause", *BECAUSE)
    await asked(scene, "approve", "_2", "--why", "seen it", "--for", "10m")
    await scene.after(minutes=10)
    await asked(scene, "resume")
    await scene.after(minutes=5)
    assert scene.destroyed == []
    assert "waits for approval" in words_of(await asked(scene, "status"))
    assert "ran out 2026-11-22" in words_of(await asked(scene, "overrides", width=200))


async def test_what_was_rejected_is_not_done_until_it_is_approved() -> None:
    scene = Scene(agents=6)
    await scene.after(minutes=2)
    scene.agent_dies(2)
    await scene.after(seconds=70)
    told = words_of(await asked(scene, "reject", "_2", "--why", "we look at it ourselves"))
    assert "while it lasts" in told
    await scene.after(minutes=10)
    assert scene.destroyed == []
    assert "rejected by ann while it lasts: we look at it ourselves" in words_of(await asked(scene, "status"))
    await asked(scene, "approve", "_2", "replace", "--why", "we have looked")
    await scene.after(seconds=2)
    assert scene.destroyed == ["2"]


async def test_only_what_is_on_the_ladder_can_be_approved() -> None:
    scene = await with_a_proposal()
    result = await asked(scene, "approve", "_2", "reimage", "--why", "try")
    assert result.exit_code == 1
    assert "reimage is no remedy, so nothing was written: name one of replace" in result.stderr


async def test_nothing_can_be_approved_in_a_pool_that_is_only_observed() -> None:
    scene = Scene(agents=6, mode="observe")
    await scene.after(minutes=2)
    scene.agent_dies(2)
    await scene.after(minutes=3)
    result = await asked(scene, "approve", "_2", "replace", "--why", "try")
    assert (result.exit_code, "is in observe" in result.stderr) == (1, True)


async def test_an_incident_that_is_over_cannot_be_approved() -> None:
    scene = await with_a_proposal()
    (incident,) = (await scene.open_incidents()).values()
    scene.agent_comes_back(2)
    await scene.after(minutes=2)
    result = await asked(scene, "approve", incident.id, "--why", "late")
    assert result.exit_code == 1
    assert "is no open incident" in result.stderr


@pytest.mark.parametrize(
    "words", [("--why", " "), ("--why", "x", "--for", "soon"), ("--why", "x", "--for", "0s")]
)
async def test_a_word_without_a_reason_or_with_a_strange_time_is_not_written(words: tuple[str, ...]) -> None:
    scene = Scene()
    await scene.after(minutes=2)
    result = await asked(scene, "pause", *words)
    assert result.exit_code == 2
    assert "Nothing was written" in result.stderr


def test_somebody_without_a_name_has_no_word() -> None:
    desk = replace(desk_over(MemoryStore(), SteppedClock(START)), env={})
    result = typed("pause", *BECAUSE, desk=desk)
    assert (result.exit_code, "name yourself with --who" in result.stderr) == (2, True)


async def test_every_word_is_in_the_audit_with_who_and_why() -> None:
    scene = await with_a_proposal()
    await asked(scene, "pause", "private", *BECAUSE, "--who", "ben")
    await asked(scene, "resume", "private", "--why", "it is moved")
    await asked(scene, "approve", "_2", "--why", "seen it")
    said = [entry.record.text for entry in await scene.audit() if entry.record.kind == "person"]
    assert said == [
        "ben says pause: the rack is being moved",
        "ann takes back the pause of ben: it is moved",
        "ann says approve replace until 2026-11-22 04:05:00 UTC: seen it",
    ]


async def test_overrides_are_listed_also_as_data() -> None:
    scene = await with_a_proposal()
    assert "Nobody has said anything" in (await asked(scene, "overrides")).stdout
    await asked(scene, "pause", "private", *BECAUSE)
    (one,) = data_of(await asked(scene, "overrides", "--json"))
    assert (one["cluster"], one["holds"], one["override"]["subject"]) == ("prod", True, "private")


async def test_a_word_holds_also_when_the_app_could_not_be_woken() -> None:
    scene = await with_a_proposal()
    scene.queues.faults.always("send", Retry("no answer", timedelta(seconds=1)))
    told = words_of(await asked(scene, "approve", "_2", "--why", "seen it"))
    assert "could not be woken: it obeys with its next look" in told
    scene.queues.faults.clear()
    await scene.after(seconds=62)
    assert scene.destroyed == ["2"]
