"""Exhibitor: which ZooKeeper servers serve, and which one leads.

Only the status is read. Other paths beside it act although they are GET requests (start, stop, restart).
Source: dcos/exhibitor (ClusterResource, InstanceStateTypes): 0 latent, 1 down, 2 not serving, 3 serving.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from shared.dcos.doors import Door, Masters, understood
from shared.model.health import Ensemble, Member

STATUS = "/exhibitor/v1/cluster/status"
SERVING = 3
STATES = {0: "latent", 1: "down", 2: "not serving", SERVING: "serving"}


class _Server(Struct, rename="camel"):
    hostname: str
    code: Any = None
    is_leader: bool | None = None


_servers = msgspec.json.Decoder(tuple[_Server, ...])


async def read(masters: Masters, port: int) -> Ensemble:
    """`Retry` when no Exhibitor answers in time."""
    _, answer = await masters.first(Door(port, STATUS))
    servers = understood(STATUS, _servers.decode, answer.body)
    return Ensemble(tuple(_member(one) for one in sorted(servers, key=lambda one: one.hostname)))


def _member(server: _Server) -> Member:
    code = server.code if type(server.code) is int else -1
    return Member(server.hostname, STATES.get(code, "unknown"), code == SERVING, bool(server.is_leader))
