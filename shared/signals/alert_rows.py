"""What `docs/signals.md` says of alerts and of DC/OS's own health.

Kept by the kinds and topics that the translators know, so that a new one without a line here is found by a test; the
tests of the page also send one alert of each kind and compare what comes of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from shared.model.complaints import Topic
from shared.model.signals import SignalKind

from .alert_fold import MOST
from .azure_monitor import Kind
from .event_grid.said import Row
from .health import FOLD

K = SignalKind
_NODE, _POOL, _CLUSTER = (K.NODE_UNWELL,), (K.POOL_UNWELL,), (K.CLUSTER_UNWELL,)
_NODE_OVER, _POOL_OVER, _CLUSTER_OVER = (K.NODE_WELL,), (K.POOL_WELL,), (K.CLUSTER_WELL,)
_LOOK, _POOL_LOOK = (K.VM_CHANGED,), (K.POOL_CHANGED,)

_ANY = (
    Row("any; a rule of the policy says that it means the cluster", "the cluster is unwell", _CLUSTER),
    Row("any; its end, when a rule says so", "it is over", _CLUSTER_OVER),
    Row(f"any; more than {MOST} in one payload", "too many to tell each: told of their pools", _POOL),
    Row("any; after its own end", "it is late", ()),
    Row("any; names nothing of ours, and no rule fits", "somebody else's", ()),
)

ALERTMANAGER = (
    Row("firing; a label names a machine", "it is unwell", _NODE),
    Row("firing; a label names a pool", "it is unwell", _POOL),
    Row("resolved; a machine", "it is over", _NODE_OVER),
    Row("resolved; a pool", "it is over", _POOL_OVER),
    Row("`truncatedAlerts`", "alerts that were left out: neither firing nor resolved", ()),
    *_ANY,
)

AZURE_MONITOR: Mapping[Kind, tuple[Row, ...]] = {
    Kind.CONDITION: (
        Row(
            "metric (static, dynamic), availability, log search (v1, v2); Fired",
            "what its targets or dimensions name is unwell",
            _NODE,
            _POOL,
        ),
        Row("metric, availability, log search; Resolved", "it is over", _NODE_OVER, _POOL_OVER),
    ),
    Kind.PROMETHEUS: (
        Row("Prometheus rule group; Fired", "what its labels name is unwell", _NODE, _POOL),
        Row("Prometheus rule group; Resolved", "it is over", _NODE_OVER, _POOL_OVER),
    ),
    Kind.RESOURCE_HEALTH: (
        Row("Resource Health; Unavailable, Degraded", "Azure finds the machine ill", _NODE, _POOL),
        Row("Resource Health; Available", "it is well again", _NODE_OVER, _POOL_OVER),
        Row("Resource Health; Unknown", "Azure has no word of it", _LOOK, _POOL_LOOK),
    ),
    Kind.SERVICE_HEALTH: (
        Row("Service Health; incident, maintenance", "of a service of Azure that agents need", _CLUSTER),
        Row("Service Health; resolved, complete, canceled, RCA", "it is over", _CLUSTER_OVER),
        Row("Service Health; of another type or service", "it stops no machine", ()),
    ),
    Kind.OPERATION: (
        Row("Activity Log; an operation", "somebody did something", _LOOK, _POOL_LOOK),
        Row("Activity Log; our own operation", "we did it ourselves", ()),
        Row("Activity Log; policy, security, recommendation", "nothing was done to a machine", ()),
    ),
    Kind.AUTOSCALE: (
        Row("Activity Log; autoscale, Succeeded", "a rule has changed the size", (K.POOL_RESIZED,)),
        Row("Activity Log; autoscale, any other status", "a rule tried to", _POOL_LOOK),
    ),
    Kind.SMART: (
        Row("smart detection", "about an application, unless a rule of the policy says otherwise", ()),
    ),
    Kind.COSTS: (Row("budget, costs", "about money", ()),),
}

HEALTH: Mapping[Topic, tuple[Row, ...]] = {
    Topic.UNITS: (
        Row("dcos-diagnostics: a unit of an agent fails", "see components.md for what it takes down", _NODE),
        Row(f"dcos-diagnostics: of more than {FOLD} agents of a pool at once", "the same", _POOL),
        Row("dcos-diagnostics: a unit of a master fails", "the same, for the cluster", _CLUSTER),
    ),
    Topic.CHECKS: (
        Row("checks API: a check of an agent warns or fails", "DC/OS itself finds a fault", _NODE),
        Row("checks API: a check of the cluster or of a master", "the same, for the cluster", _CLUSTER),
    ),
    Topic.ENSEMBLE: (
        Row("Exhibitor: not every ZooKeeper server serves, or none leads", "the quorum is at risk", _CLUSTER),
    ),
    Topic.MARATHON: (Row("Marathon: none leads", "applications that end are not started again", _CLUSTER),),
}


def of_azure_monitor() -> Iterator[Row]:
    for kind in Kind:
        yield from AZURE_MONITOR[kind]
    yield from _ANY


def of_health() -> Iterator[Row]:
    for topic in Topic:
        yield from HEALTH[topic]
    yield Row("any of these works again on a machine", "it is over", _NODE_OVER, _POOL_OVER)
    yield Row("any of these works again on masters or for the cluster", "it is over", _CLUSTER_OVER)
