"""The process ends at any call of a port; another one goes on from storage.

A crash just before a call leaves the same world behind as a crash just after the call before it, so every moment
between two calls is met once.
"""

from __future__ import annotations

import pytest

from shared.model.mesos import Generation
from tests.healing.stories import STORIES, Loss, deleted, quick_scene, what_is_wrong
from tests.watched import Crash, Tripwire

TOLD = [(story, Generation.MARK_GONE) for story in STORIES] + [(deleted, Generation.MAINTENANCE)]


@pytest.mark.parametrize(("story", "generation"), TOLD, ids=lambda one: getattr(one, "__name__", one))
async def test_whatever_call_was_the_last_another_process_goes_on(
    story: Loss, generation: Generation
) -> None:
    at, reached, wrong = 1, True, list[str]()
    while reached:
        wire = Tripwire(at)
        found = await tell(story, generation, wire)
        if found:
            wrong.append(f"crash after call {at} ({wire.calls[-1]}): {'; '.join(found)}")
        at, reached = at + 1, wire.reached
    assert wrong == []
    assert at > 70, "a story has many calls"


async def tell(story: Loss, generation: Generation, wire: Tripwire) -> list[str]:
    """The story with a crash where the wire says, and what is wrong at its end."""
    scene = quick_scene(generation)
    await scene.sweeps()
    lost_agent = scene.agent_of(1)
    scene.app, scene.forgives = scene.new_app(wire), (Crash,)
    event = story(scene)
    if event is not None:
        try:
            await scene.hears(event)
        except Crash:
            pass  # Event Grid would deliver it again; here nobody does
    for _ in range(9):
        await scene.after(seconds=20)
        if wire.reached:
            scene.restarts()
            await scene.after(minutes=5)
            break
    return await what_is_wrong(scene, lost_agent, story)
