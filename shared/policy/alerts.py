"""What alerts mean: which are about this cluster, which labels name the machine, and what each one says.

Alerts come from Alertmanager and from Azure Monitor, by rules that other people wrote for other readers. Without a word
in the policy an alert is about the machine or pool that it names, and one that names neither is left alone: whoever
wants it to mean something writes a rule. Whatever an alert says, it only has the cluster looked at.

The story goes on in `read_alerts.py` (text to these types) and in `shared/signals/alert_targets.py`, which obeys them.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Annotated

from msgspec import Struct

from shared.policy.limits import ALERT, LABELS, NAME, NAMES_OF_LABELS


class Meaning(StrEnum):
    """What an alert is about.

    named    the machine that it names, else the pool that it names, else nothing
    node     the machine that it names; nothing when it names none
    pool     the pool that it names; nothing when it names none
    cluster  the whole cluster: masters, scheduler, a service that all depend on
    nothing  it is left alone
    """

    NAMED = "named"
    NODE = "node"
    POOL = "pool"
    CLUSTER = "cluster"
    NOTHING = "nothing"


class AlertSeverity(StrEnum):
    AS_SENT = "as_sent"
    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class Labels(Struct, frozen=True):
    """Labels that an alert must have, with exactly these values. Upper and lower case of a name are the same."""

    pairs: tuple[tuple[str, str], ...] = ()

    def are_in(self, labels: Mapping[str, str]) -> bool:
        """`labels` have names in lower case."""
        return all(labels.get(name.lower()) == value for name, value in self.pairs)

    def __str__(self) -> str:
        return "{" + ", ".join(f"{name}: {value}" for name, value in self.pairs) + "}"


class AlertRule(Struct, frozen=True, kw_only=True):
    """What one kind of alert means. Rules are looked at in the order of the file, the first that fits counts."""

    name: Annotated[str, NAME]
    """The rule's name, which is its key under `rules`."""

    alert: Annotated[str, ALERT] = "*"
    """The alert's name: `alertname` at Alertmanager, the alert rule at Azure Monitor. `*` stands for any characters,
    upper and lower case are the same. Not written: every alert that has the labels."""

    labels: Annotated[Labels, LABELS] = Labels()
    """Labels that the alert must have as well. At Azure Monitor the dimensions of a metric or log alert count as
    labels."""

    means: Meaning = Meaning.NAMED
    """What such an alert is about: see meaning below. Write `cluster` for alerts about masters and services, and
    `nothing` for those that say nothing about machines."""

    severity: AlertSeverity = AlertSeverity.AS_SENT
    """How bad it is, when the sender's own word (the label `severity`, or Sev0 to Sev4) does not fit: `info`, `warning`
    or `critical`. It is told; it does not change what is done."""

    impairs: bool = False
    """`true` lets the machine that the alert names count as impaired until the alert is resolved, so that it is helped
    by the ladder. Nobody can read again what an alert says: write it only for alerts that are resolved without fail
    (`send_resolved`), and that a machine shows which does not do its work. What is not repeated within 5 hours counts
    no longer. Not written: the alert only has the cluster looked at."""

    def fits(self, name: str, labels: Mapping[str, str]) -> bool:
        return fnmatchcase(name.lower(), self.alert.lower()) and self.labels.are_in(labels)


class Alerts(Struct, frozen=True, kw_only=True):
    """How alerts of Alertmanager and Azure Monitor are understood. Stands in a cluster; every field has a default."""

    labels: Annotated[Labels, LABELS] = Labels()
    """The labels by which an alert is known to be about this cluster, such as `{datacenter: west}`. Not written: the
    label `cluster` must be the cluster's name; an alert without that label is taken for this cluster's when it names
    one of its pools or masters, or when the policy has no other cluster. Resource ids of Azure need no label."""

    node_labels: Annotated[tuple[str, ...], NAMES_OF_LABELS] = (
        "mesos_id",
        "agent_id",
        "vmname",
        "instance",
        "host",
        "hostname",
        "computer",
    )
    """The labels that may name a machine, best first: by its agent id, its instance name, its address or host name,
    with or without a port. Upper and lower case are the same. Write the list anew when an exporter puts another
    machine's name into one of them."""

    pool_labels: Annotated[tuple[str, ...], NAMES_OF_LABELS] = ("pool",)
    """The labels that may name a pool, by its name here or by its scale set."""

    rules: tuple[AlertRule, ...] = ()
    """What single alerts mean, each under a name of your choice. Not written: every alert is about what it names."""

    def rule_for(self, name: str, labels: Mapping[str, str]) -> AlertRule | None:
        return next((rule for rule in self.rules if rule.fits(name, labels)), None)
