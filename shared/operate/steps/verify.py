"""Verify that the work which ran on the node runs again.

1. The masters cannot be read: wait.
2. Of every workload that ran on the node, as many tasks run now as ran on it and elsewhere together when the operation
   began: verified. What ran on other nodes that are lost now is not waited for: it comes back when those are repaired,
   and they may be waiting for this operation to end.
3. A workload's framework is no longer registered: it was taken down meanwhile and is not waited for.
4. Otherwise: wait.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from shared.guards.storm import WELL
from shared.model.mesos import SchedulerState
from shared.model.nodes import Finding
from shared.model.readings import Failure
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
    return Done(f"all {sum(subject.tasks.values())} tasks that it had run again")


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
