"""A snapshot: all readings of one cluster at one time.

Taken by `shared/operate/look.py`, judged by `shared/judge`. Every part is a reading of its own, so that one that
failed freezes only what depends on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from .alarms import UNASKED, Alarm
from .azure import Instance, ScaleSet
from .health import UNREAD, ClusterHealth
from .load import UNASKED_LOAD, Load
from .mesos import SchedulerState
from .readings import Reading
from .workloads import NOT_ASKED, WorkloadState


class PoolReadings(Struct, frozen=True):
    """What Azure says of one pool. `addresses` maps instance id to the primary private address of its NIC."""

    scale_set: Reading[ScaleSet]
    instances: Reading[tuple[Instance, ...]]
    addresses: Reading[Mapping[str, str]]


class Snapshot(Struct, frozen=True):
    """`started_at` is before the first request was sent: whatever was true then or later is in it.

    Except for `health`, what DC/OS last said of itself: that was read some minutes before, at its own `taken_at` and
    those of its parts, and is kept abridged (`shared/records/last_health.py`). It lists every master, and of the agents
    only those that are not well; of checks only those that did not pass. And except for `alarms`, the rules about
    metrics that fire at nodes and that the policy lets count for repair: each says when its values were last seen.

    `workloads`, what runs for whom, costs megabytes and a request for each pod of each service. It is read after the
    rest, and only when something has to be decided that may depend on it (`shared/operate/work.py`). So is `load`, what
    waits for room and numbers of the firehose, where a pool follows them (`shared/operate/load.py`).
    """

    cluster: str
    started_at: datetime
    pools: Mapping[str, PoolReadings]
    scheduler: Reading[SchedulerState]
    health: Reading[ClusterHealth] = UNREAD
    alarms: Reading[tuple[Alarm, ...]] = UNASKED
    workloads: Reading[WorkloadState] = NOT_ASKED
    load: Load = UNASKED_LOAD
