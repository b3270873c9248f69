"""Hearing an event as the app does, with the policy of the builders."""

from __future__ import annotations

from datetime import datetime

from shared.model.signals import Signal
from shared.signals.event_grid import Ear, Heard, hear
from tests.builders import NOW, policy
from tests.signals.events import Json


def only(event: Json, now: datetime = NOW) -> Heard:
    """The one answer."""
    (found,) = hear(event, policy(), frozenset(), now)
    return found


def signals(event: Json, now: datetime = NOW) -> list[Signal]:
    """What it becomes, when it becomes signals."""
    found = hear(event, policy(), frozenset(), now)
    assert {one.ear for one in found} == {Ear.SIGNAL}
    return [one.signal for one in found if one.signal is not None]


def signal(event: Json, now: datetime = NOW) -> Signal:
    (one,) = signals(event, now)
    return one
