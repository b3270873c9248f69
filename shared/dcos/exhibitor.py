"""Exhibitor: which ZooKeeper servers serve, and which one leads.

Only the status is read. Other paths beside it act although they are GET requests (start, stop, restart). From 2.0 on
Exhibitor may ask for a client's certificate; Admin Router, which has one, tells the status without a login.
Sources: dcos/exhibitor (ClusterResource, InstanceStateTypes): 0 latent, 1 down, 2 not serving, 3 serving;
dcos/dcos:packages/exhibitor/extra/start_exhibitor.py, packages/adminrouter.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from shared.dcos.doors import NEXT_LOOK, Door, Hosts, understood
from shared.errors import Retry
from shared.model.health import Ensemble, Member
from shared.settings import DcosPorts

STATUS = "/exhibitor/v1/cluster/status"
BEHIND_ROUTER = f"/exhibitor{STATUS}"
SERVING = 3
MOST, LONGEST_NAME = 16, 253
"""Servers, of which DC/OS has 1, 3 or 5, and characters of a host's name."""
STATES = {0: "latent", 1: "down", 2: "not serving", SERVING: "serving"}


class _Server(Struct, rename="camel"):
    hostname: str
    code: Any = None
    is_leader: bool | None = None


_servers = msgspec.json.Decoder(tuple[_Server, ...])


async def read(hosts: Hosts, ports: DcosPorts) -> Ensemble:
    """`Retry` when no Exhibitor answers in time, neither by itself nor behind Admin Router."""
    try:
        _, answer = await hosts.first(Door(ports.exhibitor, STATUS))
    except Retry as directly:
        try:
            _, answer = await hosts.first(Door(ports.router, BEHIND_ROUTER))
        except Retry as behind:
            raise Retry(f"{directly.why}; {behind.why}", NEXT_LOOK) from behind
    servers = understood(STATUS, _servers.decode, answer.body)
    named = sorted(servers, key=lambda one: one.hostname)[:MOST]
    return Ensemble(tuple(_member(one) for one in named))


def _member(server: _Server) -> Member:
    code = server.code if type(server.code) is int else -1
    return Member(
        server.hostname[:LONGEST_NAME], STATES.get(code, "unknown"), code == SERVING, bool(server.is_leader)
    )
