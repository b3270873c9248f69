"""Hearing alerts: one payload to few signals.

Of what nobody can read an example of each kind goes to the quarantine, and what is about nothing of ours is told to the
audit in a few lines. Nothing else happens here, because the sender waits for its answer.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from msgspec import Struct

from shared.errors import Poison
from shared.model.audit import NOBODYS, AuditKind, AuditRecord
from shared.model.signals import Signal, Source
from shared.policy.schema import Policy
from shared.records.quarantine import quarantine
from shared.signals.alert import Alerts
from shared.signals.alert_fold import folded
from shared.signals.alertmanager import hear_alertmanager
from shared.signals.azure_monitor import hear_azure_monitor
from shared.signals.event_grid import Ear, Heard

from .outside import Outside

MOST_LINES = 20  # of audit about one payload
MOST_REASONS = 10
_QUOTED = re.compile(r"\(.*|'[^']*'|\"[^\"]*\"|\d+", re.DOTALL)


class Told(Struct, frozen=True):
    """`not_ours`, `unreadable` and `unlisted` count alerts: those about nothing of ours, those that could not be read,
    and those that were left out. Of `signals`, `through` are worked on, because of `messages`; the window says which,
    after this."""

    signals: tuple[Signal, ...]
    not_ours: int
    unreadable: int
    unlisted: int
    through: int = 0
    messages: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """Of the answer. `held_back` are signals that say what was said a moment ago, come after their end, or wait for
        the look at the end of a flood."""
        return {
            "signals": self.through,
            "held_back": len(self.signals) - self.through,
            "not_ours": self.not_ours,
            "unreadable": self.unreadable,
            "unlisted": self.unlisted,
        }


async def hear_alerts(
    outside: Outside, policy: Policy, own: frozenset[str], source: Source, body: bytes
) -> Told:
    """`source` is ALERTMANAGER or AZURE_MONITOR. `Poison` when the payload is none."""
    now = outside.clock.now()
    try:
        if source is Source.ALERTMANAGER:
            alerts = hear_alertmanager(body, policy, now)
        else:
            alerts = hear_azure_monitor(body, policy, own, now)
    except Poison as poison:
        await _keep(outside, source, poison.why, body)
        raise
    if alerts.spoiled:
        why = "; ".join(alerts.spoiled[:MOST_REASONS])
        await _keep(outside, source, f"a part of this cannot be read: {why}", body)
    mute = [heard for heard in alerts.heard if heard.signal is None]
    await _tell(outside, source, mute, alerts)
    signals = folded(heard.signal for heard in alerts.heard if heard.signal is not None)
    return Told(signals, len(mute), len(alerts.spoiled), alerts.unlisted)


async def _keep(outside: Outside, source: Source, why: str, body: bytes) -> None:
    """An example of each kind: the same reason, whatever it quotes."""
    now = outside.clock.now()
    count = outside.samples.take((source, _QUOTED.sub("", why)), now)
    if count is None:
        return
    if count > 1:
        why = f"{why} (the last of {count} like it)"
    await quarantine(outside.store, source.value, why, body.decode("utf-8", "replace"), now)


async def _tell(outside: Outside, source: Source, mute: Iterable[Heard], alerts: Alerts) -> None:
    """Why there are no signals of some alerts, and that some were left out."""
    now = outside.clock.now()
    same = Counter((heard.cluster or NOBODYS, heard.ear, heard.subject, heard.why) for heard in mute)
    by_cluster: dict[str, list[AuditRecord]] = {}
    for line, alerts_like_it in same.most_common(MOST_LINES):
        (cluster, ear, subject, why), count = line, outside.samples.take(line, now, alerts_like_it)
        if count is None:
            continue
        kind = AuditKind.NOT_OURS if ear is Ear.NOT_OURS else AuditKind.HEARD
        record = AuditRecord(now, cluster, kind, subject, why, data={"source": source, "alerts": count})
        by_cluster.setdefault(cluster, []).append(record)
    if alerts.unlisted:
        cluster = next((heard.cluster for heard in alerts.heard if heard.cluster), NOBODYS)
        text = f"{source.value} left {alerts.unlisted} more alerts of a group out: nothing is known of them"
        by_cluster.setdefault(cluster, []).append(AuditRecord(now, cluster, AuditKind.HEARD, cluster, text))
    for cluster, records in by_cluster.items():
        await outside.audit.append(cluster, records)
