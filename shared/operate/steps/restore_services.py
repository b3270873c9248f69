"""Give services back what they lost with the node: pods and tasks that wait for an agent that never returns.

`restore_services` orders what can be ordered at once and waits for nothing, so that the pool grows meanwhile; there may
be no room before that. `await_services` goes on, one member after the other, until all is well:

1. No service had a member or data there: nothing to do.
2. The masters, or one of its services, cannot be read: wait.
3. The agent is connected again, because the machine kept its disk: nothing is bound to an agent that is gone.
4. A pod is bound to it: services that hear of it (Mesos 1.5 and later, a framework that is partition aware) replace it
   by themselves (mesosphere/dcos-commons: TaskUtils.getTasksForReplacement). When they have not within two minutes, or
   cannot hear of it: its replacement is ordered when nothing else goes on in the service. Its volume is gone already.
5. A task with a local volume is bound to it, for which Marathon would wait for ever: it is ended with `wipe`, one at a
   time, when no other task of the application is starting (mesosphere/marathon:docs/docs/persistent-volumes.md).
6. A service is not at rest: wait. What waits for other nodes that are lost is not waited for.

That the agent is gone for good is proved by the steps before: Azure does not know the machine, or it has another agent.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from msgspec import Struct

from shared.guards.stakes import Lost, going_on
from shared.model.mesos import Generation, SchedulerState
from shared.model.readings import Failure
from shared.model.workloads import App, Service, WorkloadState
from shared.operate.hand import Hand
from shared.operate.outcomes import Done, Outcome, Wait

from .move_tasks import ORDER_STANDS, REPLACED, decode_replaced, note_pod

AGAIN = timedelta(seconds=15)
BY_ITSELF = timedelta(minutes=2)
TOLD = "tell_scheduler"
"""The step with whose end the services can know."""


class Missing(Struct, frozen=True):
    """What of one service is not as it was: what is waited for, and a pod whose replacement can be ordered, or a task
    that can be wiped."""

    waits: str
    pod: str | None = None
    task: str | None = None
    service: str = ""


async def restore_services(hand: Hand) -> Outcome:
    found = await _missing(hand)
    if isinstance(found, Wait):
        return Done(f"looked at later: {found.text}")
    if isinstance(found, Done):
        return found
    ordered = await _order(hand, found)
    return Done(f"ordered {ordered} things" if ordered else "nothing can be ordered now")


async def await_services(hand: Hand) -> Outcome:
    found = await _missing(hand)
    if isinstance(found, Done | Wait):
        return found
    await _order(hand, found)
    return Wait(f"not as it was: {'; '.join(one.waits for one in found)[:400]}", hand.again())


async def _missing(hand: Hand) -> list[Missing] | Done | Wait:
    subject = hand.operation.subject
    if not subject.services or subject.agent_id is None:
        return Done("no service had a member or data there")
    picture, _ = await hand.fresh()
    scheduler, work = picture.situation.snapshot.scheduler, await hand.work()
    if isinstance(scheduler, Failure):
        return Wait(f"the masters cannot be read: {scheduler.why}", AGAIN, blind=True)
    if isinstance(work, Failure):
        return Wait(f"what runs there cannot be read: {work.why}", AGAIN, blind=True)
    if isinstance(work.value.apps, Failure):
        return Wait(f"what runs there cannot be read: {work.value.apps.why}", AGAIN, blind=True)
    missing = _what_is_missing(hand, scheduler.value, work.value)
    return missing or Done(f"at rest: {', '.join(subject.services)}")


def _what_is_missing(hand: Hand, mesos: SchedulerState, work: WorkloadState) -> list[Missing]:
    """Rules 2 to 6."""
    names, lost = hand.operation.subject.services, Lost.of(mesos)
    found: list[Missing | None] = []
    for name in names:
        reading = work.services.get(name)
        if isinstance(reading, Failure):
            found.append(Missing(f"{name} cannot be read: {reading.why}"))
        elif reading is not None:
            found.append(_of_service(hand, reading.value, mesos, lost))
    found += [_of_app(hand, app, lost) for app in work.run_specs if app.id in names]
    return [one for one in found if one is not None]


def _of_service(hand: Hand, service: Service, mesos: SchedulerState, lost: Lost) -> Missing | None:
    gone = hand.operation.subject.agent_id
    bound = service.on(gone or "") if lost.has(gone) else ()
    if not bound:
        busy = going_on(service, None, lost)
        return Missing(f"{service.name}: {busy}") if busy else None
    text, busy = f"pod {bound[0].name} of {service.name} waits", going_on(service, gone, lost)
    ordered = decode_replaced(hand.operation.notes.get(REPLACED, "{}"))
    recent = [at for pod in bound if (at := ordered.get(f"{service.name}/{pod.name}")) is not None]
    if (
        busy
        or any(at[-1] > hand.now - ORDER_STANDS for at in recent)
        or _moves_by_itself(hand, service, mesos)
    ):
        return Missing(f"{text} ({busy or 'it is being replaced'})")
    return Missing(text, pod=bound[0].name, service=service.name)


def _moves_by_itself(hand: Hand, service: Service, mesos: SchedulerState) -> bool:
    told = next((one.ended_at for one in hand.operation.steps if one.step == TOLD), hand.operation.step_since)
    aware = any(
        one.partition_aware for one in mesos.frameworks.values() if one.name.strip("/") == service.name
    )
    return mesos.generation is not Generation.MAINTENANCE and aware and hand.now < told + BY_ITSELF


def _of_app(hand: Hand, app: App, lost: Lost) -> Missing | None:
    gone = hand.operation.subject.agent_id
    bound = [task for task in app.on(gone or "") if lost.has(gone)] if app.is_resident else []
    starting = [task for task in app.tasks if not task.is_up and not lost.has(task.agent_id)]
    if bound and not starting:
        return Missing(f"a task of {app.id} waits for its volume", task=bound[0].id, service=app.id)
    away = sum(lost.has(task.agent_id) for task in app.tasks if task not in bound)
    missing = app.wanted - away - sum(task.is_up for task in app.tasks if not lost.has(task.agent_id))
    return Missing(f"{missing} tasks of {app.id} are not up") if missing > 0 or starting else None


async def _order(hand: Hand, missing: Sequence[Missing]) -> int:
    """How many orders were given."""
    workloads, gone = hand.outside.workloads_of(hand.cluster), hand.operation.subject.agent_id
    due = [one for one in missing if one.pod is not None or one.task is not None]
    if workloads is None or gone is None:
        return 0
    for one in due:
        if one.pod is not None:
            note_pod(hand, one.service, one.pod)
            lost = "its volume is gone with its agent"
            await hand.about_to(f"having pod {one.pod} of {one.service} replaced, {lost}")
            await workloads.replace_pod(one.service, one.pod, gone)
        elif one.task is not None:
            lost = "its volume, which is gone with its agent"
            await hand.about_to(f"ending task {one.task} of {one.service} with {lost}")
            await workloads.kill([one.task], wipe=True)
    return len(due)
