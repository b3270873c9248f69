"""What a worker heard of the numbers that sizes follow, written down once a minute: a row for each pool and metric.

What the rows of all workers amount to is worked out by whoever looks at the pool (`shared/records/followed.py`).
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from shared.errors import Conflict
from shared.firehose.watching import Watching
from shared.ports.store import Store, Table, Write
from shared.records.followed import Followed, Told

LATEST_ROW_S = 86_400.0


async def write_followed(store: Store, watching: Watching, now_s: float) -> None:
    """Write down what this worker heard last. Raises what storage raises."""
    for watch in watching.index.watches:
        if watch.values is None:
            continue
        watch.values.forget(now_s)
        pools: dict[str, dict[str, Mapping[str, tuple[float, float]]]] = {}
        for (pool, node), kept in watch.values.kept.items():
            pools.setdefault(pool, {})[node] = kept
        for pool, nodes in pools.items():
            followed = Followed(watch.cluster, pool, watch.rule.metric)
            fault, _ = watch.values.faults.get(pool, ("", 0.0))
            told = Told(watch.rule.metric, watching.worker, fault, nodes)
            row = followed.row(watching.worker)
            await store.write(
                Table.ALERT_STATES, followed.partition, Write(row, msgspec.json.encode(told), "*")
            )


async def forget_followed(store: Store, watching: Watching, now_s: float) -> None:
    """Take away rows of workers that are gone, a day after their last word."""
    clusters = {watch.cluster for watch in watching.index.watches if watch.values is not None}
    for cluster in sorted(clusters):
        partition = Followed(cluster, "", "").partition
        for stored in await store.query(Table.ALERT_STATES, partition, "", ""):
            if _last_word(stored.body) >= now_s - LATEST_ROW_S:
                continue
            try:
                await store.write(Table.ALERT_STATES, partition, Write(stored.row, None, stored.etag))
            except Conflict:
                continue  # its worker wrote it again


def _last_word(body: bytes) -> float:
    """Zero for what can't be read: it is of no use to anybody."""
    try:
        told = msgspec.json.decode(body, type=Told)
    except msgspec.MsgspecError:
        return 0.0
    return max((at for kept in told.nodes.values() for _, at in kept.values()), default=0.0)
