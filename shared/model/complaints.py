"""Complaints: what DC/OS says is wrong, as it is remembered between two readings of its health.

One row per node that anything is said against (and one for the cluster as a whole, with an empty address), so that a
well cluster keeps nothing. They are remembered only to tell a change from what is known already.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from .health import Role
from .signals import Severity

CLUSTER = ""
"""The address under which complaints about the whole cluster stand."""


class Topic(StrEnum):
    """Which reading a complaint came from: only the same reading can take it back."""

    UNITS = "units"
    CHECKS = "checks"
    ENSEMBLE = "ensemble"
    MARATHON = "marathon"


class Complaint(Struct, frozen=True):
    """`why` names the component and what its failure takes down, in a sentence for people. `says` is what the unit or
    check itself printed, shortened."""

    topic: Topic
    severity: Severity
    why: str
    since: datetime
    says: str = ""


class Complaints(Struct, frozen=True):
    """What is said against one address, by the name of the unit or check. `absent_since`: nothing was said of this
    address since then, though others were spoken of."""

    address: str
    role: Role | None
    against: Mapping[str, Complaint]
    absent_since: datetime | None = None

    @property
    def is_of_the_cluster(self) -> bool:
        """Masters stand for the whole: a complaint is over when no master has it any more."""
        return self.address == CLUSTER or self.role is Role.MASTER
