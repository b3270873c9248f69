"""What an alert is about: which cluster, which pool, which machine, or nothing of ours.

In this order:

1. Azure resource ids name machines and pools without doubt. Ids of machines that are in no pool of the policy make an
   alert somebody else's, whatever its labels say.
2. Labels name the cluster (`alerts.labels` of the policy, or the label `cluster`), the pool and the machine.
3. A rule of the cluster's policy says what the alert means; without one it is about what it names.

A machine is known here by resource id and instance name alone. Addresses, host names and agent ids go on in the
signal's `about`; the pass remembers which node has them. An address of a master is about the cluster.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from shared.model.signals import Severity, Signal, SignalKind
from shared.policy.alerts import AlertRule, AlertSeverity, Meaning
from shared.policy.schema import ClusterPolicy, Policy, PoolPolicy

from .alert import Alert, Tone, alert_id, state_id, written
from .event_grid import Ear, Heard
from .resource_ids import machine_of, owner_by_name, pool_by_name, scale_set_of

_SUBSCRIPTION = re.compile(r"/subscriptions/(?P<subscription>[^/]+)/?", re.IGNORECASE)
_COMPUTE = "/providers/microsoft.compute/"
_PORT = re.compile(r":\d{1,5}$")
_ITSELF = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0", ""})  # noqa: S104  # a name in an alert, nothing is bound

_KINDS = {
    (Tone.UNWELL, Meaning.NODE): SignalKind.NODE_UNWELL,
    (Tone.WELL, Meaning.NODE): SignalKind.NODE_WELL,
    (Tone.UNWELL, Meaning.POOL): SignalKind.POOL_UNWELL,
    (Tone.WELL, Meaning.POOL): SignalKind.POOL_WELL,
    (Tone.UNWELL, Meaning.CLUSTER): SignalKind.CLUSTER_UNWELL,
    (Tone.WELL, Meaning.CLUSTER): SignalKind.CLUSTER_WELL,
    (Tone.CHANGED, Meaning.NODE): SignalKind.VM_CHANGED,
    (Tone.CHANGED, Meaning.POOL): SignalKind.POOL_CHANGED,
    (Tone.RESIZED, Meaning.POOL): SignalKind.POOL_RESIZED,
}


class Place(Struct, frozen=True):
    """What an alert names. `node` is our name for a machine, `about` somebody else's. `is_guess`: that the machine
    belongs to this pool is only likely."""

    cluster: ClusterPolicy
    pool: PoolPolicy | None = None
    node: str | None = None
    about: str = ""
    whole: bool = False
    is_guess: bool = False


def place(alert: Alert, policy: Policy, now: datetime) -> tuple[Heard, ...]:
    """A signal for each thing of ours that the alert is about, or one reason why there is none."""
    places = _places(alert, policy)
    if isinstance(places, str):
        return (Heard(Ear.NOT_OURS, "", _subject(alert), places, alert.id),)
    several = len(places) > 1
    ids = (f"{alert.id}|{number}" if several else alert.id for number in range(len(places)))
    return tuple(
        _heard(alert, one, state_id(id, alert.tone), now) for id, one in zip(ids, places, strict=True)
    )


def _places(alert: Alert, policy: Policy) -> tuple[Place, ...] | str:
    """Everything that the alert names, or why that is nothing of ours."""
    by_id = {_key(place): place for id in alert.targets for place in _by_id(id, policy)}
    if by_id:
        return tuple(_closer(place, alert) for place in by_id.values())
    if any(_COMPUTE in id.lower() for id in alert.targets):
        return "it is about machines that are in no pool of the policy"
    cluster = _cluster_of(alert, policy)
    if cluster is None:
        return "neither its targets nor its labels name a cluster of the policy"
    pool = _pool_by_label(alert, cluster)
    machines = alert.machines if alert.names_by_label and not _hint(alert, cluster) else ()
    if machines:
        return tuple(_named(cluster, pool, host_of(machine)) for machine in machines)
    hint = _hint(alert, cluster) if alert.names_by_label else ""
    return (_named(cluster, pool, hint),)


def _key(place: Place) -> tuple[object, ...]:
    return place.cluster.name, place.pool and place.pool.name, place.node, place.about


def _by_id(id: str, policy: Policy) -> Iterable[Place]:
    """The places that one resource id names."""
    target = scale_set_of(id)
    if target is not None:
        owner = policy.owner_of(target.address)
        if owner is not None:
            cluster, pool = owner
            node = f"{pool.scale_set}_{target.instance_id}" if target.instance_id else None
            yield Place(cluster, pool, node)
        return
    machine = machine_of(id)
    if machine is not None:
        named = owner_by_name(machine, policy)
        if named is not None:
            yield Place(named.cluster, named.pool, about=written(machine.name), is_guess=named.is_guess)
        return
    whole = _SUBSCRIPTION.fullmatch(id)
    if whole is not None:
        for cluster in policy.clusters:
            if cluster.subscription.lower() == whole["subscription"].lower():
                yield Place(cluster, whole=True)


def _closer(place: Place, alert: Alert) -> Place:
    """An alert about a whole set may name one machine of it in a dimension such as VMName."""
    if place.node or place.about or place.pool is None:
        return place
    hint = _hint(alert, place.cluster)
    named = _named(place.cluster, place.pool, hint)
    return place if named.whole else named


def _cluster_of(alert: Alert, policy: Policy) -> ClusterPolicy | None:
    for one in policy.clusters:
        if one.alerts.labels.pairs and one.alerts.labels.are_in(alert.labels):
            return one
    others = [one for one in policy.clusters if not one.alerts.labels.pairs]
    if "cluster" in alert.labels:
        return next((one for one in others if one.name == alert.labels["cluster"].lower()), None)
    for one in others:
        if _pool_by_label(alert, one) or _named(one, None, _hint(alert, one)).whole:
            return one
    return others[0] if len(others) == len(policy.clusters) == 1 else None


def _pool_by_label(alert: Alert, cluster: ClusterPolicy) -> PoolPolicy | None:
    for label in cluster.alerts.pool_labels:
        value = alert.labels.get(label.lower(), "").lower()
        for pool in cluster.pools:
            if value and value in {pool.name, pool.scale_set.lower()}:
                return pool
    return None


def _hint(alert: Alert, cluster: ClusterPolicy) -> str:
    """What the best label calls the machine; empty when none names one."""
    hosts = (host_of(alert.labels.get(label.lower(), "")) for label in cluster.alerts.node_labels)
    return next((host for host in hosts if host), "")


def host_of(text: str) -> str:
    """The machine in `10.0.0.4:9100`, `http://10.0.0.4:9100/metrics`, `[fd00::4]:9100` or a plain name. An exporter
    that calls itself localhost names no machine."""
    host = text.strip().rpartition("//")[2].partition("/")[0]
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = _PORT.sub("", host)
    return "" if host.lower() in _ITSELF else host


def _named(cluster: ClusterPolicy, pool: PoolPolicy | None, hint: str) -> Place:
    """The place that a pool and a machine's name make. An address of a master means the whole cluster."""
    if not hint:
        return Place(cluster, pool)
    if hint.lower() in {host_of(master) for master in cluster.masters}:
        return Place(cluster, whole=True)
    owner = pool_by_name(hint, cluster)
    number = hint[len(owner.scale_set) + 1 :] if owner else ""
    if owner is not None and number.isascii() and number.isdigit():
        return Place(cluster, owner, f"{owner.scale_set}_{number}")
    return Place(cluster, owner or pool, about=hint)


