"""A signal: somebody said that something may be wrong. A hint that wakes the pass, never a proof.

Every source is translated into this small vocabulary by `shared/signals`. A signal names what it is about as exactly
as its source could tell; with no node it asks for a look at the pool, with no pool at the cluster.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from msgspec import Struct


class SignalKind(StrEnum):
    VM_DELETED = "vm_deleted"
    VM_DEALLOCATED = "vm_deallocated"
    VM_STOPPED = "vm_stopped"
    VM_RESTARTED = "vm_restarted"
    """Somebody started it, or had it booted again."""
    VM_EVICTED = "vm_evicted"
    VM_CHANGED = "vm_changed"
    POOL_RESIZED = "pool_resized"
    POOL_CHANGED = "pool_changed"
    NODE_UNWELL = "node_unwell"
    """An alert, a rule or a health report says that a node does not do its work."""
    NODE_WELL = "node_well"
    """The same says that it does its work again."""
    NODE_DOOMED = "node_doomed"
    """It will go away or degrade at a known time, see `deadline`."""
    POOL_UNWELL = "pool_unwell"
    POOL_WELL = "pool_well"
    CLUSTER_UNWELL = "cluster_unwell"
    """Masters, the scheduler, or a service of the whole cluster."""
    CLUSTER_WELL = "cluster_well"
    SWEEP = "sweep"
    WAKE = "wake"


LOSSES = frozenset({SignalKind.VM_DELETED, SignalKind.VM_EVICTED})
"""A machine was taken away for good."""


class Source(StrEnum):
    EVENT_GRID = "event_grid"
    TIMER = "timer"
    OPERATOR = "operator"
    ALERTMANAGER = "alertmanager"
    AZURE_MONITOR = "azure_monitor"
    FIREHOSE = "firehose"
    DIAGNOSTICS = "diagnostics"


class Severity(StrEnum):
    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class Signal(Struct, frozen=True):
    """One hint.

    `event_id` is the source's own id and serves to drop duplicates. `node` is the instance name
    (`<scale set>_<instance id>`). `by` is who did it, as far as the source tells (an object or application id).
    `deadline` is when it will happen, for what is announced. `what` is the name of the alert, rule, annotation or unit.
    `about` is what the source calls the machine (address, host name, agent id) where that is not our name for it; the
    pass, which remembers addresses and agents, finds the node. `thread` is the source's id of a story of its own that
    the signal belongs to: what is older than something heard counts as late within its story alone. `evidence` is what
    the unit or check itself printed, shortened, where the source has it. `impairs`: the policy lets this alert count
    for repair.
    """

    kind: SignalKind
    source: Source
    cluster: str
    event_id: str
    occurred_at: datetime
    heard_at: datetime
    pool: str | None = None
    node: str | None = None
    by: str | None = None
    deadline: datetime | None = None
    what: str = ""
    severity: Severity = Severity.WARNING
    about: str = ""
    evidence: str = ""
    thread: str = ""
    impairs: bool = False
