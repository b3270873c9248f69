"""Exhibitor: which ZooKeeper servers serve, and which one leads.

Only status and state are read: what one knows of all, and what it knows of itself alone. Other paths beside them act
although they are GET requests (start, stop, restart). From 2.0 on
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
from shared.ports.http import HttpAnswer
from shared.settings import DcosPorts

STATUS = "/exhibitor/v1/cluster/status"
OWN = "/exhibitor/v1/cluster/state"
ROUTED = "/exhibitor"
SERVING = 3
MOST, LONGEST_NAME = 16, 253
"""Servers, of which DC/OS has 1, 3 or 5, and characters of a host's name."""
STATES = {0: "latent", 1: "down", 2: "not serving", SERVING: "serving"}


class _Server(Struct, rename="camel"):
    hostname: str
    code: Any = None
    is_leader: bool | None = None


class _Own(Struct, rename="camel"):
    state: Any = None
    is_leader: bool | None = None


_servers = msgspec.json.Decoder(tuple[_Server, ...])
_own = msgspec.json.Decoder(_Own)


async def read(hosts: Hosts, ports: DcosPorts) -> Ensemble:
    """`Retry` when no Exhibitor answers in time, neither by itself nor behind Admin Router."""
    answer = await _ask(hosts, ports, STATUS)
    servers = understood(STATUS, _servers.decode, answer.body)
    named = sorted(servers, key=lambda one: one.hostname)[:MOST]
    return Ensemble(tuple(_member(one.hostname, one.code, one.is_leader) for one in named))


async def read_own(host: Hosts, ports: DcosPorts, address: str) -> Member:
    """What the Exhibitor of one host says of its own ZooKeeper server, which is called `address`. `Retry` as above."""
    answer = await _ask(host, ports, OWN)
    said = understood(OWN, _own.decode, answer.body)
    return _member(address, said.state, said.is_leader)


async def _ask(hosts: Hosts, ports: DcosPorts, path: str) -> HttpAnswer:
    try:
        _, answer = await hosts.first(Door(ports.exhibitor, path))
    except Retry as directly:
        try:
            _, answer = await hosts.first(Door(ports.router, ROUTED + path))
        except Retry as behind:
            raise Retry(f"{directly.why}; {behind.why}", NEXT_LOOK) from behind
    return answer


def _member(name: str, state: object, leads: bool | None) -> Member:
    code = state if type(state) is int else -1
    return Member(name[:LONGEST_NAME], STATES.get(code, "unknown"), code == SERVING, bool(leads))
