"""Marathon's queue: what it has yet to start, with what each instance needs.

The queue has whole applications in it, so it says by itself what is needed. Marathon 1.4 and later tell for each of
them why offers were not taken (`processedOffersSummary`); older ones say nothing about that.

An answer is used as a whole or not at all: an entry that can't be true makes all of it a failure, because whoever
counts the rest would count too little. Only a queue that is longer than anybody looks through is cut: what has waited
longest is kept, and of the others it is told how many they are. 50,000 applications are 55 MB, and a second's work.
Sources: mesosphere/marathon:docs/docs/rest-api/public/api/v2/types/queue.raml and
src/main/scala/mesosphere (marathon/raml/QueueInfoConversion.scala, mesos/NoOfferMatchReason.scala).
"""

from __future__ import annotations

from datetime import UTC, datetime

from shared.dcos.doors import Door, Hosts, understood
from shared.dcos.marathon_needs import needs_of_app, needs_of_pod
from shared.dcos.marathon_shapes import (
    AppShape,
    ContainerShape,
    PlacementShape,
    QueuedPodShape,
    QueuedShape,
    SchedulingShape,
    decode_queue,
)
from shared.model.load import Queue, Queued
from shared.model.workloads import AppKind

QUEUE = "/v2/queue"
TIMEOUT_S = 20.0

MOST_ENTRIES = 5_000
MOST_INSTANCES = 1_000_000
"""Of one application: a thousand for each machine of the largest scale set."""

MOST_REASONS, LONGEST_REASON = 16, 60
LATEST = datetime.max.replace(tzinfo=UTC)


async def queue(hosts: Hosts, port: int, before: str = "") -> Queue:
    """`Retry` when no Marathon answers in time, or what it says can't be. `before` is what Admin Router has before the
    path of a further Marathon."""
    _, answer = await hosts.first(Door(port, f"{before}{QUEUE}", timeout_s=TIMEOUT_S))
    return understood(f"{before}{QUEUE}", _queue, answer.body)


def _queue(body: bytes) -> Queue:
    """Longest waiting first. `ValueError` for what can't be."""
    shapes = [one for one in decode_queue(body).queue or () if one.count]
    shapes.sort(key=lambda one: (_since(one) or LATEST, _id(one)))
    kept = tuple(_queued(one) for one in shapes[:MOST_ENTRIES])
    return Queue(kept, sum(max(0, one.count) for one in shapes[MOST_ENTRIES:]))


def _queued(one: QueuedShape) -> Queued:
    if one.app is not None:
        found = _app(one, one.app)
    elif one.pod is not None:
        found = _pod(one, one.pod)
    else:
        raise ValueError("something waits that is neither an application nor a pod")
    if not 0 < one.count <= MOST_INSTANCES:
        raise ValueError(f"{one.count} instances of {found.app[:80]} can't wait")
    return found


def _app(one: QueuedShape, app: AppShape) -> Queued:
    needs = needs_of_app(app)
    if needs is None:
        raise ValueError(f"what {app.id[:80]} needs can't be")
    container = app.container or ContainerShape()
    has_volume = any(volume.persistent is not None for volume in container.volumes or ())
    return Queued(
        app=app.id,
        count=one.count,
        needs=needs,
        constraints=app.constraints or (),
        is_resident=app.residency is not None or has_volume,
        is_held_back=_is_held_back(one),
        since=_since(one),
        refused=_refused(one),
    )


def _pod(one: QueuedShape, pod: QueuedPodShape) -> Queued:
    needs = needs_of_pod(pod)
    if needs is None:
        raise ValueError(f"what {pod.id[:80]} needs can't be")
    placement = (pod.scheduling or SchedulingShape()).placement or PlacementShape()
    return Queued(
        app=pod.id,
        count=one.count,
        needs=needs,
        kind=AppKind.POD,
        constraints=tuple(
            (part.field_name, part.operator, part.value) for part in placement.constraints or ()
        ),
        is_resident=any(volume.persistent is not None for volume in pod.volumes or ()),
        is_held_back=_is_held_back(one),
        since=_since(one),
        refused=_refused(one),
    )


def _id(one: QueuedShape) -> str:
    run = one.app or one.pod
    return run.id if run is not None else ""


def _is_held_back(one: QueuedShape) -> bool:
    """`overdue` is said of a delay that was over a second ago: where there is none it is false, and no time is left."""
    return one.delay is not None and not one.delay.overdue and one.delay.time_left_seconds > 0


def _since(one: QueuedShape) -> datetime | None:
    """`ValueError` for what is no time."""
    return None if one.since is None else datetime.fromisoformat(one.since).astimezone(UTC)


def _refused(one: QueuedShape) -> dict[str, int] | None:
    """By reason, those that count for none left out. It is there to be told, so it is cut where it is too long."""
    summary = one.processed_offers_summary
    if summary is None:
        return None
    reasons = (summary.reject_summary_last_offers or ())[:MOST_REASONS]
    return {each.reason[:LONGEST_REASON]: each.declined for each in reasons if each.declined > 0}
