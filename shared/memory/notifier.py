"""Whoever is told, in memory: what came is kept in order, and `faults` makes it not come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from shared.errors import Refused
from shared.memory.faults import Faults
from shared.model.news import News
from shared.model.signals import Severity
from shared.ports.notifier import Events, Notifier


class Told(NamedTuple):
    to: str
    severity: Severity
    title: str
    text: str


class MemoryNotifier(Notifier):
    """`settings` are the names that have an address."""

    def __init__(self, settings: frozenset[str] = frozenset({"ONCALL_URL"})) -> None:
        self.faults = Faults()
        self.told: list[Told] = []
        self._settings = settings

    async def send(self, to: str, severity: Severity, title: str, text: str) -> None:
        self.faults.before("send")
        if to not in self._settings:
            raise Refused("notifier", "no_address", {"setting": to})
        self.told.append(Told(to, severity, title, text))
        self.faults.after("send")


class MemoryEvents(Events):
    def __init__(self) -> None:
        self.faults = Faults()
        self.published: list[News] = []

    async def publish(self, news: Sequence[News]) -> None:
        self.faults.before("publish")
        self.published.extend(news)
        self.faults.after("publish")
