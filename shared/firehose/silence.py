"""Whom we heard, and rules about silence: a node that was heard, and is not any more.

Who hears a node may change at any time (another instance, another partition), so every worker writes once a minute
when it last heard which node, and silence is judged from all of that together, by whichever worker runs the sweep. A
node that was never heard is not missed: nothing says that it sends at all. When at least half of all the nodes that
should be heard are silent together, it is rather our ear, or the way to it, that is broken: nothing fires then, nor
until two minutes after that, in which the nodes can speak again. The same holds for the first look of a process.
"""

from __future__ import annotations

import msgspec

from shared.errors import Conflict
from shared.firehose.course import Course, Stage
from shared.firehose.index import Watch
from shared.firehose.roster import Subject
from shared.firehose.watching import FORGOTTEN_S, Watching
from shared.policy.metric_rules import Kind
from shared.ports.store import Store, Table, Write
from shared.records.alert_states import HeardNodes, heard_partition

NODES_IN_A_ROW = 4_000  # some 60 bytes each: well below what a row holds

TRUST_S = 120.0
"""Seconds for the nodes to speak again after our ear was doubted."""

_decoder = msgspec.json.Decoder(HeardNodes)


async def write_heard(store: Store, watching: Watching) -> None:
    """Write down whom this worker heard, for every rule that asks for it."""
    for watch in watching.index.watches:
        if _is_shared(watch) and watch.heard:
            nodes = sorted(watch.heard.items())
            for start in range(0, len(nodes), NODES_IN_A_ROW):
                row = f"{watch.rule.name}|{watching.worker}|{start // NODES_IN_A_ROW}"
                part = dict(nodes[start : start + NODES_IN_A_ROW])
                kept = HeardNodes(watch.rule.name, watching.worker, part)
                write = Write(row, msgspec.json.encode(kept), "*")
                await store.write(Table.ALERT_STATES, heard_partition(watch.cluster), write)


async def read_heard(store: Store, watching: Watching, cluster: str, now_s: float) -> None:
    """Learn whom all workers heard. Rows of workers that are gone are taken away after a day."""
    watches = {one.rule.name: one for one in watching.index.watches if one.cluster == cluster}
    heard: dict[str, dict[str, float]] = {name: {} for name, watch in watches.items() if _is_shared(watch)}
    if not heard:
        return
    for stored in await store.query(Table.ALERT_STATES, heard_partition(cluster), "", ""):
        try:
            kept = _decoder.decode(stored.body)
        except msgspec.MsgspecError:
            continue
        if max(kept.nodes.values(), default=0.0) < now_s - FORGOTTEN_S:
            await _remove(store, cluster, Write(stored.row, None, stored.etag))
        times = heard.get(kept.rule, {})
        for node, at in kept.nodes.items():
            times[node] = max(at, times.get(node, 0.0))
    for name, times in heard.items():
        watches[name].elsewhere = times


def look_for_silence(watching: Watching, now_s: float) -> None:
    """Judge every rule about silence."""
    for watch in watching.index.watches:
        if watch.rule.kind is Kind.ABSENT:
            _judge(watching, watch, now_s)


def _judge(watching: Watching, watch: Watch, now_s: float) -> None:
    longest = watch.rule.absent_for.total_seconds()
    known: dict[str, tuple[Subject, float]] = {}
    for node in watch.heard.keys() | watch.elsewhere.keys():
        subject, at = watching.roster.find(node, watch.cluster), watch.heard_at(node)
        if subject is not None and at > now_s - FORGOTTEN_S:
            known[node] = subject, at
    silent = {node for node, (_, at) in known.items() if at < now_s - longest}
    is_our_ear = len(silent) == len(known) or (len(silent) > 1 and len(silent) * 2 >= len(known))
    if is_our_ear or watch.trusted_from is None:
        watch.trusted_from = now_s + TRUST_S
    for node, (subject, at) in known.items():
        standing = watch.active.get(node)
        stage = standing.course.stage if standing and standing.course else None
        if node in silent and stage is not Stage.FIRING and now_s >= watch.trusted_from:
            watching.move(watch, node, subject, Course(Stage.FIRING, at, now_s))
        elif node not in silent and stage is Stage.FIRING:
            watching.move(watch, node, subject, Course(Stage.RESOLVED, at, now_s))


def _is_shared(watch: Watch) -> bool:
    """Whether other workers have to know whom we heard."""
    return watch.rule.kind is Kind.ABSENT or watch.rule.share is not None


async def _remove(store: Store, cluster: str, write: Write) -> None:
    try:
        await store.write(Table.ALERT_STATES, heard_partition(cluster), write)
    except Conflict:
        return  # its worker wrote it again
