"""The maintenance schedule of a cluster, as a document: what is in it, and how one machine is added or taken out.

There is one schedule per cluster and posting replaces all of it, so everybody else's windows go back exactly as they
came, byte by byte, also what this product does not know of them. Only the window that holds our machine is touched.
A machine is its hostname and its address, both, as its agent announces them; a machine may be in the schedule once.
Source: apache/mesos:docs/maintenance.md, include/mesos/v1/maintenance/maintenance.proto.

Pure; machines.py does the talking.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
from msgspec import Raw, Struct

from shared.dcos.quantities import Nanoseconds

MICROSECOND = timedelta(microseconds=1)


class Machine(Struct, frozen=True):
    """`hostname` and `ip` (IPv4 text) exactly as the agent announces them."""

    hostname: str = ""
    ip: str = ""

    def same_as(self, other: Machine) -> bool:
        """Mesos compares hostnames without case."""
        return self.hostname.lower() == other.hostname.lower() and self.ip == other.ip


class Unavailability(Struct, frozen=True, omit_defaults=True):
    """From when on, and for how long; without an end when that is not given."""

    start: Nanoseconds
    duration: Nanoseconds | None = None


class _Window(Struct):
    machine_ids: tuple[Machine, ...] = ()
    unavailability: Unavailability | None = None


class Schedule(Struct, frozen=True):
    windows: tuple[Raw, ...] = ()


class _Draining(Struct):
    id: Machine


class Status(Struct, frozen=True):
    """Who is down and who is about to be; the rest of the cluster is up."""

    down_machines: tuple[Machine, ...] = ()
    draining_machines: tuple[_Draining, ...] = ()

    def is_down(self, machine: Machine) -> bool:
        return any(machine.same_as(one) for one in self.down_machines)

    def is_draining(self, machine: Machine) -> bool:
        return any(machine.same_as(one.id) for one in self.draining_machines)


_schedule = msgspec.json.Decoder(Schedule)
_status = msgspec.json.Decoder(Status)
_window = msgspec.json.Decoder(_Window)

FROM_NOW_ON = Unavailability(Nanoseconds(1))
"""Unavailable since 1970, without an end: the machine behind the window is not coming back, and frameworks that ask
whether the window is open (Marathon 1.6 and later) must see it open whatever their clock says."""


def unavailability(start: datetime, duration: timedelta) -> Unavailability:
    """`ValueError` for a time without a zone, and for a duration that is none. To the microsecond."""
    if start.tzinfo is None or duration <= timedelta(0):
        raise ValueError(f"no maintenance window: {start!r}, {duration!r}")
    since_1970 = (start - datetime(1970, 1, 1, tzinfo=UTC)) // MICROSECOND
    return Unavailability(Nanoseconds(since_1970 * 1000), Nanoseconds(duration // MICROSECOND * 1000))


def schedule(body: bytes) -> Schedule:
    """`msgspec.MsgspecError` when malformed. Mesos answers `{}` when nothing is scheduled."""
    found = _schedule.decode(body)
    for window in found.windows:
        _window.decode(window)
    return found


def status(body: bytes) -> Status:
    return _status.decode(body)


def holds(current: Schedule, machine: Machine) -> bool:
    return any(_has(window, machine) for window in current.windows)


def window_of(current: Schedule, machine: Machine) -> Unavailability | None:
    """When the machine is in maintenance by the schedule; None when it is not in it."""
    found = (_window.decode(window) for window in current.windows if _has(window, machine))
    return next((window.unavailability or FROM_NOW_ON for window in found), None)


def with_machine(current: Schedule, machine: Machine, when: Unavailability = FROM_NOW_ON) -> Schedule:
    """The schedule with a window of its own for the machine, or unchanged when the machine is in it already."""
    if holds(current, machine):
        return current
    ours = msgspec.json.encode({"machine_ids": [machine], "unavailability": when})
    return Schedule((*current.windows, Raw(ours)))


def without_machine(current: Schedule, machine: Machine) -> Schedule:
    """The schedule without the machine. A window that held it alone goes; one that holds others loses only it."""
    kept: list[Raw] = []
    for window in current.windows:
        if not _has(window, machine):
            kept.append(window)
        elif any(not machine.same_as(one) for one in _window.decode(window).machine_ids):
            kept.append(_stripped(window, machine))
    return Schedule(tuple(kept))


def _has(window: Raw, machine: Machine) -> bool:
    return any(machine.same_as(one) for one in _window.decode(window).machine_ids)


def _stripped(window: Raw, machine: Machine) -> Raw:
    document = msgspec.json.decode(window, type=dict[str, Raw])
    machines = msgspec.json.decode(document["machine_ids"], type=list[Raw])
    document["machine_ids"] = Raw(
        msgspec.json.encode(
            [one for one in machines if not machine.same_as(msgspec.json.decode(one, type=Machine))]
        )
    )
    return Raw(msgspec.json.encode(document))
