"""An operator sees what a policy changes, and brings it to the app."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from shared.audit import AuditLog
from shared.errors import Conflict, Unknown
from shared.memory.store import MemoryStore
from shared.model.audit import NOBODYS, AuditKind
from shared.policy.in_force import Change, PolicyInForce
from shared.policy.pushed import PUSHED, Pushed, pushed_text, put_pushed, read_pushed
from shared.ports.store import Table, Write
from tests.cli.typed import asked, data_of, words_of
from tests.scene import START, Scene


@pytest.fixture
async def scene() -> Scene:
    scene = Scene(mode="observe")
    await scene.after(minutes=2)
    return scene


def a_file(directory: Path, text: str, name: str = "new.yaml") -> str:
    file = directory / name
    file.write_text(text)
    return str(file)


def enforcing(scene: Scene) -> str:
    return scene.policy.replace("mode: observe", "mode: enforce")


async def test_the_difference_from_what_is_in_force_is_told_with_what_is_bolder_first(
    scene: Scene, tmp_path: Path
) -> None:
    text = enforcing(scene).replace("min: 1, max: 40", "min: 2, max: 40")
    told = words_of(await asked(scene, "policy", "diff", a_file(tmp_path, text), width=300))
    assert told.startswith("1 pool begins to be touched: prod/private The app may do more:")
    assert "clusters.prod.pools.private.mode observe → enforce" in told
    assert told.index(".mode ") < told.index("capacity.min 1 → 2")


async def test_two_files_are_compared_without_storage(scene: Scene, tmp_path: Path) -> None:
    scene.store.faults.always("get", Unknown("no storage here"))
    first, second = a_file(tmp_path, scene.policy, "a.yaml"), a_file(tmp_path, enforcing(scene), "b.yaml")
    found = data_of(await asked(scene, "policy", "diff", first, second, "--json"))
    assert found["enforced"] == ["prod/private"]
    back = data_of(await asked(scene, "policy", "diff", second, first, "--json"))
    assert (back["enforced"], back["left"]) == ([], ["prod/private"])


async def test_files_of_the_same_effect_are_told_as_such(scene: Scene, tmp_path: Path) -> None:
    told = await asked(scene, "policy", "diff", a_file(tmp_path, f"# a remark\n{scene.policy}"))
    assert "Both have the same effect." in told.stdout


async def test_a_policy_that_enforces_more_is_pushed_only_with_the_number_of_pools(
    scene: Scene, tmp_path: Path
) -> None:
    file = a_file(tmp_path, enforcing(scene))
    for words in ([], ["--pools", "2"]):
        result = await asked(scene, "policy", "push", file, "--why", "it is time", *words, width=300)
        assert result.exit_code == 1
        assert "1 pool would begin to be touched (prod/private)" in result.stderr
        assert (await read_pushed(scene.store)).pushed is None
    assert (await asked(scene, "policy", "push", file, "--why", "it is time", "--pools", "1")).exit_code == 0
    pushed = (await read_pushed(scene.store)).pushed
    assert pushed is not None
    assert (pushed.who, pushed.why, pushed.text) == ("ann", "it is time", enforcing(scene))


async def test_who_pushed_and_why_is_in_the_audit(scene: Scene, tmp_path: Path) -> None:
    await asked(scene, "policy", "push", a_file(tmp_path, scene.policy), "--why", "the first one")
    (entry,) = [
        one for one in await AuditLog(scene.store).read(NOBODYS, START) if one.record.kind is AuditKind.PERSON
    ]
    assert entry.record.text.startswith("ann pushes policy version ")
    assert entry.record.text.endswith(": the first one")


async def test_a_policy_with_faults_is_not_pushed(scene: Scene, tmp_path: Path) -> None:
    file = a_file(tmp_path, scene.policy.replace("mode: observe", "mode: observed"))
    result = await asked(scene, "policy", "push", file, "--why", "so")
    assert result.exit_code == 1
    assert "observed" in result.stdout
    assert (await read_pushed(scene.store)).pushed is None


async def test_what_lies_there_already_is_not_pushed_again(scene: Scene, tmp_path: Path) -> None:
    file = a_file(tmp_path, scene.policy)
    await asked(scene, "policy", "push", file, "--why", "the first one")
    again = await asked(scene, "policy", "push", file, "--why", "another reason")
    assert "lies in storage already: ann pushed it." in again.stdout
    pushed = (await read_pushed(scene.store)).pushed
    assert pushed is not None
    assert pushed.why == "the first one"


async def test_an_app_that_obeys_a_file_is_told_of(scene: Scene, tmp_path: Path) -> None:
    told = words_of(await asked(scene, "policy", "push", a_file(tmp_path, scene.policy), "--why", "so"))
    assert "the app obeys a file of its package" in told
    assert "POOLKEEPER_POLICY_FILE=storage" in told


async def test_the_calendars_beside_the_file_go_with_it(scene: Scene, tmp_path: Path) -> None:
    event = "BEGIN:VEVENT\nUID:one\nDTSTART;VALUE=DATE:20261224\nSUMMARY:Eve\nEND:VEVENT\n"
    calendar = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//tests//EN\n{event}END:VCALENDAR\n"
    (tmp_path / "days.ics").write_text(calendar)
    text = scene.policy + "calendars:\n  ours: {dates: [2026-12-24], ics: days.ics}\n"
    result = await asked(scene, "policy", "push", a_file(tmp_path, text), "--why", "so")
    assert result.exit_code == 0, result.output
    assert b"#:ics days.ics" in await pushed_text(scene.store)


async def test_the_app_obeys_what_was_pushed_and_keeps_the_last_good_one_when_that_is_broken() -> None:
    store, scene = MemoryStore(), Scene()
    in_force = PolicyInForce(lambda: pushed_text(store), "storage", store)
    first = Pushed("v1", "policy.yaml", scene.policy, START, "ann")
    await put_pushed(store, first, await read_pushed(store))
    assert (await in_force.current(START)).change is Change.LOADED
    broken = Pushed("v2", "policy.yaml", "version: 1", START, "bob")
    await put_pushed(store, broken, await read_pushed(store))
    now = await in_force.current(START + timedelta(minutes=1))
    assert (now.change, now.policy.clusters[0].name) == (Change.REJECTED, "prod")


async def test_of_two_who_push_at_once_one_is_told() -> None:
    store = MemoryStore()
    seen = await read_pushed(store)
    await put_pushed(store, Pushed("v1", "a.yaml", "a", START, "ann"), seen)
    with pytest.raises(Conflict):
        await put_pushed(store, Pushed("v2", "b.yaml", "b", START, "bob"), seen)
    lying = await read_pushed(store)
    assert lying.pushed is not None
    assert lying.pushed.who == "ann"


async def test_a_push_whose_answer_was_lost_and_that_is_repeated_is_done() -> None:
    store = MemoryStore()
    seen, pushed = await read_pushed(store), Pushed("v1", "a.yaml", "a", START, "ann")
    await put_pushed(store, pushed, seen)
    await put_pushed(store, pushed, seen)
    lying = await read_pushed(store)
    assert lying.pushed == pushed


@pytest.mark.parametrize("body", [None, b"{}", b"not json"])
async def test_a_storage_without_a_readable_policy_is_like_a_missing_file(body: bytes | None) -> None:
    store = MemoryStore()
    if body is not None:
        await store.write(Table.POLICY, "policy", Write(PUSHED, body, None))
    with pytest.raises(OSError, match=PUSHED):
        await pushed_text(store)
