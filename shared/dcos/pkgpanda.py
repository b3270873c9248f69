"""pkgpanda: which packages, in which version, are active on a node.

Source: dcos/dcos:pkgpanda/http; a package is named `name--version`, the version mostly a hash of how it was built.
"""

from __future__ import annotations

import msgspec

from shared.dcos.components import package_of
from shared.dcos.doors import Door, Hosts, understood

ACTIVE = "/pkgpanda/active/"

LONGEST_ID, MOST = 128, 200
"""Characters of a package's id, and packages of a node, which has about eighty."""

_ids = msgspec.json.Decoder(tuple[str, ...])


async def read(hosts: Hosts, port: int) -> dict[str, str]:
    """Name to version. `Retry` when Admin Router does not answer or asks for a login."""
    _, answer = await hosts.first(Door(port, ACTIVE))

    def packages(body: bytes) -> dict[str, str]:
        ids = (one for one in _ids.decode(body) if len(one) <= LONGEST_ID)
        return dict(sorted(package_of(one) for one in ids)[:MOST])

    return understood(ACTIVE, packages, answer.body)
