"""What schedules make of a pool in a stretch of time: row by row, with contradictions, node-hours and cost.

It asks the same functions as the app, so what is shown is what happens, but for two things that no clock knows: what
load asks for between min and max, and what people will say. So hours and cost are told from the least to the most.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from shared.decide.timeline import changes
from shared.model.bounds import PoolBounds, Resize, Source
from shared.policy.schema import PoolPolicy

HOUR = timedelta(hours=1)


class Row(Struct, frozen=True):
    """These sizes hold from `begin` until `end`; with a `target`, min and max are the same. `by` names who says them,
    without the hard bounds."""

    begin: datetime
    end: datetime
    min: int
    max: int
    target: int | None
    by: tuple[str, ...]
    conflicts: tuple[str, ...] = ()

    @property
    def hours(self) -> float:
        return (self.end - self.begin) / HOUR


class Preview(Struct, frozen=True):
    """Of one pool. `unheard` are schedules that decide nothing in all the time: others always count more, or they do
    not begin. `price` is that of a node for an hour; None where nobody said."""

    cluster: str
    pool: str
    rows: tuple[Row, ...]
    unheard: tuple[str, ...]
    price: float | None = None

    @property
    def node_hours(self) -> tuple[float, float]:
        """The least and the most."""
        return sum(row.min * row.hours for row in self.rows), sum(row.max * row.hours for row in self.rows)

    @property
    def cost(self) -> tuple[float, float] | None:
        """The least and the most, in the currency of the price."""
        if self.price is None:
            return None
        least, most = self.node_hours
        return least * self.price, most * self.price

    @property
    def conflicts(self) -> dict[str, list[Row]]:
        """Each contradiction, with the rows in which it is one."""
        found: dict[str, list[Row]] = {}
        for row in self.rows:
            for conflict in row.conflicts:
                found.setdefault(conflict, []).append(row)
        return found


def preview(
    cluster: str, pool: PoolPolicy, begin: datetime, end: datetime, resizes: Sequence[Resize] = ()
) -> Preview:
    """What holds from `begin` until `end`, which comes later. Without warm-up, which depends on how fast they join."""
    told = changes(pool, begin, end, resizes)
    rows: list[Row] = []
    for change, until in zip(told, [*(one.at for one in told[1:]), end], strict=True):
        row = _row(change.bounds, change.at, until)
        if rows and replace(rows[-1], begin=row.begin, end=row.end) == row:
            rows[-1] = replace(rows[-1], end=until)
        else:
            rows.append(row)
    heard = {name for row in rows for name in row.by}
    unheard = tuple(one.name for one in pool.schedules if one.name not in heard)
    return Preview(cluster, pool.name, tuple(rows), unheard, pool.price)


def _row(bounds: PoolBounds, begin: datetime, end: datetime) -> Row:
    reasons = [one.because for one in (bounds.floor, bounds.ceiling)]
    by = dict.fromkeys(one.name for one in reasons if one.source is not Source.CAPACITY)
    target = None if bounds.target is None else bounds.target.nodes
    return Row(begin, end, bounds.floor.nodes, bounds.ceiling.nodes, target, tuple(by), bounds.conflicts)
