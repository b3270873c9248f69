"""How many agents does the leader count? One small request, which every master answers for itself.

A master sees at once that the connection of an agent has ended, and counts it as disconnected from then on, long before
it gives the agent up (apache/mesos:docs/monitoring.md, "Agents"). These counters are small and cost the master little,
so they can be asked for often; the state itself, which grows with agents and tasks, is read when they have changed.
"""

from __future__ import annotations

import msgspec
from msgspec import Struct, field

from shared.dcos.masters import AGAIN, PROBE_TIMEOUT_S, UNREADABLE, LeaderMoved, Malformed, Masters
from shared.model.mesos import Headcount

PATH = "/metrics/snapshot?timeout=1secs"
"""Mesos waits for its slowest part otherwise; with this it leaves out what is not there in time
(apache/mesos:3rdparty/libprocess/src/metrics/metrics.cpp). An answer without one of our counters is not used."""


class _Snapshot(Struct):
    elected: float = field(name="master/elected")
    connected: float = field(name="master/slaves_connected")
    active: float = field(name="master/slaves_active")
    registrations: float = field(name="master/slave_registrations")
    removals: float = field(name="master/slave_removals")


_snapshot = msgspec.json.Decoder(_Snapshot)


async def count(masters: Masters, master: str) -> Headcount:
    """What this master counts. `LeaderMoved` when it does not lead, `Retry` when it does not answer well."""
    body = await masters.read(master, PATH, timeout_s=PROBE_TIMEOUT_S)
    try:
        said = _snapshot.decode(body)
        numbers = [int(one) for one in (said.connected, said.active, said.registrations, said.removals)]
    except (*UNREADABLE, OverflowError) as error:
        raise Malformed(master, "the question for its metrics", error) from error
    if not said.elected:
        raise LeaderMoved(f"master {master} does not lead any more", AGAIN)
    return Headcount(master, *numbers)
