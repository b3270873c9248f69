"""Host ports of certain numbers, which only one task on an agent can have.

An application may insist on its ports (Marathon's `requirePorts`, a `hostPort` that is not 0, a port that a service's
specification names). Then an agent will do only if it offers those and nobody there uses them. How many ports are left
is counted with the other resources (`room.py`); here are sets of hosts on which a certain one is not to be had.
Sources: mesosphere/marathon:docs/docs/ports.md, docs/docs/networking.md.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from shared.model.ports import Ports
from shared.scale.work import Host, Work

_ALL = Ports(((-(2**63), 2**64),))  # numbers that no port has are on no host


class Certain:
    """Of the ports that this work asks for by number: on which hosts each is not to be had. It gets less while tasks
    are placed. A set of hosts is a number whose bit i stands for host i."""

    def __init__(self, hosts: Sequence[Host], works: Iterable[Work]) -> None:
        self._asked = sorted({port for work in works for port in work.certain})
        self._lacking = dict.fromkeys(self._asked, 0)
        alike: dict[Ports, int] = {}
        for number, host in enumerate(hosts if self._asked else ()):
            if host.open_ports is not None:
                alike[host.open_ports] = alike.get(host.open_ports, 0) | 1 << number
        for ports, those in alike.items():
            for port in self._missing(ports):
                self._lacking[port] |= those

    def have(self, ports: Iterable[int], among: int) -> int:
        """Those of the hosts on which all of these are left."""
        for port in ports:
            among &= ~self._lacking[port]
        return among

    def take(self, ports: Iterable[int], host: int) -> None:
        for port in ports:
            self._lacking[port] |= 1 << host

    def _missing(self, ports: Ports) -> Iterable[int]:
        for first, last in _ALL.without(ports).ranges:
            yield from self._asked[bisect_left(self._asked, first) : bisect_right(self._asked, last)]
