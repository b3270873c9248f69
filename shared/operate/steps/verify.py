"""Verify that the work which ran on the node runs again.

1. The masters cannot be read: wait.
2. Of every workload that ran on the node, as many tasks run now as ran on it and elsewhere together when the operation
   began: verified. What ran on other nodes that are lost now is not waited for: it comes back when those are repaired,
   and they may be waiting for this operation to end.
3. A workload's framework is no longer registered: it was taken down meanwhile and is not waited for.
4. They run, and those of an application of Marathon that were started since are not checked yet, or do not pass health
   checks that others of them pass: wait. When Marathon cannot be read, that they run is enough.
5. Otherwise: wait.

That services of the SDK are at rest again was waited for by the step before (`restore_services.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from shared.guards.place import MARATHON
from shared.guards.storm import WELL
from shared.model.mesos import SchedulerState
from shared.model.nodes import Finding
from shared.model.readings import Failure
from shared.model.workloads import App
from shared.operate.hand import Hand
from shared.operate.outcomes import Done, Outcome, Wait


async def verify(hand: Hand) -> Outcome:
    picture, _ = await hand.fresh()
    reading = picture.situation.snapshot.scheduler
    if isinstance(reading, Failure):
        return Wait(f"the masters cannot be read: {reading.why}", hand.again(), blind=True)
    subject = hand.operation.subject
    running = _running(reading.value) + _lost_elsewhere(picture.situation.findings, subject.node)
    missing = {
        key: count + subject.elsewhere.get(key, 0) - running[key]
        for key, count in subject.tasks.items()
        if running[key] < count + subject.elsewhere.get(key, 0) and _registered(key, reading.value)
    }
    if missing:
        shown = ", ".join(f"{count} of {_name(key, reading.value)}" for key, count in sorted(missing.items()))
        return Wait(f"not running again: {shown}", hand.again())
    ill = await _not_healthy(hand, reading.value)
    if ill:
        return Wait(f"not healthy again: {', '.join(ill)}", hand.again())
    return Done(f"all {sum(subject.tasks.values())} tasks that it had run again")


async def _not_healthy(hand: Hand, state: SchedulerState) -> list[str]:
    """Rule 4: applications whose new tasks do not pass their checks, or have not yet."""
    operation = hand.operation
    ours = {name for key in operation.subject.tasks if (name := _marathons(key, state)) is not None}
    work = await hand.work() if ours else None
    if work is None or isinstance(work, Failure):
        return []
    apps = [app for app in work.value.run_specs if app.is_checked and task_name(app.id) in ours]
    return [app.id for app in apps if _is_starting(app, operation.created_at)]


def _is_starting(app: App, since: datetime) -> bool:
    """Whether a task that was started since is not checked yet, or fails checks that others of them pass."""
    new = [task for task in app.tasks if task.started_at is not None and task.started_at > since]
    passed = any(task.is_healthy for task in app.tasks)
    return any(task.is_healthy is None or (passed and not task.is_healthy) for task in new)


def task_name(app_id: str) -> str:
    """What Mesos calls the tasks of an application: `web.prod` for `/prod/web`."""
    return ".".join(reversed(app_id.strip("/").split("/")))


def _marathons(key: str, state: SchedulerState) -> str | None:
    """The name of the task, where Marathon runs it."""
    framework, _, name = key.partition(":")
    registered = state.frameworks.get(framework)
    return name if registered is not None and registered.name == MARATHON else None


def _running(state: SchedulerState) -> Counter[str]:
    running: Counter[str] = Counter()
    for agent in state.agents:
        if agent.active:
            running.update(agent.tasks)
    return running


def _lost_elsewhere(findings: Iterable[Finding], node: str) -> Counter[str]:
    """What ran on the other nodes that are not well, as far as it is remembered."""
    lost: Counter[str] = Counter()
    for finding in findings:
        other, connected = finding.node, finding.node.agent is not None and finding.node.agent.active
        if (
            other.name != node
            and not connected
            and finding.condition not in WELL
            and other.memory is not None
        ):
            lost.update(other.memory.tasks)
    return lost


def _registered(key: str, state: SchedulerState) -> bool:
    framework, _, _ = key.partition(":")
    return not state.frameworks or framework in state.frameworks


def _name(key: str, state: SchedulerState) -> str:
    framework, _, task = key.partition(":")
    registered = state.frameworks.get(framework)
    return f"{task} ({registered.name if registered else framework})"
