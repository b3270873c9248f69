"""What waits for room in a cluster, and what is left of it when a pool has taken its part.

Counted in the words of `shared/scale/queue.py`: Marathon's queue, what services have yet to place, and the queues of
further Marathons. `demands.py` has pool after pool take of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from shared.model.load import Pending
from shared.model.readings import Failure, Reading, Value
from shared.scale.placement import Placement
from shared.scale.queue import waiting_elsewhere, waiting_work
from shared.scale.work import Host, Work

from .repair import Situation


def what_waits(situation: Situation) -> Reading[tuple[Work, ...]]:
    queue, scheduler = situation.snapshot.load.queue, situation.snapshot.scheduler
    if isinstance(queue, Failure):
        return queue
    agents = () if isinstance(scheduler, Failure) else scheduler.value.agents
    works = waiting_work(queue.value, agents, _pending(situation))
    return Value((*works, *_elsewhere(situation)), queue.source, queue.taken_at)


def _pending(situation: Situation) -> list[Pending]:
    told = situation.snapshot.load.services.values()
    return [pod for one in told if isinstance(one, Value) for pod in one.value]


def _elsewhere(situation: Situation) -> Iterator[Work]:
    """What waits in further Marathons."""
    scheduler = situation.snapshot.scheduler
    if isinstance(scheduler, Failure):
        return
    for name, queue in situation.snapshot.load.others.items():
        if isinstance(queue, Value):
            ids = {one.id for one in scheduler.value.frameworks.values() if one.name.strip("/") == name}
            yield from waiting_elsewhere(name, queue.value, scheduler.value.agents, ids)


def left_of(works: Sequence[Work], placed: Placement, names: Mapping[str, str]) -> tuple[Work, ...]:
    """What found no room; others of its applications have some now. `names` are those of the new hosts from now on."""
    refused: dict[str, int] = {}
    for one in placed.refused:
        refused[one.app] = refused.get(one.app, 0) + one.count
    left: list[Work] = []
    for work in works:
        count = min(work.count, refused.get(work.app, 0))
        if count:
            refused[work.app] -= count
            runs_on = dict(work.runs_on)
            for spot in placed.spots:
                if spot.app == work.app:
                    host = names.get(spot.host, spot.host)
                    runs_on[host] = runs_on.get(host, 0) + spot.count
            left.append(replace(work, count=count, runs_on=runs_on))
    return tuple(left)


def filled(hosts: Sequence[Host]) -> tuple[Host, ...]:
    """What found no room on these finds none in another pool's turn."""
    return tuple(replace(one, is_open=False) for one in hosts)
