"""What numbers of the firehose are now, of those that the size of a pool follows: rows of every worker, and their sum.

    AlertStates   cluster + "|followed"   <pool>|<digest of the metric>|<worker>   what a worker heard last, by series

Which worker hears a node may change at any time, so each writes once a minute what it heard last and when, and whoever
reads takes of each series the newest value. What the rows amount to:

1. It is the sum over the nodes of the pool, and of all series of a node (disks, containers, ...).
2. A metric that says by the tag `scales` for which pool it speaks is one number for that pool, whoever tells it: of a
   queue that has its exporter somewhere else.
3. A node that is not listed any more tells nothing, nor does who was silent for a day. A series that ended while its
   node tells others does not count.
4. The time is that of the node that was silent longest: while one of those that told it lately says nothing, the sum is
   old, and too old for anybody after some minutes (`shared/scale/load.py`). It is not smaller.
5. What is from a time that is yet to come is not heard: it would be the newest until then, and fresh for as long.
6. Nobody told it, somebody has more series than are kept or can't tell them apart, or a row can't be read: a failure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from math import isfinite

import msgspec
from msgspec import Struct

from shared.model.readings import Failure, Reading, Value
from shared.ports.store import Store, Stored, Table

FORGOTTEN_S = 86_400.0
FAULTY_S = 3600.0
"""A sum is not believed for so long after it was seen that it can't be right."""
ENDED_S = 300.0
"""A series is over that is so many seconds older than another one of its node."""
AHEAD_S = 120.0
"""So far the clocks of two workers may be apart."""

SOURCE = "firehose"


class Followed(Struct, frozen=True):
    """A metric that a pool's size follows."""

    cluster: str
    pool: str
    metric: str

    @property
    def partition(self) -> str:
        return f"{self.cluster}|followed"

    def row(self, worker: str) -> str:
        """A metric's name may hold what a key may not."""
        digest = hashlib.sha256(self.metric.encode("utf-8", "replace")).hexdigest()[:24]
        return f"{self.pool}|{digest}|{worker}"


class Told(Struct, frozen=True):
    """What one worker heard: node (empty: one number for the pool) to series to value and time, in seconds since 1970.
    `fault`: why their sum can't be right, within the last hour; empty: it can."""

    metric: str
    worker: str
    fault: str
    nodes: Mapping[str, Mapping[str, tuple[float, float]]]


_decoder = msgspec.json.Decoder(Told)


async def read_followed(
    store: Store, followed: Followed, nodes: Collection[str], now: datetime
) -> Reading[float]:
    """What it is now. `nodes` are those that are listed in the pool. Raises what storage raises."""
    prefix = followed.row("")
    rows = await store.query(Table.ALERT_STATES, followed.partition, prefix, f"{prefix[:-1]}}}")
    return sum_of(rows, followed, nodes, now)


def sum_of(
    rows: Iterable[Stored], followed: Followed, nodes: Collection[str], now: datetime
) -> Reading[float]:
    """What the rows amount to."""
    newest: dict[str, dict[str, tuple[float, float]]] = {}
    soon = now.timestamp() + AHEAD_S
    for row in rows:
        try:
            told = _decoder.decode(row.body)
        except msgspec.MsgspecError:
            return Failure(f"what was heard of {followed.metric} can't be read", SOURCE, now)
        if told.fault and _latest(told) > now.timestamp() - FAULTY_S:
            return Failure(f"{followed.metric} can't be followed: {told.fault}", SOURCE, now)
        for node in told.nodes.keys() & {"", *nodes}:
            kept = newest.setdefault(node, {})
            for series, (value, at) in told.nodes[node].items():
                if at <= soon and (series not in kept or at > kept[series][1]):
                    kept[series] = value, at
    return _sum({node: kept for node, kept in newest.items() if kept}, followed, now)


def _sum(
    newest: Mapping[str, Mapping[str, tuple[float, float]]], followed: Followed, now: datetime
) -> Reading[float]:
    """Rules 1 to 4."""
    since = now.timestamp() - FORGOTTEN_S
    heard = {node: at for node, kept in newest.items() if (at := max(at for _, at in kept.values())) > since}
    if not heard:
        return Failure(f"nobody has told {followed.metric} within the last day", SOURCE, now)
    values = [
        value for node, last in heard.items() for value, at in newest[node].values() if at > last - ENDED_S
    ]
    total = sum(values)
    if not isfinite(total):
        return Failure(f"{followed.metric} adds up to {total}", SOURCE, now)
    return Value(total, SOURCE, datetime.fromtimestamp(min(heard.values()), UTC))


def _latest(told: Told) -> float:
    return max((at for kept in told.nodes.values() for _, at in kept.values()), default=0.0)
