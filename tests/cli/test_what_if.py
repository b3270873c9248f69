"""An operator asks what would be done, by another policy, about a cluster as it was."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from typer.testing import Result

from shared.errors import Retry
from tests.cli.typed import asked, data_of, typed, words_of
from tests.scene import Scene


async def with_a_dead_agent() -> Scene:
    scene = Scene(agents=6, mode="observe")
    await scene.after(minutes=2)
    scene.agent_dies(2)
    await scene.after(minutes=5)
    return scene


@pytest.fixture
async def saved(tmp_path: Path) -> tuple[Scene, Path]:
    scene, file = await with_a_dead_agent(), tmp_path / "prod.json"
    assert (await asked(scene, "snapshot", "save", str(file))).exit_code == 0
    return scene, file


async def later(*words: str, width: int = 300) -> Result:
    """Without any storage."""
    return await asyncio.to_thread(typed, *words, width=width)


def a_policy(directory: Path, text: str) -> str:
    file = directory / "other.yaml"
    file.write_text(text)
    return str(file)


async def test_saving_tells_what_is_in_the_file_and_keeps_it_from_others(tmp_path: Path) -> None:
    scene, file = await with_a_dead_agent(), tmp_path / "prod.json"
    told = words_of(await asked(scene, "snapshot", "save", str(file), width=300))
    assert f"{file} has prod as it was at 2026-11-22 03:07" in told
    assert file.stat().st_mode & 0o077 == 0


async def test_what_could_not_be_read_is_told(tmp_path: Path) -> None:
    scene = await with_a_dead_agent()
    scene.scheduler.faults.always(
        "state", Retry("the masters do not answer", scene.clock.now() - scene.clock.now())
    )
    result = await asked(scene, "snapshot", "save", str(tmp_path / "prod.json"), "--json", width=300)
    (failure,) = data_of(result)["failures"]
    assert failure.startswith("masters: mesos: the masters do not answer")


async def test_a_file_that_is_there_is_not_written_over_by_mistake(saved: tuple[Scene, Path]) -> None:
    scene, file = saved
    before = file.read_bytes()
    result = await asked(scene, "snapshot", "save", str(file), width=300)
    assert (result.exit_code, file.read_bytes()) == (2, before)
    assert "add --over" in result.stderr
    assert (await asked(scene, "snapshot", "save", str(file), "--over")).exit_code == 0


async def test_a_snapshot_is_decided_on_by_the_policy_of_then(saved: tuple[Scene, Path]) -> None:
    scene, file = saved
    told = words_of(await later("decide", "--snapshot", str(file)))
    assert f"{scene.name(2)} private, unreachable: hold" in told
    assert "Nothing is done by this command." in told


async def test_another_policy_is_told_with_every_guards_answer(
    saved: tuple[Scene, Path], tmp_path: Path
) -> None:
    scene, file = saved
    other = a_policy(tmp_path, scene.policy.replace("mode: observe", "mode: enforce"))
    result = await later("decide", "--snapshot", str(file), "--policy", other, "--json")
    (decision,) = data_of(result)["decisions"]
    assert (decision["verdict"], decision["remedy"], decision["node"]) == ("act", "replace", scene.name(2))
    assert {"mode", "storm", "ledger", "self_doubt"} <= {one["guard"] for one in decision["answers"]}
    assert all(one["allowed"] for one in decision["answers"])


async def test_the_same_inputs_are_told_in_the_same_bytes(saved: tuple[Scene, Path]) -> None:
    _, file = saved
    first, second = [
        (await later("decide", "--snapshot", str(file), "--json")).stdout_bytes for _ in range(2)
    ]
    assert first == second


async def test_a_policy_with_faults_is_told_with_its_line(saved: tuple[Scene, Path], tmp_path: Path) -> None:
    scene, file = saved
    other = a_policy(tmp_path, scene.policy.replace("mode: observe", "mode: enforced"))
    result = await later("decide", "--snapshot", str(file), "--policy", other)
    assert result.exit_code == 1
    assert "enforced" in result.stdout


async def test_a_policy_without_the_cluster_is_told(saved: tuple[Scene, Path], tmp_path: Path) -> None:
    scene, file = saved
    other = a_policy(tmp_path, scene.policy.replace("  prod:", "  test:"))
    result = await later("decide", "--snapshot", str(file), "--policy", other)
    assert result.exit_code == 1
    assert "The snapshot is of 'prod', and the policy knows only test." in result.stderr


@pytest.mark.parametrize("content", ["", "[]", '{"format": 7}'])
def test_another_file_is_a_mistake_in_the_command(tmp_path: Path, content: str) -> None:
    file = tmp_path / "x.json"
    file.write_text(content)
    result = typed("decide", "--snapshot", str(file), width=300)
    assert result.exit_code == 2
    assert "see `snapshot save`" in result.stderr
