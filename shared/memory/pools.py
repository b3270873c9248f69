"""One scale set in memory: its model, its instances and their addresses."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address

from shared.model.azure import Instance


class Pool:
    """`zones` are those of the set, `size` and `image` what it makes machines of."""

    def __init__(self, network: str, fault_domains: int) -> None:
        self.network = IPv4Address(network)
        self.fault_domains = fault_domains
        self.capacity = 0
        self.version = 1
        self.next_id = 0
        self.image = "Canonical:UbuntuServer:16.04-LTS:16.04.202109280"
        self.instances: dict[str, Instance] = {}
        self.addresses: dict[str, str] = {}
        self.zones: tuple[str, ...] = ()
        self.size = "Standard_D2s_v3"


def remove(pool: Pool, ids: Sequence[str]) -> None:
    for id in ids:
        pool.instances.pop(id, None)
        pool.addresses.pop(id, None)
