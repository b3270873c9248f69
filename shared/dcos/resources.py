"""What an agent has, and what frameworks keep on it: lists of resources as Mesos prints them, in both of its languages.

A resource is one amount of one kind for one role: `cpus` 1.5 for `*`, `disk` 60 for `kafka-role` with a volume in it.
Who reserved it is said in two ways: since Mesos 1.4 by `reservations`, a stack of which the last one counts, and before
that by `role` together with `reservation`, which is there only when it is dynamic. 1.4 and later print both while a
reservation is not refined, and only the stack when it is.

Sources: apache/mesos:include/mesos/mesos.proto (`Resource`), docs/reservation.md, docs/persistent-volume.md.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import lru_cache

from msgspec import Struct

from shared.model.mesos import ANYBODY, Amounts, Reservation, Volume
from shared.model.ports import Ports

PORTS = "ports"
_RANGE = re.compile(r"(\d{1,9})-(\d{1,9})")
_PORTS = re.compile(r"\[(\d{1,9}-\d{1,9}(, ?\d{1,9}-\d{1,9})*)?\]")


class _Scalar(Struct, gc=False):
    value: float


class _Range(Struct, gc=False):
    begin: int
    end: int


class _Ranges(Struct, gc=False):
    range: tuple[_Range, ...] = ()


class _ReservationInfo(Struct, gc=False):
    type: str = "DYNAMIC"  # the older form has no type and stands for dynamic ones alone
    role: str = ""
    principal: str = ""


class _Persistence(Struct, gc=False):
    id: str
    principal: str = ""


class _VolumeInfo(Struct, gc=False):
    container_path: str = ""


class _Source(Struct, gc=False):
    type: str = "ROOT"


class _Disk(Struct, gc=False):
    persistence: _Persistence | None = None
    volume: _VolumeInfo | None = None
    source: _Source | None = None


class Resource(Struct, gc=False):
    """One entry of `total_resources` (v1) or `reserved_resources_full` (/slaves)."""

    name: str
    scalar: _Scalar | None = None
    ranges: _Ranges | None = None
    role: str = ANYBODY
    reservation: _ReservationInfo | None = None
    reservations: tuple[_ReservationInfo, ...] = ()
    disk: _Disk | None = None

    def reserved_for(self) -> str:
        return self.reservations[-1].role if self.reservations else self.role

    def dynamic(self) -> _ReservationInfo | None:
        """Who reserved it while frameworks ran; None for what is free or reserved by the agent's own settings."""
        if not self.reservations:
            return self.reservation
        last = self.reservations[-1]
        return last if last.type == "DYNAMIC" else None


def amounts(resources: Iterable[Resource]) -> Amounts:
    """The sums of what is counted in numbers; ports and the like are not."""
    cpus = mem = disk = gpus = 0.0
    for one in resources:  # of thousands of agents each minute: written out for speed
        if one.scalar is None:
            continue
        match one.name:
            case "cpus":
                cpus += one.scalar.value
            case "mem":
                mem += one.scalar.value
            case "disk":
                disk += one.scalar.value
            case "gpus":
                gpus += one.scalar.value
    return Amounts(cpus, mem, disk, gpus)


def ports(resources: Iterable[Resource]) -> Ports | None:
    """The host ports in the list, whosoever they are; None where it has none."""
    found = [one.ranges for one in resources if one.name == PORTS and one.ranges is not None]
    return _ports_of(tuple([(each.begin, each.end) for of in found for each in of.range])) if found else None


@lru_cache(1024)
def _ports_of(ranges: tuple[tuple[int, int], ...]) -> Ports:
    """What an agent offers, thousands of others offer too."""
    return Ports.of(ranges)


def offered_ports(resources: Iterable[Resource]) -> Ports | None:
    """Without those that frameworks hold reserved."""
    return ports(one for one in resources if one.name == PORTS and one.dynamic() is None)


@lru_cache(1024)
def ports_in(text: str) -> Ports:
    """`[1025-2180, 2182-3887]`, as the older endpoints print them. `ValueError` for anything else."""
    if _PORTS.fullmatch(text) is None:
        raise ValueError(f"not ports of Mesos: {text[:40]!r}")
    return Ports.of((int(first), int(last)) for first, last in _RANGE.findall(text))


def reserved(resources: Iterable[Resource]) -> tuple[Resource, ...]:
    """Those that only one role may use, static ones included."""
    return tuple(one for one in resources if one.reservations or one.role != ANYBODY)


def reservations(resources: Collection[Resource]) -> tuple[Reservation, ...]:
    """The dynamic ones, one for each role and principal, in their order."""
    if not resources:  # as on almost every agent
        return ()
    held: dict[tuple[str, str], list[Resource]] = {}
    for one in resources:
        by = one.dynamic()
        if by is not None:
            held.setdefault((one.reserved_for(), by.principal), []).append(one)
    return tuple(Reservation(role, by, amounts(parts)) for (role, by), parts in sorted(held.items()))


def volumes(resources: Collection[Resource]) -> tuple[Volume, ...]:
    """The persistent ones, in the order of their ids; shared ones are listed once."""
    if not resources:
        return ()
    found = (_volume(one) for one in resources)
    return tuple(sorted({one for one in found if one is not None}, key=lambda one: one.persistence_id))


def _volume(one: Resource) -> Volume | None:
    disk = one.disk
    if disk is None or disk.persistence is None:
        return None
    by = one.dynamic()
    return Volume(
        persistence_id=disk.persistence.id,
        role=one.reserved_for(),
        principal=disk.persistence.principal or (by.principal if by else ""),
        container_path=disk.volume.container_path if disk.volume else "",
        disk_mb=one.scalar.value if one.scalar else 0.0,
        source=disk.source.type if disk.source else "ROOT",
    )
