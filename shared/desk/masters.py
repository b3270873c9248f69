"""The masters of a cluster: how many there are, how many have an incident, and what may be done to them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec import Struct

from shared.model.incidents import Incident
from shared.model.masters import MASTERS
from shared.policy.schema import ClusterPolicy, Mode


class MastersStatus(Struct, frozen=True):
    """`mode` None: the policy names no machines of theirs, so they are watched and never touched. `conditions` are of
    those with an open incident; nothing is remembered of masters that are well. `leader` is who led at the last sweep;
    empty: nobody could be read."""

    count: int
    mode: Mode | None
    conditions: Mapping[str, int]
    addresses: tuple[str, ...] = ()
    leader: str = ""


def masters_status(cluster: ClusterPolicy, opened: Sequence[Incident], leader: str) -> MastersStatus:
    ill = [one for one in opened if one.pool == MASTERS and one.node in cluster.master_addresses]
    found = Counter(incident.condition.value for incident in ill)
    mode = cluster.mode if cluster.quorum.vms else None
    conditions = dict(sorted(found.items()))
    return MastersStatus(len(cluster.masters), mode, conditions, cluster.master_addresses, leader)
