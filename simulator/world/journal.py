"""Everything that truly happened.

Observers that must not trust the product (the demo's verdict, the invariants of the simulation) read this and not
the product's own audit: which instance was destroyed, on whose order, and whether it was healthy at that instant.
Only the world writes here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class By(StrEnum):
    """Who made something happen."""

    CLIENT = "client"
    """A caller of the ARM or Mesos interface: the product under test, or an operator's tool."""
    OPERATOR = "operator"
    """A person, through the portal or the CLI; in the simulator a verb of the world."""
    PLATFORM = "platform"
    """Azure itself: an eviction, a host crash."""
    FAULT = "fault"
    """The story: a process was killed, a machine froze."""
    MESOS = "mesos"
    """The masters, by their own rules."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something. `principal_id` and `app_id` are what Event Grid tells about a caller of ARM."""

    by: By
    name: str = ""
    principal_id: str = ""
    app_id: str = ""


OPERATOR = Actor(
    By.OPERATOR, "operator", "11111111-1111-4111-8111-111111111111", "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
)
PLATFORM = Actor(By.PLATFORM, "azure")
FAULT = Actor(By.FAULT, "fault")
MESOS = Actor(By.MESOS, "mesos")


@dataclass(frozen=True, slots=True)
class Entry:
    """One fact. `healthy` is the subject's true health just before, where that means something."""

    time: datetime
    what: str
    subject: str
    by: Actor
    healthy: bool | None = None
    detail: Mapping[str, str] = field(default_factory=dict)


class Journal:
    """Entries in the order in which they happened."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def write(self, entry: Entry) -> None:
        self.entries.append(entry)

    def of(self, *what: str) -> list[Entry]:
        """The entries of these kinds, in order."""
        return [entry for entry in self.entries if entry.what in what]

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)