def _heard(alert: Alert, place: Place, event_id: str, now: datetime) -> Heard:
    rule = place.cluster.alerts.rule_for(alert.name, alert.labels)
    meaning = _meaning(place, rule)
    is_node, has_pool = meaning is Meaning.NODE, meaning is not Meaning.CLUSTER
    kind = _KINDS.get((Tone.CHANGED if place.is_guess and is_node else alert.tone, meaning))
    if kind is None:
        why = _why_nothing(meaning, rule)
        return Heard(Ear.NOT_OURS, place.cluster.name, _subject(alert), why, event_id)
    signal = Signal(
        kind=kind,
        source=alert.source,
        cluster=place.cluster.name,
        event_id=event_id,
        occurred_at=alert.at,
        heard_at=now,
        pool=place.pool.name if place.pool and has_pool else None,
        node=place.node if is_node else None,
        by=alert.by,
        what=alert.name,
        severity=_severity(alert, rule),
        about=place.about if is_node else "",
        thread=alert_id(event_id),
        impairs=is_node and rule is not None and rule.impairs,
    )
    return Heard(Ear.SIGNAL, place.cluster.name, _subject(alert), kind.value, event_id, signal)


def _meaning(place: Place, rule: AlertRule | None) -> Meaning:
    """What the alert is about: node, pool, cluster or nothing."""
    wanted = rule.means if rule else Meaning.NAMED
    machine, pool = bool(place.node or place.about), place.pool is not None
    if wanted is Meaning.CLUSTER or (wanted is Meaning.NAMED and place.whole):
        return Meaning.CLUSTER
    if wanted in {Meaning.NAMED, Meaning.NODE} and machine:
        return Meaning.NODE
    if wanted in {Meaning.NAMED, Meaning.POOL} and pool:
        return Meaning.POOL
    return Meaning.NOTHING


def _why_nothing(meaning: Meaning, rule: AlertRule | None) -> str:
    if meaning is not Meaning.NOTHING:
        return f"it tells of a change of the {meaning.value}, which asks for nothing"
    if rule is not None and rule.means is not Meaning.NAMED:
        named = "" if rule.means is Meaning.NOTHING else ", and it names none"
        return f"rule {rule.name} says that it means {rule.means.value}{named}"
    return "it names no machine and no pool, and no rule says what else it means"


def _severity(alert: Alert, rule: AlertRule | None) -> Severity:
    if rule is None or rule.severity is AlertSeverity.AS_SENT:
        return alert.severity
    return Severity(rule.severity.value)


def _subject(alert: Alert) -> str:
    return alert.name or "(an alert without a name)"
