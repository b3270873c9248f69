"""Readings, events and identities that are believed as they come."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

import pytest
from msgspec.structs import replace

from shared import app
from shared.memory.scheduler import MemoryScheduler
from shared.model.readings import Failure, Reading, Value
from shared.operate import look
from shared.operate.look import Looks
from shared.ports.clock import Clock
from tests.simulation.broken.variant import Variant


def _what_cannot_be_read_is_empty(stack: pytest.MonkeyPatch) -> None:
    """A failed reading of Azure counts as an empty list, and one of the masters as masters without agents."""
    original, last = look._read, dict[str, Any]()

    async def read(clock: Clock, source: str, call: Awaitable[Any]) -> Reading[Any]:
        reading: Reading[Any] = await original(clock, source, call)
        if not isinstance(reading, Failure):
            last[source] = reading.value
            return reading
        if source == "azure.instances":
            return Value((), source, clock.now())
        if source == "azure.addresses":
            return Value({}, source, clock.now())
        if source == "mesos" and source in last:
            return Value(replace(last[source], agents=()), source, clock.now())
        return reading

    stack.setattr(look, "_read", read)


def _an_old_look_is_good_enough(stack: pytest.MonkeyPatch) -> None:
    original = Looks.since

    async def since(self: Looks, eyes: Any, cluster: Any, after: Any) -> Any:
        _, latest = self._latest.get(cluster.name, (None, None))
        return latest or await original(self, eyes, cluster, after)

    stack.setattr(Looks, "since", since)


def _our_own_echoes_are_heard(stack: pytest.MonkeyPatch) -> None:
    original = app.hear

    def hear(raw: Any, policy: Any, own_ids: Any, now: Any, mark: Any) -> Any:
        return original(raw, policy, frozenset(), now, mark)

    stack.setattr(app, "hear", hear)


def _machines_are_not_taken_up_again(stack: pytest.MonkeyPatch) -> None:
    """On masters without MARK_AGENT_GONE a machine is told to be down, and whoever gets its address next stays out."""

    async def machine_up(self: MemoryScheduler, hostname: str, address: str) -> None:
        return None

    stack.setattr(MemoryScheduler, "machine_up", machine_up)


OF_SENSES: tuple[Variant, ...] = (
    Variant("what cannot be read is empty", _what_cannot_be_read_is_empty).seen(4),
    Variant("an old look is good enough", _an_old_look_is_good_enough).seen(1),
    Variant("our own echoes are heard", _our_own_echoes_are_heard).seen(11),
    Variant("machines are not taken up again", _machines_are_not_taken_up_again).seen(5),
)
