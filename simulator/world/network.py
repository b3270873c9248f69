"""Subnets that hand out private addresses.

Azure gives a new NIC the lowest free address (the first four and the last of a subnet are its own), so the address
of a deleted agent soon belongs to its replacement. Mesos knows machines by address: whoever leaves a machine
"down" bars the newcomer. That is why addresses are reused here exactly so.
"""

import heapq
import ipaddress
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Nic:
    """The one network interface of an instance."""

    name: str
    address: str
    mac: str


class Subnet:
    """Addresses of one prefix; the lowest free one goes first."""

    def __init__(self, name: str, prefix: str) -> None:
        self.name = name
        self.prefix = prefix
        network = ipaddress.ip_network(prefix)
        self._next = int(network.network_address) + 4
        self._end = int(network.broadcast_address)
        self._freed: list[int] = []

    def take(self) -> str:
        """The lowest free address. Raises LookupError when the subnet is full."""
        if self._freed:
            return _dotted(heapq.heappop(self._freed))
        if self._next >= self._end:
            raise LookupError(f"The subnet {self.name} ({self.prefix}) has no free address left.")
        self._next += 1
        return _dotted(self._next - 1)

    def give_back(self, address: str) -> None:
        heapq.heappush(self._freed, int(ipaddress.ip_address(address)))


def _dotted(number: int) -> str:
    return f"{number >> 24}.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
