"""Whatever happens, in whatever order: the invariants hold at every moment, and in the end the pool is whole, or a
storm holds everything, or a person knows why not."""

from __future__ import annotations

import asyncio

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from shared.audit import verify
from shared.model.incidents import IncidentState
from tests.healing.player import Player

type Step = tuple[str, int, int]

STEPS = st.tuples(st.sampled_from(Player.VERBS), st.integers(0, 30), st.sampled_from([0, 1, 7, 30, 61, 200]))


@given(steps=st.lists(STEPS, min_size=2, max_size=14))
@settings(max_examples=60, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
def test_the_invariants_hold_in_any_story(steps: list[Step]) -> None:
    assert asyncio.run(wrong_with(steps)) == []


async def wrong_with(steps: list[Step]) -> list[str]:
    """What is wrong during and after this story."""
    player = Player()
    scene = player.scene
    await scene.sweeps()
    for verb, number, seconds in steps:
        await player.play(verb, number, seconds)
    await player.calm(minutes=35)
    complaints = list(player.observer.complaints)
    complaints += [f"healthy machine {id} was destroyed" for id in scene.wronged]
    complaints += [f"the audit breaks at {one}" for one in verify(await scene.audit(), "")]
    open_ones = (await scene.open_incidents()).values()
    handed_over = {one.node for one in open_ones if one.state is IncidentState.HANDED_OVER}
    waiting = [one for one in open_ones if one.node not in handed_over]
    late = [one.node for one in waiting if one.wake_at is None or one.wake_at < scene.clock.now()]
    complaints += [f"{node} is open and nobody will look" for node in late]
    complaints += [
        f"{entry.node} holds a place for nothing"
        for entry in (await scene.ledger()).active
        if entry.node not in handed_over
    ]
    complaints += [f"{one.id} still runs" for one in await scene.running()]
    if not handed_over and (await scene.ledger()).storm_since is None:
        complaints += [f"{one.node} is open: {one.because}" for one in waiting]
        if not scene.connected == scene.capacity == len(scene.listed) == 6:
            complaints.append(
                f"{scene.connected} connected, {scene.capacity} wanted, {len(scene.listed)} listed"
            )
    return complaints
