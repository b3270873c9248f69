"""An operation that stands at a step of another version of the app waits for that one, and then for a person."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from shared.errors import Retry
from shared.model.incidents import IncidentState
from tests.cli.typed import asked
from tests.scene import Scene

STRANGE = "polish"


async def standing_at(step: str) -> Scene:
    """A repair is under way, and a newer version has carried it on before this one came back."""
    scene = Scene(agents=6)
    await scene.after(minutes=2)
    scene.agent_dies(2)
    scene.compute.faults.always("destroy", Retry("Azure is busy", timedelta(seconds=30)))
    await scene.after(minutes=5)
    scene.compute.faults.clear()
    await put(scene, step)
    return scene


async def put(scene: Scene, step: str) -> str:
    """The step where it stood."""
    ((name, kept),) = (await scene.reader.running_operations("prod")).items()
    there = replace(kept.value, step=step, lease=None, wake_at=scene.clock.now())
    await scene.reader.operations.put("prod", f"running|{name}", there, kept.etag)
    return kept.value.step


async def test_it_does_nothing_and_a_person_is_called_after_an_hour() -> None:
    scene = await standing_at(STRANGE)
    await scene.after(minutes=50)
    assert (scene.destroyed, scene.ordered, scene.poisoned) == ([], [], [])
    assert any("its step polish is of another version" in line for line in await scene.said())
    await scene.after(minutes=15)
    (incident,) = (await scene.open_incidents()).values()
    assert incident.state is IncidentState.HANDED_OVER
    assert (scene.destroyed, scene.ordered) == ([], [])


async def test_the_version_that_knows_it_goes_on_where_it_stood() -> None:
    scene = await standing_at(STRANGE)
    await scene.after(minutes=20)
    await put(scene, "prove_dead")
    await scene.after(minutes=20)
    assert (scene.destroyed, scene.connected, await scene.open_incidents()) == (["2"], 6, {})


@pytest.mark.parametrize("words", [["explain", "_2"], ["status"], ["operations"]])
async def test_it_can_be_looked_at_meanwhile(words: list[str]) -> None:
    scene = await standing_at(STRANGE)
    result = await asked(scene, *words)
    assert result.exit_code in {0, 1}, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
