"""Times and addresses as Mesos writes them, and nothing else.

Durations in flags are a number with a unit, `10mins` (apache/mesos:3rdparty/stout/include/stout/duration.hpp). Times
are seconds since 1970 as a float in the older endpoints and in GET_MASTER, and `{"nanoseconds": n}` in v1. A process
is addressed as `slave(1)@10.32.0.4:5051`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from msgspec import Struct

UNITS_S = {
    "ns": 1e-9,
    "us": 1e-6,
    "ms": 1e-3,
    "secs": 1.0,
    "mins": 60.0,
    "hrs": 3600.0,
    "days": 86400.0,
    "weeks": 604800.0,
}

DEFAULT_REREGISTER_WINDOW = timedelta(minutes=10)
"""Mesos's default, and the least that it accepts (apache/mesos:src/master/constants.hpp)."""


class Nanoseconds(Struct, frozen=True):
    nanoseconds: int


def duration(text: str) -> timedelta:
    """`10mins`, `1.5hrs`. `ValueError` for anything else."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([a-z]+)", text.strip())
    if found is None or found[2] not in UNITS_S:
        raise ValueError(f"not a duration of Mesos: {text!r}")
    try:
        return timedelta(seconds=float(found[1]) * UNITS_S[found[2]])
    except OverflowError as error:
        raise ValueError(f"not a duration of Mesos: {text[:40]!r}") from error


def window(*flags: str | None) -> timedelta:
    """The re-register window from the first flag that is given (its name changed with Mesos 1.4), else the default."""
    given = next((flag for flag in flags if flag), None)
    return duration(given) if given else DEFAULT_REREGISTER_WINDOW


def time(value: float | Nanoseconds) -> datetime:
    """Aware UTC. `ValueError` for what is no time (NaN, years beyond 9999)."""
    seconds = value.nanoseconds / 1e9 if isinstance(value, Nanoseconds) else value
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError) as error:
        raise ValueError(f"not a time: {seconds!r}") from error


def latest(*values: float | Nanoseconds | None) -> datetime | None:
    return max((time(value) for value in values if value is not None), default=None)


def host_of(pid: str) -> str:
    """`10.32.0.4` of `slave(1)@10.32.0.4:5051`. `ValueError` when there is no host in it."""
    host = pid.rpartition("@")[2].rpartition(":")[0]
    if not host or "@" not in pid:
        raise ValueError(f"not the address of a Mesos process: {pid!r}")
    return host.strip("[]")
