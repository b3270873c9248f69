"""Readings, events and identities that are believed as they come."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

import pytest

from shared.memory.scheduler import MemoryScheduler
from shared.model.readings import Failure, Reading, Value
from shared.operate import look
from shared.operate.look import Looks
from shared.ports.clock import Clock
from shared.signals import event_grid
from tests.simulation.broken import tales
from tests.simulation.broken.variant import Variant


def _what_cannot_be_read_is_as_it_was(stack: pytest.MonkeyPatch) -> None:
    """A failed reading counts as the last one that succeeded, taken now."""
    original, last = look._read, dict[str, Any]()

    async def read(clock: Clock, source: str, call: Awaitable[Any]) -> Reading[Any]:
        reading: Reading[Any] = await original(clock, source, call)
        if isinstance(reading, Failure):
            return Value(last[source], source, clock.now()) if source in last else reading
        last[source] = reading.value
        return reading

    stack.setattr(look, "_read", read)


def _an_old_look_is_good_enough(stack: pytest.MonkeyPatch) -> None:
    original = Looks.since

    async def since(self: Looks, eyes: Any, cluster: Any, after: Any) -> Any:
        _, latest = self._latest.get(cluster.name, (None, None))
        return latest or await original(self, eyes, cluster, after)

    stack.setattr(Looks, "since", since)


def _our_own_echoes_are_heard(stack: pytest.MonkeyPatch) -> None:
    original = event_grid.hear

    def hear(raw: Any, policy: Any, own_ids: Any, now: Any, mark: Any) -> Any:
        return original(raw, policy, frozenset(), now, mark)

    stack.setattr("shared.app.hear", hear)


def _machines_are_not_taken_up_again(stack: pytest.MonkeyPatch) -> None:
    """On masters without MARK_AGENT_GONE a machine is told to be down, and whoever gets its address next stays out."""

    async def machine_up(self: MemoryScheduler, hostname: str, address: str) -> None:
        return None

    stack.setattr(MemoryScheduler, "machine_up", machine_up)


def _the_quarantine_keeps_nothing(stack: pytest.MonkeyPatch) -> None:
    async def quarantine(*args: Any) -> str:
        return "nowhere"

    stack.setattr("shared.app.quarantine", quarantine)


def _nothing_is_confirmed(stack: pytest.MonkeyPatch) -> None:
    """What is seen once is acted on at once."""
    stack.setattr("shared.decide.repair._until", lambda situation, *others: situation.now)


OF_SENSES: tuple[Variant, ...] = (
    Variant("what cannot be read is as it was", _what_cannot_be_read_is_as_it_was).told_by(
        "healing/test_guards_are_asked_twice.py::test_a_reading_that_fails_before_the_destruction_stops_it",
        "who cannot be read can mostly be ordered nothing either",
    ),
    Variant("an old look is good enough", _an_old_look_is_good_enough).seen(tales.CROWD, 5),
    Variant("our own echoes are heard", _our_own_echoes_are_heard).told_by(
        "app/test_bad_input.py::test_our_own_echo_is_told_and_wakes_nobody",
        "a signal only has it look, and it finds its own work",
    ),
    Variant("machines are not taken up again", _machines_are_not_taken_up_again).seen(tales.OLD_MASTERS, 5),
    Variant("the quarantine keeps nothing", _the_quarantine_keeps_nothing).told_by(
        "app/test_bad_input.py::test_what_failed_too_often_is_kept_as_it_was",
        "nobody replays it there",
    ),
    Variant("nothing is confirmed", _nothing_is_confirmed).told_by(
        "incidents/test_wrong_numbers.py::test_an_agent_that_one_reading_leaves_out_is_not_lost",
        "its masters leave out all agents or none",
    ),
)
