"""Ranges of host ports are what spelling them out would be."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some

from shared.model.ports import Ports

RANGES = some.lists(some.tuples(some.integers(0, 30), some.integers(0, 30)), max_size=5)


def spelt(ports: Ports) -> set[int]:
    return {port for first, last in ports.ranges for port in range(first, last + 1)}


@given(RANGES, RANGES)
def test_ranges_are_what_their_ports_are(one: list[tuple[int, int]], other: list[tuple[int, int]]) -> None:
    ports, others = Ports.of(one), Ports.of(other)
    mine = {port for first, last in one for port in range(first, last + 1)}
    assert spelt(ports) == mine
    assert len(ports) == len(mine)
    assert {port for port in range(32) if port in ports} == mine
    assert spelt(ports.without(others)) == mine - spelt(others)
    assert spelt(ports.common(others)) == mine & spelt(others)
    assert ports.without(others) == Ports.of(ports.without(others).ranges)


def test_what_is_no_port_is_cut_off() -> None:
    assert Ports.of([(-5, 2), (65_000, 99_999)]).ranges == ((0, 2), (65_000, 65_535))


def test_they_are_written_as_mesos_writes_them() -> None:
    assert str(Ports.of([(2182, 3887), (1025, 2180)])) == "1025-2180, 2182-3887"
