"""Rules about silence: a node that was heard, and is not any more.

Who hears a node may change at any time (another instance, another partition), so every worker writes once a minute
when it last heard which node, and silence is judged from all of that together, by whichever worker runs the sweep. A
node that was never heard is not missed: nothing says that it sends at all. When at least half of all the nodes that
should be heard are silent together, it is rather our ear, or the way to it, that is broken: nothing fires then.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from shared.errors import Conflict
from shared.firehose.course import Course, Stage
from shared.firehose.index import Watch
from shared.firehose.roster import Subject
from shared.firehose.watching import Watching
from shared.policy.metric_rules import Kind
from shared.ports.store import Store, Table, Write
from shared.records.alert_states import HeardNodes, heard_partition

FORGOTTEN_S = 86_400.0
"""After a day a node that is silent is not missed any more."""

NODES_IN_A_ROW = 4_000  # some 60 bytes each: well below what a row holds

_decoder = msgspec.json.Decoder(HeardNodes)


async def write_heard(store: Store, watching: Watching, worker: str) -> None:
    """Write down whom this worker heard, for every rule about silence."""
    for watch in watching.index.watches:
        if watch.rule.kind is Kind.ABSENT and watch.heard:
            nodes = sorted(watch.heard.items())
            for start in range(0, len(nodes), NODES_IN_A_ROW):
                row = f"{watch.rule.name}|{worker}|{start // NODES_IN_A_ROW}"
                kept = HeardNodes(watch.rule.name, worker, dict(nodes[start : start + NODES_IN_A_ROW]))
                write = Write(row, msgspec.json.encode(kept), "*")
                await store.write(Table.ALERT_STATES, heard_partition(watch.cluster), write)


async def look_for_silence(store: Store, watching: Watching, cluster: str, now_s: float) -> None:
    """Judge every rule about silence of this cluster. Rows of workers that are gone are taken away after a day."""
    heard: dict[str, dict[str, float]] = {}
    for stored in await store.query(Table.ALERT_STATES, heard_partition(cluster), "", ""):
        try:
            kept = _decoder.decode(stored.body)
        except msgspec.MsgspecError:
            continue
        if max(kept.nodes.values(), default=0.0) < now_s - FORGOTTEN_S:
            await _remove(store, cluster, Write(stored.row, None, stored.etag))
        times = heard.setdefault(kept.rule, {})
        for node, at in kept.nodes.items():
            times[node] = max(at, times.get(node, 0.0))
    for watch in watching.index.watches:
        if watch.cluster == cluster and watch.rule.kind is Kind.ABSENT:
            times = heard.get(watch.rule.name, {})
            for node, at in watch.heard.items():
                times[node] = max(at, times.get(node, 0.0))
            _judge(watching, watch, times, now_s)


def forget_gone(watching: Watching, cluster: str, now_s: float) -> None:
    """Let go of series of nodes that are not there any more, and of what was resolved a day ago."""
    for watch in watching.index.watches:
        if watch.cluster != cluster:
            continue
        for key, standing in list(watch.active.items()):
            course, node = standing.course, standing.subject.node
            is_old = course is not None and course.seen < now_s - FORGOTTEN_S
            is_done = course is not None and course.stage is not Stage.FIRING and is_old
            if is_done or watching.roster.find(node, cluster) is None:
                watching.move(watch, key, standing.subject, None)
                watch.heard.pop(node, None)


def _judge(watching: Watching, watch: Watch, heard: Mapping[str, float], now_s: float) -> None:
    longest = watch.rule.absent_for.total_seconds()
    known: dict[str, Subject] = {}
    for node, at in heard.items():
        subject = watching.roster.find(node, watch.cluster)
        if subject is not None and at > now_s - FORGOTTEN_S:
            known[node] = subject
    silent = {node for node in known if heard[node] < now_s - longest}
    is_our_ear = len(silent) > 1 and len(silent) * 2 >= len(known)
    is_our_ear = is_our_ear or len(silent) == len(known)
    for node, subject in known.items():
        standing = watch.active.get(node)
        stage = standing.course.stage if standing and standing.course else None
        if node in silent and stage is not Stage.FIRING and not is_our_ear:
            watching.move(watch, node, subject, Course(Stage.FIRING, heard[node], now_s))
        elif node not in silent and stage is Stage.FIRING:
            watching.move(watch, node, subject, Course(Stage.RESOLVED, heard[node], now_s))


async def _remove(store: Store, cluster: str, write: Write) -> None:
    try:
        await store.write(Table.ALERT_STATES, heard_partition(cluster), write)
    except Conflict:
        return  # its worker wrote it again
