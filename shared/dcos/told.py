"""Small things that a master tells of an agent: attributes, the zone it is in, how far its drain is.

Attributes are text, numbers or ranges; here all of them are text, as the older endpoints print them. The zone is the
smaller half of the fault domain, known from Mesos 1.5 on where DC/OS was told how to find it.
Sources: apache/mesos:include/mesos/mesos.proto (`Attribute`, `DomainInfo`, `DrainInfo`), docs/attributes-resources.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from shared.model.mesos import Drain


class _Text(Struct, gc=False):
    value: str


class _Scalar(Struct, gc=False):
    value: float


class _Range(Struct, gc=False):
    begin: int
    end: int


class _Ranges(Struct, gc=False):
    range: tuple[_Range, ...] = ()


class Attribute(Struct, gc=False):
    """In v1. The older endpoints have a name and a value instead."""

    name: str
    text: _Text | None = None
    scalar: _Scalar | None = None
    ranges: _Ranges | None = None


class _Named(Struct, gc=False):
    name: str


class _FaultDomain(Struct, gc=False):
    zone: _Named


class Domain(Struct, gc=False):
    fault_domain: _FaultDomain | None = None


class DrainInfo(Struct, gc=False):
    state: str = "UNKNOWN"


_DRAINS = {"DRAINING": Drain.DRAINING, "DRAINED": Drain.DRAINED}


def attributes(listed: Iterable[Attribute]) -> dict[str, str]:
    return {one.name: _value(one) for one in listed}


def older_attributes(listed: Mapping[str, object]) -> dict[str, str]:
    return {
        name: _number(value) if isinstance(value, float) else str(value) for name, value in listed.items()
    }


def _value(one: Attribute) -> str:
    if one.text is not None:
        return one.text.value
    if one.scalar is not None:
        return _number(one.scalar.value)
    ranges = one.ranges.range if one.ranges else ()
    return f"[{', '.join(f'{each.begin}-{each.end}' for each in ranges)}]"


def _number(value: float) -> str:
    return f"{value:g}"


def zone_of(domain: Domain | None) -> str | None:
    return None if domain is None or domain.fault_domain is None else domain.fault_domain.zone.name


def drain_of(info: DrainInfo | None) -> Drain:
    """A state that is not known yet is a drain that goes on: the agent may not be taken for empty, nor for free."""
    return Drain.NONE if info is None else _DRAINS.get(info.state, Drain.DRAINING)
