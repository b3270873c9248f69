"""Telling people and programs what has happened.

Nothing waits for this: what is told comes from a queue, long after what is told of was done. `Retry` is tried again
later, `Refused` never works until somebody mends a setting, `Poison` cannot be told at all. None of them ever says what
is in an address, because addresses hold keys.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from shared.model.news import News
from shared.model.signals import Severity


class Notifier(Protocol):
    async def send(self, to: str, severity: Severity, title: str, text: str) -> None:
        """One message to whoever the app setting `to` holds the address of; plain text. Returns when it was taken."""
        ...


class Events(Protocol):
    async def publish(self, news: Sequence[News]) -> None:
        """Each as one CloudEvent, all or none; publishing one again is seen by its id."""
        ...
