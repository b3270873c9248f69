"""What load is, beyond what the masters say of their agents: what waits for room, and numbers of the firehose.

Read for clusters of which a pool follows such a thing (`shared/operate/load.py`); `shared/scale` makes nodes of it.
Each part is a reading of its own: a Marathon that hangs says nothing of a metric.
Source: mesosphere/marathon:docs/docs/rest-api/public/api/v2/types/queue.raml.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from msgspec import Struct, field

from .offer import Offer
from .past import Past
from .readings import Failure, Reading
from .workloads import AppKind, Needs


class Queued(Struct, frozen=True, kw_only=True):
    """`count` instances of an application or pod that Marathon has yet to start.

    `is_held_back`: they failed before, and Marathon waits by itself before it tries again; it is not room that they
    wait for. `since` None: Marathon does not say when they began to wait. `refused` has, for each of Marathon's own
    reasons, how many agents' last offers were not taken for it; None: it gives none (before 1.4).
    """

    app: str
    count: int
    needs: Needs
    kind: AppKind = AppKind.APP
    constraints: tuple[tuple[str, ...], ...] = ()
    is_resident: bool = False
    is_held_back: bool = False
    since: datetime | None = None
    refused: Mapping[str, int] | None = None


class Queue(Struct, frozen=True):
    """What Marathon has yet to start, longest waiting first. `left_out`: so many instances more, of which nothing was
    kept because there are too many."""

    entries: tuple[Queued, ...] = ()
    left_out: int = 0


class Pending(Struct, frozen=True, kw_only=True):
    """`count` pods of one sort that a service built on dcos-commons has yet to start, wherever there is room.
    `runs_on` says on which agents, by id, how many other pods of the sort are or have their volume: constraints are
    about all of them."""

    service: str
    sort: str
    count: int
    needs: Needs
    constraints: tuple[tuple[str, ...], ...] = ()
    runs_on: Mapping[str, int] = field(default_factory=dict[str, int])


_NOT_REMEMBERED = Failure(
    "nobody has asked what the last weeks needed", "forecast", datetime.min.replace(tzinfo=UTC)
)
_NOT_LEARNED = Failure(
    "nobody has asked what agents of before offered", "offers", datetime.min.replace(tzinfo=UTC)
)
_NOT_ASKED = Failure("nobody has asked what waits for room", "load", datetime.min.replace(tzinfo=UTC))


class Load(Struct, frozen=True):
    """`metrics`: by pool and by the metric's name, the number that its policy follows. A reading's time is that of the
    oldest value in it. `pasts`: by pool, what was needed in the last weeks, of those that have a forecast.
    `services`: what each service has yet to place; `others`: what further Marathons have, by their names. `offers`: by
    pool, what agents of it offered when they were last there."""

    queue: Reading[Queue] = _NOT_ASKED
    metrics: Mapping[str, Mapping[str, Reading[float]]] = field(
        default_factory=dict[str, Mapping[str, Reading[float]]]
    )
    pasts: Reading[Mapping[str, Past]] = _NOT_REMEMBERED
    others: Mapping[str, Reading[Queue]] = field(default_factory=dict[str, Reading[Queue]])
    services: Mapping[str, Reading[tuple[Pending, ...]]] = field(
        default_factory=dict[str, Reading[tuple[Pending, ...]]]
    )
    offers: Reading[Mapping[str, Offer]] = _NOT_LEARNED

    @property
    def unknown(self) -> tuple[Failure, ...]:
        """Of services and further Marathons."""
        told: list[Reading[object]] = [*self.services.values(), *self.others.values()]
        return tuple(one for one in told if isinstance(one, Failure))

    def metric(self, pool: str, name: str) -> Reading[float]:
        """A failure where it was not asked for."""
        found = self.metrics.get(pool, {}).get(name)
        return found or Failure(f"nobody has asked for {name}", "firehose", datetime.min.replace(tzinfo=UTC))


UNASKED_LOAD = Load()
"""Stands where nobody has asked."""
