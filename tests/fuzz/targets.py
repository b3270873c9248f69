"""What is fuzzed: every translator, as a function of bytes that returns when all is well.

Each target hands the bytes to a translator just as its door does. Signals may come of it, a reason why there are none,
or `Poison`; whatever else is raised goes through and is a finding. What was made of the bytes must be fit to be kept,
so it is written down as JSON here, and a signal must fit into a message of a queue.

What the nodes of DC/OS answer is in `dcos_targets.py`. `seeds.py` has real input for each target, `mutation.py` spoils
it.
"""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Callable
from datetime import timedelta
from functools import cache, partial

import msgspec
from msgspec.structs import replace

from shared.errors import Poison
from shared.firehose.body import Sender, unpacked
from shared.firehose.ear import READERS, MetricsEar
from shared.firehose.index import Index
from shared.firehose.roster import Roster
from shared.firehose.telegraf import joined
from shared.firehose.watching import Watching
from shared.memory.clock import SteppedClock
from shared.memory.queues import MemoryQueues
from shared.memory.store import MemoryStore
from shared.model.signals import Signal
from shared.policy.alerts import AlertRule, Labels, Meaning
from shared.policy.alerts import Alerts as AlertPolicy
from shared.policy.metric_rules import Firehose, Kind
from shared.policy.schema import ClusterPolicy, Policy
from shared.ports.queues import Queue
from shared.records import Records
from shared.signals.alert import Alerts
from shared.signals.alert_fold import folded
from shared.signals.alertmanager import hear_alertmanager
from shared.signals.azure_monitor import hear_azure_monitor
from shared.signals.event_grid import Ear, hear
from tests.builders import NOW, address, cluster_policy, memory, policy
from tests.firehose.ground import rule
from tests.fuzz.dcos_targets import OF_DCOS, Target, can_be_sent

OWN = frozenset({"ours"})
NOW_S = NOW.timestamp()


@cache
def firehose() -> tuple[ClusterPolicy, Index]:
    """Default rules and one of our own, indexed once because that takes longer than any input."""
    mine = replace(cluster_policy(), firehose=Firehose(defaults=True, rules=(rule(),)))
    return mine, Index((mine,))


@cache
def one_cluster() -> Policy:
    """With rules about alerts."""
    rules = (
        AlertRule(name="labels", labels=Labels((("team", "x"),)), means=Meaning.NOTHING),
        AlertRule(name="all", alert="*Down*", means=Meaning.CLUSTER),
    )
    return policy(cluster_policy(alerts=AlertPolicy(rules=rules)))


@cache
def rules_of_all_kinds() -> Policy:
    """One rule of each kind, about what the samples tell, all of which fire at once."""
    at_once = {"lasts": timedelta(0), "metric": "disk.used_percent"}
    plain = (
        rule(**at_once),
        rule(name="rate", kind=Kind.RATE, high=1.0, clear_high=0.5, **at_once),
        rule(name="pool", share=30, **at_once),
        rule(name="silent", kind=Kind.ABSENT, absent_for=timedelta(minutes=1), **at_once),
    )
    return Policy(clusters=(replace(cluster_policy(), firehose=Firehose(defaults=False, rules=plain)),))


def event_grid(body: bytes) -> None:
    """Event Grid's trigger hands over values; what is no JSON never comes so far."""
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        return
    try:
        heard = hear(event, one_cluster(), OWN, NOW)
    except Poison as poison:
        _can_be_kept(poison)
        return
    assert heard, "an event was passed over in silence"
    for one in heard:
        assert (one.signal is not None) is (one.ear is Ear.SIGNAL)
        assert msgspec.json.encode(one)
    can_be_sent(one.signal for one in heard if one.signal is not None)


def alertmanager(body: bytes) -> None:
    _alerts(partial(hear_alertmanager, body, one_cluster(), NOW))


def azure_monitor(body: bytes) -> None:
    _alerts(partial(hear_azure_monitor, body, one_cluster(), OWN, NOW))


def metrics(form: str, body: bytes, coding: str = "") -> None:
    cluster, index = firehose()
    watching = Watching(index, Roster([(cluster, {"1": memory(1)})]))
    try:
        tally = READERS[form](unpacked(body, coding), watching, NOW_S, Sender("", address(1)))
    except Poison as poison:
        _can_be_kept(poison)
        return
    assert msgspec.json.encode([tally.counts(), [str(example) for example in tally.examples.values()]])


def ear(body: bytes) -> None:
    """The whole way of a body of Telegraf, twice, then silence: states are judged, stored, and become signals."""
    asyncio.run(_heard_by_an_ear(body))


def hub(body: bytes) -> None:
    """Events of an event hub, one in each line."""
    batch, broken = joined(body.split(b"\n"))
    assert len(broken) <= body.count(b"\n") + 1
    metrics("telegraf", batch)


def zipped(body: bytes) -> None:
    """As it is, and packed as it should be."""
    metrics("telegraf", body, "gzip")
    metrics("telegraf", gzip.compress(body, 1), "gzip")


TARGETS: dict[str, Target] = {
    "event_grid": event_grid,
    "alertmanager": alertmanager,
    "azure_monitor": azure_monitor,
    **{f"metrics_{form}": partial(metrics, form) for form in READERS},
    "metrics_ear": ear,
    "metrics_hub": hub,
    "metrics_gzip": zipped,
    **OF_DCOS,
}


async def _heard_by_an_ear(body: bytes) -> None:
    store, clock = MemoryStore(), SteppedClock(NOW)
    queues, records, rules = MemoryQueues(clock), Records(store), rules_of_all_kinds()
    await records.inventory.put("prod", "1", memory(1), "*")
    listening = MetricsEar(store, records, queues, "fuzz")
    for _ in range(2):
        try:
            await listening.hear("telegraf", body, Sender(), rules, clock.now())
        except Poison as poison:
            _can_be_kept(poison)
        clock.advance(timedelta(seconds=30))
    for seconds in (240, 0):
        await listening.tick(rules, clock.now())
        clock.advance(timedelta(seconds=seconds))
    while messages := queues.receive(Queue.SIGNALS):
        can_be_sent(msgspec.json.decode(message.body, type=Signal) for message in messages)


def _alerts(hear_them: Callable[[], Alerts]) -> None:
    try:
        alerts = hear_them()
    except Poison as poison:
        _can_be_kept(poison)
        return
    assert msgspec.json.encode([alerts.heard, alerts.spoiled])
    can_be_sent(folded(one.signal for one in alerts.heard if one.signal is not None))


def _can_be_kept(poison: Poison) -> None:
    assert poison.why.encode(), "the quarantine wants a sentence"
