"""Marathon: who leads, and what waits for room.

Any master's Marathon answers for the leader, by proxy. No leader is an answer (404) and not a failure to read. What
waits and is overdue was offered nothing that fits: the cluster is too small for it, or its constraints can't be met.
Sources: mesosphere/marathon:docs/docs/rest-api/public/api/v2 (leader, queue).
"""

from __future__ import annotations

import msgspec
from msgspec import Struct

from shared.dcos.doors import Door, Hosts, understood
from shared.model.health import Marathon, Waiting

LEADER, QUEUE = "/v2/leader", "/v2/queue"
LONGEST_NAME = 255
"""Characters that are kept of the leader and of an application's id."""


class _Leader(Struct):
    leader: str


class _Run(Struct):
    id: str = ""


class _Delay(Struct, rename="camel"):
    time_left_seconds: float = 0.0
    overdue: bool = False


class _Waiting(Struct):
    app: _Run | None = None
    pod: _Run | None = None
    count: int = 0
    delay: _Delay | None = None


class _Queue(Struct):
    queue: tuple[_Waiting, ...] | None = None


class _Nobody(Struct):
    """What Marathon says with 404; whoever else answers 404 is no Marathon."""

    message: str


_leader = msgspec.json.Decoder(_Leader)
_nobody = msgspec.json.Decoder(_Nobody)
_queue = msgspec.json.Decoder(_Queue)


async def read(hosts: Hosts, port: int) -> Marathon:
    """`Retry` when no Marathon answers in time."""
    host, answer = await hosts.first(Door(port, LEADER, good=frozenset({200, 404})))
    if answer.status == 404:
        understood(LEADER, _nobody.decode, answer.body)
        return Marathon(None)
    leader = understood(LEADER, _leader.decode, answer.body).leader
    queue = await hosts.knock(host, Door(port, QUEUE))
    waiting = understood(QUEUE, _queue.decode, queue.body).queue or ()
    return Marathon(leader[:LONGEST_NAME], tuple(_waits(one) for one in waiting))


def _waits(one: _Waiting) -> Waiting:
    """A delay is called overdue only a second after its end, and where there is none it is not."""
    run, delay = one.app or one.pod or _Run(), one.delay or _Delay()
    return Waiting(run.id[:LONGEST_NAME], one.count, delay.overdue or delay.time_left_seconds <= 0)
