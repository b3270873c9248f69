"""`hear` for metrics: which rules a body would set off.

The app's own ear judges the body, over a storage in memory, with the rules of the policy. Two things are made easier,
because a file is one moment and nobody's in particular: a rule does not wait for its `for`, and what names no node that
is known here is of one machine, `MACHINE`, or of the host that was named. Rules about rates and silence need more than
one body and stay quiet. The body counts as heard when its newest value was taken, unless the clock is to count.
"""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta

import msgspec
from msgspec.structs import replace

from shared.errors import Poison
from shared.firehose.body import Sender as Whose
from shared.firehose.ear import Counts, MetricsEar
from shared.firehose.index import rules_of
from shared.firehose.number import epoch
from shared.memory.clock import SteppedClock
from shared.memory.queues import MemoryQueues
from shared.memory.store import MemoryStore
from shared.model.nodes import NodeMemory
from shared.model.signals import Signal
from shared.policy.metric_rules import Firehose
from shared.policy.schema import ClusterPolicy, Policy
from shared.ports.queues import Queue
from shared.records import Records

MACHINE = "(this machine)"
_TIME = re.compile(rb'"timestamp"\s*:\s*("[^"]{1,64}"|\d{1,19}(?:\.\d{1,9})?)')


def hear_metrics(
    form: str, body: bytes, policy: Policy, now: datetime, host: str
) -> tuple[tuple[Signal, ...], Counts]:
    """The signals of rules that the body sets off, and counts of what became of its metrics. `form` is one of
    `shared.firehose.body.FORMS`, `host` a name or address of whose metrics these are. Raises `Poison`."""
    if not policy.clusters:
        raise Poison("the policy has no cluster, so it has no rules")
    return asyncio.run(_heard(form, body, policy, now, host))


async def _heard(
    form: str, body: bytes, policy: Policy, now: datetime, host: str
) -> tuple[tuple[Signal, ...], Counts]:
    cluster = policy.clusters[0]
    store, queues = MemoryStore(), MemoryQueues(SteppedClock(now))
    records = Records(store)
    if not _is_master(host, cluster) and cluster.pools:
        known = NodeMemory(MACHINE, cluster.pools[0].name, "-", "-", now, address=host or MACHINE)
        await records.inventory.put(cluster.name, MACHINE, known, None)
    at_once = replace(policy, clusters=tuple(_at_once(one) for one in policy.clusters))
    ear = MetricsEar(store, records, queues, "hear")
    counts = await ear.hear(form, body, Whose(cluster.name, host or MACHINE), at_once, now)
    messages = queues.receive(Queue.SIGNALS, 1000)
    return tuple(msgspec.json.decode(one.body, type=Signal) for one in messages), counts


def _at_once(cluster: ClusterPolicy) -> ClusterPolicy:
    rules = tuple(replace(rule, lasts=timedelta(0)) for rule in rules_of(cluster))
    return replace(cluster, firehose=Firehose(defaults=False, rules=rules))


def _is_master(host: str, cluster: ClusterPolicy) -> bool:
    return host in {master.partition(":")[0] for master in cluster.masters}


def newest(body: bytes, now: datetime) -> datetime:
    """When the newest value was taken; now where no time is told."""
    told = (epoch(msgspec.json.decode(found), now.timestamp()) for found in _TIME.findall(body))
    newest = max((at for at in told if at is not None), default=now.timestamp())
    return datetime.fromtimestamp(newest, UTC)
