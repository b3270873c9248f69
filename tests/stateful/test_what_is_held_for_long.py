"""A service that never comes to rest keeps its nodes from being repaired; after an hour a person knows of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from shared.model.incidents import IncidentState
from tests.scene import Scene
from tests.stateful.grounds import CASSANDRA
from tests.stateful.test_one_member_at_a_time import CALM, RING

HELD = "(private held)"


def scene_of() -> Scene:
    scene = Scene(agents=6, more=f"{CALM}\n        repair: {{ladder: [replace]}}")
    scene.cured_by = frozenset()
    scene.works.serve("cassandra", RING, CASSANDRA)
    return scene


def has_errors(scene: Scene) -> None:
    scene.works.services["cassandra"].errors = ("a step has failed",)


def is_silent(scene: Scene) -> None:
    scene.works.blind.add("cassandra")


@pytest.mark.parametrize("trouble", [has_errors, is_silent])
async def test_a_person_is_called_when_nothing_but_a_service_stood_in_the_way_for_an_hour(
    trouble: Callable[[Scene], None],
) -> None:
    scene = scene_of()
    await scene.sweeps()
    trouble(scene)
    scene.agent_dies(1)
    await scene.after(minutes=59)
    assert HELD not in await scene.open_incidents()
    await scene.after(minutes=4)
    held = (await scene.open_incidents())[HELD]
    assert (held.state, scene.destroyed) == (IncidentState.HANDED_OVER, [])
    assert "cassandra" in held.outcome
    scene.works.services["cassandra"].errors = ()
    scene.works.blind.clear()
    await scene.after(minutes=20)
    assert (scene.destroyed, await scene.open_incidents()) == (["1"], {})


async def test_nobody_is_called_for_what_a_person_has_stopped() -> None:
    scene = scene_of()
    scene.policy = scene.policy.replace("mode: enforce", "mode: observe")
    await scene.sweeps()
    has_errors(scene)
    scene.agent_dies(1)
    await scene.after(minutes=70)
    assert HELD not in await scene.open_incidents()
